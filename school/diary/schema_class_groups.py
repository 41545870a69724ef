"""The GraphQL face of classes, for the office: added, led by somebody, and pupils who move between them."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import class_groups, class_moves
from school.diary.types import opaque
from school.fields import ROWS, Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group, load_person
from school.registry.types import ClassGroup, Person


@rows(description="A class with who leads it.")
class LedClass:
    """A class, as its office sees it."""

    class_group: ClassGroup
    teacher_ref: strawberry.Private[Ref | None]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a class."""
        return cls(class_group=ClassGroup.from_row(row), teacher_ref=_leader(row))

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """The class teacher; null where nobody is."""
        return None if self.teacher_ref is None else load_person(info, self.teacher_ref)


@rows(description="A class of the school's list: how many pupils are in it now, how many courses it has that are not closed, and which "
                  "bell schedule it usually has (null: the regular bells).")
class SchoolClass(LedClass):
    """A row of `class_groups.of_school`."""

    pupils: int
    courses: int
    bell_schedule_id: strawberry.ID | None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `class_groups.of_school`."""
        return cls(
            class_group=ClassGroup.from_row(row), teacher_ref=_leader(row), pupils=row.pupils, courses=row.courses,
            bell_schedule_id=None if row.bell_schedule_id is None else opaque(Kind.BELL_SCHEDULE, row.school_id, row.bell_schedule_id))


@rows(description="In which class a pupil is, and from which day on.")
class PupilMove:
    """What movePupil did."""

    pupil_id: strawberry.ID
    on: dt.date
    group_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: class_moves.Moved) -> Self:
        """From what `class_moves.move` has found."""
        return cls(pupil_id=opaque(Kind.PERSON, row.school_id, row.pupil_id), on=row.on, group_ref=Ref(row.school_id, row.class_group_id))

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class."""
        return load_class_group(info, self.group_ref)


@strawberry.type
class ClassGroupQuery:
    """Queries of classes."""

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def school_classes(self, info: Info, school_id: strawberry.ID) -> list[SchoolClass]:
        """A school's classes, for its office and head."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [SchoolClass.from_row(row) for row in await class_groups.of_school(info.context.reader, info.context.viewer, school)]


@strawberry.input(description="A new class. `id` is a UUIDv7 made by the client, so that it may ask again; `grade` is 1 to 12, `letter` 1 to 4 letters.")
class AddClassGroupInput:
    """What addClassGroup takes."""

    id: str
    school_id: strawberry.ID
    grade: int
    letter: str
    teacher_id: strawberry.ID | None = None


@strawberry.input(description="Who leads a class from now on; left out: nobody.")
class ChangeClassTeacherInput:
    """What changeClassTeacher takes."""

    class_group_id: strawberry.ID
    teacher_id: strawberry.ID | None = None


@strawberry.input(description="A pupil, another class of the school, and the first day in it: tomorrow at the latest.")
class MovePupilInput:
    """What movePupil takes."""

    pupil_id: strawberry.ID
    class_group_id: strawberry.ID
    on: dt.date


@strawberry.type
class ClassGroupMutation:
    """Mutations of classes."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_class_group(
        self, info: Info, input: AddClassGroupInput,  # noqa: A002 - public name
    ) -> Annotated[LedClass | Refusal, strawberry.union("AddClassGroupResult")]:
        """Add a class. Repeating it is harmless; a name that another one has is a CONFLICT."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin() as session:
            row = await class_groups.add(session, info.context.viewer, school, id_, input.grade, input.letter, _teacher(input.teacher_id))
        return LedClass.from_row(row)

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_class_teacher(
        self, info: Info, input: ChangeClassTeacherInput,  # noqa: A002 - public name
    ) -> Annotated[LedClass | Refusal, strawberry.union("ChangeClassTeacherResult")]:
        """Another one leads a class from now on, and has the rights of its class teacher; the families are told."""
        group = ids.decode(Kind.CLASS_GROUP, input.class_group_id)
        async with info.context.begin() as session:
            return LedClass.from_row(await class_groups.change_teacher(session, info.context.viewer, group, _teacher(input.teacher_id)))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def move_pupil(
        self, info: Info, input: MovePupilInput,  # noqa: A002 - public name
    ) -> Annotated[PupilMove | Refusal, strawberry.union("MovePupilResult")]:
        """Move a pupil to another class from a day on. What was until then stays in the old class's gradebooks; the family is told."""
        pupil, group = ids.decode(Kind.PERSON, input.pupil_id), ids.decode(Kind.CLASS_GROUP, input.class_group_id)
        async with info.context.begin() as session:
            return PupilMove.from_row(await class_moves.move(session, info.context.viewer, pupil, group, input.on))


def _leader(row: Any) -> Ref | None:
    return None if row.teacher_id is None else Ref(row.school_id, row.teacher_id)


def _teacher(teacher_id: str | None) -> Ref | None:
    return None if teacher_id is None else ids.decode(Kind.PERSON, teacher_id)
