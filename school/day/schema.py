"""The day's GraphQL face."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import Area
from school.day import late_arrivals
from school.day.customer_schema import CustomerQuery
from school.day.statistics_schema import StatisticsQuery
from school.day.updates import TYPES, UPDATES
from school.fields import SIGNED_IN, Info, named, query, rows
from school.ids import Kind

__all__ = ["TYPES", "UPDATES", "DayQuery"]

From = Annotated[dt.date, strawberry.argument(name="from")]


@rows(description="The child's first entry of a day came after the first lesson had begun. `minutes` are whole, rounded down.")
class LateArrival:
    """A late arrival."""

    date: dt.date
    minutes: int
    lesson_id: strawberry.ID
    passage_id: strawberry.ID

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a late arrival."""
        return cls(
            date=row.on_date, minutes=row.minutes, lesson_id=strawberry.ID(ids.encode(Kind.LESSON, row.school_id, row.lesson_id)),
            passage_id=strawberry.ID(ids.encode(Kind.PASSAGE, row.school_id, row.passage_id)),
        )


@strawberry.type
class DayQuery(StatisticsQuery, CustomerQuery):
    """Queries of the day."""

    @query(SIGNED_IN, Area.ACCESS, named("child_id"))
    async def late_arrivals(self, info: Info, child_id: strawberry.ID, from_: From, to: dt.date) -> list[LateArrival]:
        """On which days a child came late, both days included, at most 190 days."""
        found = await late_arrivals.of_child(info.context.reader, info.context.viewer, ids.decode(Kind.PERSON, child_id), from_, to)
        return [LateArrival.from_row(row) for row in found]
