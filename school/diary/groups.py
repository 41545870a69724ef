"""Groups within classes: added, renamed, closed by office or head; pupils come into them and leave them from a day on."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary import group_events
from school.diary.gradebook import PupilRow
from school.diary.inserts import insert, key_of
from school.diary.models import Attendance, Lesson, Mark
from school.diary.untouched import among
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import ClassGroup, Course, Person, Pupil, School
from school.registry.policy import in_schools
from school.registry.texts import line
from school.statements import Asking, Read, given

LONGEST = 40
"""Letters of a division's or a group's name."""
MOST_GROUPS = 50
"""Of one class, with those that are closed."""
MOST_PUPILS = 100
"""Of one group: as many as a class has."""
MOST_MEMBERS = MOST_GROUPS * MOST_PUPILS

GROUP: Rows = sa.select(
    PupilGroup.school_id, PupilGroup.id, PupilGroup.class_group_id, PupilGroup.division, PupilGroup.name, PupilGroup.closed_at)


@dataclass(frozen=True, slots=True)
class Group:
    """A group as its office sees it: how many courses that are not closed it has, and its pupils of now by name, with the day since which they are in it."""

    row: Any
    courses: int
    pupils: list[tuple[PupilRow, dt.date]] = field(default_factory=list)


@Read
def _groups(viewer: Asking) -> Rows:
    courses = sa.select(sa.func.count()).where(
        Course.school_id == PupilGroup.school_id, Course.pupil_group_id == PupilGroup.id, Course.closed_at.is_(None)).correlate(PupilGroup)
    return GROUP.add_columns(courses.scalar_subquery().label("courses")).where(
        PupilGroup.school_id == given("school_id"), PupilGroup.class_group_id == given("group_id", sa.Uuid()),
        in_schools(viewer, PupilGroup.school_id, *ADMINISTRATION)).order_by(PupilGroup.division, PupilGroup.name, PupilGroup.id).limit(MOST_GROUPS)


@Read
def _members(viewer: Asking) -> Rows:
    return (
        sa.select(
            GroupMember.group_id, GroupMember.since, Pupil.school_id, Pupil.id, Person.family_name, Person.given_name, Person.patronymic, Pupil.left_on)
        .join(PupilGroup, sa.and_(PupilGroup.school_id == GroupMember.school_id, PupilGroup.id == GroupMember.group_id))
        .join(Pupil, sa.and_(
            Pupil.school_id == GroupMember.school_id, Pupil.id == GroupMember.pupil_id, Pupil.class_group_id == PupilGroup.class_group_id))
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .where(
            PupilGroup.school_id == given("school_id"), PupilGroup.class_group_id == given("group_id", sa.Uuid()), GroupMember.until.is_(None),
            Pupil.left_on.is_(None), in_schools(viewer, PupilGroup.school_id, *ADMINISTRATION))
        .order_by(Person.sort_key, Pupil.id).limit(MOST_MEMBERS))


async def of_class(reader: Reader, viewer: Viewer, group: Ref) -> list[Group]:
    """A class's groups by division and name, with closed ones, for office and head; of another school none. Two statements."""
    groups, members = await reader.each((_groups, _members), viewer, school_id=group.school_id, group_id=group.id)
    found = {row.id: Group(row, row.courses) for row in groups}
    for row in members:
        found[row.group_id].pupils.append((PupilRow(*row[2:]), row.since))
    return list(found.values())


async def add(session: AsyncSession, viewer: Viewer, id_: UUID, group: Ref, division: str, name: str) -> Any:
    """The office or the head divides a class: `division` is what for ("English"), and groups of one division share no pupil. The client made the id.

    Asking the same again is harmless. Refused: a class of another school (NOT_FOUND), a division or a name that is not one line of 1 to 40 characters,
    a class that has ended (BAD_INPUT), a group of this name in the division, also a closed one, the same id with other content (CONFLICT), the 51st of a class
    (TOO_MANY).
    """
    act_in(viewer, group.school_id, *ADMINISTRATION)
    division, name = line(division, "division", LONGEST), line(name, "name", LONGEST)
    await _lock(session, group)
    there = await session.scalar(sa.select(sa.func.count()).select_from(PupilGroup).where(
        PupilGroup.school_id == group.school_id, PupilGroup.class_group_id == group.id)) or 0
    values = {"school_id": group.school_id, "id": id_, "class_group_id": group.id, "division": division, "name": name, "closed_at": None}
    if there < MOST_GROUPS:
        await session.execute(insert(session, PupilGroup).values(values).on_conflict_do_nothing())
    stored = (await session.execute(GROUP.where(PupilGroup.school_id == group.school_id, PupilGroup.id == id_))).one_or_none()
    if stored is None:
        if there < MOST_GROUPS:
            raise conflict("the division has a group of this name already, maybe a closed one")
        raise Refused(Code.TOO_MANY, f"a class has at most {MOST_GROUPS} groups")
    if tuple(stored)[:5] != tuple(values.values())[:5]:
        raise conflict("another group has this id")
    return stored


async def rename(session: AsyncSession, viewer: Viewer, ref: Ref, name: str) -> Any:
    """From now on a group is called something else. Refused: another school's (NOT_FOUND), a bad name (BAD_INPUT), one that another has (CONFLICT)."""
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    name = line(name, "name", LONGEST)
    old = await _locked(session, ref)
    if old.name != name:
        try:
            async with session.begin_nested():
                await session.execute(_update(ref).values(name=name))
        except sa.exc.IntegrityError:
            raise conflict("the division has a group of this name already, maybe a closed one") from None
    return await _one(session, ref)


async def close(session: AsyncSession, viewer: Viewer, ref: Ref, *, closed: bool) -> Any:
    """A group is over: it gets no courses and no pupils any more; what it had stays. Or it goes on after all. Saying what is so already changes nothing.

    Refused: another school's (NOT_FOUND), one of a class that has ended (BAD_INPUT), one with courses that are not closed (CONFLICT).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    old = await _locked(session, ref)
    if closed != (old.closed_at is not None):
        if closed and await session.scalar(sa.select(sa.exists().where(
                Course.school_id == ref.school_id, Course.pupil_group_id == ref.id, Course.closed_at.is_(None)))):
            raise conflict("the group has courses: close them first")
        await session.execute(_update(ref).values(closed_at=clock.now() if closed else None))
    return await _one(session, ref)


async def set_pupils(session: AsyncSession, viewer: Viewer, ref: Ref, pupils: Sequence[Ref], from_: dt.date) -> Any:
    """Office or head says who is in a group from a day on, tomorrow at the latest; until then it stays as it was. Eleven statements, however many.

    Who was in another group of the division is there no more from that day on; one whose leaving is known already stays where they are until then. The
    families of those for whom something changes are told. Saying what is so already changes nothing. Refused: a group of another school, a pupil of another
    class or who has left it (NOT_FOUND), a closed group, one pupil twice, a later day (BAD_INPUT), more than 100 pupils (TOO_MANY), one who goes and of
    whom lessons of the group from that day on say something, marks or a register (CONFLICT: a later day).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    wanted = {pupil.id for pupil in pupils}
    if len(wanted) != len(pupils):
        raise bad_input("pupilIds has the same pupil twice")
    if len(wanted) > MOST_PUPILS:
        raise Refused(Code.TOO_MANY, f"a group has at most {MOST_PUPILS} pupils")
    old = await _locked(session, ref)
    if old.closed_at is not None:
        raise bad_input("the group is closed")
    if from_ > clock.school_date(clock.now(), old.time_zone) + dt.timedelta(days=1):
        raise bad_input("from is tomorrow at the latest")
    here = set(await session.scalars(sa.select(Pupil.id).where(
        Pupil.school_id == ref.school_id, Pupil.class_group_id == old.class_group_id, Pupil.left_on.is_(None), among(Pupil.id, wanted))))
    if here != wanted or any(pupil.school_id != ref.school_id for pupil in pupils):
        raise not_found()
    rows = await _rows_of_division(session, old)
    await _write(session, old, wanted, [row for row in rows if row.group_id == ref.id or row.pupil_id in wanted], from_)
    return await _one(session, ref)


async def _rows_of_division(session: AsyncSession, group: Any) -> Sequence[Any]:
    """Who is, was, or will be in one of a division's groups; whoever is to leave the school stays where they are."""
    return (await session.execute(
        sa.select(GroupMember.group_id, GroupMember.pupil_id, GroupMember.since, GroupMember.until)
        .join(PupilGroup, sa.and_(PupilGroup.school_id == GroupMember.school_id, PupilGroup.id == GroupMember.group_id))
        .join(Pupil, sa.and_(Pupil.school_id == GroupMember.school_id, Pupil.id == GroupMember.pupil_id, Pupil.left_on.is_(None)))
        .where(PupilGroup.school_id == group.school_id, PupilGroup.class_group_id == group.class_group_id, PupilGroup.division == group.division)
        .order_by(GroupMember.since))).all()


async def _write(session: AsyncSession, group: Any, wanted: Collection[UUID], rows: Iterable[Any], from_: dt.date) -> None:
    """What is different from the day on: memberships that end, that go on after all, and that begin; and the families' news."""
    days: dict[tuple[UUID, UUID, dt.date], dt.date | None] = {}
    was: dict[UUID, UUID] = {}
    staying, gone = set[UUID](), set[tuple[UUID, UUID]]()
    for row in rows:
        stays = row.group_id == group.id and row.pupil_id in wanted
        again = stays and row.since == from_ and row.pupil_id not in staying  # it begins on this day, after all
        if row.until is not None and row.until <= max(from_, row.since) and not again:
            continue  # it is over by then, or was never so
        if row.until is None:
            was[row.pupil_id] = row.group_id
        if stays and row.since <= from_:
            staying.add(row.pupil_id)
        else:
            gone |= set() if stays else {(row.group_id, row.pupil_id)}
        until = None if stays and row.since <= from_ else max(row.since, from_)
        if until != row.until:
            days[row.group_id, row.pupil_id, row.since] = until
    days |= {(group.id, pupil, from_): None for pupil in wanted if pupil not in staying}
    if not days:
        return
    await _check_unsaid(session, group.school_id, gone, from_)
    statement = insert(session, GroupMember)
    await session.execute(
        statement.on_conflict_do_update(index_elements=key_of(GroupMember), set_={"until": statement.excluded.until}),
        [{"school_id": group.school_id, "group_id": of, "pupil_id": pupil, "since": since, "until": until} for (of, pupil, since), until in sorted(
            days.items(), key=lambda item: item[0])])
    changed = {pupil: was.get(pupil) for pupil in {key[1] for key in days}}
    await outbox.append(session, *(
        group_events.group_changed(group, pupil, old, new, from_, clock.now()) for pupil, old in sorted(changed.items())
        for new in [group.id if pupil in wanted else None] if old != new))


async def _check_unsaid(session: AsyncSession, school_id: int, gone: Collection[tuple[UUID, UUID]], from_: dt.date) -> None:
    """What lessons say of a pupil, they say of one who was there (CONFLICT).

    Until the transaction ends none says more: first the lessons are locked, then the pupils, as `class_moves` has it, and then they are looked at.
    """
    if not gone:
        return
    await session.execute(
        sa.select(Lesson.id).where(
            Lesson.school_id == school_id, among(Lesson.pupil_group_id, {group for group, _ in gone}),
            Lesson.on_date.between(from_, clock.now().date() + dt.timedelta(days=1)))
        .order_by(Lesson.id).with_for_update(of=Lesson, key_share=True))
    await session.execute(
        sa.select(Pupil.id).where(Pupil.school_id == school_id, among(Pupil.id, {pupil for _, pupil in gone})).order_by(Pupil.id).with_for_update(of=Pupil))
    says = (
        sa.select(table.lesson_id).join(Lesson, sa.and_(Lesson.school_id == table.school_id, Lesson.id == table.lesson_id)).where(
            table.school_id == school_id, sa.tuple_(Lesson.pupil_group_id, table.pupil_id).in_(sorted(gone)), Lesson.on_date >= from_,
            *((Mark.withdrawn_at.is_(None),) if table is Mark else ())).exists()
        for table in (Mark, Attendance))
    if await session.scalar(sa.select(sa.or_(*says))):
        raise conflict("lessons of the group have marks or register entries of a pupil who goes, from that day on")


async def leave(session: AsyncSession, pupil: Ref, on: dt.date) -> None:
    """Who moves to another class is in none of the old one's groups from that day on; `class_moves` tells of it."""
    mine = (GroupMember.school_id == pupil.school_id, GroupMember.pupil_id == pupil.id)
    never = sa.case((GroupMember.since > on, GroupMember.since), else_=sa.literal(on, sa.Date()))
    await session.execute(
        sa.update(GroupMember).where(*mine, sa.or_(GroupMember.until.is_(None), GroupMember.until > never)).values(until=never)
        .execution_options(synchronize_session=False))


async def check_open(session: AsyncSession, ref: Ref, group: Ref) -> None:
    """Whoever gives a group a course names one of this class (NOT_FOUND) that is not closed (BAD_INPUT); it cannot be closed meanwhile."""
    found = await _locked(session, ref)
    if Ref(found.school_id, found.class_group_id) != group:
        raise not_found()
    if found.closed_at is not None:
        raise bad_input("the group is closed")


async def _lock(session: AsyncSession, group: Ref) -> None:
    """One at a time divides a class. Refused: a class that is not there, one that has ended."""
    found = (await session.execute(
        sa.select(ClassGroup.closed_on).where(ClassGroup.school_id == group.school_id, ClassGroup.id == group.id)
        .with_for_update(key_share=True))).one_or_none()
    if found is None:
        raise not_found()
    if found.closed_on is not None:
        raise bad_input("the class has ended")


async def _locked(session: AsyncSession, ref: Ref) -> Any:
    """The group, with its school's time zone, while its class is locked."""
    found = (await session.execute(
        GROUP.add_columns(School.time_zone).join(School, School.id == PupilGroup.school_id)
        .where(PupilGroup.school_id == ref.school_id, PupilGroup.id == ref.id))).one_or_none()
    if found is None:
        raise not_found()
    await _lock(session, Ref(ref.school_id, found.class_group_id))
    return (await session.execute(
        GROUP.add_columns(School.time_zone).join(School, School.id == PupilGroup.school_id)
        .where(PupilGroup.school_id == ref.school_id, PupilGroup.id == ref.id))).one()


async def _one(session: AsyncSession, ref: Ref) -> Any:
    return (await session.execute(GROUP.where(PupilGroup.school_id == ref.school_id, PupilGroup.id == ref.id))).one()


def _update(ref: Ref) -> Any:
    return sa.update(PupilGroup).where(PupilGroup.school_id == ref.school_id, PupilGroup.id == ref.id).execution_options(synchronize_session=False)
