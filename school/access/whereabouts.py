"""Who is in the school now, for whoever answers for it: each class counted, the staff by name, and anybody found by how their name begins."""

from typing import Any

import sqlalchemy as sa
import strawberry

from school.access import policy
from school.access.models import Presence as PresenceRow
from school.access.queries import BY_NAME, door_of_presence, located, presence_of_person
from school.access.types import Presence
from school.columns import OfRow, column, made
from school.connections import check_first
from school.context import ADMINISTRATION, Area, Role
from school.db import Rows
from school.fields import Info, each, holds, no_one, query, rows
from school.registry.models import ClassGroup, Person, Pupil, Staff
from school.registry.people import beginnings, begins_so
from school.registry.policy import in_schools
from school.registry.types import ClassGroup as ClassGroupType
from school.statements import Asking, Read, given

WATCH = holds(Role.GUARD, *ADMINISTRATION)
LOCATE = holds(Role.GUARD, *ADMINISTRATION, Role.TEACHER)
MOST_CLASSES = 500
MOST_STAFF = 1000
_PUPIL = sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id, Pupil.left_on.is_(None))
_STAFF = sa.and_(Staff.school_id == Person.school_id, Staff.id == Person.id, Staff.left_on.is_(None))


@Read
def _classes(viewer: Asking) -> Rows:
    of_class = sa.and_(Pupil.school_id == ClassGroup.school_id, Pupil.class_group_id == ClassGroup.id, Pupil.left_on.is_(None))
    seen = sa.and_(PresenceRow.school_id == Pupil.school_id, PresenceRow.person_id == Pupil.id)
    return (
        sa.select(
            ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter, sa.func.count(Pupil.id).label("pupils"),
            sa.func.count(sa.case((PresenceRow.inside.is_(True), Pupil.id))).label("inside"),
        )
        .outerjoin(Pupil, of_class).outerjoin(PresenceRow, seen)
        .where(policy.located_classes(viewer), ClassGroup.closed_on.is_(None))
        .group_by(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter)
        .order_by(ClassGroup.school_id, ClassGroup.grade, ClassGroup.letter).limit(MOST_CLASSES)
    )


@Read
def _staff(viewer: Asking) -> Rows:
    found = located().join(Staff, _STAFF).outerjoin(PresenceRow, presence_of_person()).outerjoin(*door_of_presence())
    return found.where(in_schools(viewer, Person.school_id, Role.GUARD, *ADMINISTRATION)).order_by(*BY_NAME).limit(MOST_STAFF)


@Read
def _found(viewer: Asking) -> Rows:
    found = located().outerjoin(Pupil, _PUPIL).outerjoin(Staff, _STAFF).outerjoin(PresenceRow, presence_of_person()).outerjoin(*door_of_presence())
    members = sa.or_(Pupil.id.is_not(None), Staff.id.is_not(None))
    return found.where(policy.found_persons(viewer), members, begins_so()).order_by(*BY_NAME).limit(given("first", sa.Integer()))


@rows(description="How many pupils of a class there are, and how many of them are inside by the newest passages known.")
class ClassPresence(OfRow):
    """A class, of a row of `_classes`."""

    class_group: ClassGroupType = made(ClassGroupType.of, "school_id", "id", "grade", "letter")
    pupils: int = column()
    inside: int = column()


@strawberry.type
class WhereaboutsQuery:
    """Queries of who is where."""

    @query(LOCATE, Area.ACCESS, no_one)
    async def class_presence(self, info: Info) -> list[ClassPresence]:
        """Each class counted: all for guards and office, for a teacher the own classes."""
        return [ClassPresence.from_row(row) for row in await info.context.reader.all(_classes, info.context.viewer)]

    @query(WATCH, Area.ACCESS, each(lambda presence: presence.person_ref))
    async def staff_presence(self, info: Info) -> list[Presence]:
        """Where the staff are, by name."""
        return [Presence.from_row(row) for row in await info.context.reader.all(_staff, info.context.viewer)]

    @query(LOCATE, Area.ACCESS, each(lambda presence: presence.person_ref))
    async def whereabouts(self, info: Info, search: str, first: int = 20) -> list[Presence]:
        """Where those are whose name begins so («Иванов ив»), by name: pupils and staff for guards and office, for a teacher the own classes' pupils."""
        check_first(first)
        begins: dict[str, Any] = beginnings(search)
        return [Presence.from_row(row) for row in await info.context.reader.all(_found, info.context.viewer, first=first, **begins)]
