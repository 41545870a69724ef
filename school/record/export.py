"""Export: all that is held on a person, as a document that a person can read and a program too."""

import datetime as dt
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Area, Role
from school.db import Base
from school.diary.file_kinds import MEDIA
from school.diary.file_rows import FileRow, place_of
from school.errors import not_found
from school.ids import Kind, Ref
from school.record.entries import Entries, Entry
from school.record.models import RecordAction
from school.record.personal import HOLDINGS, Holding, Subject
from school.registry import photos, pictures
from school.registry.account_models import AccountRole
from school.registry.models import Person, School
from school.store import Store

MOST_ROWS, MOST_BYTES = 10_000, 8 * 1024 * 1024
"""Rows of one table, and bytes of files, in an answer of the API: some years of a pupil's. The command has no such limits."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The document, of plain JSON values; not `complete` where a table had more rows than were asked for."""

    document: dict[str, Any]
    complete: bool


async def announce(session: AsyncSession, person: Ref, *, account_id: UUID | None = None, role: Role | None = None) -> None:
    """Put into the record that all on a person is handed out: committed before it is read, which takes longer than a write may. Refused: NOT_FOUND."""
    await _school(session, person)
    await Entries().write(session, [Entry(
        school_id=person.school_id, person_id=person.id, area=Area.RECORD, action=RecordAction.EXPORTED, at=clock.now(), account_id=account_id, role=role)])


async def of_person(session: AsyncSession, person: Ref, *, logins: Collection[UUID], most: int | None = None) -> Exported:
    """Everything about a person, by the list of personal columns; of each table at most so many rows. Refused: NOT_FOUND.

    `logins` are the accounts of which it tells how and from where somebody signed in: they are the same in every school, so no school is told of one.
    Rights are the caller's to check: this reads as the service. One statement for each table of the list.
    """
    school = await _school(session, person)
    subject = Subject(person, logins)
    tables, complete = [], True
    for name, holding in HOLDINGS.items():
        if not holding.shown:
            continue
        rows, whole = await _rows(session, Base.metadata.tables[name], holding, subject, most)
        complete = complete and whole
        if rows:
            tables.append({"table": name, "title": holding.title, "rows": rows})
    return Exported({
        "person": ids.encode(Kind.PERSON, person.school_id, person.id), "school": school.name, "time_zone": school.time_zone,
        "made_at": clock.now().isoformat(), "complete": complete, "tables": tables,
    }, complete)


async def attach_files(exported: Exported, store: Store, photo: Ref | None, handed: Sequence[FileRow], *, most: int | None = None) -> Exported:
    """The document with the photo and the files of works and notices in it, as base64, of at most so many bytes; what the store has no more is not in it.

    Refused: STORE_AWAY.
    """
    wanted = [] if photo is None else [("Фотография", pictures.KIND, photos.file_of(photo))]
    wanted += [(file.name, MEDIA[file.kind], place_of(file.school_id, file.place)) for file in handed if file.kind is not None and file.place is not None]
    found, complete, left = [], exported.complete, most
    for title, kind, name in wanted:
        content = await store.get(name)
        if content is None:
            continue
        if left is not None and (left := left - len(content)) < 0:
            complete = False
            break
        found.append({"title": title, "type": kind, "content": b64encode(content).decode()})
    return exported if not found and complete else Exported({**exported.document, "complete": complete, "files": found}, complete)


async def _school(session: AsyncSession, person: Ref) -> Any:
    row = (await session.execute(
        sa.select(School.name, School.time_zone).join(Person, Person.school_id == School.id)
        .where(Person.school_id == person.school_id, Person.id == person.id))).one_or_none()
    if row is None:
        raise not_found()
    return row


async def accounts_of(session: AsyncSession, person: Ref) -> list[UUID]:
    """The logins with which somebody is this person."""
    return list(await session.scalars(
        sa.select(AccountRole.account_id).where(AccountRole.school_id == person.school_id, AccountRole.person_id == person.id).distinct()))


async def _rows(session: AsyncSession, table: sa.Table, holding: Holding, subject: Subject, most: int | None) -> tuple[list[dict[str, Any]], bool]:
    statement = sa.select(*(table.c[column] for column in holding.shown)).where(holding.whose(table, subject)).order_by(*table.primary_key.columns)
    if holding.handed is not None:
        statement = statement.where(holding.handed(table))
    found = (await session.execute(statement if most is None else statement.limit(most + 1))).mappings().all()
    shown = found if most is None else found[:most]
    return [{column: _plain(value) for column, value in row.items()} for row in shown], len(shown) == len(found)


def _plain(value: Any) -> Any:
    """A value as JSON has it: moments and dates by ISO 8601, ids as texts."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
