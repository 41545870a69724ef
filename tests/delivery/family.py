"""What a family asks and follows in GraphQL: the query `updates` and the subscription, executed as they are behind HTTP and WebSocket."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from school import clock, ids
from school.context import NOBODY, Context, Notebook, Viewer
from school.day.events import late_withdrawn
from school.db import Database
from school.delivery.relay import Relay
from school.ids import Kind
from school.outbox import Event, Signal
from school.schema import people
from school.settings import Settings
from tests.delivery.house import House, tell
from tests.world import MONDAY, PUPILS, World

SETTINGS = Settings()

PAGE = """query($children: [ID!], $after: String, $first: Int! = 50) {
  updates(children: $children, after: $after, first: $first) { updates { __typename cursor childId ... on LateWithdrawn { minutes } } cursor hasMore } }"""
STREAM = """subscription($children: [ID!], $after: String) { updates(children: $children, after: $after) {
  __typename ... on StreamOpened { cursor } ... on StreamClosed { code cursor } ... on Refusal { code message }
  ... on Update { cursor childId } ... on LateWithdrawn { minutes } ... on GuardianshipChanged { current } } }"""
NOT_SIGNED_IN = {"code": "NOT_SIGNED_IN", "message": "Sign in first."}
NO_SUCH = {"code": "NOT_FOUND", "message": "No such object."}
BAD_CURSOR = {"code": "BAD_CURSOR", "message": "This cursor does not belong to this feed."}
NO_CHILD = {"code": "BAD_INPUT", "message": "children must name at least one child, or be left out"}
TOO_MANY = {"code": "TOO_MANY", "message": "at most 50 children"}


def child_id(world: World, name: str) -> str:
    """The opaque id of a person, a pupil as a rule."""
    return ids.encode(Kind.PERSON, PUPILS[name][0] if name in PUPILS else 1, world.people[name])


def news(world: World, name: str, minutes: int) -> Event:
    """Something that is told of a pupil, with a number to know it by."""
    return late_withdrawn(PUPILS[name][0], world.people[name], MONDAY, minutes=minutes, at=clock.now(), late=False)


async def publish(database: Database, *events: Event) -> None:
    """Commit events, and number them at once."""
    await tell(database, *events)
    relay = Relay(database, Signal(), lease_seconds=0)
    while await relay.publish():
        pass


async def page(database: Database, viewer: Viewer | None, **variables: Any) -> dict[str, Any]:
    """A page of the stream; where it is refused, the code and the message."""
    answer = await people().execute(PAGE, variables, Context(viewer or NOBODY, database, SETTINGS))
    if answer.errors:
        assert answer.data is None
        [error] = answer.errors
        assert error.path == ["updates"]
        return {**(error.extensions or {}), "message": error.message}
    assert answer.data is not None
    found: dict[str, Any] = answer.data["updates"]
    return found


@asynccontextmanager
async def following(
    here: House, viewer: Viewer | None, document: str = STREAM, *, reads: Notebook | None = None, **variables: Any,
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The messages of a subscription at this process."""
    context = Context(viewer or NOBODY, here.database, SETTINGS, live=here.hub, reads=reads)
    stream = await people().stream(document, variable_values=variables, context_value=context, allowed_operation_types={OperationType.SUBSCRIPTION})
    async with aclosing(stream) as results, aclosing(_messages(results)) as messages:
        yield messages


async def _messages(results: Any) -> Any:
    async for result in results:
        assert not isinstance(result, PreExecutionError), result.errors
        assert not result.errors, result.errors
        yield result.data["updates"]


def told(updates: list[Mapping[str, Any]]) -> list[int]:
    """The numbers of the news, in their order."""
    return [update["minutes"] for update in updates]
