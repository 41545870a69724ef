"""Entries of the record: how they are written, in the caller's transaction."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, sets
from school.context import Area, Role
from school.record.models import Record, RecordAction
from school.registry.models import School
from school.sets import Addition, Work
from school.statements import Asking, Many, Read, any_of, given


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row to be; its id is made with it, so that writing it again is harmless."""

    school_id: int
    person_id: UUID
    area: Area
    action: RecordAction
    at: dt.datetime
    account_id: UUID | None = None
    role: Role | None = None
    kind: str | None = None
    note: str | None = None
    id: UUID = field(default_factory=ids.new)


_COLUMNS = tuple(column.name for column in fields(Entry))
_ADDITION = Addition(Record, *_COLUMNS, "on_date", repeated=True)


@Read
def _zones(_service: Asking, _dialect: str) -> Any:
    return sa.select(School.id, School.time_zone).where(any_of(School.id, given("ids", Many(int))))


class Entries:
    """Writes entries. It remembers the time zones of the schools it has written for, by which an entry gets its date."""

    def __init__(self) -> None:
        self._zones: dict[int, str] = {}

    async def write(self, session: AsyncSession | Work, entries: Sequence[Entry]) -> None:
        """Add what is not there yet. One statement, and one more when a school is met for the first time. For the service itself: no viewer may."""
        if not entries:
            return
        if unknown := {entry.school_id for entry in entries} - self._zones.keys():
            self._zones.update({row.id: row.time_zone for row in await sets.find(session, _zones, ids=sorted(unknown))})
        await _ADDITION.run(session, [
            {name: getattr(entry, name) for name in _COLUMNS} | {"on_date": clock.school_date(entry.at, self._zones[entry.school_id])} for entry in entries
        ])
