"""The GraphQL face of the school year: its terms and holidays."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import holidays as holiday_verbs
from school.diary import term_dates
from school.diary.term_types import Term, TermKindName
from school.diary.types import opaque
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind
from school.registry.calendar_models import TermKind
from school.registry.types import school_id


@rows(description="Days without school, for all of it; both days belong to them.")
class Holiday:
    """Holidays, of a `HolidayRow`."""

    id: strawberry.ID
    school_id: strawberry.ID
    name: str
    starts_on: dt.date
    ends_on: dt.date

    @classmethod
    def from_row(cls, row: holiday_verbs.HolidayRow) -> Self:
        """From a row of `holidays`."""
        return cls(
            id=opaque(Kind.HOLIDAY, row.school_id, row.id), school_id=school_id(row.school_id), name=row.name, starts_on=row.starts_on, ends_on=row.ends_on)


@strawberry.type
class YearQuery:
    """Queries of the school year."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def holidays(self, info: Info, from_: Annotated[dt.date, strawberry.argument(name="from")], to: dt.date) -> list[Holiday]:
        """The holidays of the viewer's schools on these days, both included, at most 400, by their beginning."""
        return [Holiday.from_row(row) for row in await holiday_verbs.in_days(info.context.reader, info.context.viewer, from_, to)]


@strawberry.input(description="A term or a year to be; both days belong to it. `id` is a UUIDv7 made by the client, so that it may repeat.")
class AddTermInput:
    """What addTerm takes."""

    id: str
    school_id: strawberry.ID
    name: str
    kind: Annotated[TermKind, TermKindName] = TermKind.TERM
    starts_on: dt.date
    ends_on: dt.date


@strawberry.input(description="What a term is called from now on, and its days.")
class ChangeTermInput:
    """What changeTerm takes."""

    term_id: strawberry.ID
    name: str
    starts_on: dt.date
    ends_on: dt.date


@strawberry.input(description="Days without school, both included. `id` is a UUIDv7 made by the client, so that it may repeat.")
class AddHolidayInput:
    """What addHoliday takes."""

    id: str
    school_id: strawberry.ID
    name: str
    starts_on: dt.date
    ends_on: dt.date


@strawberry.type
class YearMutation:
    """Mutations of the school year."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_term(
        self, info: Info, input: AddTermInput,  # noqa: A002 - public name
    ) -> Annotated[Term | Refusal, strawberry.union("AddTermResult")]:
        """Add a term, or a year. Two of a kind never share a day."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin() as session:
            return Term.from_row(await term_dates.add(
                session, info.context.viewer, school, id_, name=input.name, kind=input.kind, starts_on=input.starts_on, ends_on=input.ends_on))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_term(
        self, info: Info, input: ChangeTermInput,  # noqa: A002 - public name
    ) -> Annotated[Term | Refusal, strawberry.union("ChangeTermResult")]:
        """Give a term that is not closed another name or other days. Lessons to come that lie in no term then are taken away; refused where lessons would
        lie outside that are over, or in which something is written."""
        ref = ids.decode(Kind.TERM, input.term_id)
        async with info.context.begin(as_service=True) as session:  # no viewer takes lessons away
            return Term.from_row(await term_dates.change(
                session, info.context.viewer, ref, name=input.name, starts_on=input.starts_on, ends_on=input.ends_on))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_holiday(
        self, info: Info, input: AddHolidayInput,  # noqa: A002 - public name
    ) -> Annotated[Holiday | Refusal, strawberry.union("AddHolidayResult")]:
        """Add holidays of the whole school. Lessons to come on these days are taken away, and families told; refused where lessons lie that are over, or in
        which something is written."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin(as_service=True) as session:  # no viewer takes lessons away
            return Holiday.from_row(await holiday_verbs.add(
                session, info.context.viewer, school, id_, name=input.name, starts_on=input.starts_on, ends_on=input.ends_on))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def withdraw_holiday(
        self, info: Info, holiday_id: strawberry.ID,
    ) -> Annotated[Holiday | Refusal, strawberry.union("WithdrawHolidayResult")]:
        """There is school on these days after all; their lessons come with the next planLessons. Doing so twice is harmless."""
        async with info.context.begin() as session:
            return Holiday.from_row(await holiday_verbs.withdraw(session, info.context.viewer, ids.decode(Kind.HOLIDAY, holiday_id)))
