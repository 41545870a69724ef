"""The GraphQL face of timetables: a class's week for its office, setting it, and making lessons of it."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import class_timetables, lesson_plan
from school.diary.timetable_models import Weeks
from school.diary.timetable_types import LessonPlan, SlotClash, Timetable, TimetableClashes, WeeksName
from school.fields import Info, Refusal, holds, mutation, no_one, query
from school.ids import Kind


@strawberry.type
class TimetableQuery:
    """Queries of timetables."""

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def timetable(self, info: Info, class_group_id: strawberry.ID, date: dt.date) -> Timetable:
        """The week of a class as it is set for a day, with the class's courses."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id)
        return Timetable.from_row(await class_timetables.week(info.context.reader, info.context.viewer, group, date))


@strawberry.input(description="A lesson of the week. `weekday` is 1 (Monday) to 7; `shared` says that its teacher or its room may be another class's, too.")
class SlotInput:
    """A slot of setTimetable."""

    course_id: strawberry.ID
    weekday: int
    bell: int
    room: str | None = None
    weeks: Annotated[Weeks, WeeksName] = Weeks.EVERY
    shared: bool = False


@strawberry.input(description="A class's whole week from a day on, at most 60 slots; none ends its lessons. `id` is a UUIDv7 made by the client, so that it "
                              "may repeat.")
class SetTimetableInput:
    """What setTimetable takes."""

    id: str
    class_group_id: strawberry.ID
    starts_on: dt.date
    slots: list[SlotInput]


@strawberry.input(description="Of which days lessons are planned, both included, at most 190; of the school, or of one class.")
class PlanLessonsInput:
    """What planLessons takes."""

    school_id: strawberry.ID
    from_: dt.date = strawberry.field(name="from")
    to: dt.date
    class_group_id: strawberry.ID | None = None


@strawberry.type
class TimetableMutation:
    """Mutations of timetables."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_timetable(
        self, info: Info, input: SetTimetableInput,  # noqa: A002 - public name
    ) -> Annotated[Timetable | TimetableClashes | Refusal, strawberry.union("SetTimetableResult")]:
        """Set a class's week from a day on, until its next timetable begins. Lessons come of it by planLessons. What clashes is answered slot by slot, and
        nothing is changed then."""
        group = ids.decode(Kind.CLASS_GROUP, input.class_group_id)
        slots = [class_timetables.NewSlot(
            ids.decode(Kind.COURSE, slot.course_id), slot.weekday, slot.bell, slot.room, slot.weeks, slot.shared) for slot in input.slots]
        new = class_timetables.NewTimetable(ids.client_id(input.id), group, input.starts_on, slots)
        async with info.context.begin() as session:
            clashes = await class_timetables.set_(session, info.context.viewer, new)
        if clashes:
            return TimetableClashes(clashes=[SlotClash.from_row(group.school_id, clash) for clash in clashes])
        return Timetable.from_row(await class_timetables.week(info.context.reader, info.context.viewer, group, input.starts_on))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def plan_lessons(
        self, info: Info, input: PlanLessonsInput,  # noqa: A002 - public name
    ) -> Annotated[LessonPlan | Refusal, strawberry.union("PlanLessonsResult")]:
        """Make the lessons of these days as the timetables have them, none in holidays and outside the terms. What no timetable has any more is taken away,
        but for what is over or somebody has touched; families are told. Doing it again changes nothing."""
        school = ids.decode(Kind.SCHOOL, input.school_id).school_id
        group = ids.decode(Kind.CLASS_GROUP, input.class_group_id) if input.class_group_id is not None else None
        async with info.context.begin(as_service=True) as session:  # no viewer takes lessons away
            return LessonPlan.from_row(await lesson_plan.plan(session, info.context.viewer, school, input.from_, input.to, group))
