"""Answers that are kept: a family looks at the same again and again, and mostly nothing has happened to the child meanwhile (ADR 25).

An answer is kept for one account with just these rights, under its compiled document and variables, with a *stamp*: what the database said, before the answer
was read, of the last thing that has happened. Before it is given again the stamp is asked for anew; another one, and it is made anew. So nothing has to be
thrown away in other processes, and what is committed is seen by the next request, wherever it was written.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import orjson

LONGEST = 64 << 10
"""Bytes of one answer; a longer one is not kept."""
KEPT_SECONDS = 600.0
"""Should something change of which no event tells: how long it may not be seen."""
OVERHEAD = 600
"""Bytes that an entry takes beside its answer, roughly: its key has the account's rights."""


class Keeper(Protocol):
    """What the context of an operation says of keeping its answer."""

    kept: "KeptAnswers | None"

    def rights(self, persons: Collection[Any]) -> Hashable | None:
        """Equal as long as the account may read the same; None for one whose answers about these persons are not kept."""

    async def stamp(self) -> Hashable | None:
        """Equal as long as nothing has happened that an answer could show; None while that cannot be said."""


class Kept(NamedTuple):
    """An answer, of which compiled document, at which stamp and when; without a stamp the sign that it was asked for once."""

    of: Sequence[Any]
    stamp: Hashable | None
    made: float
    text: bytes


class KeptAnswers:
    """The kept answers of one process, the least recently used forgotten first. What is asked for once only is not kept."""

    def __init__(self, most_bytes: int = 32 << 20) -> None:
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._most, self.bytes = most_bytes, 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable, of: Sequence[Any]) -> Kept | None:
        """What is there under a key, if it is of this document and not old."""
        found = self._kept.get(key)
        if found is None or found.of is not of or time.monotonic() - found.made >= KEPT_SECONDS:
            return None
        self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, kept: Kept) -> None:
        """Instead of what was there."""
        before = self._kept.pop(key, None)
        self.bytes -= 0 if before is None else len(before.text) + OVERHEAD
        self._kept[key] = kept
        self.bytes += len(kept.text) + OVERHEAD
        while self.bytes > self._most:
            _, gone = self._kept.popitem(last=False)
            self.bytes -= len(gone.text) + OVERHEAD


async def kept_or_made(
    context: Keeper, of: Sequence[Any], variables: Mapping[str, Any], persons: Callable[[], Collection[Any]], note: Callable[[], None],
    make: Callable[[], Awaitable[Any]],
) -> tuple[Any, bool]:
    """The data of an answer about these persons, and whether it was kept: then `note` has been called, which checks the policies and puts the reading into
    the record. What any of them raises passes through, and leaves nothing kept that was not.
    """
    shelf = getattr(context, "kept", None)
    key = None if shelf is None else _key(context.rights(persons()), of, variables)
    if shelf is None or key is None:
        return await make(), False
    known = shelf.find(key, of)
    if known is None:
        shelf.put(key, Kept(of, None, time.monotonic(), b""))
        return await make(), False
    stamp = await context.stamp()  # before anything is read: what comes later is another stamp
    if stamp is not None and known.stamp == stamp:
        note()
        return orjson.Fragment(known.text), True
    data = await make()
    if stamp is None or len(text := orjson.dumps(data)) > LONGEST:
        return data, False
    shelf.put(key, Kept(of, stamp, time.monotonic(), text))
    return orjson.Fragment(text), False


def _key(rights: Hashable | None, of: Sequence[Any], variables: Mapping[str, Any]) -> Hashable | None:
    try:
        return None if rights is None else (id(of), rights, orjson.dumps(dict(variables), option=orjson.OPT_SORT_KEYS))
    except TypeError:  # a value that is not JSON's: nobody asks so twice
        return None
