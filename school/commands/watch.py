"""`school watch`: a parent on a terminal. Follows the family stream over WebSocket, tells each event, and keeps its place."""

import asyncio
import contextlib
import datetime as dt
import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import urllib3
import websockets

from school.commands.processes import run_task
from school.commands.start import FAILED, fail
from school.commands.stream import EndedError, Family, Stream, sign_in, sign_out
from school.commands.tales import tale
from school.demo.folder import peek

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0


def watch(
    login: Annotated[str, typer.Option("--login", help="Whose children: a login of the service.")],
    url: Annotated[str | None, typer.Option("--url", help="The service's address; the running demo's if not given.")] = None,
    password: Annotated[str | None, typer.Option("--password", envvar="SCHOOL_WATCH_PASSWORD", help="Asked for if not given; the demo's is known.")] = None,
    after: Annotated[str | None, typer.Option("--after", help="Go on after this cursor, instead of where the last watch stopped.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Only what happens from now on.")] = False,
    directory: Annotated[Path, typer.Option("--dir", help="The demo's folder.")] = Path("demo"),
) -> None:
    """Follow what happens to a login's children. Stop it with Ctrl-C and start it again: it goes on where it stopped, and nothing is missing."""
    demo_url, passwords = peek(directory)
    address = url or demo_url
    if address is None:
        raise fail("no demo is known here: give the service's address with --url")
    word = password or (passwords.get(login) if address == demo_url else None) or typer.prompt(f"Password of {login}", hide_input=True)
    place = Place(directory, f"watch-{login}") if address == demo_url else Place(_state_folder(), f"watch-{login}-{address.partition('://')[2]}")
    cursor = after or (None if fresh else place.read())
    try:
        run_task(Watch(address, login, word, cursor, place).run)
    except EndedError as error:
        raise fail(error, FAILED) from None


def _state_folder() -> Path:
    """Where a user's programs keep what they know (the XDG base directory specification)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "school"


class Place:
    """Where a login's watch has come to, in a file of its own: a cursor is no secret, but it is kept whole."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.cursor"

    def read(self) -> str | None:
        """The cursor; None before the first watch."""
        try:
            return self._path.read_text().strip() or None
        except FileNotFoundError:
            return None

    def write(self, cursor: str) -> None:
        """Keep it, whole or not at all."""
        fresh = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(cursor)
            fresh.replace(self._path)
        except OSError as error:
            raise EndedError("PLACE_LOST", f"{self._path} cannot be written: {error.strerror}") from None

    def forget(self) -> None:
        """It is of another service's past."""
        self._path.unlink(missing_ok=True)


_LOST = {"BAD_CURSOR": "not of this service", "CURSOR_TOO_OLD": "too long ago"}
"""Why a kept place is of no use."""


class Watch:
    """One login's watch, over as many connections as it takes."""

    def __init__(self, address: str, login: str, password: str, cursor: str | None, place: Place) -> None:
        self._address, self._login, self._password = address, login, password
        self._cursor, self._place = cursor, place
        self._token: str | None = None
        self._family: Family | None = None
        self._opened, self._pause = False, _SHORTEST_PAUSE

    async def run(self) -> None:
        """Follow, and sign out at the end, however it comes."""
        try:
            await self._follow()
        finally:
            if self._token is not None:
                with contextlib.suppress(EndedError, OSError, urllib3.exceptions.HTTPError):
                    await asyncio.to_thread(sign_out, self._address, self._token)

    async def _follow(self) -> None:
        """Until it is cancelled: when the connection is lost, go on after the last event that was told. EndedError where that makes no sense."""
        while True:
            try:
                await self._connect()
            except EndedError as error:
                self._give_way(error)
            except (OSError, TimeoutError, websockets.WebSocketException, urllib3.exceptions.HTTPError) as error:
                if not self._opened and not isinstance(error, ConnectionError):
                    raise EndedError("NO_ANSWER", f"nothing answers at {self._address} ({type(error).__name__}): does the service run there?") from None
                _say(f"             … the service is away ({type(error).__name__}); trying again")
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _connect(self) -> None:
        """Follow one connection to its end, signed in."""
        if self._token is None:
            self._token = await asyncio.to_thread(sign_in, self._address, self._login, self._password)
        family = self._family or await self._ask_family(self._token)
        if not family.children:
            raise EndedError("NO_CHILD", "this login is nobody's guardian")
        async for message in Stream(self._address, self._token, self._cursor):
            if message["__typename"] == "GuardianshipChanged":
                family = await self._ask_family(self._token)
            self._cursor = _tell(message, family, self._place, resumed=self._cursor is not None)
            self._opened, self._pause = True, _SHORTEST_PAUSE

    async def _ask_family(self, token: str) -> Family:
        self._family = await asyncio.to_thread(Family.ask, self._address, token)
        return self._family

    def _give_way(self, error: EndedError) -> None:
        """To what the service has said, where another try may succeed."""
        if error.code in _LOST and self._cursor is not None and self._cursor == self._place.read():
            _say(f"             … the place where you stopped is {_LOST[error.code]}: only what happens from now on")
            self._place.forget()
            self._cursor = None
        elif error.code == "NOT_SIGNED_IN":
            self._token = None
        else:
            raise error


def _tell(message: dict[str, Any], family: Family, place: Place, *, resumed: bool) -> str:
    """A line for a message, then its place is kept: killed in between, the line comes twice and never not at all."""
    cursor: str = message["cursor"]
    if message["__typename"] == "StreamOpened":
        _say(f"Following {family.names()}{', from where it stopped' if resumed else ''}. Ctrl-C stops; start again to go on.")
    else:
        moment = dt.datetime.fromisoformat(message["occurredAt"]).astimezone(family.zone(message["childId"]))
        late = "  (late news)" if message["late"] else ""
        _say(f"{moment:%a %H:%M:%S}  {family.name(message['childId']):<20}{tale(message)}{late}")
    place.write(cursor)
    return cursor


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
