"""A school's courses: added, given to another teacher, closed, by office or head."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary import course_events, groups, timetable
from school.diary.bell_times import at_one_time
from school.diary.class_groups import check_teacher, pupils_of_class
from school.diary.gradebook import COURSE
from school.diary.inserts import insert
from school.diary.models import CourseScale, GradingScale, Lesson
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry import subjects
from school.registry.models import ClassGroup, Course, School, Subject
from school.registry.policy import in_schools
from school.statements import Asking, Read, given

MOST_COURSES = 100
"""Of one class, with those that are closed; of one school."""

_SCHOOL_COURSE: Rows = COURSE.add_columns(Course.closed_at)


@Read
def _courses(viewer: Asking, closed: bool) -> Rows:
    mine = _SCHOOL_COURSE.where(
        Course.school_id == given("school_id"), Course.class_group_id == given("group_id", sa.Uuid()), in_schools(viewer, Course.school_id, *ADMINISTRATION))
    return (mine if closed else mine.where(Course.closed_at.is_(None))).order_by(Subject.name, Course.id).limit(MOST_COURSES)


async def of_class(reader: Reader, viewer: Viewer, group: Ref, *, closed: bool) -> Sequence[Any]:
    """A class's courses by subject, for office and head, `closed` with those that are over; of another school none. One statement."""
    return await reader.all(_courses, viewer, closed, school_id=group.school_id, group_id=group.id)


async def add(
    session: AsyncSession, viewer: Viewer, id_: UUID, group: Ref, subject: Ref, teacher: Ref, scale: Ref | None, part: Ref | None = None,
) -> Any:
    """The office or the head has a subject taught to a class, or to a part of it (a group), by a teacher; without a scale the course gives no marks.

    The client made the id; asking the same again is harmless. Refused: what is of another school, a group of another class (NOT_FOUND), a teacher who
    has left, a retired subject or scale, a closed group (BAD_INPUT), a course of the same class or group, subject and teacher, also a closed one,
    or the same id with other content (CONFLICT), the 101st of a class (TOO_MANY).
    """
    school_id = group.school_id
    act_in(viewer, school_id, *ADMINISTRATION)
    known = (await session.execute(
        sa.select(
            sa.exists().where(GradingScale.school_id == school_id, GradingScale.id == (scale or group).id, sa.literal(scale is not None)).label("scale"),
            sa.exists().where(
                GradingScale.school_id == school_id, GradingScale.id == (scale or group).id, GradingScale.retired_at.is_not(None)).label("retired"),
            sa.select(sa.func.count()).where(Course.school_id == school_id, Course.class_group_id == group.id).scalar_subquery().label("courses"))
        .select_from(ClassGroup).where(ClassGroup.school_id == school_id, ClassGroup.id == group.id, ClassGroup.closed_on.is_(None)))).one_or_none()
    if known is None or {subject.school_id, teacher.school_id} != {school_id} or (scale is not None and not (known.scale and scale.school_id == school_id)):
        raise not_found()
    if scale is not None and known.retired:
        raise bad_input("the scale is not in use any more")
    await subjects.in_use(session, subject, school_id)
    await check_teacher(session, school_id, teacher)
    if part is not None:
        await groups.check_open(session, part, group)
    values = {
        "school_id": school_id, "id": id_, "class_group_id": group.id, "subject_id": subject.id, "teacher_id": teacher.id, "closed_at": None,
        "pupil_group_id": None if part is None else part.id}
    if known.courses < MOST_COURSES:
        made = await session.execute(insert(session, Course).values(values).on_conflict_do_nothing().returning(Course.id))
        if made.one_or_none() is not None and scale is not None:
            await session.execute(insert(session, CourseScale).values(school_id=school_id, id=id_, scale_id=scale.id))
    stored = (await session.execute(_SCHOOL_COURSE.add_columns(CourseScale.scale_id).where(Course.school_id == school_id, Course.id == id_))).one_or_none()
    if stored is None:
        raise (conflict("there is such a course already, maybe a closed one") if known.courses < MOST_COURSES
               else Refused(Code.TOO_MANY, f"a class has at most {MOST_COURSES} courses"))
    if any(getattr(stored, name) != value for name, value in values.items()) or stored.scale_id != (None if scale is None else scale.id):
        raise conflict("another course has this id")
    return stored


async def change_teacher(session: AsyncSession, viewer: Viewer, ref: Ref, teacher: Ref) -> Any:
    """From now on another one teaches a course: its gradebook, what is in it, and its lessons, but for those that a substitution gives to somebody.

    Who gave which mark stays as it is; the families of its pupils are told. Saying who does already changes nothing. Refused: what is of another school
    (NOT_FOUND), a teacher who has left, a closed course (BAD_INPUT), one who has such a course already (CONFLICT), or a lesson at the moment of one of the
    course's to come (TEACHER_TAKEN).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    await timetable.lock(session, viewer, [ref.school_id], [])
    old = await _locked(session, ref)
    if old.teacher_id == teacher.id and teacher.school_id == ref.school_id:
        return await _one(session, ref)
    if old.closed_at is not None:
        raise bad_input("the course is closed")
    await check_teacher(session, ref.school_id, teacher)
    if await session.scalar(sa.select(_clashes(ref, teacher.id, clock.school_date(clock.now(), old.time_zone)))):
        raise Refused(Code.TEACHER_TAKEN, "the teacher gives another lesson at the moment of one of the course's")
    try:
        async with session.begin_nested():
            await session.execute(_update(ref).values(teacher_id=teacher.id))
    except sa.exc.IntegrityError:
        raise conflict("this teacher has such a course already, maybe a closed one") from None
    pupils = await pupils_of_class(session, Ref(ref.school_id, old.class_group_id), old.pupil_group_id)
    await outbox.append(session, course_events.course_teacher_changed(ref, old.subject_id, old.teacher_id, teacher.id, pupils, clock.now()))
    return await _one(session, ref)


async def close(session: AsyncSession, viewer: Viewer, ref: Ref, *, closed: bool) -> Any:
    """A course is over: it has no lessons to come, and is in no list of what its teacher teaches; marks and gradebook stay. Or it goes on after all.

    Saying what is so already changes nothing. Refused: a course of another school (NOT_FOUND), one with lessons after today (CONFLICT), one that would
    go on for a class that has ended, or for a closed group (BAD_INPUT).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    if not closed:
        await timetable.alone(session, ref.school_id)  # no school year is started meanwhile
    await timetable.lock(session, viewer, [ref.school_id], [])
    old = await _locked(session, ref)
    if closed != (old.closed_at is not None):
        today = clock.school_date(clock.now(), old.time_zone)
        if closed and await session.scalar(sa.select(sa.exists().where(
                Lesson.school_id == ref.school_id, Lesson.course_id == ref.id, Lesson.on_date > today, Lesson.cancelled_at.is_(None)))):
            raise conflict("the course has lessons to come")
        if not closed and old.closed_on is not None:
            raise bad_input("the class has ended")
        if not closed and old.pupil_group_id is not None:
            await groups.check_open(session, Ref(ref.school_id, old.pupil_group_id), Ref(ref.school_id, old.class_group_id))
        await session.execute(_update(ref).values(closed_at=clock.now() if closed else None))
    return await _one(session, ref)


async def _locked(session: AsyncSession, ref: Ref) -> Any:
    found = (await session.execute(
        sa.select(
            Course.class_group_id, Course.subject_id, Course.teacher_id, Course.closed_at, School.time_zone, Course.pupil_group_id,
            ClassGroup.closed_on)
        .join(School, School.id == Course.school_id)
        .join(ClassGroup, sa.and_(ClassGroup.school_id == Course.school_id, ClassGroup.id == Course.class_group_id))
        .where(Course.school_id == ref.school_id, Course.id == ref.id).with_for_update(of=Course))).one_or_none()
    if found is None:
        raise not_found()
    return found


async def _one(session: AsyncSession, ref: Ref) -> Any:
    return (await session.execute(_SCHOOL_COURSE.where(Course.school_id == ref.school_id, Course.id == ref.id))).one()


def _update(ref: Ref) -> Any:
    return sa.update(Course).where(Course.school_id == ref.school_id, Course.id == ref.id).execution_options(synchronize_session=False)


def _clashes(ref: Ref, teacher_id: UUID, today: Any) -> sa.Exists:
    """Whether a teacher gives a lesson at the time of one of the course's from today on, by whatever bells; one that is held together with it is none."""
    mine, other, taught = aliased(Lesson), aliased(Lesson), aliased(Course)
    same_day = sa.and_(other.school_id == mine.school_id, other.on_date == mine.on_date, other.id != mine.id, other.cancelled_at.is_(None))
    pairs = sa.select(mine.id).join(other, same_day).join(taught, sa.and_(taught.school_id == other.school_id, taught.id == other.course_id)).where(
        mine.school_id == ref.school_id, mine.course_id == ref.id, mine.on_date >= today, mine.cancelled_at.is_(None), mine.substitute_id.is_(None),
        other.merged_with_id.is_distinct_from(mine.id), mine.merged_with_id.is_distinct_from(other.id),
        sa.or_(mine.merged_with_id.is_(None), mine.merged_with_id.is_distinct_from(other.merged_with_id)),
        sa.func.coalesce(other.substitute_id, taught.teacher_id) == teacher_id)
    return at_one_time(pairs, mine, other).exists()
