"""Who may see whom: the visible-to clauses that every domain builds its own on."""

import sqlalchemy as sa

from school.context import ADMINISTRATION, MEMBERS, Area, Role, Viewer
from school.db import Column
from school.registry.models import Card, ClassGroup, Course, Person, Pupil, Staff

Clause = sa.ColumnElement[bool]


def family(viewer: Viewer, area: Area, school_id: Column, pupil_id: Column) -> Clause:
    """Rows of this kind of data about the viewer's own children, or about the pupil who is the viewer; not what a court has withheld."""
    children = viewer.family(area)
    if not children:
        return sa.false()
    return sa.tuple_(school_id, pupil_id).in_(sorted((child.school_id, child.id) for child in children))


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
    """Which pupils exist for the viewer: the family's, a teacher's own classes, all of the school for its office, head and guards (who forgot a card)."""
    return sa.or_(
        family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id), in_schools(viewer, Pupil.school_id, *ADMINISTRATION, Role.GUARD),
        own_classes(viewer, Pupil.school_id, Pupil.class_group_id),
    )


def visible_class_groups(viewer: Viewer) -> Clause:
    """Which classes exist for the viewer: every class of a school for its office, head, teachers and guards, and a family's own. The canteen needs none."""
    children = sa.select(Pupil.school_id, Pupil.class_group_id).where(family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id))
    return sa.or_(
        in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION, Role.TEACHER, Role.GUARD),
        sa.tuple_(ClassGroup.school_id, ClassGroup.id).in_(children) if viewer.family(Area.PEOPLE) else sa.false(),
    )


def visible_persons(viewer: Viewer) -> Clause:
    """Whose names: visible pupils', one's own, the staff's of one's schools; for office, head, guards and canteen, everyone's of the school.

    Nobody leafs through names: they are told with a row that the viewer may see, such as a card that was presented.
    """
    selves = sorted({(grant.school_id, grant.person_id) for grant in viewer.grants})
    pupils = sa.select(Pupil.school_id, Pupil.id).where(visible_pupils(viewer))
    staff = sa.select(Staff.school_id, Staff.id).where(in_schools(viewer, Staff.school_id, *MEMBERS))
    return sa.or_(
        sa.tuple_(Person.school_id, Person.id).in_(staff) if viewer.signed_in else sa.false(),
        in_schools(viewer, Person.school_id, *ADMINISTRATION, Role.GUARD, Role.CANTEEN),
        sa.tuple_(Person.school_id, Person.id).in_(selves) if selves else sa.false(),
        sa.tuple_(Person.school_id, Person.id).in_(pupils) if viewer.signed_in else sa.false(),
    )


def visible_cards(viewer: Viewer) -> Clause:
    """Which cards: the family's own children's, one's own, and, for office and head, the whole school's."""
    selves = sorted({(grant.school_id, grant.person_id) for grant in viewer.grants})
    return sa.or_(
        family(viewer, Area.ACCESS, Card.school_id, Card.person_id), in_schools(viewer, Card.school_id, *ADMINISTRATION),
        sa.tuple_(Card.school_id, Card.person_id).in_(selves) if selves else sa.false(),
    )
