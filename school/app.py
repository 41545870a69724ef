"""ASGI composition and lifespan, nothing else."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from school import clock, health
from school.clock import Clock
from school.context import NOBODY, Context
from school.day.reactions import Reactions
from school.db import Database
from school.delivery.channels import Nudge
from school.delivery.hub import Hub
from school.delivery.relay import Relay
from school.delivery.tail import Tail
from school.gateway.http import Gateway
from school.outbox import Signal
from school.registry import accounts
from school.schema import people
from school.serving.console import PAGE
from school.serving.http import endpoint
from school.serving.websocket import Subscriptions
from school.settings import Mode, Settings

log = structlog.get_logger("school.app")
Task = Callable[[], Coroutine[Any, Any, None]]


def create(settings: Settings) -> Starlette:
    """The whole service in one process: both APIs, the relay, the feed, the reactions."""
    _use_clock(settings)
    database, news = Database(settings.database_url, pool_size=settings.pool_size), Signal()
    hub = Hub(database, queue_limit=settings.queue_limit)
    relay, tail, reactions = Relay(database, news), Tail(database, news, hub), Reactions(database, news)
    gateway = Gateway(database, news)
    routes = [*_people(settings, database, hub), gateway.route, *_health(database)]
    return _application(database, routes, [relay.run, tail.run, hub.run, reactions.run], [gateway.close, hub.close])


def create_gateway(settings: Settings) -> Starlette:
    """The machines' API alone, as a process of its own beside others on one PostgreSQL."""
    _use_clock(settings)
    database, news = Database(settings.database_url, pool_size=settings.pool_size), Signal()
    hub = Hub(database, queue_limit=settings.queue_limit)
    gateway, tail, nudge = Gateway(database, news), Tail(database, news, hub), Nudge(database)
    database.after_commit.append(nudge)
    return _application(database, [gateway.route, *_health(database)], [tail.run, nudge.run], [gateway.close])


async def run_relay(settings: Settings) -> None:
    """The relay and the reactions alone, until cancelled."""
    _use_clock(settings)
    database, news = Database(settings.database_url, pool_size=settings.pool_size), Signal()
    relay, reactions = Relay(database, news), Reactions(database, news)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.run())
            tasks.create_task(reactions.run())
    finally:
        await database.close()


def _people(settings: Settings, database: Database, hub: Hub) -> list[BaseRoute]:
    def make_context(address: str) -> Context:
        return Context(NOBODY, database, settings, address, live=hub)

    async def sign_in(context: Context, token: str | None) -> bool:
        if token is not None:
            async with database.read() as session:
                context.viewer = await accounts.viewer_of(session, token)
        return token is None or context.viewer.signed_in

    async def context_for(token: str | None, address: str) -> Context:
        context = make_context(address)
        await sign_in(context, token)
        return context

    schema = people()
    post = endpoint(schema, context_for, body_limit=settings.body_limit, origins=settings.origins)
    routes: list[BaseRoute] = [
        Route("/graphql", post, methods=["POST"]), WebSocketRoute("/graphql", Subscriptions(schema, make_context, sign_in, settings.origins)),
    ]
    if settings.mode is Mode.DEMO:
        routes.append(Route("/console", _console, methods=["GET"]))
    return routes


async def _console(_request: Request) -> Response:
    return HTMLResponse(PAGE)


def _health(database: Database) -> list[BaseRoute]:
    return [Route("/healthz", health.healthz(database)), Route("/metrics", health.metrics)]


def _use_clock(settings: Settings) -> None:
    if settings.clock is not None:
        clock.use(Clock.parse(settings.clock))


def _application(database: Database, routes: Sequence[BaseRoute], tasks: Sequence[Task], closers: Sequence[Callable[[], None]]) -> Starlette:
    """The application. `state.close` ends what would go on for ever, long-polls and streams: the server calls it before it waits for answers under way."""

    def close() -> None:
        for one in closers:
            one()

    @contextlib.asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        running = [asyncio.create_task(task(), name=task.__qualname__) for task in tasks]
        for one in running:
            one.add_done_callback(_report)
        try:
            yield
        finally:
            close()
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await database.close()

    application = Starlette(routes=list(routes), lifespan=lifespan)
    application.state.close = close
    return application


def _report(task: "asyncio.Task[None]") -> None:
    """A task of the lifespan that ends by itself is a bug: the process says so and stops, so that its supervisor starts it anew."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("task failed", task=task.get_name(), exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)
