"""The GraphQL face of courses, for the office: added, given to another teacher, closed."""

from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import courses
from school.diary.screens import Course
from school.fields import Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind


@rows(description="A course of the school's list; one that is `closed` has no lessons to come.")
class SchoolCourse:
    """A course, as its office sees it."""

    course: Course
    closed: bool

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a course."""
        return cls(course=Course.from_row(row), closed=row.closed_at is not None)


@strawberry.type
class CourseQuery:
    """Queries of courses."""

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def school_courses(self, info: Info, class_group_id: strawberry.ID, closed: bool = False) -> list[SchoolCourse]:
        """A class's courses by subject, for office and head; `closed` with those that are over."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id)
        return [SchoolCourse.from_row(row) for row in await courses.of_class(info.context.reader, info.context.viewer, group, closed=closed)]


@strawberry.input(description="A new course. `id` is a UUIDv7 made by the client, so that it may ask again. Without a scale it gives no marks. "
                              "`groupId`: it is a group's of the class alone.")
class AddCourseInput:
    """What addCourse takes."""

    id: str
    class_group_id: strawberry.ID
    subject_id: strawberry.ID
    teacher_id: strawberry.ID
    scale_id: strawberry.ID | None = None
    group_id: strawberry.ID | None = None


@strawberry.input(description="Who teaches a course from now on.")
class ChangeCourseTeacherInput:
    """What changeCourseTeacher takes."""

    course_id: strawberry.ID
    teacher_id: strawberry.ID


@strawberry.input(description="Whether a course is over.")
class CloseCourseInput:
    """What closeCourse takes."""

    course_id: strawberry.ID
    closed: bool = True


@strawberry.type
class CourseMutation:
    """Mutations of courses."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_course(
        self, info: Info, input: AddCourseInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolCourse | Refusal, strawberry.union("AddCourseResult")]:
        """Let a subject be taught to a class, or a group of it, by a teacher. Repeating it is harmless; the same again under another id is a
        CONFLICT."""
        id_, group, subject = ids.client_id(input.id), ids.decode(Kind.CLASS_GROUP, input.class_group_id), ids.decode(Kind.SUBJECT, input.subject_id)
        teacher = ids.decode(Kind.PERSON, input.teacher_id)
        scale = None if input.scale_id is None else ids.decode(Kind.GRADING_SCALE, input.scale_id)
        part = None if input.group_id is None else ids.decode(Kind.PUPIL_GROUP, input.group_id)
        async with info.context.begin() as session:
            return SchoolCourse.from_row(await courses.add(session, info.context.viewer, id_, group, subject, teacher, scale, part))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_course_teacher(
        self, info: Info, input: ChangeCourseTeacherInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolCourse | Refusal, strawberry.union("ChangeCourseTeacherResult")]:
        """Another one teaches a course from now on: its gradebook and its lessons are theirs; the families are told."""
        course, teacher = ids.decode(Kind.COURSE, input.course_id), ids.decode(Kind.PERSON, input.teacher_id)
        async with info.context.begin() as session:
            return SchoolCourse.from_row(await courses.change_teacher(session, info.context.viewer, course, teacher))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def close_course(
        self, info: Info, input: CloseCourseInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolCourse | Refusal, strawberry.union("CloseCourseResult")]:
        """A course without lessons to come is over: its teacher's list has it no more, its gradebook stays. Or it goes on after all."""
        async with info.context.begin() as session:
            return SchoolCourse.from_row(
                await courses.close(session, info.context.viewer, ids.decode(Kind.COURSE, input.course_id), closed=input.closed))
