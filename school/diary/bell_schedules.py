"""Bell schedules of a school, set by the office: another building's hours, a shortened day's; which one a class usually has."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import ADMINISTRATION, MEMBERS, Viewer, act_in
from school.db import Rows
from school.diary import bell_times
from school.diary.bell_times import Schoolbells
from school.diary.bells import MOST_BELLS, BellRow, check_bells
from school.diary.inserts import insert, key_of
from school.diary.retiming import Retiming, retime
from school.diary.texts import required_text
from school.diary.timetable import alone, lock
from school.diary.untouched import today_of
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.bell_models import Bell, BellDay, BellSchedule, ScheduleBell
from school.registry.models import ClassGroup
from school.registry.policy import in_schools
from school.statements import Asking, Read, given

LONGEST_NAME = 60
MOST_SCHEDULES = 50
"""Of one school, with those that are closed."""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule with its bells, by number."""

    school_id: int
    id: UUID
    name: str
    closed: bool
    bells: list[BellRow] = field(default_factory=list)


class Usual(NamedTuple):
    """Which schedule a class usually has; None is the regular bells."""

    school_id: int
    class_group_id: UUID
    schedule_id: UUID | None


_SCHEDULE: Rows = (
    sa.select(BellSchedule.school_id, BellSchedule.id, BellSchedule.name, BellSchedule.closed_at, ScheduleBell.number, ScheduleBell.starts_at,
              ScheduleBell.ends_at)
    .outerjoin(ScheduleBell, sa.and_(ScheduleBell.school_id == BellSchedule.school_id, ScheduleBell.schedule_id == BellSchedule.id))
    .order_by(BellSchedule.name, BellSchedule.id, ScheduleBell.number)
)


@Read
def _schedules(viewer: Asking) -> Rows:
    here = (BellSchedule.school_id == given("school_id"), in_schools(viewer, BellSchedule.school_id, *MEMBERS))
    return _SCHEDULE.where(*here).limit(MOST_SCHEDULES * MOST_BELLS)


async def of_school(reader: Reader, viewer: Viewer, school_id: int) -> list[ScheduleRow]:
    """A school's schedules beside the regular bells, by name, with those that are closed; of a school that is not the viewer's none. One statement."""
    return _grouped(await reader.all(_schedules, viewer, school_id=school_id))


def _grouped(rows: Sequence[Any]) -> list[ScheduleRow]:
    found: dict[UUID, ScheduleRow] = {}
    for school_id, id_, name, closed_at, *bell in rows:
        one = found.setdefault(id_, ScheduleRow(school_id, id_, name, closed_at is not None))
        if bell[0] is not None:
            one.bells.append(BellRow(*bell))
    return list(found.values())


async def _read(session: AsyncSession, school_id: int, id_: UUID) -> ScheduleRow | None:
    found = _grouped((await session.execute(_SCHEDULE.where(BellSchedule.school_id == school_id, BellSchedule.id == id_))).all())
    return found[0] if found else None


async def check_standing(session: AsyncSession, school_id: int, schedules: Collection[Ref]) -> None:
    """These schedules are the school's (NOT_FOUND), and none is closed (CLOSED)."""
    if not schedules:
        return
    ids = sorted({ref.id for ref in schedules})
    found = (await session.execute(
        sa.select(BellSchedule.closed_at).where(BellSchedule.school_id == school_id, BellSchedule.id.in_(ids)))).all()
    if len(found) < len(ids) or any(ref.school_id != school_id for ref in schedules):
        raise not_found()
    if any(row.closed_at is not None for row in found):
        raise Refused(Code.CLOSED, "the bell schedule is closed")


async def add(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, name: str, bells: Sequence[BellRow]) -> ScheduleRow:
    """Add a schedule with its bells, as the service; nobody has it yet. The client made the id; asking the same again is harmless.

    Refused: another school (NOT_FOUND), a name that is empty or longer than 60 characters, bells as `bells.set_` says, or a number that is no regular bell's
    (BAD_INPUT), the same id with other content (CONFLICT), the 51st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    row = ScheduleRow(school_id, id_, required_text(name, "name", LONGEST_NAME), closed=False, bells=sorted(bells))
    check_bells({}, bells)
    await alone(session, school_id)
    if (stored := await _read(session, school_id, id_)) is not None:
        if stored == row:
            return stored
        raise conflict("another bell schedule has this id")
    if (await session.scalar(sa.select(sa.func.count()).select_from(BellSchedule).where(BellSchedule.school_id == school_id)) or 0) >= MOST_SCHEDULES:
        raise Refused(Code.TOO_MANY, f"a school has at most {MOST_SCHEDULES} bell schedules")
    await check_numbers(session, school_id, bells)
    added = await session.execute(insert(session, BellSchedule).values(school_id=school_id, id=id_, name=row.name, closed_at=None).on_conflict_do_nothing(
        index_elements=key_of(BellSchedule)).returning(BellSchedule.id))
    if added.one_or_none() is None:
        raise conflict("another bell schedule has this id")
    await session.execute(insert(session, ScheduleBell).values([{"school_id": school_id, "schedule_id": id_, **bell._asdict()} for bell in bells]))
    return row


async def check_numbers(session: AsyncSession, school_id: int, bells: Sequence[BellRow]) -> None:
    """Each number of a schedule is a regular bell's (BAD_INPUT)."""
    hours = (await bell_times.read(session, [school_id], days=False))[school_id].hours
    if any((None, bell.number) not in hours for bell in bells):
        raise bad_input("the school has no such bell: its regular bells have all numbers")


async def set_bells(session: AsyncSession, viewer: Viewer, school_id: int, schedule: Ref | None, bells: Sequence[BellRow]) -> list[BellRow]:
    """Set when these lessons begin and end by a schedule, or by the regular one, on all its days; bells that are not named stay. As the service.

    Lessons from today on have the new hours, and their families are told; saying what is there already changes nothing. All bells are answered. Refused:
    another school or its schedule (NOT_FOUND), a closed schedule (CLOSED), bells as `check_bells` says, a number of a schedule that is no regular bell's
    (BAD_INPUT), lessons as `retime` says.
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    id_ = None if schedule is None else schedule.id
    check_bells({}, bells)
    await alone(session, school_id)
    await lock(session, viewer, [school_id], [])
    await check_standing(session, school_id, [] if schedule is None else [schedule])
    before = (await bell_times.read(session, [school_id]))[school_id]
    there = {number: BellRow(number, *hours) for (of, number), hours in before.hours.items() if of == id_}
    all_ = check_bells(there, bells)
    if id_ is not None:
        await check_numbers(session, school_id, bells)
    changed = [bell for bell in bells if there.get(bell.number) != bell]
    if changed:
        table: Any = Bell if id_ is None else ScheduleBell
        key = {"school_id": school_id} if id_ is None else {"school_id": school_id, "schedule_id": id_}
        statement = insert(session, table).values([{**key, **bell._asdict()} for bell in changed])
        await session.execute(statement.on_conflict_do_update(
            index_elements=key_of(table), set_={"starts_at": statement.excluded.starts_at, "ends_at": statement.excluded.ends_at}))
        after = Schoolbells({**before.hours, **{(id_, bell.number): (bell.starts_at, bell.ends_at) for bell in changed}}, before.days)
        await retime(session, Retiming(school_id, before, after, from_=await today_of(session, school_id)))
    return all_


async def rename(session: AsyncSession, viewer: Viewer, ref: Ref, name: str) -> ScheduleRow:
    """Call a schedule something else, as the service. Refused: another school's (NOT_FOUND), a closed one (CLOSED), a name as of `add` (BAD_INPUT)."""
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    name = required_text(name, "name", LONGEST_NAME)
    await check_standing(session, ref.school_id, [ref])
    here = (BellSchedule.school_id == ref.school_id, BellSchedule.id == ref.id)
    await session.execute(sa.update(BellSchedule).where(*here).values(name=name).execution_options(synchronize_session=False))
    return _grouped((await session.execute(_SCHEDULE.where(*here))).all())[0]


async def close(session: AsyncSession, viewer: Viewer, ref: Ref) -> ScheduleRow:
    """A schedule is used no more, as the service; doing so twice is harmless. Past lessons keep its hours.

    Refused: another school's (NOT_FOUND), one that a class usually has, or that a day to come has, or gives way on (BAD_INPUT).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    await alone(session, ref.school_id)
    found = await _read(session, *ref)
    if found is None:
        raise not_found()
    if found.closed:
        return found
    today = await today_of(session, ref.school_id)
    classes = sa.exists().where(
        ClassGroup.school_id == ref.school_id, ClassGroup.bell_schedule_id == ref.id, ClassGroup.closed_on.is_(None))
    days = sa.exists().where(
        BellDay.school_id == ref.school_id, BellDay.on_date >= today, BellDay.withdrawn_at.is_(None),
        sa.or_(BellDay.usual_id == ref.id, BellDay.schedule_id == ref.id))
    if await session.scalar(sa.select(sa.or_(classes, days))):
        raise bad_input("a class or a day to come has this bell schedule: give it another one first")
    await session.execute(
        sa.update(BellSchedule).where(BellSchedule.school_id == ref.school_id, BellSchedule.id == ref.id).values(closed_at=clock.now())
        .execution_options(synchronize_session=False))
    return ScheduleRow(found.school_id, found.id, found.name, closed=True, bells=found.bells)


async def give_class(session: AsyncSession, viewer: Viewer, group: Ref, schedule: Ref | None) -> Usual:
    """A class usually has this schedule, or the regular bells, from today on; its lessons have those hours, and its families are told. As the service.

    Saying what is so already changes nothing. Refused: a class or a schedule that is not there, has ended or is another school's (NOT_FOUND), a closed schedule
    (CLOSED), lessons as `retime` says.
    """
    act_in(viewer, group.school_id, *ADMINISTRATION)
    await alone(session, group.school_id)
    await check_standing(session, group.school_id, [] if schedule is None else [schedule])
    await lock(session, viewer, [group.school_id], [])
    wanted = None if schedule is None else schedule.id
    here = (ClassGroup.school_id == group.school_id, ClassGroup.id == group.id, ClassGroup.closed_on.is_(None))
    found = (await session.execute(sa.select(ClassGroup.bell_schedule_id).where(*here).with_for_update())).one_or_none()
    if found is None:
        raise not_found()
    if found.bell_schedule_id != wanted:
        await session.execute(sa.update(ClassGroup).where(*here).values(bell_schedule_id=wanted).execution_options(synchronize_session=False))
        bells = (await bell_times.read(session, [group.school_id]))[group.school_id]
        today = await today_of(session, group.school_id)
        await retime(session, Retiming(group.school_id, bells, bells, from_=today))
    return Usual(group.school_id, group.id, wanted)
