"""The command line, run in this process as an operator runs it: its exit code, what it printed, and nothing of it left behind."""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from typer.testing import CliRunner

from school import clock
from school.cli import app
from school.clock import Clock


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@contextmanager
def process_state() -> Iterator[None]:
    """A command sets the log and the clock of its process: put everything back."""
    root, handlers, level = logging.root, logging.root.handlers[:], logging.root.level
    uvicorn, structure = logging.getLogger("uvicorn.error").level, structlog.get_config()
    configured = structlog.is_configured()
    root.handlers.clear()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("uvicorn.error").setLevel(uvicorn)
        clock.use(Clock())
        if configured:
            structlog.configure(**structure)
        else:
            structlog.reset_defaults()


@dataclass(frozen=True, slots=True)
class Command:
    """`school …` with these settings."""

    environment: dict[str, str]

    async def __call__(self, *arguments: str, **settings: str) -> Ended:
        """Run it to its end, in a thread, for it has an event loop of its own. What it raises is raised here."""
        return await asyncio.to_thread(self._run, arguments, settings)

    def _run(self, arguments: tuple[str, ...], settings: dict[str, str]) -> Ended:
        gone = {name: None for name in os.environ if name.startswith("SCHOOL_")}
        with process_state():
            result = CliRunner().invoke(app, arguments, env={**gone, **self.environment, **settings}, prog_name="school")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)
