"""Entries of the record: how they are written, in the caller's transaction."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Area, Role
from school.record.models import Record, RecordAction
from school.registry.models import School


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


_TABLE = Record.metadata.tables[Record.__tablename__]
_COLUMNS = tuple(column.name for column in fields(Entry))


class Entries:
    """Writes entries. It remembers the time zones of the schools it has written for, by which an entry gets its date."""

    def __init__(self) -> None:
        self._zones: dict[int, str] = {}

    async def write(self, session: AsyncSession, entries: Sequence[Entry]) -> None:
        """Add what is not there yet. One statement, and one more when a school is met for the first time. For the service itself: no viewer may."""
        if not entries:
            return
        if unknown := {entry.school_id for entry in entries} - self._zones.keys():
            found = await session.execute(sa.select(School.id, School.time_zone).where(School.id.in_(sorted(unknown))))
            self._zones.update({row.id: row.time_zone for row in found})
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        rows = [
            {name: getattr(entry, name) for name in _COLUMNS} | {"on_date": clock.school_date(entry.at, self._zones[entry.school_id])} for entry in entries
        ]
        await session.execute(insert(_TABLE).on_conflict_do_nothing().inline(), rows)
