"""A school's subjects: added, renamed, retired by its office."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry import events
from school.registry.models import Subject
from school.registry.policy import in_schools
from school.registry.texts import line
from school.statements import Asking, Read, given

LONGEST_NAME = 80
MOST_SUBJECTS = 500
"""Of one school, with those that are retired."""


class SubjectRow(NamedTuple):
    """A subject: the columns of `SUBJECT`, in order."""

    school_id: int
    id: UUID
    name: str
    retired_at: dt.datetime | None


SUBJECT: Rows = sa.select(Subject.school_id, Subject.id, Subject.name, Subject.retired_at)


@Read
def _subjects(viewer: Asking, retired: bool) -> Rows:
    mine = SUBJECT.where(Subject.school_id == given("school_id"), in_schools(viewer, Subject.school_id, *ADMINISTRATION))
    return (mine if retired else mine.where(Subject.retired_at.is_(None))).order_by(Subject.name, Subject.id).limit(MOST_SUBJECTS)


async def of_school(reader: Reader, viewer: Viewer, school_id: int, *, retired: bool) -> list[SubjectRow]:
    """A school's subjects by name, for its office and head; of another school none."""
    return [SubjectRow(*row) for row in await reader.all(_subjects, viewer, retired, school_id=school_id)]


async def add(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, name: str) -> SubjectRow:
    """The office or the head adds a subject; the client made its id, and asking the same again is harmless.

    Refused: another school (NOT_FOUND), a name that is no line of 1 to 80 characters (BAD_INPUT), one that another subject has, also a retired one, or the
    same id with another name (CONFLICT), the 501st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    row = SubjectRow(school_id, id_, line(name, "name", LONGEST_NAME), None)
    there = await session.scalar(sa.select(sa.func.count()).select_from(Subject).where(Subject.school_id == school_id)) or 0
    if there < MOST_SUBJECTS:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(Subject.__table__).values(row._asdict()).on_conflict_do_nothing().returning(Subject.id)  # type: ignore[arg-type]
        if (await session.execute(statement)).one_or_none() is not None:
            return row
    stored = await _find(session, Ref(school_id, id_))
    if stored is None:
        raise _taken() if there < MOST_SUBJECTS else Refused(Code.TOO_MANY, f"a school has at most {MOST_SUBJECTS} subjects")
    if stored.name != row.name:
        raise conflict("another subject has this id")
    return stored


async def change(session: AsyncSession, viewer: Viewer, ref: Ref, *, name: str, in_use: bool) -> SubjectRow:
    """The office or the head renames a subject, retires it or takes it into use again; its courses keep it, under its new name.

    Saying what is there already changes nothing. Refused as `add`; a subject of another school (NOT_FOUND).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    name = line(name, "name", LONGEST_NAME)
    old = await _find(session, ref, lock=True)
    if old is None:
        raise not_found()
    new = old._replace(name=name, retired_at=None if in_use else old.retired_at or clock.now())
    if new == old:
        return old
    try:
        async with session.begin_nested():
            await session.execute(
                sa.update(Subject).where(Subject.school_id == ref.school_id, Subject.id == ref.id).values(name=new.name, retired_at=new.retired_at)
                .execution_options(synchronize_session=False))
    except sa.exc.IntegrityError:
        raise _taken() from None
    if new.name != old.name:
        await outbox.append(session, events.subject_renamed(ref.school_id, ref.id, clock.now()))
    return new


async def in_use(session: AsyncSession, ref: Ref, school_id: int) -> SubjectRow:
    """A subject that a new course of this school may teach. Refused: one of another school (NOT_FOUND), a retired one (BAD_INPUT)."""
    found = await _find(session, ref)
    if found is None or found.school_id != school_id:
        raise not_found()
    if found.retired_at is not None:
        raise bad_input("the subject is not in use any more")
    return found


async def _find(session: AsyncSession, ref: Ref, *, lock: bool = False) -> SubjectRow | None:
    statement = SUBJECT.where(Subject.school_id == ref.school_id, Subject.id == ref.id)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else SubjectRow(*row)


def _taken() -> Refused:
    return conflict("another subject has this name")
