"""What a log keeps of an exception: where it happened and of what kind it is, never its message, for that may repeat what persons wrote."""

import traceback
from collections.abc import Iterator
from types import TracebackType

import sqlalchemy as sa

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
_SAFE = (NotImplementedError, AttributeError, ImportError, NameError, UnboundLocalError)
"""Their messages are written by Python about the program itself."""


def format_trace(exc_info: ExcInfo) -> str:
    """The frames and kinds of an exception and of those behind it, the first cause first; of a failed statement its text, without parameters."""
    return "\n".join(_lines(exc_info[1], set())).rstrip()


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, seen)
        yield "then"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _lines(inner, seen)
        yield "in a group"
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield _name(error)


def _name(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, sa.exc.StatementError):
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        return f"{kind} ({code or type(error.orig).__name__}): {error.statement}"
    return f"{kind}: {error}" if isinstance(error, _SAFE) else kind
