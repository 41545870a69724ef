"""The GraphQL face of bells: the regular ones, other schedules beside them, which class usually has which, and days on which that is otherwise."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import bell_days, bell_schedules
from school.diary import bells as bell_verbs
from school.diary.types import opaque
from school.errors import Code, Refused, bad_input
from school.fields import ROWS, SIGNED_IN, Info, Refusal, holds, mutation, named, no_one, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group
from school.registry.types import ClassGroup, school_id


@rows(description="When the lesson of this number begins and ends, in the school's own time.")
class Bell:
    """A bell, of a `BellRow`."""

    number: int
    starts_at: dt.time
    ends_at: dt.time

    @classmethod
    def from_row(cls, row: bell_verbs.BellRow) -> Self:
        """From a row of `bells`."""
        return cls(number=row.number, starts_at=row.starts_at, ends_at=row.ends_at)


@rows(description="All bells of the school's regular hours, or of a schedule, by number.")
class Bells:
    """What setBells has made of them."""

    bells: list[Bell]


@rows(description="Other hours than the regular bells: another building's, a shortened day's. One that is `closed` is used no more.")
class BellSchedule:
    """A schedule, of a `ScheduleRow`."""

    id: strawberry.ID
    school_id: strawberry.ID
    name: str
    closed: bool
    bells: list[Bell]

    @classmethod
    def from_row(cls, row: bell_schedules.ScheduleRow) -> Self:
        """From a row of `bell_schedules`."""
        return cls(
            id=opaque(Kind.BELL_SCHEDULE, row.school_id, row.id), school_id=school_id(row.school_id), name=row.name, closed=row.closed,
            bells=[Bell.from_row(bell) for bell in row.bells])


@rows(description="A day on which the classes that usually have one schedule have another one, which is called `name`. Null is the regular bells, on either "
                  "side, which have no name.")
class BellDay:
    """A day, of a `BellDayRow`."""

    school_id: strawberry.ID
    date: dt.date
    usual_schedule_id: strawberry.ID | None
    schedule_id: strawberry.ID | None
    name: str | None

    @classmethod
    def from_row(cls, row: bell_days.BellDayRow) -> Self:
        """From a row of `bell_days`."""
        return cls(
            school_id=school_id(row.school_id), date=row.on_date, usual_schedule_id=_schedule(row.school_id, row.usual_id),
            schedule_id=_schedule(row.school_id, row.schedule_id), name=row.name)


@rows(description="What is otherwise than usual on a day.")
class BellDays:
    """What setBellDay has made of it."""

    days: list[BellDay]


@rows(description="Which schedule a class usually has; null is the regular bells.")
class ClassBells:
    """What setClassBells has made of it."""

    schedule_id: strawberry.ID | None
    group_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: bell_schedules.Usual) -> Self:
        """From what `bell_schedules.give_class` has answered."""
        return cls(schedule_id=_schedule(row.school_id, row.schedule_id), group_ref=Ref(row.school_id, row.class_group_id))

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class."""
        return load_class_group(info, self.group_ref)


def _schedule(school: int, id_: Any) -> strawberry.ID | None:
    return None if id_ is None else opaque(Kind.BELL_SCHEDULE, school, id_)


def _ref(id_: strawberry.ID | None) -> Ref | None:
    return None if id_ is None else ids.decode(Kind.BELL_SCHEDULE, id_)


@strawberry.type
class BellQuery:
    """Queries of bells."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def bells(self, info: Info, school_id: strawberry.ID) -> list[Bell]:
        """When the lessons of a day regularly begin and end at one of the viewer's schools."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [Bell.from_row(row) for row in await bell_verbs.of_school(info.context.reader, info.context.viewer, school)]

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def bell_schedules(self, info: Info, school_id: strawberry.ID) -> list[BellSchedule]:
        """The schedules beside the regular bells at one of the viewer's schools, by name; at most 50."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [BellSchedule.from_row(row) for row in await bell_schedules.of_school(info.context.reader, info.context.viewer, school)]

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def bell_days(self, info: Info, from_: Annotated[dt.date, strawberry.argument(name="from")], to: dt.date) -> list[BellDay]:
        """The days, of at most 400, on which classes of the viewer's schools have other bells than usual, in order; at most 1,000 are told."""
        return [BellDay.from_row(row) for row in await bell_days.in_days(info.context.reader, info.context.viewer, from_, to)]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def child_bell_days(
        self, info: Info, child_id: strawberry.ID, from_: Annotated[dt.date, strawberry.argument(name="from")], to: dt.date,
    ) -> list[BellDay]:
        """The days, of at most 400, on which a child's class has other bells than usual, in order; of past days none."""
        child = ids.decode(Kind.PERSON, child_id)
        return [BellDay.from_row(row) for row in await bell_days.of_child(info.context.reader, info.context.viewer, child, from_, to)]


@strawberry.input(description="When the lesson of this number begins and ends, in the school's own time.")
class BellInput:
    """An item of setBells."""

    number: int
    starts_at: dt.time
    ends_at: dt.time


@strawberry.input(description="Bells of the school, at most 20; those that are not named stay. They are the regular ones, unless a schedule is named.")
class SetBellsInput:
    """What setBells takes."""

    school_id: strawberry.ID
    schedule_id: strawberry.ID | None = None
    bells: list[BellInput]


@strawberry.input(description="Other hours than the regular ones, with bells of the same numbers. `id` is a UUIDv7 made by the client, so that it may repeat.")
class AddBellScheduleInput:
    """What addBellSchedule takes."""

    id: str
    school_id: strawberry.ID
    name: str
    bells: list[BellInput]


@strawberry.input(description="The classes that usually have one schedule have another one; null is the regular bells, on either side.")
class BellDayInput:
    """An item of setBellDay."""

    usual_schedule_id: strawberry.ID | None = None
    schedule_id: strawberry.ID | None = None


@strawberry.input(description="What is otherwise than usual on a day, for the classes of each usual schedule that is named, at most 50; all others have their "
                              "usual bells. No item takes everything back.")
class SetBellDayInput:
    """What setBellDay takes."""

    school_id: strawberry.ID
    date: dt.date
    schedules: list[BellDayInput]


@strawberry.type
class BellMutation:
    """Mutations of bells."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_bells(
        self, info: Info, input: SetBellsInput,  # noqa: A002 - public name
    ) -> Annotated[Bells | Refusal, strawberry.union("SetBellsResult")]:
        """Set when lessons begin and end, regularly or by a schedule, on all days from today on; families hear of it. Refused where lessons would share a
        teacher or a room at one time."""
        school = ids.decode(Kind.SCHOOL, input.school_id).school_id
        async with info.context.begin(as_service=True) as session:  # the lessons have other hours with it
            found = await bell_schedules.set_bells(session, info.context.viewer, school, _ref(input.schedule_id), _bells(input.bells))
            return Bells(bells=[Bell.from_row(row) for row in found])

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_bell_schedule(
        self, info: Info, input: AddBellScheduleInput,  # noqa: A002 - public name
    ) -> Annotated[BellSchedule | Refusal, strawberry.union("AddBellScheduleResult")]:
        """Add a schedule beside the regular bells; no class has it yet."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin(as_service=True) as session:
            return BellSchedule.from_row(await bell_schedules.add(session, info.context.viewer, school, id_, input.name, _bells(input.bells)))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def rename_bell_schedule(
        self, info: Info, schedule_id: strawberry.ID, name: str,
    ) -> Annotated[BellSchedule | Refusal, strawberry.union("RenameBellScheduleResult")]:
        """Call a schedule something else."""
        async with info.context.begin(as_service=True) as session:
            return BellSchedule.from_row(
                await bell_schedules.rename(session, info.context.viewer, ids.decode(Kind.BELL_SCHEDULE, schedule_id), name))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def close_bell_schedule(
        self, info: Info, schedule_id: strawberry.ID,
    ) -> Annotated[BellSchedule | Refusal, strawberry.union("CloseBellScheduleResult")]:
        """A schedule that no class and no day to come has is used no more. Doing so twice is harmless."""
        async with info.context.begin(as_service=True) as session:
            return BellSchedule.from_row(await bell_schedules.close(session, info.context.viewer, ids.decode(Kind.BELL_SCHEDULE, schedule_id)))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_class_bells(
        self, info: Info, class_group_id: strawberry.ID, schedule_id: strawberry.ID | None = None,
    ) -> Annotated[ClassBells | Refusal, strawberry.union("SetClassBellsResult")]:
        """Say which schedule a class usually has, from today on; none is the regular bells. Families hear of it. Refused as setBells."""
        async with info.context.begin(as_service=True) as session:
            return ClassBells.from_row(await bell_schedules.give_class(
                session, info.context.viewer, ids.decode(Kind.CLASS_GROUP, class_group_id), _ref(schedule_id)))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_bell_day(
        self, info: Info, input: SetBellDayInput,  # noqa: A002 - public name
    ) -> Annotated[BellDays | Refusal, strawberry.union("SetBellDayResult")]:
        """Say which bells classes have on a day that is not over, such as a shortened one, all of it at once. Families hear of it. Refused as setBells."""
        if len(input.schedules) > bell_schedules.MOST_SCHEDULES:
            raise Refused(Code.TOO_MANY, f"schedules holds at most {bell_schedules.MOST_SCHEDULES} items")
        wanted = {_ref(one.usual_schedule_id): _ref(one.schedule_id) for one in input.schedules}
        if len(wanted) < len(input.schedules):
            raise bad_input("one usual schedule is named twice")
        school = ids.decode(Kind.SCHOOL, input.school_id).school_id
        async with info.context.begin(as_service=True) as session:
            found = await bell_days.set_(session, info.context.viewer, school, input.date, wanted)
            return BellDays(days=[BellDay.from_row(row) for row in found])


def _bells(bells: list[BellInput]) -> list[bell_verbs.BellRow]:
    return [bell_verbs.BellRow(bell.number, bell.starts_at, bell.ends_at) for bell in bells]
