"""Who may see whom: the visible-to clauses that every domain builds its own on."""

from collections.abc import Callable, Collection
from uuid import UUID

import sqlalchemy as sa

from school.context import ADMINISTRATION, MEMBERS, Area, Role, Viewer
from school.db import Column
from school.ids import Ref
from school.registry.former_class_models import FormerClass
from school.registry.models import Card, ClassGroup, Course, Person, Pupil, Staff
from school.registry.photo_models import Photo
from school.statements import Asking, Many, OfViewer, any_of

Clause = sa.ColumnElement[bool]


def _refs(name: str, viewer: Asking, find: Callable[[Viewer], Collection[Ref]], school_id: Column, person_id: Column) -> Clause:
    """Rows of these persons. A person's id is the service's own, and no other school's: two lists say what a list of pairs would."""
    return sa.and_(
        any_of(school_id, OfViewer(f"{name}_schools", lambda asking: sorted({ref.school_id for ref in find(asking)}), viewer, Many(int))),
        any_of(person_id, OfViewer(name, lambda asking: sorted({ref.id for ref in find(asking)}), viewer, Many(UUID))))


def selves(viewer: Asking, school_id: Column, person_id: Column) -> Clause:
    """Rows about the viewer's own persons."""
    if not viewer.has(*Role):
        return sa.false()
    return _refs("selves", viewer, lambda asking: {Ref(grant.school_id, grant.person_id) for grant in asking.grants}, school_id, person_id)


def taught_by(viewer: Asking, school_id: Column, teacher_id: Column) -> Clause:
    """Rows whose teacher is the viewer."""
    if not viewer.has(Role.TEACHER):
        return sa.false()
    return _refs("teacher", viewer, lambda asking: asking.persons(Role.TEACHER), school_id, teacher_id)


def family(viewer: Asking, area: Area, school_id: Column, pupil_id: Column) -> Clause:
    """Rows of this kind of data about the viewer's own children, or about the pupil who is the viewer; not what a court has withheld."""
    if not viewer.opens(area):
        return sa.false()
    return _refs(f"family_{area}", viewer, lambda asking: asking.family(area), school_id, pupil_id)


def in_schools(viewer: Asking, school_id: Column, *roles: Role) -> Clause:
    """All rows of the schools where the viewer holds one of the roles."""
    if not viewer.has(*roles):
        return sa.false()
    name = "schools_" + "_".join(sorted(roles))
    return any_of(school_id, OfViewer(name, lambda asking: list(asking.schools(*roles)), viewer, Many(int)))


def own_classes(viewer: Asking, school_id: Column, class_group_id: Column) -> Clause:
    """Rows about the classes that the viewer teaches now, or is the class teacher of."""
    if not viewer.has(Role.TEACHER):
        return sa.false()
    taught = sa.select(Course.school_id, Course.class_group_id).where(taught_by(viewer, Course.school_id, Course.teacher_id), Course.closed_at.is_(None))
    led = sa.select(ClassGroup.school_id, ClassGroup.id).where(taught_by(viewer, ClassGroup.school_id, ClassGroup.teacher_id))
    return sa.tuple_(school_id, class_group_id).in_(taught.union_all(led))


def own_courses(viewer: Asking, school_id: Column, teacher_id: Column, class_group_id: Column) -> Clause:
    """Rows of the courses that the viewer teaches, and of all courses of the classes that the viewer is the class teacher of."""
    if not viewer.has(Role.TEACHER):
        return sa.false()
    led = sa.select(ClassGroup.school_id, ClassGroup.id).where(taught_by(viewer, ClassGroup.school_id, ClassGroup.teacher_id))
    return sa.or_(taught_by(viewer, school_id, teacher_id), sa.tuple_(school_id, class_group_id).in_(led))


def own_pupils(viewer: Asking, school_id: Column, pupil_id: Column) -> Clause:
    """Rows about the pupils of the viewer's own classes."""
    if not viewer.has(Role.TEACHER):
        return sa.false()
    pupils = sa.select(Pupil.school_id, Pupil.id).where(own_classes(viewer, Pupil.school_id, Pupil.class_group_id))
    return sa.tuple_(school_id, pupil_id).in_(pupils)


def visible_pupils(viewer: Asking) -> Clause:
    """Which pupils exist for the viewer: the family's, a teacher's own classes, all of the school for its office, head and guards (who forgot a card)."""
    return sa.or_(
        family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id), in_schools(viewer, Pupil.school_id, *ADMINISTRATION, Role.GUARD),
        own_classes(viewer, Pupil.school_id, Pupil.class_group_id),
    )


def visible_class_groups(viewer: Asking) -> Clause:
    """Which classes exist for the viewer: every class of a school for its office, head, teachers and guards, and a family's own, also those before. The
    canteen needs none."""
    children = sa.select(Pupil.school_id, Pupil.class_group_id).where(family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id)).union_all(
        sa.select(FormerClass.school_id, FormerClass.class_group_id).where(family(viewer, Area.PEOPLE, FormerClass.school_id, FormerClass.pupil_id)))
    return sa.or_(
        in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION, Role.TEACHER, Role.GUARD),
        sa.tuple_(ClassGroup.school_id, ClassGroup.id).in_(children) if viewer.opens(Area.PEOPLE) else sa.false(),
    )


def visible_persons(viewer: Asking) -> Clause:
    """Whose names: visible pupils', one's own, the staff's of one's schools; for office, head, guards and canteen, everyone's of the school.

    Nobody leafs through names: they are told with a row that the viewer may see, such as a card that was presented.
    """
    pupils = sa.select(Pupil.school_id, Pupil.id).where(visible_pupils(viewer))
    staff = sa.select(Staff.school_id, Staff.id).where(in_schools(viewer, Staff.school_id, *MEMBERS))
    return sa.or_(
        sa.tuple_(Person.school_id, Person.id).in_(staff) if viewer.signed_in else sa.false(),
        in_schools(viewer, Person.school_id, *ADMINISTRATION, Role.GUARD, Role.CANTEEN),
        selves(viewer, Person.school_id, Person.id),
        sa.tuple_(Person.school_id, Person.id).in_(pupils) if viewer.signed_in else sa.false(),
    )


def visible_cards(viewer: Asking) -> Clause:
    """Which cards: the family's own children's, one's own, and, for office and head, the whole school's."""
    return sa.or_(
        family(viewer, Area.ACCESS, Card.school_id, Card.person_id), in_schools(viewer, Card.school_id, *ADMINISTRATION),
        selves(viewer, Card.school_id, Card.person_id),
    )


def visible_photos(viewer: Asking) -> Clause:
    """Whose face: one's own, the family's children's, a teacher's own pupils', and everybody's of the school for who has to know whom they have before them
    (guards, canteen) and for office and head. Narrower than names: the staff's faces are not all parents' to see.
    """
    return sa.or_(
        selves(viewer, Photo.school_id, Photo.person_id), family(viewer, Area.PEOPLE, Photo.school_id, Photo.person_id),
        in_schools(viewer, Photo.school_id, *ADMINISTRATION, Role.GUARD, Role.CANTEEN), own_pupils(viewer, Photo.school_id, Photo.person_id),
    )
