"""Batches: many items in one mutation, each with its own answer."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from school.errors import Code, Refused, bad_input
from school.fields import Refusal

T = TypeVar("T")
Item = TypeVar("Item")
MOST = 100
"""The most items that one mutation takes."""


def check_length(items: Sequence[object], name: str) -> None:
    """1 to 100 items; otherwise the batch is refused as a whole."""
    if not items:
        raise bad_input(f"{name} must not be empty")
    if len(items) > MOST:
        raise Refused(Code.TOO_MANY, f"{name} holds at most {MOST} items")


def check_batch(keys: Sequence[Hashable], name: str) -> None:
    """As `check_length`; and each item has a key of its own."""
    check_length(keys, name)
    if len(set(keys)) != len(keys):
        raise bad_input(f"{name} has the same item twice")


def decoded(read: Callable[[T], Item], raw: T) -> Item | Refused:
    """An item as its verb takes it, or why it cannot be read."""
    try:
        return read(raw)
    except Refused as refused:
        return refused


def in_order(items: Sequence[object], answers: Sequence[T | Refused], show: Callable[[T], Item]) -> list[Item | Refusal]:
    """An answer for each item: those that could be read have theirs in `answers`, in their order."""
    rest = iter(answers)
    both = [item if isinstance(item, Refused) else next(rest) for item in items]
    return [Refusal(code=answer.code, message=answer.message) if isinstance(answer, Refused) else show(answer) for answer in both]
