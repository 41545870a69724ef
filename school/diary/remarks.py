"""Remarks: praise and concern about pupils, for many at once, and taken back by who wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.batches import check_batch
from school.context import Viewer
from school.diary import message_events as events
from school.diary.inserts import insert, key_of
from school.diary.message_models import Remark, RemarkKind
from school.diary.message_policy import WRITERS, remarkable_pupils
from school.diary.message_rows import REMARK, RemarkRow
from school.diary.models import Lesson
from school.diary.policy import visible_courses
from school.diary.texts import required_text
from school.errors import Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.membership import has
from school.registry.models import Course, Pupil, School
from school.registry.policy import selves

LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class NewRemark:
    """A remark to be made. The client made its id, so that it may ask again."""

    id: UUID
    pupil: Ref
    kind: RemarkKind
    text: str


async def make_many(session: AsyncSession, viewer: Viewer, items: Sequence[NewRemark], lesson: Ref | None) -> list[RemarkRow | Refused]:
    """Remark something about up to 100 pupils, in a lesson or apart from any; the answers stand in the order of the items.

    Three statements, however many; a fourth reads what was there already when an item is a repeat. Refused for an item: a pupil who is none of the viewer's
    (NOT_FOUND) or has left (BAD_INPUT), a lesson that is not of the pupil's class, or with which the viewer does not work (NOT_FOUND), one of a later day,
    a text that is empty or longer than 1000 characters (BAD_INPUT), the same id with different content (CONFLICT). As a whole: as `check_batch`.
    """
    check_batch([item.id for item in items], "items")
    around = await _surroundings(session, viewer, items, lesson)
    fresh: dict[UUID, RemarkRow] = {}
    refused: dict[UUID, Refused] = {}
    for item in sorted(items, key=lambda item: item.id):
        try:
            fresh[item.id] = _made(viewer, item, lesson, around.get(item.pupil))
        except Refused as refusal:
            refused[item.id] = refusal
    made = await _insert(session, fresh)
    await outbox.append(session, *(events.remark_made(remark) for remark in made.values()))
    stored = await _stored(session, viewer, [item for item in items if item.id in fresh and item.id not in made])
    return [made.get(item.id) or refused.get(item.id) or _repeat(fresh[item.id], stored.get(item.id)) for item in items]


async def withdraw(session: AsyncSession, viewer: Viewer, ref: Ref) -> RemarkRow:
    """Take one's own remark back; doing so twice is harmless. Refused: one that the viewer did not write (NOT_FOUND)."""
    mine = (Remark.school_id == ref.school_id, Remark.id == ref.id, selves(viewer, Remark.school_id, Remark.given_by))
    row = (await session.execute(REMARK.where(*mine).with_for_update())).one_or_none()
    if row is None or viewer.person_in(ref.school_id, *WRITERS) is None:
        raise not_found()
    remark = RemarkRow(*row)
    if remark.withdrawn_at is not None:
        return remark
    now = clock.now()
    await session.execute(sa.update(Remark).where(*mine).values(withdrawn_at=now).execution_options(synchronize_session=False))
    await outbox.append(session, events.remark_withdrawn(remark, now))
    return remark._replace(withdrawn_at=now)


async def _surroundings(session: AsyncSession, viewer: Viewer, items: Sequence[NewRemark], lesson: Ref | None) -> Mapping[Ref, Any]:
    """In one statement, the pupils about whom the viewer may write, each with the day of the lesson, if their class has it and the viewer works with it."""
    statement = sa.select(Pupil.school_id, Pupil.id, Pupil.left_on, School.time_zone).join(School, School.id == Pupil.school_id)
    if lesson is None:
        statement = statement.add_columns(sa.null().label("on_date"))
    else:
        on_date = (
            sa.select(Lesson.on_date).join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
            .where(Lesson.school_id == Pupil.school_id, Lesson.class_group_id == Pupil.class_group_id, Lesson.school_id == lesson.school_id,
                   Lesson.id == lesson.id, Lesson.on_date >= Pupil.enrolled_on, has(Lesson.pupil_group_id, Pupil.school_id, Pupil.id, Lesson.on_date),
                   visible_courses(viewer))
        )
        statement = statement.add_columns(on_date.correlate(Pupil).scalar_subquery().label("on_date"))
    keys = sorted({(item.pupil.school_id, item.pupil.id) for item in items})
    found = await session.execute(statement.where(sa.tuple_(Pupil.school_id, Pupil.id).in_(keys), remarkable_pupils(viewer)))
    return {Ref(row.school_id, row.id): row for row in found}


def _made(viewer: Viewer, item: NewRemark, lesson: Ref | None, around: Any) -> RemarkRow:
    """The remark that this item makes; refused as `make_many` says."""
    author = viewer.person_in(item.pupil.school_id, *WRITERS)
    if around is None or author is None or (lesson is not None and around.on_date is None):
        raise not_found()
    now = clock.now()
    today = clock.school_date(now, around.time_zone)
    if around.left_on is not None and around.left_on <= today:
        raise bad_input("the pupil has left")
    if lesson is not None and around.on_date > today:
        raise bad_input("the lesson lies in the future")
    text = required_text(item.text, "text", LONGEST_TEXT)
    return RemarkRow(item.pupil.school_id, item.id, item.pupil.id, None if lesson is None else lesson.id, item.kind, text, author, now, None)


async def _insert(session: AsyncSession, remarks: Mapping[UUID, RemarkRow]) -> dict[UUID, RemarkRow]:
    if not remarks:
        return {}
    statement = insert(session, Remark).on_conflict_do_nothing(index_elements=key_of(Remark)).returning(Remark.id)
    new = set(await session.scalars(statement, [remark._asdict() for remark in remarks.values()]))
    return {id_: remark for id_, remark in remarks.items() if id_ in new}


async def _stored(session: AsyncSession, viewer: Viewer, items: Sequence[NewRemark]) -> dict[UUID, RemarkRow]:
    if not items:
        return {}
    keys = sorted({(item.pupil.school_id, item.id) for item in items})
    found = await session.execute(REMARK.where(
        sa.tuple_(Remark.school_id, Remark.id).in_(keys), selves(viewer, Remark.school_id, Remark.given_by)))
    return {row.id: RemarkRow(*row) for row in found}


def _repeat(asked: RemarkRow, stored: RemarkRow | None) -> RemarkRow | Refused:
    """The answer for an item that made no remark: the one that it made before, or why not."""
    if stored is not None and stored[:7] == asked[:7]:
        return stored
    return conflict("another remark has this id")
