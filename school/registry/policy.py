"""Who may see whom: the visible-to clauses that every domain builds its own on."""

import sqlalchemy as sa

from school.context import Role, Viewer
from school.db import Column
from school.registry.models import Card, ClassGroup, Course, Person, Pupil, Staff

Clause = sa.ColumnElement[bool]


def family(viewer: Viewer, school_id: Column, pupil_id: Column) -> Clause:
    """Rows about the viewer's own children, or about the pupil who is the viewer."""
    if not viewer.children:
        return sa.false()
    return sa.tuple_(school_id, pupil_id).in_(sorted((child.school_id, child.id) for child in viewer.children))


def in_schools(viewer: Viewer, school_id: Column, *roles: Role) -> Clause:
    """All rows of the schools where the viewer holds one of the roles."""
    schools = viewer.schools(*roles)
    return school_id.in_(schools) if schools else sa.false()


def own_classes(viewer: Viewer, school_id: Column, class_group_id: Column) -> Clause:
    """Rows about the classes that the viewer teaches, or is the class teacher of."""
    persons = [(person.school_id, person.id) for person in viewer.persons(Role.TEACHER)]
    if not persons:
        return sa.false()
    taught = sa.select(Course.school_id, Course.class_group_id).where(sa.tuple_(Course.school_id, Course.teacher_id).in_(persons))
    led = sa.select(ClassGroup.school_id, ClassGroup.id).where(sa.tuple_(ClassGroup.school_id, ClassGroup.teacher_id).in_(persons))
    return sa.tuple_(school_id, class_group_id).in_(taught.union_all(led))


def own_courses(viewer: Viewer, school_id: Column, teacher_id: Column, class_group_id: Column) -> Clause:
    """Rows of the courses that the viewer teaches, and of all courses of the classes that the viewer is the class teacher of."""
    persons = [(person.school_id, person.id) for person in viewer.persons(Role.TEACHER)]
    if not persons:
        return sa.false()
    led = sa.select(ClassGroup.school_id, ClassGroup.id).where(sa.tuple_(ClassGroup.school_id, ClassGroup.teacher_id).in_(persons))
    return sa.or_(sa.tuple_(school_id, teacher_id).in_(persons), sa.tuple_(school_id, class_group_id).in_(led))


def own_pupils(viewer: Viewer, school_id: Column, pupil_id: Column) -> Clause:
    """Rows about the pupils of the viewer's own classes."""
    if not viewer.has(Role.TEACHER):
        return sa.false()
    pupils = sa.select(Pupil.school_id, Pupil.id).where(own_classes(viewer, Pupil.school_id, Pupil.class_group_id))
    return sa.tuple_(school_id, pupil_id).in_(pupils)


def visible_pupils(viewer: Viewer) -> Clause:
    """Which pupils exist for the viewer: the family's, a teacher's own classes, all of the school for its office, guards and canteen."""
    return sa.or_(
        family(viewer, Pupil.school_id, Pupil.id), in_schools(viewer, Pupil.school_id, Role.OFFICE, Role.GUARD, Role.CANTEEN),
        own_classes(viewer, Pupil.school_id, Pupil.class_group_id),
    )


def visible_class_groups(viewer: Viewer) -> Clause:
    """Which classes exist for the viewer: every class of a school where the viewer works, and a family's own."""
    children = sa.select(Pupil.school_id, Pupil.class_group_id).where(family(viewer, Pupil.school_id, Pupil.id))
    return sa.or_(
        in_schools(viewer, ClassGroup.school_id, Role.OFFICE, Role.TEACHER, Role.GUARD, Role.CANTEEN),
        sa.tuple_(ClassGroup.school_id, ClassGroup.id).in_(children) if viewer.children else sa.false(),
    )


def visible_persons(viewer: Viewer) -> Clause:
    """Whose names the viewer may read: visible pupils, one's own selves, the staff of one's schools, and, for office and guards, everyone of the school."""
    selves = sorted({(grant.school_id, grant.person_id) for grant in viewer.grants})
    pupils = sa.select(Pupil.school_id, Pupil.id).where(visible_pupils(viewer))
    staff = sa.select(Staff.school_id, Staff.id).where(in_schools(viewer, Staff.school_id, *Role))
    return sa.or_(
        sa.tuple_(Person.school_id, Person.id).in_(staff) if viewer.signed_in else sa.false(),
        in_schools(viewer, Person.school_id, Role.OFFICE, Role.GUARD), sa.tuple_(Person.school_id, Person.id).in_(selves) if selves else sa.false(),
        sa.tuple_(Person.school_id, Person.id).in_(pupils) if viewer.signed_in else sa.false(),
    )


def visible_cards(viewer: Viewer) -> Clause:
    """Which cards: the family's own children's, one's own, and the office's whole school."""
    selves = sorted({(grant.school_id, grant.person_id) for grant in viewer.grants})
    return sa.or_(
        family(viewer, Card.school_id, Card.person_id), in_schools(viewer, Card.school_id, Role.OFFICE),
        sa.tuple_(Card.school_id, Card.person_id).in_(selves) if selves else sa.false(),
    )
