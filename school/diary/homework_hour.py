"""Until which hour homework for the next school day may be set: the school's office or head decides."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, Role, Viewer, act_in
from school.db import Rows
from school.diary.homework_models import HomeworkRule
from school.diary.inserts import insert, key_of
from school.diary.lessons import OwnLesson
from school.diary.models import Lesson
from school.errors import Code, Refused, bad_input, not_found
from school.outbox import Event
from school.reading import Reader
from school.registry.policy import in_schools
from school.statements import Asking, Read, given

HOUR_SET = "diary.homework_hour_set"
"""Told to nobody: it goes into the record of whoever has set it."""


async def set_hour(session: AsyncSession, viewer: Viewer, school_id: int, latest: dt.time | None) -> dt.time | None:
    """From now on homework is set until this time of the school's clock on the school day before; null: until any. Saying it twice changes nothing.

    Refused as absent: another school. BAD_INPUT: seconds.
    """
    by = act_in(viewer, school_id, *ADMINISTRATION)
    if latest is not None and (latest.second or latest.microsecond or latest.tzinfo is not None):
        raise bad_input("latest is hours and minutes of the school's clock")
    statement = insert(session, HomeworkRule).values(school_id=school_id, latest=latest)
    changed = await session.execute(statement.on_conflict_do_update(
        index_elements=key_of(HomeworkRule), set_={"latest": statement.excluded.latest},
        where=HomeworkRule.latest.is_distinct_from(statement.excluded.latest)).returning(HomeworkRule.school_id))
    if changed.one_or_none() is not None:
        payload = {"latest": None if latest is None else f"{latest:%H:%M}"}
        await outbox.append(session, Event(HOUR_SET, school_id, (), payload, clock.now(), concerns=(by,)))
    return latest


async def closed(session: AsyncSession, lesson: OwnLesson) -> Refused | None:
    """Why it is too late for homework for this lesson: the hour has passed on the school day before, the class's last one with a lesson that is held.

    So what is due on Monday is set until Friday's evening. Before a class's very first day nothing is too late.
    """
    before = (
        sa.select(sa.func.max(Lesson.on_date))
        .where(Lesson.school_id == lesson.school_id, Lesson.class_group_id == lesson.class_group_id, Lesson.on_date < lesson.on_date,
               Lesson.cancelled_at.is_(None))
        .scalar_subquery())
    rule = (await session.execute(
        sa.select(HomeworkRule.latest, before.label("day")).where(HomeworkRule.school_id == lesson.school_id))).one_or_none()
    if rule is None or rule.latest is None or rule.day is None or clock.now() < clock.school_moment(rule.day, rule.latest, lesson.time_zone):
        return None
    return Refused(Code.TOO_LATE, f"homework for {lesson.on_date} could be set until {rule.latest:%H:%M} on {rule.day}")


@Read
def _hour(viewer: Asking) -> Rows:
    return sa.select(HomeworkRule.latest).where(
        HomeworkRule.school_id == given("school_id"), in_schools(viewer, HomeworkRule.school_id, *ADMINISTRATION, Role.TEACHER))


async def hour(reader: Reader, viewer: Viewer, school_id: int) -> dt.time | None:
    """The hour of a school, for its teachers, office and head; null where there is none. Refused as absent: another school."""
    if school_id not in viewer.schools(*ADMINISTRATION, Role.TEACHER):
        raise not_found()
    found = await reader.all(_hour, viewer, school_id=school_id)
    return found[0].latest if found else None
