"""Bodies of files as they come: bounded by what was announced, by time, and by what all of them hold in memory together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import contextmanager

from starlette.requests import Request

from school.errors import Code, Refused, bad_input

SECONDS, PAUSE = 180.0, 15.0
"""How long a body may take, and between two of its pieces: ten megabytes over half a megabit a second."""
MOST_OF_ONE = 3
"""Bodies of one account at a time."""
MOST_HELD = 128 * 1024 * 1024
"""Bytes of all bodies that are on their way or looked at, in one process."""


class Bodies:
    """All that are on their way to this process."""

    def __init__(self, *, seconds: float = SECONDS, pause: float = PAUSE, most_held: int = MOST_HELD) -> None:
        self._seconds, self._pause, self._most_held = seconds, pause, most_held
        self._of = Counter[Hashable]()
        self._held = 0

    @contextmanager
    def one_of(self, account: Hashable) -> Iterator["Body"]:
        """Room for one more body of an account's, until the end of the block. Refused (TOO_MANY_ATTEMPTS): three are there already."""
        if self._of[account] >= MOST_OF_ONE:
            raise Refused(Code.TOO_MANY_ATTEMPTS, f"At most {MOST_OF_ONE} files come at a time.", retry_after=5)
        self._of[account] += 1
        body = Body(self)
        try:
            yield body
        finally:
            self._held -= body.held
            self._of[account] -= 1
            if not self._of[account]:
                del self._of[account]

    def hold(self, more: int) -> None:
        """So many bytes more. Refused (TOO_MANY_ATTEMPTS): all together are too many."""
        if self._held + more > self._most_held:
            raise Refused(Code.TOO_MANY_ATTEMPTS, "Too many files at once; try again.", retry_after=5)
        self._held += more

    async def read(self, request: Request, size: int, body: "Body") -> bytes:
        """All pieces, which are as many bytes as were announced."""
        content = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                pieces = aiter(request.stream())
                while (piece := await self._next(pieces)) is not None:
                    if len(content) + len(piece) > size:
                        raise bad_input(f"The body has more than the {size} bytes that were announced.")
                    self.hold(len(piece))
                    body.held += len(piece)
                    content += piece
        except TimeoutError:
            raise Refused(Code.TOO_LATE, "The body came too slowly.") from None
        if len(content) != size:
            raise bad_input(f"The body has {len(content)} bytes, and {size} were announced.")
        return bytes(content)

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        async with asyncio.timeout(self._pause):
            return await anext(pieces, None)


class Body:
    """One of them, and how much of it is there."""

    def __init__(self, all_of_them: Bodies) -> None:
        self._all, self.held = all_of_them, 0

    async def read(self, request: Request, size: int) -> bytes:
        """The whole body of `size` bytes, not one more, whatever the request says of itself.

        Refused: BAD_INPUT (more bytes or fewer, or packed), TOO_LATE (too slow), TOO_MANY_ATTEMPTS (no room).
        """
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise bad_input("The body must not be packed.")
        declared = request.headers.get("content-length", str(size))
        if declared != str(size):
            raise bad_input(f"The body has {declared[:20]} bytes, and {size} were announced.")
        return await self._all.read(request, size, self)
