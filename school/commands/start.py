"""What every command begins with: settings, log and clock, and one line when it cannot go on."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
import structlog
import typer

from school import clock, settings, store
from school.clock import Clock
from school.commands.traces import format_trace
from school.db import Database, UnfitDatabaseError, is_away, login_faults, version_fault
from school.errors import Refused
from school.settings import BadSettingError, Settings

T = TypeVar("T")
FAILED, BAD_SETTING = 1, 2


def fail(message: object, code: int = FAILED) -> typer.Exit:
    """One line on standard error; raise what this returns."""
    print(f"school: {message}", file=sys.stderr)
    return typer.Exit(code)


def prepare() -> Settings:
    """The settings, with this process's log and clock set by them; a bad one ends the command with the line that names it."""
    try:
        found = settings.load()
    except BadSettingError as error:
        raise fail(error, BAD_SETTING) from None
    configure_log(found.log_level)
    if found.clock is not None:
        clock.use(Clock.parse(found.clock))
    return found


def configure_log(level: str) -> None:
    """Lines on standard error: for people on a terminal, JSON for everything else. Libraries' warnings go the same way, never their details.

    Traces in the JSON have no messages, for those may hold what persons wrote; on a terminal they are plain: structlog's own would show local variables.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        render: list[Any] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        render = [structlog.processors.ExceptionRenderer(format_trace), structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *render], wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.INFO)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render,
    ]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("uvicorn.error").setLevel(foreign_level(level))
    logging.getLogger("uvicorn.error").addFilter(_is_no_handshake)


def foreign_level(level: str) -> int:
    """From where on libraries are heard, at our own level: what they say below `info` are headers, cookies, messages and statements."""
    return max(logging.INFO, logging.getLevelNamesMapping()[level.upper()])


def _is_no_handshake(record: logging.LogRecord) -> bool:
    """uvicorn tells of each WebSocket with the whole address that was asked for, in which a client may have put a token."""
    return '"WebSocket ' not in str(record.msg)


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """A database that cannot be reached, or used, ends the command with one line. A statement that is wrong is a bug."""
    try:
        yield
    except UnfitDatabaseError as error:
        raise fail(f"SCHOOL_DATABASE_URL: {error}") from None
    except Exception as error:
        denied = _denied(error)
        reached = denied is None and isinstance(error, sa.exc.ProgrammingError)
        if reached or not (is_away(error) or isinstance(error, OSError | sa.exc.SQLAlchemyError | asyncpg.PostgresError)):
            raise
        raise fail(f"SCHOOL_DATABASE_URL: {f'this login may not do that: {denied}' if denied else 'the database cannot be reached'}") from None


def _denied(error: BaseException | None) -> str | None:
    """What PostgreSQL does not let a login do, in its words."""
    while error is not None and not isinstance(error, asyncpg.InsufficientPrivilegeError):
        error = error.__cause__
    return None if error is None else str(error).partition("\n")[0]


def require_migrated(found: Settings) -> None:
    """Go on only with a database of this version, and a login that may act as the roles of ADR 6."""
    with reaching():
        fault = version_fault(found.database_url)
        faults = [] if fault else login_faults(found.database_url)
    if fault:
        raise fail(f"SCHOOL_DATABASE_URL: {fault}")
    if faults:
        raise fail(f"SCHOOL_DATABASE_URL: {'; '.join(faults)}", BAD_SETTING)


def require_store(found: Settings) -> None:
    """A folder in which no file can be kept, or a store without credentials, is found now and not with the first photo. One that is away lets us serve."""
    if wrong := store.fault(found.store):
        raise fail(f"SCHOOL_STORE: {wrong}", BAD_SETTING)


def require_postgresql(found: Settings, command: str) -> None:
    """SQLite has one server process, in which everything runs."""
    if found.sqlite:
        needs = f"`school {command}` is a process beside others and needs PostgreSQL; with SQLite `school serve` does it all"
        raise fail(f"SCHOOL_DATABASE_URL: {needs}", BAD_SETTING)


def with_database(found: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run a short piece of work on the database; a refusal ends the command with its line."""

    async def run() -> T:
        database = Database(found.database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Refused as refused:
        raise fail(f"{refused.code}: {refused.message}") from None
