"""What happens at a place (a door, a till, a desk), followed over WebSocket by whoever works there; and in one's own inbox, by oneself."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, NamedTuple, Union

import strawberry

from school import ids
from school.access.queries import check_door
from school.context import ADMINISTRATION, Area, Role, Viewer
from school.delivery.feed import Channel
from school.delivery.hub import hub_of
from school.delivery.subscriptions import StreamClosed, StreamOpened
from school.errors import Refused, not_found
from school.fields import SIGNED_IN, Declared, Info, Refusal, holds, no_one, rows, subscription
from school.ids import Kind, Ref
from school.meals.queries import check_till
from school.outbox import TopicKind
from school.reading import Reader
from school.registry.queries import check_desk


class Place(NamedTuple):
    """A kind of place: who may follow it, and what refuses one that is absent or another school's."""

    topic: TopicKind
    declared: Declared
    check: Callable[[Reader, Viewer, Ref], Awaitable[None]]


CORRESPONDENTS = (Role.GUARDIAN, Role.TEACHER, *ADMINISTRATION)
"""Who has an inbox."""


async def check_self(_reader: Reader, viewer: Viewer, person: Ref) -> None:
    """Refused as absent: another's inbox."""
    if person not in viewer.persons(*CORRESPONDENTS):
        raise not_found()


PLACES: Mapping[Kind, Place] = {
    Kind.DOOR: Place(TopicKind.DOOR, Declared(holds(Role.GUARD, *ADMINISTRATION), Area.ACCESS, no_one), check_door),
    Kind.TILL: Place(TopicKind.TILL, Declared(holds(Role.CANTEEN, *ADMINISTRATION), Area.MEALS, no_one), check_till),
    Kind.DEVICE: Place(TopicKind.DESK, Declared(holds(*ADMINISTRATION), Area.ACCESS, no_one), check_desk),
    Kind.PERSON: Place(TopicKind.INBOX, Declared(holds(*CORRESPONDENTS), Area.DIARY, no_one), check_self),
}


@rows(description="Something happened at the place: ask `taps`, `tillTaps` and `tillSales`, `deskTaps`, or `threads` for what. It names nobody.")
class Happened:
    """A row of the place's topic."""

    cursor: str
    occurred_at: dt.datetime
    late: bool = strawberry.field(description="The news itself came late: a reader had no network.")


if TYPE_CHECKING:
    PlaceMessage = Happened | StreamOpened | StreamClosed | Refusal
else:
    PlaceMessage = Annotated[Union[Happened, StreamOpened, StreamClosed, Refusal], strawberry.union("PlaceMessage")]  # noqa: UP007 - Strawberry's


def _found(place_id: str) -> tuple[Place, Ref]:
    """The kind of place and its key; refused as absent: what is no place."""
    kind = ids.kind_of(place_id)
    place = None if kind is None else PLACES.get(kind)
    if kind is None or place is None:
        raise not_found()
    return place, ids.decode(kind, place_id)


@strawberry.type
class PlaceSubscription:
    """Places as they are used."""

    @subscription(SIGNED_IN, Area.ACCESS)
    async def happenings(self, info: Info, place_id: strawberry.ID, after: str | None = None) -> AsyncIterator[PlaceMessage]:
        """That something happened at a door, a till or a desk of the viewer's school, or in one's own inbox (by one's person's id), in order: after a
        cursor, or from now on.

        What it was is asked for by the place's own lists, so that every look has its rights and its line in the record. First comes StreamOpened; a stream
        that the server ends says why in StreamClosed; a refusal is the only message.
        """
        try:
            place, ref = _found(place_id)
            viewer = info.context.viewer
            place.declared.check(viewer)
            await place.check(info.context.reader, viewer, ref)
            async with hub_of(info.context).monitor(viewer, Channel(ref.school_id, place.topic, ref.id), after) as subscriber:
                yield StreamOpened(cursor=subscriber.cursor)
                async with aclosing(subscriber.stream()) as stream:
                    async for row in stream:
                        yield Happened(cursor=subscriber.cursor, occurred_at=row.occurred_at, late=row.late)
                if subscriber.closed is not None:
                    yield StreamClosed(code=subscriber.closed, cursor=subscriber.cursor)
        except Refused as refused:
            yield Refusal(code=refused.code, message=refused.message)
