"""The GraphQL face of lessons: timetable, a child's day, a teacher's courses, lessons and gradebook."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.columns import wanted
from school.context import ADMINISTRATION, Area, Role
from school.diary import days, queries
from school.diary import gradebook as gradebooks
from school.diary.screens import ChildDay, Course, Gradebook
from school.diary.types import Lesson
from school.errors import bad_input
from school.fields import SIGNED_IN, Info, holds, named, no_one, query
from school.ids import Kind

From = Annotated[dt.date, strawberry.argument(name="from")]


@strawberry.type
class LessonQuery:
    """Queries of lessons."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def lessons(
        self, info: Info, from_: From, to: dt.date, class_group_id: strawberry.ID | None = None, child_id: strawberry.ID | None = None,
    ) -> list[Lesson]:
        """The timetable of a class or of a child (name one of them), both days included, at most 31 days. Cancelled lessons are in it."""
        if (class_group_id is None) == (child_id is None):
            raise bad_input("name either classGroupId or childId")
        reader, viewer = info.context.reader, info.context.viewer
        if child_id is not None:
            found = await queries.child_lessons(reader, viewer, ids.decode(Kind.PERSON, child_id), from_, to, wanted(info, Lesson))
        else:
            found = await queries.class_lessons(
                reader, viewer, ids.decode(Kind.CLASS_GROUP, class_group_id or ""), from_, to, wanted(info, Lesson))
        return [Lesson.from_row(row) for row in found]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def child_day(self, info: Info, child_id: strawberry.ID, date: dt.date) -> ChildDay:
        """A page of a child's diary: the day's lessons with bell times, room, homework, marks and attendance."""
        child = ids.decode(Kind.PERSON, child_id)
        return ChildDay.from_rows(child_id, date, date, await days.child_diary(info.context.reader, info.context.viewer, child, date, date))[0]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def child_days(self, info: Info, child_id: strawberry.ID, from_: From, to: dt.date) -> list[ChildDay]:
        """Some pages of a child's diary: one for each of these days, both included, at most a week."""
        child = ids.decode(Kind.PERSON, child_id)
        return ChildDay.from_rows(child_id, from_, to, await days.child_diary(info.context.reader, info.context.viewer, child, from_, to))

    @query(holds(Role.TEACHER), Area.DIARY, no_one)
    async def my_courses(self, info: Info) -> list[Course]:
        """The courses that the viewer teaches."""
        return [Course.from_row(row) for row in await gradebooks.my_courses(info.context.reader, info.context.viewer)]

    @query(holds(Role.TEACHER), Area.DIARY, no_one)
    async def my_lessons(self, info: Info, date: dt.date) -> list[Lesson]:
        """The lessons that the viewer gives on a day."""
        return [Lesson.from_row(row) for row in await gradebooks.my_lessons(info.context.reader, info.context.viewer, date)]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, lambda gradebook, _: [row.person.id for row in gradebook.pupils])
    async def gradebook(self, info: Info, course_id: strawberry.ID, from_: From, to: dt.date) -> Gradebook:
        """A course's lessons, pupils and marks in at most 190 days: for its teacher, the class teacher and the office."""
        course = ids.decode(Kind.COURSE, course_id)
        return Gradebook.from_row(await gradebooks.gradebook(info.context.reader, info.context.viewer, course, from_, to))
