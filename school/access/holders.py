"""Who holds a card, and which of the rules in force are theirs: the one place where server and pass list learn it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.models import Audience, Direction, DoorRule
from school.registry.models import Pupil, Staff


class Holder(NamedTuple):
    """A person as the rules see them: a pupil's class (null: no pupil now), whether they work here now."""

    person_id: UUID
    class_group_id: UUID | None
    staff: bool

    @property
    def current(self) -> bool:
        """Whether they belong to the school now; the card of one who left is as unknown as a stranger's."""
        return self.class_group_id is not None or self.staff

    @classmethod
    def of(cls, row: Any, person_id: UUID, today: dt.date) -> "Holder":
        """From a row with the columns `COLUMNS`. `left_on` is the first day of no longer belonging."""
        pupil = row.class_group_id is not None and (row.pupil_left_on is None or row.pupil_left_on > today)
        staff = row.staff_id is not None and (row.staff_left_on is None or row.staff_left_on > today)
        return cls(person_id, row.class_group_id if pupil else None, staff)


COLUMNS = (Pupil.class_group_id, Pupil.left_on.label("pupil_left_on"), Staff.id.label("staff_id"), Staff.left_on.label("staff_left_on"))


class Rule(NamedTuple):
    """A rule in force."""

    id: UUID
    door_id: UUID | None
    direction: Direction | None
    weekdays: int
    starts_at: dt.time
    ends_at: dt.time
    valid_from: dt.date | None
    valid_until: dt.date | None


class Rulebook:
    """The rules in force, by whom they are for."""

    def __init__(self, rows: Iterable[tuple[Audience, UUID | None, Rule]]) -> None:
        self.rules: list[Rule] = []
        self._by_audience: defaultdict[tuple[Audience, UUID | None], list[Rule]] = defaultdict(list)
        for audience, subject_id, rule in rows:
            self.rules.append(rule)
            self._by_audience[audience, subject_id].append(rule)

    def held_by(self, holder: Holder) -> list[Rule]:
        """The rules of one holder, in a stable order; one who left has none."""
        if not holder.current:
            return []
        found = list(self._by_audience.get((Audience.PERSON, holder.person_id), []))
        if holder.class_group_id is not None:
            found += self._by_audience.get((Audience.PUPILS, None), [])
            found += self._by_audience.get((Audience.CLASS_GROUP, holder.class_group_id), [])
        if holder.staff:
            found += self._by_audience.get((Audience.STAFF, None), [])
        return found


async def rulebook(session: AsyncSession, school_id: int, since: dt.date, *, holder: Holder | None = None) -> Rulebook:
    """The rules not ended, nor run out before a school-local date; all of the school's, or those that could be one holder's."""
    statement = sa.select(
        DoorRule.audience, DoorRule.class_group_id, DoorRule.person_id, DoorRule.id, DoorRule.door_id, DoorRule.direction, DoorRule.weekdays,
        DoorRule.starts_at, DoorRule.ends_at, DoorRule.valid_from, DoorRule.valid_until,
    ).where(DoorRule.school_id == school_id, DoorRule.ended_at.is_(None), sa.or_(DoorRule.valid_until.is_(None), DoorRule.valid_until >= since))
    if holder is not None:
        statement = statement.where(sa.or_(
            DoorRule.audience.in_([Audience.PUPILS, Audience.STAFF]), DoorRule.class_group_id == holder.class_group_id,
            DoorRule.person_id == holder.person_id))
    rows: Sequence[Any] = (await session.execute(statement.order_by(DoorRule.id))).all()
    return Rulebook((row.audience, row.class_group_id or row.person_id, Rule(*row[3:])) for row in rows)
