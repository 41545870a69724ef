"""How what resolvers give is awaited: what a loader brings, and, mended in graphql-core, an operation's answer when all that it began has ended.

At the first error of a field that may not be null graphql-core gives its answer, and lets the other fields go on: outside the operation's time limit, and
after the process believes that it may end. So whatever imports this waits for them; a time limit that runs out still cancels them all.
"""

import asyncio
import importlib
from collections.abc import Awaitable, Generator
from typing import Any, NamedTuple


class Loading(NamedTuple):
    """What a loader (Strawberry's `DataLoader`) will bring for a key: awaited like anything else, and begun when somebody does. Two of the same are one."""

    loader: Any
    key: Any

    def begin(self) -> Awaitable[Any]:
        """Ask the loader, which waits for others that ask in the same moment."""
        future: Awaitable[Any] = self.loader.load(self.key)
        return future

    def __await__(self) -> Generator[Any, None, Any]:
        """As a coroutine of the loader."""
        return self.begin().__await__()


async def settle(*fields: Awaitable[Any]) -> list[Any]:
    """As `asyncio.gather`, but an error is raised when all have ended; of several the first in order."""
    results = await asyncio.gather(*fields, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


importlib.import_module("graphql.execution.execute").gather = settle  # type: ignore[attr-defined]
