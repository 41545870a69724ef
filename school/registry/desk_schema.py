"""Desks in GraphQL: the cards that were presented at a desk's reader, so that the office can issue one."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.fields import ROWS, Info, each, holds, query, rows
from school.ids import Kind, Ref
from school.registry import queries
from school.registry.loaders import load_person
from school.registry.models import CardState
from school.registry.types import CardStateName, Person


@rows(description="A card that was presented at a desk. Without a state it is nobody's, and can be issued.")
class DeskTap:
    """What the office's screen shows of a tap."""

    id: strawberry.ID
    reader: str
    happened_at: dt.datetime
    state: Annotated[CardState, CardStateName] | None
    person_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def person(self, info: Info) -> Person | None:
        """Whose card it is now; null where it is nobody's."""
        return None if self.person_ref is None else load_person(info, self.person_ref)

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From the joined columns of `queries.desk_taps`."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.TAP, row.school_id, row.id)), reader=row.reader, happened_at=row.happened_at, state=row.state,
            person_ref=None if row.holder_id is None else Ref(row.school_id, row.holder_id),
        )


@strawberry.type
class DeskQuery:
    """Queries about desks."""

    @query(holds(*ADMINISTRATION), Area.ACCESS, each(lambda tap: tap.person_ref))
    async def desk_taps(self, info: Info, device_id: strawberry.ID, first: int = 10) -> list[DeskTap]:
        """The cards presented last at a desk of the office's school, newest first: `issueCard` takes one that is nobody's."""
        found = await queries.desk_taps(info.context.reader, info.context.viewer, ids.decode(Kind.DEVICE, device_id), first=first)
        return [DeskTap.from_row(row) for row in found]
