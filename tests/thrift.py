"""What tests need not do again and again: a pytest plugin that lets them share what is the same for all of them.

The collector does not look at what was imported, cases have short names, a statement is compiled once in a process and not anew for each database, and in a
fresh clone one worker compiles the modules, for which the others wait.
"""

import gc
from collections.abc import Generator
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

from tests import session as sharing

COLLECTED = 20_000, 20, 50
"""When the collector looks for cycles, as in the service: school/commands/processes.py."""
MOST_OF_A_NAME = 100
"""Letters of a value by which a case is called."""
COMPILED: LRUCache[Any, Any] = LRUCache(5_000)
"""The statements of all databases. Of the dialects of one driver each compiles as the others do."""

gc.disable()  # until all is imported


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before there is a database."""
    for dialect in (PGDialect_asyncpg, SQLiteDialect_aiosqlite):
        for name, method in {"__hash__": lambda self: hash(type(self)), "__eq__": lambda self, other: type(self) is type(other)}.items():
            setattr(dialect, name, method)
    Engine._compiled_cache = property(lambda _: COMPILED, lambda *_: None)  # type: ignore[assignment]
    if not hasattr(config, "workerinput") and not _are_compiled(config):
        (sharing.current()[0] / "uncompiled").touch()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A case is called by what it is, if that is short: names go between processes many times, and that of a picture too large had eight million letters."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > MOST_OF_A_NAME else None


def _are_compiled(config: pytest.Config) -> bool:
    return any(config.rootpath.glob("tests/*/__pycache__/test_*.pyc"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """In a fresh clone one worker after the other: what the first has compiled, the others find."""
    directory, _ = sharing.current()
    if not (directory / "uncompiled").exists():
        return (yield)
    with sharing.alone(directory / "collection.lock"):
        return (yield)


def pytest_collection_finish() -> None:
    """What was imported stays."""
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    gc.enable()
