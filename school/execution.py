"""How graphql-core executes, mended in one place: an operation's answer is given when all that it began has ended.

At the first error of a field that may not be null graphql-core gives its answer, and lets the other fields go on: outside the operation's time limit, and
after the process believes that it may end. So whatever imports this waits for them; a time limit that runs out still cancels them all.
"""

import asyncio
import importlib
from collections.abc import Awaitable
from typing import Any


async def settle(*fields: Awaitable[Any]) -> list[Any]:
    """As `asyncio.gather`, but an error is raised when all have ended; of several the first in order."""
    results = await asyncio.gather(*fields, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


importlib.import_module("graphql.execution.execute").gather = settle  # type: ignore[attr-defined]
