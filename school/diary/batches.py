"""Batches: many items in one mutation, each with its own answer."""

from collections.abc import Hashable, Sequence

from school.errors import Code, Refused, bad_input

MOST = 100
"""The most items that one mutation takes."""


def check_batch(keys: Sequence[Hashable], name: str) -> None:
    """1 to 100 items, each with a key of its own; otherwise the batch is refused as a whole."""
    if not keys:
        raise bad_input(f"{name} must not be empty")
    if len(keys) > MOST:
        raise Refused(Code.TOO_MANY, f"{name} holds at most {MOST} items")
    if len(set(keys)) != len(keys):
        raise bad_input(f"{name} has the same item twice")
