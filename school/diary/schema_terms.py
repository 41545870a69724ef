"""The GraphQL face of a term's end: closing and opening, sheets, marks of terms, and what if."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.diary import forecasts, term_marks, term_sheets
from school.diary import terms as closings
from school.diary.screens import Course
from school.diary.term_types import Forecast, Needed, Term, TermMark, TermMarkRevision, TermOpening, TermProgress, TermSheet, TermSheetRow, average_of
from school.errors import Code, Refused
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, named, no_one, query, rows
from school.ids import Kind


@strawberry.input(description="A mark that is not there; `weight` is 1 to 10.")
class ImaginedMark:
    """An item of a forecast."""

    value: int
    weight: int = 1


@strawberry.type
class TermQuery:
    """Queries of terms."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def terms(self, info: Info) -> list[Term]:
        """The terms and years of the viewer's schools, by their beginning."""
        return [Term.from_row(row) for row in await term_sheets.terms(info.context.reader, info.context.viewer)]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, lambda sheet, _: [row.person.id for row in sheet.pupils])
    async def term_sheet(self, info: Info, course_id: strawberry.ID, term_id: strawberry.ID) -> TermSheet:
        """A course's averages and decisions in a term: for its teacher, the class teacher and the office."""
        course, term = ids.decode(Kind.COURSE, course_id), ids.decode(Kind.TERM, term_id)
        found = await term_sheets.sheet(info.context.reader, info.context.viewer, course, term)
        return TermSheet(
            course=Course.from_row(found.course), term=Term.from_row(found.term), pupils=[TermSheetRow.from_row(row) for row in found.rows])

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def term_marks(self, info: Info, child_id: strawberry.ID) -> list[TermMark]:
        """What was decided for a child in all terms, the latest first."""
        child = ids.decode(Kind.PERSON, child_id)
        return [TermMark.from_row(row) for row in await term_sheets.child_term_marks(info.context.reader, info.context.viewer, child)]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def term_mark_history(
        self, info: Info, child_id: strawberry.ID, course_id: strawberry.ID, term_id: strawberry.ID,
    ) -> list[TermMarkRevision]:
        """Everything that a term's mark has been, oldest first."""
        child, course, term = ids.decode(Kind.PERSON, child_id), ids.decode(Kind.COURSE, course_id), ids.decode(Kind.TERM, term_id)
        found = await term_sheets.history(info.context.reader, info.context.viewer, child, course, term)
        return [TermMarkRevision.from_row(row) for row in found]

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def term_progress(self, info: Info, term_id: strawberry.ID, first: int = 50, after: str | None = None) -> Connection[TermProgress]:
        """How far the courses of the office's school have come with a term's marks."""
        term = ids.decode(Kind.TERM, term_id)
        return (await term_sheets.progress(info.context.reader, info.context.viewer, term, first=first, after=after)).connect(TermProgress.from_row)

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def term_openings(self, info: Info, term_id: strawberry.ID) -> list[TermOpening]:
        """What was opened in a closed term, the latest first."""
        term = ids.decode(Kind.TERM, term_id)
        return [TermOpening.from_row(row) for row in await term_sheets.openings(info.context.reader, info.context.viewer, term)]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def forecast(
        self, info: Info, child_id: strawberry.ID, course_id: strawberry.ID, term_id: strawberry.ID, marks: list[ImaginedMark], target: int | None = None,
    ) -> Forecast:
        """What a child's average of a term would be with these marks, at most 50; with a `target`, how many more marks would make it."""
        child, course, term = ids.decode(Kind.PERSON, child_id), ids.decode(Kind.COURSE, course_id), ids.decode(Kind.TERM, term_id)
        there = await term_sheets.child_sums(info.context.reader, info.context.viewer, child, course, term)
        if there.scale_counts is False:
            raise Refused(Code.OUT_OF_SCALE, "marks on this scale make no average")
        imagined = [forecasts.Imagined(mark.value, mark.weight) for mark in marks]
        found = forecasts.forecast(int(there.sum), int(there.weights), there.lowest, there.highest, imagined, target)
        return Forecast(
            average=average_of(found.average), makes=found.makes, needed=[Needed(value=way.value, count=way.count) for way in found.needed])


@strawberry.input(
    description="What a pupil gets for the term; no value: not assessed. `expectedRevision` is the one that the teacher saw, 0 where nothing was decided.")
class DecideTermMarksItem:
    """A decision."""

    pupil_id: strawberry.ID
    value: int | None
    comment: str | None = None
    expected_revision: int = 0
    reason: str | None = None


@strawberry.input(description="Decisions of one course for one term, at most 100.")
class DecideTermMarksInput:
    """What decideTermMarks takes."""

    course_id: strawberry.ID
    term_id: strawberry.ID
    items: list[DecideTermMarksItem]


DecideTermMarkResult = Annotated[TermMark | Refusal, strawberry.union("DecideTermMarkResult")]


@rows(description="The decisions have been gone through. Results stand in the order of the items.")
class DecideTermMarksResults:
    """An answer for each item."""

    results: list[DecideTermMarkResult]


@rows(description="The term is closed.")
class TermClosed:
    """Since when its marks and registers stay as they are."""

    closed_at: dt.datetime


@strawberry.input(description="Which closed term to open again until when, and why. Without a course, for all of them.")
class OpenTermInput:
    """What openTerm takes."""

    id: str = strawberry.field(description="A UUIDv7 made by the client, so that it may repeat.")
    term_id: strawberry.ID
    course_id: strawberry.ID | None = None
    until: dt.datetime
    reason: str


@strawberry.type
class TermMutation:
    """Mutations of terms."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def decide_term_marks(
        self, info: Info, input: DecideTermMarksInput,  # noqa: A002 - public name
    ) -> Annotated[DecideTermMarksResults | Refusal, strawberry.union("DecideTermMarksResult")]:
        """Decide a term's marks of one's own course. One bad item does not hold up the others; what says what is there already changes nothing."""
        check_length(input.items, "items")
        course, term = ids.decode(Kind.COURSE, input.course_id), ids.decode(Kind.TERM, input.term_id)
        items = [decoded(_decision, item) for item in input.items]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, term_marks.Decision)]
            answers = await term_marks.decide_many(session, info.context.viewer, term, course, good) if good else []
        return DecideTermMarksResults(results=in_order(items, answers, TermMark.from_row))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def close_term(self, info: Info, term_id: strawberry.ID) -> Annotated[TermClosed | Refusal, strawberry.union("CloseTermResult")]:
        """Close a term that has begun: its marks and registers stay as they are, but for what is opened again. Closing it again is harmless."""
        async with info.context.begin() as session:
            closing = await closings.close(session, info.context.viewer, ids.decode(Kind.TERM, term_id))
            return TermClosed(closed_at=closing.at)

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def open_term(
        self, info: Info, input: OpenTermInput,  # noqa: A002 - public name
    ) -> Annotated[TermOpening | Refusal, strawberry.union("OpenTermResult")]:
        """Let the lessons of a closed term be written again, for a reason, until a moment of the next 31 days."""
        course = ids.decode(Kind.COURSE, input.course_id) if input.course_id is not None else None
        async with info.context.begin() as session:
            opening = await closings.open_again(
                session, info.context.viewer, ids.client_id(input.id), ids.decode(Kind.TERM, input.term_id), course, input.until, input.reason)
            return TermOpening.from_row(opening)


def _decision(item: DecideTermMarksItem) -> term_marks.Decision:
    return term_marks.Decision(ids.decode(Kind.PERSON, item.pupil_id), item.value, item.comment, item.expected_revision, item.reason)
