"""ASGI composition and lifespan, nothing else."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from school import clock, health, ids
from school.clock import Clock
from school.context import NOBODY, Context
from school.day.calendar_route import Calendars
from school.day.reactions import Reactions
from school.db import Database
from school.delivery import rights
from school.delivery.channels import Nudge
from school.delivery.hub import Hub
from school.delivery.relay import Relay
from school.delivery.tail import Tail
from school.diary.class_year_route import ClassYearFiles
from school.diary.file_route import Files
from school.diary.register_route import RegisterFiles
from school.diary.report_card_route import ReportCardFiles
from school.errors import Code, Refused
from school.gateway.documents import DAEMON
from school.gateway.http import Gateway
from school.identity.routes import Ways
from school.operations import operations_of
from school.outbox import Signal
from school.record.parts import Upkeep
from school.record.reads import ReadRecord
from school.registry import accounts, viewers
from school.registry.kept_names import KeptNames
from school.registry.photo_route import Photos
from school.schema import people
from school.serving.console import PAGE
from school.serving.cookies import SessionCookie
from school.serving.headers import SecurityHeaders, policy_of
from school.serving.http import ACCOUNT, BadRequestError, ContextFor, bearer, check_origin, credential, endpoint
from school.serving.kept import KeptAnswers
from school.serving.origin import LOOPBACK
from school.serving.site import Site
from school.serving.terms import Terms
from school.serving.trust import TrustedDocuments
from school.serving.websocket import Subscriptions
from school.settings import Mode, Settings
from school.store import Store

log = structlog.get_logger("school.app")
Task = Callable[[], Coroutine[Any, Any, None]]
CLIENTS = ("commands", "demo", "rehearsal", "web")
"""The packages of our own clients: what is in their folders of operations may be executed everywhere."""


def create(settings: Settings) -> Starlette:
    """The whole service in one process: both APIs, the relay, the feed, the reactions."""
    _use_clock(settings)
    database, news = Database(settings.database_url, pool_size=settings.pool_size), Signal()
    names = KeptNames()
    hub = Hub(database, queue_limit=settings.queue_limit, names=names)
    tail, reactions = Tail(database, news, hub), Reactions(database, news)
    relay = Relay(database, news, hand_over=tail.hand_over)
    gateway, reads = _gateway(settings, database, news), ReadRecord(database)
    people_routes, sweep = _people(settings, database, hub, reads, names)
    routes = [*people_routes, gateway.route, *_health(settings, database)]
    tasks = [relay.run, tail.run, hub.run, reactions.run, reads.run, sweep, Upkeep(database).run]
    application = _application(settings, database, routes, tasks, [gateway.close, hub.close])
    application.router.default = Site(Path(__file__).parent / "web" / "site", application.router.default, _told(settings))
    return application


def create_gateway(settings: Settings) -> Starlette:
    """The machines' API alone, as a process of its own beside others on one PostgreSQL."""
    _use_clock(settings)
    database, news = Database(settings.database_url, pool_size=settings.pool_size), Signal()
    hub = Hub(database, queue_limit=settings.queue_limit)
    gateway, tail, nudge = _gateway(settings, database, news), Tail(database, news, hub), Nudge(database)
    database.after_commit.append(nudge)
    return _application(settings, database, [gateway.route, *_health(settings, database)], [tail.run, nudge.run], [gateway.close])


async def run_relay(settings: Settings) -> None:
    """The relay and the reactions alone, until cancelled."""
    _use_clock(settings)
    database, news = Database(settings.database_url, pool_size=settings.pool_size), Signal()
    relay, reactions = Relay(database, news), Reactions(database, news)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.run())
            tasks.create_task(reactions.run())
            tasks.create_task(Upkeep(database).run())
    finally:
        await database.close()


def _people(settings: Settings, database: Database, hub: Hub, reads: ReadRecord, names: KeptNames) -> tuple[list[BaseRoute], Task]:
    store, kept = Store.open(settings.store), KeptAnswers(settings.kept_megabytes << 20) if settings.kept_megabytes else None

    def make_context(address: str, agent: str) -> Context:
        return Context(NOBODY, database, settings, address, live=hub, reads=reads, agent=agent, names=names, store=store, kept=kept)

    async def sign_in(context: Context, token: str | None) -> Hashable | None:
        if token is not None:
            context.viewer = await viewers.recognise(database, token, idle=timedelta(seconds=settings.session_idle_seconds))
        return context.viewer.account_id or (context.address if token is None else None)

    async def context_for(token: str | None, address: str, agent: str, account: str | None) -> Context:
        context = make_context(address, agent)
        await sign_in(context, token)
        mine = context.viewer.account_id
        if account is not None and mine is not None and ids.encode(ids.Kind.ACCOUNT, 0, mine) != account:
            context.viewer = NOBODY
        return context

    async def standing(contexts: Sequence[Context]) -> Sequence[bool]:
        valid = await rights.standing(database.reader(), {context.viewer.session_id for context in contexts if context.viewer.session_id is not None})
        await accounts.keep(database, valid, idle=timedelta(seconds=settings.session_idle_seconds))
        return [context.viewer.session_id is None or context.viewer.session_id in valid for context in contexts]

    terms = _terms(settings)
    schema = people(closed=terms.closed)
    own = _own_documents()
    schema.documents.own = frozenset(own)
    trusted = TrustedDocuments(own, database, closed=terms.closed)
    post, subscriptions = endpoint(schema, context_for, trusted, terms), Subscriptions(schema, make_context, sign_in, standing, trusted, terms)
    routes: list[BaseRoute] = [Route("/graphql", post, methods=["POST"]), WebSocketRoute("/graphql", subscriptions)]
    routes += [*_routes_of_files(context_for, terms), Calendars(make_context).route]
    routes += Ways(settings, database, terms.cookie, secure=terms.closed).routes
    if settings.mode is Mode.DEMO:
        routes.append(Route("/console", _console, methods=["GET"]))
    return routes, subscriptions.watch


def _routes_of_files(context_for: ContextFor, terms: Terms) -> list[BaseRoute]:
    """Photos, files, report cards and registers. To send one, as to write anything, a page must be ours."""

    def context_of(request: Request, token: str | None) -> Awaitable[Context]:
        headers = request.headers
        return context_for(token, request.client.host if request.client else "", headers.get("user-agent", ""), headers.get(ACCOUNT))

    async def reading(request: Request) -> Context:
        return await context_of(request, bearer(request) or terms.cookie.read(request.headers))

    async def writing(request: Request) -> Context:
        try:
            check_origin(request, terms)
            token = credential(request, terms)
        except BadRequestError as error:
            raise Refused(Code.NOT_ALLOWED, error.message) from error
        return await context_of(request, token)

    return [
        Photos(reading).route, *Files(reading, writing).routes, ReportCardFiles(reading).route, ClassYearFiles(reading).route, RegisterFiles(reading).route]


def _gateway(settings: Settings, database: Database, news: Signal) -> Gateway:
    return Gateway(database, news, trusted=DAEMON if settings.mode is Mode.PRODUCTION else None)


def _terms(settings: Settings) -> Terms:
    closed = settings.mode is Mode.PRODUCTION
    return Terms(
        SessionCookie(secure=closed), settings.origins if settings.public_url is None else (*settings.origins, settings.public_url),
        hosts=None if closed else LOOPBACK, closed=closed,
        body_limit=settings.body_limit, body_seconds=settings.body_seconds, operation_seconds=settings.operation_seconds, sockets=settings.sockets_per_account,
        idle_seconds=settings.socket_idle_seconds,
    )


def _own_documents() -> list[str]:
    """What our own clients send."""
    return [text for client in CLIENTS for text in operations_of(Path(__file__).parent / client).values()]


def _told(settings: Settings) -> dict[str, object]:
    """What the page of the web app finds in itself: in the demo, who can sign in and by which password."""
    return {} if settings.demo_logins is None else {"demo-logins": json.loads(settings.demo_logins.read_text(encoding="utf-8"))}


async def _console(_request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"content-security-policy": policy_of(PAGE)})


def _health(settings: Settings, database: Database) -> list[BaseRoute]:
    """Figures are for everybody in the demo alone: the port is the people's, and a proxy's clients come from loopback, too."""
    routes: list[BaseRoute] = [Route("/healthz", health.healthz(database))]
    if settings.mode is Mode.DEMO or settings.metrics_token is not None:
        routes.append(Route("/metrics", health.metrics(settings.metrics_token)))
    return routes


def _use_clock(settings: Settings) -> None:
    if settings.clock is not None:
        clock.use(Clock.parse(settings.clock))


class _Service(Starlette):
    """Starlette, of which every answer has the security headers, a failure's too."""

    strict = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The layers around the routes make HTTP answers of what goes wrong; a socket would keep each for as long as it is open."""
        if scope["type"] == "websocket":
            scope["app"] = self
            await self.router(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's hook."""
        return SecurityHeaders(super().build_middleware_stack(), strict=self.strict)


def _application(
    settings: Settings, database: Database, routes: Sequence[BaseRoute], tasks: Sequence[Task], closers: Sequence[Callable[[], None]],
) -> Starlette:
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

    application = _Service(routes=list(routes), lifespan=lifespan)
    application.router.redirect_slashes = False  # a redirect would repeat the Host that the client has made up
    application.strict = settings.mode is Mode.PRODUCTION
    application.state.close = close
    return application


def _report(task: "asyncio.Task[None]") -> None:
    """A task of the lifespan that ends by itself is a bug: the process says so and stops, so that its supervisor starts it anew."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("task failed", task=task.get_name(), exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)
