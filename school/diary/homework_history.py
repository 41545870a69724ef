"""What a homework said before it was corrected: kept, and told to whoever sees the homework."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import Viewer
from school.db import Rows
from school.diary.homework_models import HomeworkRevision
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.models import Homework
from school.diary.policy import visible_homework
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.statements import Asking, Read, given


class HomeworkVersion(NamedTuple):
    """What a homework said until `at`, when `by` corrected it: the columns of `_before`, in order."""

    school_id: int
    homework_id: UUID
    revision: int
    text: str
    minutes: int | None
    links: Sequence[str]
    by: UUID
    at: dt.datetime


_COLUMNS = tuple(getattr(HomeworkRevision, name) for name in HomeworkVersion._fields)


async def keep(session: AsyncSession, old: HomeworkRow, by: UUID, at: dt.datetime) -> None:
    """Keep what a homework says that somebody corrects."""
    await session.execute(sa.insert(HomeworkRevision).values(HomeworkVersion(
        old.school_id, old.id, old.revision, old.text, old.minutes, list(old.links), by, at)._asdict()))


_THIS = (Homework.school_id == given("school_id"), Homework.id == given("homework_id", sa.Uuid()), Homework.withdrawn_at.is_(None))


@Read
def _stands(viewer: Asking) -> Rows:
    return HOMEWORK.where(*_THIS, visible_homework(viewer))


@Read
def _before(viewer: Asking) -> Rows:
    mine = HOMEWORK.where(*_THIS, visible_homework(viewer)).subquery()
    same = sa.and_(HomeworkRevision.school_id == mine.c.school_id, HomeworkRevision.homework_id == mine.c.id)
    return sa.select(*_COLUMNS).join(mine, same).order_by(HomeworkRevision.revision)


async def of_homework(reader: Reader, viewer: Viewer, ref: Ref) -> list[HomeworkVersion]:
    """What a homework said before each of its corrections, at most a hundred, oldest first. Refused as absent: one that is withdrawn, or
    that the viewer may not see."""
    stands, before = await reader.each((_stands, _before), viewer, school_id=ref.school_id, homework_id=ref.id)
    if not stands:
        raise not_found()
    rows: Sequence[Any] = before
    return [HomeworkVersion(*row) for row in rows]
