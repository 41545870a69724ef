"""Giving marks, many at once; `corrections` changes and withdraws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Viewer
from school.diary import events
from school.diary.batches import check_batch
from school.diary.inserts import insert, key_of
from school.diary.lessons import OwnLesson, check_held, check_pupil, own_lessons, was_in_class
from school.diary.mark_rows import MARK, Content, MarkRow, checked, revision_of
from school.diary.models import Lesson, Mark, MarkAction, MarkRevision
from school.diary.policy import gives
from school.errors import Refused, conflict, not_found
from school.ids import Ref
from school.registry.models import Pupil


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark to be given. The client made its id, so that it may ask again."""

    id: UUID
    pupil: Ref
    lesson: Ref
    content: Content


async def give_many(session: AsyncSession, viewer: Viewer, items: Sequence[NewMark]) -> list[MarkRow | Refused]:
    """Give up to 100 marks; the answers stand in the order of the items, and one bad item does not hold up the others.

    Four statements, however many marks; a fifth reads what was there already when an item is a repeat or is refused. A repeat is answered
    with the mark as it stands.
    Refused for an item: a lesson that the viewer does not give or a pupil not of its class (NOT_FOUND), a value outside the scale
    (OUT_OF_SCALE), a cancelled or future lesson, a pupil who was not at the school that day (BAD_INPUT), the same id with different content
    (CONFLICT). Refused as a whole: no item, or one id twice (BAD_INPUT), more than 100 (TOO_MANY).
    """
    check_batch([item.id for item in items], "items")
    around = await _surroundings(session, viewer, items)
    fresh: dict[UUID, MarkRow] = {}
    refused: dict[UUID, Refused] = {}
    for item in sorted(items, key=lambda item: item.id):  # one order for all, so that raced batches do not wait for each other in a circle
        try:
            fresh[item.id] = _made(item, around)
        except Refused as refusal:
            refused[item.id] = refusal
    given = await _insert(session, fresh)
    await _record(session, given)
    stored = await _stored(session, viewer, [item for item in items if item.id not in given])
    return [given.get(item.id) or _repeat(item, stored.get(item.id), refused.get(item.id)) for item in items]


_Around = dict[tuple[Ref, Ref | None], Any]


async def _surroundings(session: AsyncSession, viewer: Viewer, items: Sequence[NewMark]) -> _Around:
    """In one statement, the items' lessons that are the viewer's own, each with those of its pupils who are in its class, or were on that day."""
    wanted = sorted({(item.lesson.school_id, item.lesson.id, item.pupil.id) for item in items if item.lesson.school_id == item.pupil.school_id})
    was = was_in_class(Pupil.school_id, Pupil.id, Lesson.class_group_id, Lesson.on_date)
    statement = own_lessons(viewer, [item.lesson for item in items]).outerjoin(Pupil, sa.and_(
        Pupil.school_id == Lesson.school_id, sa.or_(Pupil.class_group_id == Lesson.class_group_id, was),
        sa.tuple_(Lesson.school_id, Lesson.id, Pupil.id).in_(wanted) if wanted else sa.false(),
    )).add_columns(Pupil.id, Pupil.enrolled_on, Pupil.left_on, was)
    around: _Around = {}
    for *columns, pupil_id, enrolled_on, left_on, was_there in await session.execute(statement):
        lesson = OwnLesson(*columns)
        key = Ref(lesson.school_id, lesson.id)
        around[key, None] = lesson
        if pupil_id is not None:
            around[key, Ref(lesson.school_id, pupil_id)] = (lesson.on_date, None) if was_there else (enrolled_on, left_on)
    return around


def _made(item: NewMark, around: _Around) -> MarkRow:
    """The mark that this item makes; refused as `give_many` says."""
    lesson: OwnLesson | None = around.get((item.lesson, None))
    days = around.get((item.lesson, item.pupil))
    if lesson is None or days is None:
        raise not_found()
    check_held(lesson)
    check_pupil(lesson, *days)
    content = checked(item.content, lesson.lowest, lesson.highest)
    return MarkRow(
        lesson.school_id, item.id, item.pupil.id, lesson.id, lesson.course_id, lesson.subject_id, lesson.on_date,
        *content, revision=1, given_by=lesson.teacher_id, given_at=clock.now(), withdrawn_at=None,
    )


async def _insert(session: AsyncSession, marks: Mapping[UUID, MarkRow]) -> dict[UUID, MarkRow]:
    """Insert what is not there yet; the marks that this call has given."""
    if not marks:
        return {}
    columns = [column.name for column in Mark.__table__.columns]
    statement = insert(session, Mark).on_conflict_do_nothing(index_elements=key_of(Mark)).returning(Mark.id)
    found = await session.scalars(statement, [{name: getattr(mark, name) for name in columns} for mark in marks.values()])
    new = set(found)
    return {id_: mark for id_, mark in marks.items() if id_ in new}


async def _record(session: AsyncSession, given: Mapping[UUID, MarkRow]) -> None:
    """The first revision and the event of each new mark."""
    if not given:
        return
    await session.execute(insert(session, MarkRevision), [revision_of(mark, MarkAction.GIVEN, None, mark.given_by, mark.given_at) for mark in given.values()])
    await outbox.append(session, *(events.mark_given(mark) for mark in given.values()))


async def _stored(session: AsyncSession, viewer: Viewer, items: Sequence[NewMark]) -> dict[UUID, tuple[MarkRow, Content]]:
    """The marks of the lessons that the viewer gives that are there under these ids, each with what it was when it was given."""
    if not items:
        return {}
    keys = sorted({(item.lesson.school_id, item.id) for item in items})
    first = sa.and_(MarkRevision.school_id == Mark.school_id, MarkRevision.mark_id == Mark.id, MarkRevision.revision == 1)
    statement = MARK.join(MarkRevision, first).where(sa.tuple_(Mark.school_id, Mark.id).in_(keys), gives(viewer)).add_columns(
        MarkRevision.value, MarkRevision.weight, MarkRevision.work, MarkRevision.comment)
    size = len(MarkRow._fields)
    return {row[1]: (MarkRow(*row[:size]), Content(*row[size:])) for row in await session.execute(statement)}


def _repeat(item: NewMark, stored: tuple[MarkRow, Content] | None, refused: Refused | None) -> MarkRow | Refused:
    """The answer for an item that made no mark: the mark that it made before, or why not."""
    if stored is not None:
        mark, first = stored
        comment = (item.content.comment or "").strip() or None
        if (mark.pupil_id, mark.lesson_id, first) == (item.pupil.id, item.lesson.id, item.content._replace(comment=comment)):
            return mark
    return refused or conflict("another mark has this id")
