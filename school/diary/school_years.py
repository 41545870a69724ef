"""A school goes over to its next school year: each class a grade up as a class of its own, the last grade leaves, new classes come. ADR 28 says why so."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, ids, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.diary import course_events, next_year
from school.diary.inserts import insert
from school.diary.models import CourseScale, GradingScale
from school.diary.next_year import WORDS, Name, Obstacle, Plan, Wish
from school.diary.school_year_models import SchoolYear
from school.diary.timetable import alone
from school.errors import bad_input, conflict
from school.ids import Ref
from school.outbox import Event
from school.registry import leaving
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import ClassGroup, Course, Pupil, School, Staff, Subject


async def preview(session: AsyncSession, viewer: Viewer, school_id: int, wish: Wish) -> Plan:
    """What `start` would do, for the office and the head; four statements. Refused: another school (NOT_FOUND), and as `next_year.plan`."""
    act_in(viewer, school_id, *ADMINISTRATION)
    return await next_year.plan(session, school_id, wish)


async def latest(session: AsyncSession, viewer: Viewer, school_id: int) -> SchoolYear | None:
    """The year that was started last; refused as `preview`."""
    act_in(viewer, school_id, *ADMINISTRATION)
    return (await session.scalars(
        sa.select(SchoolYear).where(SchoolYear.school_id == school_id).order_by(SchoolYear.starts_on.desc()).limit(1))).one_or_none()


async def start(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, wish: Wish, *, with_courses: bool) -> SchoolYear:
    """Office or head starts the next school year, in one transaction and some twenty statements, however many classes. The client made the id.

    Each class becomes one of the next grade with its letter, teacher, usual bells, pupils and groups, `with_courses` with its courses (subject, teacher,
    scale, group), but for what is retired and who has left. Pupils of the last grade leave as `leaving` has it. The old classes and courses are over, and
    keep what was given in them. Families and gates are told of each pupil. Asking the same again is harmless.
    Refused: another school (NOT_FOUND), a first day that is far away (BAD_INPUT), another obstacle, or the same id with other content (CONFLICT), and as
    `next_year.plan`.
    """
    by, wish = act_in(viewer, school_id, *ADMINISTRATION), wish.checked()
    await alone(session, school_id)
    asked = {
        "school_id": school_id, "id": id_, "starts_on": wish.starts_on, "last_grade": wish.last_grade,
        "new_classes": [list(name) for name in wish.new_classes], "with_courses": with_courses}
    stored = (await session.scalars(_one(school_id, id_))).one_or_none()
    if stored is not None:
        if any(getattr(stored, name) != value for name, value in asked.items()):
            raise conflict("another school year has this id")
        return stored
    plan = await next_year.plan(session, school_id, wish, lock=True)
    if Obstacle.FAR_AWAY in plan.obstacles:
        raise bad_input(WORDS[Obstacle.FAR_AWAY])
    if plan.obstacles:
        raise conflict("; ".join(WORDS[one] for one in plan.obstacles))
    if not plan.classes:
        raise bad_input("the school has no classes")
    after = await _change_classes(session, plan)
    await _move(session, plan, after)
    parts = await _change_groups(session, plan, after)
    made = await _change_courses(session, plan, after, parts, with_courses=with_courses)
    leaving_ = {one.id for one in plan.classes if one.leaves}
    leavers = [one.id for one in plan.going if one.class_group_id in leaving_]
    await session.execute(insert(session, SchoolYear).values(
        **asked, classes=len(after), pupils=len(plan.going) - len(leavers), leavers=len(leavers), courses=made, by=by, at=clock.now()))
    await outbox.append(session, *_events(plan, after, leaving_, await _classes_of(session, plan)))
    return (await session.scalars(_one(school_id, id_))).one()


def _one(school_id: int, id_: UUID) -> sa.Select[SchoolYear]:
    return sa.select(SchoolYear).where(SchoolYear.school_id == school_id, SchoolYear.id == id_)


async def _change_classes(session: AsyncSession, plan: Plan) -> dict[UUID, UUID]:
    """The old classes are over, those of the new year are made; which goes on as which."""
    await session.execute(_update(ClassGroup).where(ClassGroup.school_id == plan.school_id, ClassGroup.closed_on.is_(None)).values(
        closed_on=plan.wish.starts_on))
    after = {one.id: ids.new() for one in plan.classes if one.becomes is not None}

    def row(id_: UUID, name: Name, teacher_id: UUID | None, bell_schedule_id: UUID | None) -> dict[str, Any]:
        return {
            "school_id": plan.school_id, "id": id_, "grade": name[0], "letter": name[1], "teacher_id": teacher_id, "bell_schedule_id": bell_schedule_id,
            "opened_on": plan.wish.starts_on}

    rows = [row(after[one.id], one.becomes, one.teacher_id, one.bell_schedule_id) for one in plan.classes if one.becomes is not None]
    rows += [row(ids.new(), name, None, None) for name in plan.wish.new_classes]
    if rows:
        await session.execute(insert(session, ClassGroup), rows)
    return after


async def _move(session: AsyncSession, plan: Plan, after: Mapping[UUID, UUID]) -> None:
    """The pupils: who goes on has a former class (who moved meanwhile has one already), who comes is in the new class of the same name, who is through
    leaves."""
    on = plan.wish.starts_on
    here = (Pupil.school_id == plan.school_id, sa.or_(Pupil.left_on.is_(None), Pupil.left_on > on))
    new, old = next_year.comes(on), Pupil.class_group_id
    columns = ("school_id", "pupil_id", "since", "until", "class_group_id")
    await session.execute(insert(session, FormerClass).from_select(columns, sa.select(
        Pupil.school_id, Pupil.id, Pupil.enrolled_on, sa.literal(on), old).where(*here, Pupil.enrolled_on < on, old.in_(sorted(after)))))
    await session.execute(_update(Pupil).where(*here, new, old.in_([one.id for one in plan.classes])).values(class_group_id=_namesake(0)))
    since = sa.case((Pupil.enrolled_on > on, Pupil.enrolled_on), else_=sa.literal(on, sa.Date()))  # who has moved since stays so from that day on
    await session.execute(_update(Pupil).where(*here, ~new, old.in_(sorted(after))).values(class_group_id=_namesake(1), enrolled_on=since))
    await session.execute(_update(Pupil).where(*here, ~new, old.in_([one.id for one in plan.classes if one.leaves])).values(left_on=on))


async def _classes_of(session: AsyncSession, plan: Plan) -> dict[UUID, UUID]:
    """In which class the newcomers are now."""
    if not plan.newcomers:
        return {}
    found = await session.execute(sa.select(Pupil.id, Pupil.class_group_id).join(
        ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id, ClassGroup.closed_on.is_(None)),
    ).where(Pupil.school_id == plan.school_id, next_year.comes(plan.wish.starts_on)))
    return {row.id: row.class_group_id for row in found}


def _namesake(grades: int) -> sa.ScalarSelect[UUID]:
    """The class of the new year with the letter of the pupil's, so many grades up."""
    was, new = aliased(ClassGroup), aliased(ClassGroup)
    return sa.select(new.id).join(was, sa.and_(was.school_id == new.school_id, was.grade + grades == new.grade, was.letter == new.letter)).where(
        new.school_id == Pupil.school_id, new.closed_on.is_(None), was.id == Pupil.class_group_id).correlate(Pupil).scalar_subquery()


async def _change_groups(session: AsyncSession, plan: Plan, after: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Of classes that go on the groups do, with those of their pupils who do; in the old ones nobody is any more. Which goes on as which."""
    on, old, new = plan.wish.starts_on, aliased(PupilGroup), aliased(PupilGroup)
    found = (await session.execute(
        sa.select(PupilGroup.id, PupilGroup.class_group_id, PupilGroup.division, PupilGroup.name).where(
            PupilGroup.school_id == plan.school_id, PupilGroup.class_group_id.in_(sorted(after)), PupilGroup.closed_at.is_(None)))).all()
    parts = {row.id: ids.new() for row in found}
    never = sa.case((GroupMember.since > on, GroupMember.since), else_=sa.literal(on, sa.Date()))
    if found:
        await session.execute(insert(session, PupilGroup), [
            {"school_id": plan.school_id, "id": parts[row.id], "class_group_id": after[row.class_group_id], "division": row.division, "name": row.name}
            for row in found])
        same = sa.and_(new.school_id == old.school_id, new.division == old.division, new.name == old.name, new.id.in_(sorted(parts.values())))
        await session.execute(insert(session, GroupMember).from_select(("school_id", "group_id", "pupil_id", "since"), (
            sa.select(GroupMember.school_id, new.id, GroupMember.pupil_id, never)
            .join(old, sa.and_(old.school_id == GroupMember.school_id, old.id == GroupMember.group_id))
            .join(new, same)
            .join(Pupil, sa.and_(
                Pupil.school_id == GroupMember.school_id, Pupil.id == GroupMember.pupil_id, Pupil.class_group_id == new.class_group_id))
            .where(GroupMember.school_id == plan.school_id, old.id.in_(sorted(parts)), GroupMember.until.is_(None)))))
    of_old = sa.select(PupilGroup.id).where(PupilGroup.school_id == plan.school_id, PupilGroup.class_group_id.in_([one.id for one in plan.classes]))
    await session.execute(_update(GroupMember).where(
        GroupMember.school_id == plan.school_id, GroupMember.group_id.in_(of_old), sa.or_(GroupMember.until.is_(None), GroupMember.until > never),
    ).values(until=never))
    return parts


async def _change_courses(
    session: AsyncSession, plan: Plan, after: Mapping[UUID, UUID], parts: Mapping[UUID, UUID], *, with_courses: bool,
) -> int:
    """The old courses are over; how many are made for the new year."""
    classes, now = sorted(one.id for one in plan.classes), clock.now()
    in_use = sa.select(GradingScale.id).where(GradingScale.school_id == plan.school_id, GradingScale.retired_at.is_(None))
    zone = sa.select(School.time_zone).where(School.id == plan.school_id).scalar_subquery()
    found = (await session.execute(
        sa.select(
            Course.class_group_id, Course.subject_id, Course.teacher_id, Course.pupil_group_id, CourseScale.scale_id, Staff.left_on, zone.label("zone"))
        .join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id, Subject.retired_at.is_(None)))
        .join(Staff, sa.and_(Staff.school_id == Course.school_id, Staff.id == Course.teacher_id))
        .outerjoin(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id, CourseScale.scale_id.in_(in_use)))
        .where(Course.school_id == plan.school_id, Course.class_group_id.in_(sorted(after)), Course.closed_at.is_(None), sa.literal(with_courses))
        .order_by(Course.id).with_for_update(of=Course))).all()
    await session.execute(_update(Course).where(
        Course.school_id == plan.school_id, Course.class_group_id.in_(classes), Course.closed_at.is_(None)).values(closed_at=now))
    going = [
        (ids.new(), row) for row in found if (row.left_on is None or row.left_on > clock.school_date(now, row.zone))
        and (row.pupil_group_id is None or row.pupil_group_id in parts)]  # a closed group does not go on
    if going:
        await session.execute(insert(session, Course), [
            {"school_id": plan.school_id, "id": id_, "class_group_id": after[row.class_group_id], "subject_id": row.subject_id, "teacher_id": row.teacher_id,
             "pupil_group_id": None if row.pupil_group_id is None else parts[row.pupil_group_id]}
            for id_, row in going])
    scaled = [{"school_id": plan.school_id, "id": id_, "scale_id": row.scale_id} for id_, row in going if row.scale_id is not None]
    if scaled:
        await session.execute(insert(session, CourseScale), scaled)
    return len(going)


def _events(plan: Plan, after: Mapping[UUID, UUID], leaving_: set[UUID], new: Mapping[UUID, UUID]) -> list[Event]:
    """Of each pupil one; the first day in the class of the new year is that of who comes or has moved since it has begun, or else the year's."""
    now, on = clock.now(), plan.wish.starts_on
    to = {one.id: after[one.class_group_id] for one in plan.going if one.class_group_id in after} | {one.id: new[one.id] for one in plan.newcomers}
    return [
        *(course_events.pupil_moved(Ref(plan.school_id, one.id), one.class_group_id, to[one.id], max(one.enrolled_on, on), now)
          for one in (*plan.going, *plan.newcomers) if one.id in to),
        *(leaving.ended(Pupil, Ref(plan.school_id, one.id), on, now) for one in plan.going if one.class_group_id in leaving_)]


def _update(table: Any) -> Any:
    return sa.update(table).execution_options(synchronize_session=False)
