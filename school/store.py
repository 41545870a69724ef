"""The store of files: what people hand in and no table should hold. A folder, or a bucket of an S3-compatible store; a file is written once and never changed.

Whose a file is, and who may read it, is said by the row that names it. One store belongs to one deployment: what no row names is removed from it.
"""

import asyncio
import datetime as dt
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import structlog
from obstore.store import LocalStore, MemoryStore, S3Store

from school.errors import Code, Refused

T = TypeVar("T")
Backend = LocalStore | S3Store | MemoryStore

S3 = "s3://"
SECONDS = 8.0
"""How long a file may take to come or go, tries included: less than an operation has."""
AGAIN_SECONDS = 5
_TRY: Any = {"timeout": "4s", "connect_timeout": "2s"}
_RETRY: Any = {
    "max_retries": 2, "retry_timeout": dt.timedelta(seconds=6),
    "backoff": {"init_backoff": dt.timedelta(milliseconds=100), "max_backoff": dt.timedelta(seconds=1), "base": 2},
}
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT")
_AT_ONCE = 1000
log = structlog.get_logger("school.store")


class Store:
    """Files by name. What goes wrong with it is refused as STORE_AWAY, in words that tell no address; the log has the kind of the error."""

    def __init__(self, make: Callable[[], Backend], *, seconds: float = SECONDS, folder: Path | None = None) -> None:
        self._make, self._seconds, self._folder = make, seconds, folder

    @classmethod
    def open(cls, address: str) -> "Store":
        """The store at an address: `s3://bucket/prefix`, with its credentials in the environment (AWS_…), or a folder, which is made when it is wanted."""
        if not address.startswith(S3):
            path = Path(address).absolute()
            return cls(lambda: _open_folder(path), folder=path)
        bucket, _, prefix = address.removeprefix(S3).partition("/")
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")  # the settings say where it may be
        return cls(lambda: S3Store(bucket, prefix=prefix.strip("/") or None, client_options=_TRY | {"allow_http": plain}, retry_config=_RETRY))

    @cached_property
    def _backend(self) -> Backend:
        return self._make()

    async def put(self, name: str, content: bytes) -> None:
        """Keep a file under a name that no other has."""
        await self._ask(lambda: self._backend.put_async(name, content), makes=True)

    async def get(self, name: str) -> bytes | None:
        """A file; None where there is none of this name."""
        async def read() -> bytes:
            return bytes(await (await self._backend.get_async(name)).bytes_async())

        try:
            return await self._ask(read)
        except FileNotFoundError:
            return None

    async def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        try:
            await self._ask(lambda: self._backend.delete_async(name))
        except FileNotFoundError:
            return

    async def discard(self, *names: str) -> None:
        """Remove files that no row names any more. A store that is away keeps them until they are swept, and nobody has to hear of it."""
        try:
            for name in names:
                await self.remove(name)
        except Refused:
            log.warning("files that nothing names stay until `school retain`", files=len(names))

    async def older(self, folder: str, moment: dt.datetime) -> AsyncIterator[list[str]]:
        """The names of the files in a folder that were written before a moment, by the store's own clock, a thousand or so at a time."""
        if self._folder is not None:
            await asyncio.to_thread(_remove_unfinished, self._folder / folder, moment)
        pages: Any = None

        async def turn() -> Any:
            nonlocal pages
            pages = pages or self._backend.list(folder, chunk_size=_AT_ONCE).__aiter__()
            return await anext(pages, None)

        try:
            while (page := await self._ask(turn)) is not None:
                yield [file["path"] for file in page if file["last_modified"] < moment]
        except FileNotFoundError:
            return

    async def _ask(self, ask: Callable[[], Awaitable[T]], *, makes: bool = False) -> T:
        """FileNotFoundError passes through, also where the whole folder is not there: only what `makes` something makes it."""
        if self._folder is not None and not makes and not self._folder.is_dir():
            raise FileNotFoundError
        try:
            async with asyncio.timeout(self._seconds):
                return await ask()
        except FileNotFoundError:
            raise
        except Exception as error:
            log.warning("the store is away", error=type(error).__name__)
            raise Refused(Code.STORE_AWAY, "The store of files cannot be reached; try again.", retry_after=AGAIN_SECONDS) from error


def fault(address: str) -> str | None:
    """Why a store cannot be used by this process, as far as can be told without asking it, or making anything; None where nothing is wrong."""
    if address.startswith(S3):
        return None if any(os.environ.get(name) for name in _CREDENTIALS) else "there are no credentials in the environment (AWS_ACCESS_KEY_ID, …)"
    path = Path(address).absolute()
    there = next(one for one in (path, *path.parents) if one.exists())
    if not there.is_dir():
        return f"{there} is not a folder"
    return None if os.access(there, os.W_OK | os.X_OK) else f"the folder {there} cannot be written to"


def _remove_unfinished(folder: Path, moment: dt.datetime) -> None:
    """What the store was writing, under the file's name with a number, when the process was killed: it lists no such files."""
    for path in folder.rglob("*#*"):
        if path.stat().st_mtime < moment.timestamp():
            path.unlink(missing_ok=True)


def _open_folder(path: Path) -> LocalStore:
    """Nobody else on the machine may look into it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(path)
