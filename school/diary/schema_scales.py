"""The GraphQL face of grading scales."""

from typing import Annotated, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import scale_changes, scales
from school.diary.screens import Course
from school.diary.types import GradingScale, opaque
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind


@rows(description="Values of a scale, from `lowest` to `highest`, are this `value` on the other one.")
class ConversionStep:
    """A step of a conversion."""

    lowest: int
    highest: int
    value: int


@rows(description="What the marks of a scale are on another one; a value of no step has none there.")
class ScaleConversion:
    """What a school has said."""

    scale_id: strawberry.ID
    to_scale_id: strawberry.ID
    steps: list[ConversionStep]

    @classmethod
    def from_row(cls, row: scales.ConversionRow) -> Self:
        """From what `scales.convert` has written."""
        return cls(
            scale_id=opaque(Kind.GRADING_SCALE, row.school_id, row.id), to_scale_id=opaque(Kind.GRADING_SCALE, row.school_id, row.to_scale_id),
            steps=[ConversionStep(lowest=lowest, highest=highest, value=value) for lowest, highest, value in row.steps])


@rows(description="A grading scale as its office sees it. An average below `passMark` is low (`pupilsAtRisk`); one that is not `inUse` is given to no course.")
class SchoolScale:
    """A row of `scale_changes`."""

    scale: GradingScale
    pass_mark: int | None
    in_use: bool

    @classmethod
    def from_row(cls, row: scale_changes.SchoolScaleRow) -> Self:
        """From a row of `scale_changes`."""
        return cls(scale=GradingScale.of(row), pass_mark=row.pass_mark, in_use=row.retired_at is None)


@strawberry.type
class ScaleQuery:
    """Queries of scales."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def grading_scales(self, info: Info, school_id: strawberry.ID) -> list[GradingScale]:
        """A school's grading scales by name, for its families, teachers, office and head."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [GradingScale.of(row) for row in await scales.of_school(info.context.reader, info.context.viewer, school)]

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def school_scales(self, info: Info, school_id: strawberry.ID) -> list[SchoolScale]:
        """A school's grading scales by name, also those that are not in use, for its office and head."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [SchoolScale.from_row(row) for row in await scale_changes.of_school(info.context.reader, info.context.viewer, school)]

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def scale_conversions(self, info: Info, school_id: strawberry.ID) -> list[ScaleConversion]:
        """What marks of a school's scales are on another one; whose as of gradingScales."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [ScaleConversion.from_row(row) for row in await scales.conversions(info.context.reader, info.context.viewer, school)]


@strawberry.input(description="A word or a letter by which a grade is shown: without digits, at most 12 characters.")
class GradeLabelInput:
    """A label of a new scale."""

    value: int
    label: str


@strawberry.input(description="A grading scale, all whole numbers from `lowest` to `highest`. `id` is a UUIDv7 made by the client, so that it may ask again.")
class AddGradingScaleInput:
    """What addGradingScale takes."""

    id: str
    school_id: strawberry.ID
    name: str
    lowest: int
    highest: int
    counts: bool = True
    labels: list[GradeLabelInput] = strawberry.field(default_factory=list)


@strawberry.input(description="What a scale is from now on, all of it: its name, the words of its grades, its pass mark, whether new courses may have it.")
class ChangeGradingScaleInput:
    """What changeGradingScale takes."""

    scale_id: strawberry.ID
    name: str
    labels: list[GradeLabelInput] = strawberry.field(default_factory=list)
    pass_mark: int | None = None
    in_use: bool = True


@strawberry.input(description="On which scale a course is marked.")
class SetCourseScaleInput:
    """What setCourseScale takes."""

    course_id: strawberry.ID
    scale_id: strawberry.ID


@strawberry.input(description="Values from `lowest` to `highest`, both included, are `value` on the other scale.")
class ConversionStepInput:
    """A step of a conversion."""

    lowest: int
    highest: int
    value: int


@strawberry.input(description="What the marks of a scale are on another one, at most 100 steps.")
class SetScaleConversionInput:
    """What setScaleConversion takes."""

    scale_id: strawberry.ID
    to_scale_id: strawberry.ID
    steps: list[ConversionStepInput]


@strawberry.type
class ScaleMutation:
    """Mutations of scales."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_grading_scale(
        self, info: Info, input: AddGradingScaleInput,  # noqa: A002 - public name
    ) -> Annotated[GradingScale | Refusal, strawberry.union("AddGradingScaleResult")]:
        """Add a scale of the school's, whose grades never change. Repeating it is harmless."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        labels = [(one.value, one.label) for one in input.labels]
        async with info.context.begin() as session:
            return GradingScale.of(await scales.add(
                session, info.context.viewer, school, id_, name=input.name, lowest=input.lowest, highest=input.highest, counts=input.counts, labels=labels))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_grading_scale(
        self, info: Info, input: ChangeGradingScaleInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolScale | Refusal, strawberry.union("ChangeGradingScaleResult")]:
        """Rename a scale and its grades, say what is enough to pass, retire it or take it into use again. Which numbers are grades never changes."""
        ref, labels = ids.decode(Kind.GRADING_SCALE, input.scale_id), [(one.value, one.label) for one in input.labels]
        async with info.context.begin() as session:
            return SchoolScale.from_row(await scale_changes.change(
                session, info.context.viewer, ref, name=input.name, labels=labels, pass_mark=input.pass_mark, in_use=input.in_use))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_course_scale(
        self, info: Info, input: SetCourseScaleInput,  # noqa: A002 - public name
    ) -> Annotated[Course | Refusal, strawberry.union("SetCourseScaleResult")]:
        """Say on which scale a course is marked, before the first mark is given in it: afterwards it is HAS_MARKS."""
        course, scale = ids.decode(Kind.COURSE, input.course_id), ids.decode(Kind.GRADING_SCALE, input.scale_id)
        async with info.context.begin() as session:
            return Course.from_row(await scales.give(session, info.context.viewer, course, scale))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_scale_conversion(
        self, info: Info, input: SetScaleConversionInput,  # noqa: A002 - public name
    ) -> Annotated[ScaleConversion | Refusal, strawberry.union("SetScaleConversionResult")]:
        """Say what the marks of a scale are on another one, instead of what was said before. Nothing is guessed for values that are in no step."""
        scale, other = ids.decode(Kind.GRADING_SCALE, input.scale_id), ids.decode(Kind.GRADING_SCALE, input.to_scale_id)
        steps = [(one.lowest, one.highest, one.value) for one in input.steps]
        async with info.context.begin() as session:
            return ScaleConversion.from_row(await scales.convert(session, info.context.viewer, scale, other, steps))
