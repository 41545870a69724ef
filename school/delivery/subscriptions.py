"""The family stream: everything that happens to the viewer's children, followed over WebSocket or asked for page by page."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Union

import strawberry
import structlog

from school import ids
from school.access import updates as access
from school.connections import check_first
from school.context import OF_A_CHILD, Area, Context, Viewer
from school.day import updates as day
from school.delivery import feed, metrics
from school.delivery.feed import Channel, Row
from school.delivery.hub import hub_of
from school.diary import updates as diary
from school.errors import Code, Refused, bad_input, not_found
from school.fields import SIGNED_IN, Code_, Declared, Info, Refusal, no_one, query, rows, subscription
from school.ids import Kind, Ref
from school.meals import updates as meals
from school.registry import updates as registry
from school.updates import Published, Update, area_of

DOMAINS = (registry, diary, meals, access, day)
UPDATES: dict[str, Callable[[Published], Update]] = {kind: make for domain in DOMAINS for kind, make in domain.UPDATES.items()}
"""How each kind of event about a pupil becomes its update."""

TYPES: tuple[type[Update], ...] = tuple(kind for domain in DOMAINS for kind in domain.TYPES)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""

MOST_CHILDREN = 50
FOLLOW = Declared(SIGNED_IN, Area.PEOPLE, no_one)

log = structlog.get_logger("school.delivery")


@rows(description="The stream is open: everything after this cursor will come. Keep it until an update brings a newer one.")
class StreamOpened:
    """The first message of a stream."""

    cursor: str


@rows(description="The server closes the stream: FELL_BEHIND (read faster, resume), NOT_FOUND (none of the children is yours any more), NOT_SIGNED_IN.")
class StreamClosed:
    """The last message of a stream, with the cursor to resume after."""

    code: Annotated[Code, Code_]
    cursor: str


if TYPE_CHECKING:
    FamilyMessage = Update | StreamOpened | StreamClosed | Refusal
else:  # every domain's kinds are members, so that a client can select them
    FamilyMessage = Annotated[Union[(*TYPES, StreamOpened, StreamClosed, Refusal)], strawberry.union("FamilyMessage")]


@rows(description="A page of the family stream. Ask again after `cursor`; `hasMore` tells that it would bring something now.")
class UpdatePage:
    """What has happened, in order."""

    updates: list[Update]
    cursor: str
    has_more: bool


def present(row: Row) -> Update | None:
    """The update of a row about a pupil; None for one that is told to nobody, or that nobody here knows how to show (an older process)."""
    make = UPDATES.get(row.kind)
    if row.kind in registry.QUIET:
        return None
    if make is None:
        metrics.UNKNOWN_KIND.labels(row.kind).inc()
        return None
    return make(Published(
        cursor=feed.encode_cursor(row.seq), school_id=row.channel.school_id, child_id=row.channel.id, kind=row.kind, payload=row.payload,
        occurred_at=row.occurred_at, late=row.late,
    ))


class Shown:
    """The updates of the rows that came last: all subscribers of a row get the same object, by which its rendering is found."""

    def __init__(self, most: int = 1024) -> None:
        self._most = most
        self._kept: OrderedDict[int, tuple[Row, Update | None]] = OrderedDict()

    def find(self, row: Row) -> Update | None:
        """As `present`, once for each row."""
        found = self._kept.get(id(row))
        if found is None:
            found = self._kept[id(row)] = (row, present(row))  # held, so that nothing else gets this id
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found[1]


SHOWN = Shown()


def _wanted(children: list[strawberry.ID] | None) -> frozenset[Ref] | None:
    """The children that are named; null means all."""
    if children is None:
        return None
    if len(children) > MOST_CHILDREN:
        raise Refused(Code.TOO_MANY, f"at most {MOST_CHILDREN} children")
    if not children:
        raise bad_input("children must name at least one child, or be left out")
    return frozenset(ids.decode(Kind.PERSON, child) for child in children)


def _own(viewer: Viewer, wanted: frozenset[Ref] | None) -> frozenset[Ref]:
    """Those of the viewer's children that are wanted; another family's child is refused as absent."""
    if wanted is None:
        return viewer.children
    if not wanted <= viewer.children:
        raise not_found()
    return wanted


def _hidden(viewer: Viewer, children: Collection[Ref]) -> dict[Channel, list[Area]]:
    """What of each child is not for this viewer: withheld, or not what a token is for."""
    areas = (Area.PEOPLE, *OF_A_CHILD)
    return {channel: [area for area in areas if child not in viewer.family(area)] for child in children for channel in feed.pupil_channels({child})}


def _note(context: Context, row: Row) -> None:
    """Each row goes into the record as the kind of data that it tells."""
    context.note(area_of(row.kind), {Ref(row.channel.school_id, row.channel.id)})


@strawberry.type
class DeliveryQuery:
    """The stream page by page."""

    @query(SIGNED_IN, Area.PEOPLE, no_one)  # each row is noted by itself
    async def updates(self, info: Info, children: list[strawberry.ID] | None = None, after: str | None = None, first: int = 50) -> UpdatePage:
        """What happened to the viewer's children, or to some of them, after a cursor; without one from the beginning of what is kept."""
        check_first(first)
        viewer = info.context.viewer
        own = _own(viewer, _wanted(children))
        channels = feed.pupil_channels(own)
        async with info.context.read() as session:
            seq = 0 if after is None else await feed.place(session, after)
            found = await feed.read_after(session, channels, seq, first + 1, hidden=_hidden(viewer, own))
            if channels and not found and after is None:
                seq = await feed.place(session, None)
        shown = found[:first]
        made = [(row, update) for row in shown if (update := present(row)) is not None]
        for row, _ in made:
            _note(info.context, row)
        return UpdatePage(updates=[update for _, update in made], cursor=feed.encode_cursor(shown[-1].seq if shown else seq), has_more=len(found) > first)


@strawberry.type
class DeliverySubscription:
    """The stream as it comes."""

    @subscription(SIGNED_IN, Area.PEOPLE)
    async def updates(
        self, info: Info, children: list[strawberry.ID] | None = None, after: str | None = None,
    ) -> AsyncIterator[FamilyMessage]:
        """Everything that happens to the viewer's children, or to some of them, in order: after a cursor, or from now on.

        First comes StreamOpened with the place where it begins. A stream that the server ends says why in StreamClosed; a refusal is the only message.
        """
        try:
            FOLLOW.check(info.context.viewer)
            async with hub_of(info.context).family(info.context.viewer, _wanted(children), after) as subscriber:
                yield StreamOpened(cursor=subscriber.cursor)
                async with aclosing(subscriber.stream()) as stream:
                    async for row in stream:
                        update = SHOWN.find(row)
                        if update is not None:
                            _note(info.context, row)
                            info.context.forget()
                            yield update
                if subscriber.closed is not None:
                    yield StreamClosed(code=subscriber.closed, cursor=subscriber.cursor)
        except Refused as refused:
            yield Refusal(code=refused.code, message=refused.message)
