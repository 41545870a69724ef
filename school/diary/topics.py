"""Topics: what was done in a lesson, as whoever gives it writes into the class register."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.batches import check_batch
from school.context import Viewer
from school.diary import events
from school.diary.lessons import LESSON, LessonRow, OwnLesson, attends, check_held, own_lessons
from school.diary.models import Lesson
from school.diary.policy import gives
from school.diary.texts import optional_text
from school.errors import Refused, not_found
from school.ids import Ref
from school.registry.models import Pupil

LONGEST = 200


@dataclass(frozen=True, slots=True)
class NewTopic:
    """What a lesson was about; None takes away what stands there."""

    lesson: Ref
    topic: str | None


async def set_many(session: AsyncSession, viewer: Viewer, items: Sequence[NewTopic]) -> list[LessonRow | Refused]:
    """Write the topics of up to 100 lessons, each answered with its lesson, in the order of the items. Five statements, however many.

    Saying what is there already changes nothing and tells nobody. Refused for an item: a lesson that the viewer does not give (NOT_FOUND), a cancelled one
    or one of a later day, a topic of more than 200 characters (BAD_INPUT), a closed term (CLOSED). As a whole: as `check_batch`.
    """
    check_batch([item.lesson for item in items], "items")
    known = await _known(session, viewer, [item.lesson for item in items])
    refused, changed = dict[Ref, Refused](), dict[Ref, str | None]()
    for item in items:
        try:
            topic = _checked(item, known)
        except Refused as refusal:
            refused[item.lesson] = refusal
            continue
        if topic != known[item.lesson][1]:
            changed[item.lesson] = topic
    await _write(session, changed, known)
    rows = {Ref(row.school_id, row.id): LessonRow(*row) for row in await session.execute(
        LESSON.where(sa.tuple_(Lesson.school_id, Lesson.id).in_(sorted({item.lesson for item in items})), gives(viewer)))}
    return [refused.get(item.lesson) or rows[item.lesson] for item in items]


_Known = Mapping[Ref, tuple[OwnLesson, str | None]]


async def _known(session: AsyncSession, viewer: Viewer, lessons: Sequence[Ref]) -> _Known:
    """The lessons that the viewer gives, each with its topic; of two who write one, one waits."""
    statement = own_lessons(viewer, lessons).add_columns(Lesson.topic).order_by(Lesson.school_id, Lesson.id)
    found = await session.execute(statement.with_for_update(of=Lesson, key_share=True))
    return {Ref(row[0], row[1]): (OwnLesson(*row[:-1]), row[-1]) for row in found}


def _checked(item: NewTopic, known: _Known) -> str | None:
    topic = optional_text(item.topic, "topic", LONGEST)
    if item.lesson not in known:
        raise not_found()
    check_held(known[item.lesson][0])
    return topic


async def _write(session: AsyncSession, changed: Mapping[Ref, str | None], known: _Known) -> None:
    if not changed:
        return
    table: Any = Lesson.__table__
    here = (table.c.school_id == sa.bindparam("key_school"), table.c.id == sa.bindparam("key_id"))
    await session.execute(sa.update(table).where(*here), [
        {"key_school": ref.school_id, "key_id": ref.id, "topic": topic} for ref, topic in changed.items()])
    pupils, now = await _pupils(session, changed), clock.now()
    await outbox.append(session, *(
        events.topic_set(known[ref][0], pupils[ref], now, old=known[ref][1], new=topic) for ref, topic in changed.items() if ref in pupils))


async def _pupils(session: AsyncSession, lessons: Mapping[Ref, str | None]) -> Mapping[Ref, list[UUID]]:
    """Who had these lessons; a lesson that nobody had is not named."""
    found = await session.execute(
        sa.select(Lesson.school_id, Lesson.id, Pupil.id.label("pupil_id")).join(Pupil, attends())
        .where(sa.tuple_(Lesson.school_id, Lesson.id).in_(sorted(lessons))).order_by(Pupil.id))
    pupils: dict[Ref, list[UUID]] = defaultdict(list)
    for row in found:
        pupils[Ref(row.school_id, row.id)].append(row.pupil_id)
    return pupils
