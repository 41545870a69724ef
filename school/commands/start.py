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

from school import clock, settings
from school.clock import Clock
from school.db import Database, is_away, is_current
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
    """Lines on standard error: for people on a terminal, JSON for everything else. Libraries' warnings go the same way.

    Traces are plain: structlog's own would show local variables, and tokens are among them.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        render: list[Any] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        render = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *render], wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render,
    ]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("uvicorn.error").setLevel(level.upper())


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """A database that cannot be reached ends the command with one line."""
    try:
        yield
    except Exception as error:
        if not is_away(error) and not isinstance(error, OSError | sa.exc.SQLAlchemyError | asyncpg.PostgresError):
            raise
        raise fail("SCHOOL_DATABASE_URL: the database cannot be reached") from None


def require_migrated(found: Settings) -> None:
    """Go on only with a database of this version."""
    with reaching():
        current = is_current(found.database_url)
    if not current:
        raise fail("the database is not of this version: run `school migrate` first")


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
