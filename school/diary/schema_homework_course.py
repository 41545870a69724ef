"""The GraphQL face of homework for those who teach: a course's list, who has done what, the load of a day, the school's hour."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area, Role
from school.diary import homework_course, homework_hour, homework_load
from school.diary.homework_types import CourseHomework, HomeworkHour, HomeworkLoad, HomeworkPupil
from school.fields import Info, Refusal, each, holds, mutation, no_one, query
from school.ids import Kind

From = Annotated[dt.date, strawberry.argument(name="from")]


@strawberry.type
class CourseHomeworkQuery:
    """Queries of those who teach."""

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, no_one)
    async def course_homework(self, info: Info, course_id: strawberry.ID, from_: From, to: dt.date) -> list[CourseHomework]:
        """A course's homework that is due in at most 31 days, the latest first: for its teacher, the class teacher and the office."""
        course = ids.decode(Kind.COURSE, course_id)
        found = await homework_course.course_homework(info.context.reader, info.context.viewer, course, from_, to)
        return [CourseHomework.from_row(row) for row in found]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, each(lambda pupil: pupil.person.id))
    async def homework_pupils(self, info: Info, homework_id: strawberry.ID) -> list[HomeworkPupil]:
        """Whom a homework concerns, by name, and who has done it."""
        ref = ids.decode(Kind.HOMEWORK, homework_id)
        return [HomeworkPupil.from_row(row) for row in await homework_course.progress(info.context.reader, info.context.viewer, ref)]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, no_one)
    async def homework_load(self, info: Info, class_group_id: strawberry.ID, from_: From, to: dt.date) -> list[HomeworkLoad]:
        """How much a class has to do for each of at most 31 days, in all subjects; days without anything are left out. For its teachers and the office."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id)
        return [HomeworkLoad.from_row(row) for row in await homework_load.class_load(info.context.reader, info.context.viewer, group, from_, to)]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, no_one)
    async def homework_hour(self, info: Info, school_id: strawberry.ID) -> dt.time | None:
        """Until which time of the school's clock, on the school day before, homework may be set; null: until any."""
        return await homework_hour.hour(info.context.reader, info.context.viewer, ids.decode(Kind.SCHOOL, school_id).school_id)


@strawberry.input(description="The school's hour for homework; null takes it away.")
class SetHomeworkHourInput:
    """What setHomeworkHour takes."""

    school_id: strawberry.ID
    latest: dt.time | None = None


@strawberry.type
class CourseHomeworkMutation:
    """Mutations of the school."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_homework_hour(
        self, info: Info, input: SetHomeworkHourInput,  # noqa: A002 - public name
    ) -> Annotated[HomeworkHour | Refusal, strawberry.union("SetHomeworkHourResult")]:
        """Say until when homework for the next school day is set; after it `setHomework` and `correctHomework` are TOO_LATE."""
        school = ids.decode(Kind.SCHOOL, input.school_id).school_id
        async with info.context.begin() as session:
            return HomeworkHour(latest=await homework_hour.set_hour(session, info.context.viewer, school, input.latest))
