"""Counts what is sent to the database, and forgets what was compiled."""

import gc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from school.db import Database
from school.sets import Work
from school.statements import Read

T = TypeVar("T")


def counted(database: Database) -> AbstractContextManager[list[tuple[str, Any]]]:
    """The statements of a block with their values, reads of one round trip as one; how a transaction begins is not counted."""
    return _noted(database, lambda statement, values: (statement, values))


def statements(database: Database) -> AbstractContextManager[list[str]]:
    """As `counted`, the first word of each."""
    return _noted(database, lambda statement, _values: statement.split(maxsplit=1)[0])


@contextmanager
def _noted(database: Database, make: Callable[[str, Any], T]) -> Iterator[list[T]]:
    sent: list[T] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith("BEGIN") and "set_config('role'" not in statement:
            sent.append(make(statement, values))

    bring = database._bring

    async def bring_and_note(identity: Any, waiting: Any) -> Any:
        sent.append(make(" UNION ALL ".join(one.prepared.text for one in waiting), [one.values for one in waiting]))
        return await bring(identity, waiting)

    work = database.work

    @asynccontextmanager
    async def work_and_note() -> AsyncIterator[Work]:
        async with work() as inner:
            async def run(text: str, values: Sequence[Any]) -> Sequence[Any]:
                sent.append(make(text, values))
                return await inner.run(text, values)

            yield inner if database.sqlite else inner._replace(run=run)  # SQLite's goes through the engine

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    database._bring, database.work = bring_and_note, work_and_note  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        database._bring, database.work = bring, work  # type: ignore[method-assign]
        sa.event.remove(database.engine.sync_engine, "before_cursor_execute", note)


def forget_compiled() -> None:
    """Let every read be built anew: for tests that change how, before and after."""
    gc.unfreeze()  # what is frozen is not among the objects
    for one in gc.get_objects():
        if type(one) is Read:  # `isinstance` would ask a proxy for an object that is gone
            one._kept.clear()
