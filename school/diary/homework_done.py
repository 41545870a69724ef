"""Ticks: a pupil, or a guardian for them, marks homework as done, or as done no more; and what of it is overdue."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Area, Role, Viewer, act_in
from school.db import Moment, Rows, local_date
from school.diary import events
from school.diary.homework_models import HomeworkDone
from school.diary.homework_rows import HOMEWORK, HomeworkRow
from school.diary.inserts import insert, key_of
from school.diary.models import Homework, Lesson
from school.diary.policy import concerned
from school.diary.queries import MINE, check_child, homework_of
from school.errors import Code, Refused, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Pupil, School
from school.statements import Asking, Read, given

OVERDUE_DAYS = 14
"""How far back something is overdue: what is older is for nobody's evening any more."""
MOST_OVERDUE = 100


async def set_done(session: AsyncSession, viewer: Viewer, ref: Ref, child: Ref, *, done: bool) -> HomeworkRow:
    """Tick a homework of a child of the viewer's family, or take the tick away. Doing so twice is harmless, and told once.

    Refused as absent: another's child, and homework that does not concern this one. ALREADY_WITHDRAWN.
    """
    if child not in viewer.family(Area.DIARY) or child.school_id != ref.school_id:
        raise not_found()
    by, now = act_in(viewer, child.school_id, Role.PUPIL, Role.GUARDIAN), clock.now()
    homework = await concerning(session, ref, child)
    if homework.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "This homework is withdrawn.")
    if await (tick if done else _untick)(session, ref, child, by, now):
        await outbox.append(session, events.homework_done(homework, child.id, now, done=done))
        return homework._replace(done_at=now if done else None)
    return await concerning(session, ref, child)


async def concerning(session: AsyncSession, ref: Ref, child: Ref) -> HomeworkRow:
    """A homework that concerns the child, with the tick; refused as absent where there is none."""
    pupil = sa.and_(Pupil.school_id == Homework.school_id, Pupil.id == child.id, concerned(Pupil.id, Pupil.class_group_id))
    ticked = sa.and_(
        HomeworkDone.school_id == Homework.school_id, HomeworkDone.homework_id == Homework.id, HomeworkDone.pupil_id == Pupil.id, HomeworkDone.done)
    row = (await session.execute(
        HOMEWORK.join(Pupil, pupil).outerjoin(HomeworkDone, ticked).add_columns(HomeworkDone.at)
        .where(Homework.school_id == ref.school_id, Homework.id == ref.id))).one_or_none()
    if row is None:
        raise not_found()
    return HomeworkRow(*row)


async def tick(session: AsyncSession, ref: Ref, child: Ref, by: UUID, now: dt.datetime) -> bool:
    """Whether it was not ticked before: of two at once, one."""
    statement = insert(session, HomeworkDone).values(school_id=ref.school_id, homework_id=ref.id, pupil_id=child.id, done=True, by=by, at=now)
    changed = await session.execute(statement.on_conflict_do_update(
        index_elements=key_of(HomeworkDone), set_={name: statement.excluded[name] for name in ("done", "by", "at")},
        where=HomeworkDone.done.is_(False)).returning(HomeworkDone.pupil_id))
    return changed.one_or_none() is not None


async def _untick(session: AsyncSession, ref: Ref, child: Ref, by: UUID, now: dt.datetime) -> bool:
    changed = await session.execute(
        sa.update(HomeworkDone).where(
            HomeworkDone.school_id == ref.school_id, HomeworkDone.homework_id == ref.id, HomeworkDone.pupil_id == child.id, HomeworkDone.done)
        .values(done=False, by=by, at=now).returning(HomeworkDone.pupil_id).execution_options(synchronize_session=False))
    return changed.one_or_none() is not None


@Read
def _overdue(viewer: Asking) -> Rows:
    today, since = (local_date(given(name, Moment()), School.time_zone) for name in ("now", "since"))
    first = sa.select(Pupil.enrolled_on).where(*MINE).scalar_subquery()
    return homework_of(viewer).join(School, School.id == Lesson.school_id).where(
        Lesson.on_date >= first, Lesson.on_date < today, Lesson.on_date >= since, Lesson.cancelled_at.is_(None), HomeworkDone.at.is_(None),
    ).order_by(Lesson.on_date.desc(), Lesson.bell, Homework.id).limit(MOST_OVERDUE)


async def overdue(reader: Reader, viewer: Viewer, child: Ref) -> list[HomeworkRow]:
    """What a child should have done for the last two weeks and has not ticked, the latest first, a hundred at most; of lessons that were held, since the
    first day in the class."""
    now = clock.now()
    found = await reader.all(
        _overdue, viewer, school_id=child.school_id, person_id=child.id, now=now, since=now - dt.timedelta(days=OVERDUE_DAYS))
    if not found:
        await check_child(reader, viewer, child)
    return [HomeworkRow(*row) for row in found]
