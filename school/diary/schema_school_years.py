"""The GraphQL face of the next school year, for office and head: first what would become of classes and pupils, then it is done."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import next_year, school_years
from school.diary.next_year import Obstacle, Wish
from school.diary.school_year_models import SchoolYear as SchoolYearRow
from school.diary.types import opaque
from school.fields import Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind
from school.registry.types import ClassGroup, school_id

ObstacleName = strawberry.enum(
    Obstacle, name="SchoolYearObstacle", description="What stands in the way of the next school year. FAR_AWAY: its first day is more than 31 days ago or "
    "150 ahead. TERM_ACROSS: a term lies across that day. TERM_OPEN: one of the old year is not closed, or was opened again. YEAR_NOT_OVER: since the year "
    "has begun no term was closed. LESSONS_TO_COME: classes have lessons after today, or in the new year. NAME_TAKEN: two classes of the new year would have "
    "one name. NEWCOMERS: pupils who are enrolled from the new year on would come to a class that there is not.")


@rows(description="A school year that was started: how many classes and pupils went on, how many pupils left, how many courses were made.")
class SchoolYear:
    """A started year."""

    id: strawberry.ID
    school_id: strawberry.ID
    starts_on: dt.date
    started_at: dt.datetime
    classes: int
    pupils: int
    leavers: int
    courses: int

    @classmethod
    def from_row(cls, row: SchoolYearRow) -> Self:
        """From a row."""
        return cls(
            id=opaque(Kind.SCHOOL_YEAR, row.school_id, row.id), school_id=school_id(row.school_id), starts_on=row.starts_on, started_at=row.at,
            classes=row.classes, pupils=row.pupils, leavers=row.leavers, courses=row.courses)


@rows(description="A class of the old year with those of its pupils who are there until the new one. `becomes` is what it is called then; null where they "
                  "leave (`leaves`), and where it has no pupils and no courses.")
class EndingClass:
    """A class of a plan."""

    class_group: ClassGroup
    pupils: int
    courses: int
    leaves: bool
    becomes: str | None

    @classmethod
    def from_row(cls, row: next_year.Class) -> Self:
        """From a class of `next_year.plan`."""
        return cls(
            class_group=ClassGroup.from_row(row), pupils=row.pupils, courses=row.courses, leaves=row.leaves,
            becomes=None if row.becomes is None else "{}{}".format(*row.becomes))


@rows(description="What the next school year would be made of, how many pupils are enrolled from then on, and all that stands in its way; and the year that "
                  "was started last, if there is one.")
class NextSchoolYear:
    """A plan."""

    classes: list[EndingClass]
    newcomers: int
    obstacles: list[Annotated[Obstacle, ObstacleName]]
    started: SchoolYear | None

    @classmethod
    def from_row(cls, row: next_year.Plan, started: SchoolYearRow | None) -> Self:
        """From `school_years.preview` and `latest`."""
        return cls(
            classes=[EndingClass.from_row(one) for one in row.classes], newcomers=len(row.newcomers), obstacles=list(row.obstacles),
            started=None if started is None else SchoolYear.from_row(started))


@strawberry.input(description="A class that is new in the next school year: `grade` is 1 to 12, `letter` 1 to 4 letters or digits.")
class NewClassInput:
    """A new class."""

    grade: int
    letter: str


@strawberry.input(description="The next school year: its first day, after which grade pupils leave, and at most 50 classes that are new.")
class NextSchoolYearInput:
    """What nextSchoolYear takes."""

    school_id: strawberry.ID
    starts_on: dt.date
    last_grade: int = 11
    new_classes: list[NewClassInput] = strawberry.field(default_factory=list)


@strawberry.input(description="The next school year, as of `NextSchoolYearInput`, and whether classes keep their courses: subject, teacher and scale. `id` is "
                              "a UUIDv7 made by the client, so that it may repeat.")
class StartSchoolYearInput(NextSchoolYearInput):
    """What startSchoolYear takes."""

    id: str
    with_courses: bool = True


@strawberry.type
class SchoolYearQuery:
    """Queries of the next school year."""

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def next_school_year(self, info: Info, input: NextSchoolYearInput) -> NextSchoolYear:  # noqa: A002 - public name
        """What startSchoolYear would do with a school's classes and pupils. Nothing is changed."""
        viewer, school = info.context.viewer, ids.decode(Kind.SCHOOL, input.school_id).school_id
        async with info.context.read() as session:
            plan = await school_years.preview(session, viewer, school, _wish(input))
            return NextSchoolYear.from_row(plan, await school_years.latest(session, viewer, school))


@strawberry.type
class SchoolYearMutation:
    """Mutations of the next school year."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def start_school_year(
        self, info: Info, input: StartSchoolYearInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolYear | Refusal, strawberry.union("StartSchoolYearResult")]:
        """Go over to the next school year: every class is one of the next grade, those of the last grade leave, new ones come. Classes, courses, marks and
        report cards of the old year stay to be read. Refused (CONFLICT) with any obstacle that nextSchoolYear tells of; repeating it is harmless."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin(as_service=True) as session:  # no viewer ends classes
            return SchoolYear.from_row(await school_years.start(
                session, info.context.viewer, school, id_, _wish(input), with_courses=input.with_courses))


def _wish(sent: NextSchoolYearInput) -> Wish:
    return Wish(sent.starts_on, sent.last_grade, tuple((one.grade, one.letter) for one in sent.new_classes))
