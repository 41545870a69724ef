"""The record of reads: what the schema's fields say was shown, kept in memory for about a second and written together.

A read is answered before its entry is on disk: `kill -9` or a power cut loses the entries of the last second or so. An orderly stop loses none, and
what cannot be written is never dropped: when too much waits, reads are refused until the database takes entries again.
"""

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple, NoReturn
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from school import clock
from school.context import Area, Role, Viewer
from school.db import Database
from school.ids import Ref
from school.record.entries import Entries, Entry
from school.record.models import RecordAction

EVERY = 1.0
"""Seconds between writings, while there is something to write; also between tries while the database is away."""
BATCH = 500
"""Entries in one statement, which keeps the process for some 10 ms; so many waiting are written at once."""
MOST_WAITING = 20_000
"""Entries that may wait, some 15 MB. Beyond them a read is refused: the record comes before the answer."""
AGAIN = 60.0
"""Seconds within which the same reading, of one kind of data of one person by one account, is one entry: a screen that refreshes is not news."""
MOST_KNOWN = 100_000
FINISH_SECONDS = 20.0
"""How long the last writing may take when the process stops: several times what a full notebook needs, and less than supervisors wait."""

WAITING = Gauge("school_record_waiting", "Entries of the record of reads that are not written yet.")
WRITTEN = Counter("school_record_written", "Entries of the record of reads that were written.")
REFUSED = Counter("school_record_refused", "Reads refused because too many entries waited.")

log = structlog.get_logger("school.record")


class RecordFullError(ConnectionError):
    """The database does not take the entries, so nothing may be read: to the client it is away (503, try again)."""


class _Reading(NamedTuple):
    account_id: UUID | None
    role: Role
    person: Ref
    area: Area


class ReadRecord:
    """The notebook of one process. `note` does not wait; `run` writes."""

    def __init__(self, database: Database, *, most_waiting: int = MOST_WAITING) -> None:
        self._database = database
        self._most_waiting = most_waiting
        self._entries = Entries()
        self._waiting: list[Entry] = []
        self._known: dict[_Reading, float] = {}
        self._many = asyncio.Event()
        self._writing = asyncio.Lock()

    def note(self, viewer: Viewer, area: Area, persons: Collection[Ref]) -> None:
        """The viewer has read this of these persons. RecordFullError, and nothing noted, when too much waits: then nothing may be shown."""
        now = time.monotonic()
        new = [
            reading for person in persons
            if (role := _role_of(viewer, person)) is not None
            and now - self._known.get(reading := _Reading(viewer.account_id, role, person, area), -AGAIN) >= AGAIN
        ]
        if not new:
            return
        if len(self._waiting) + len(new) > self._most_waiting:
            REFUSED.inc()
            raise RecordFullError("the record of reads is full")
        at = clock.now()
        for reading in new:
            self._known.pop(reading, None)  # so that the dictionary stays in order of time
            self._known[reading] = now
            self._waiting.append(Entry(
                school_id=reading.person.school_id, person_id=reading.person.id, area=area, action=RecordAction.READ, at=at,
                account_id=reading.account_id, role=reading.role,
            ))
        WAITING.set(len(self._waiting))
        if len(self._waiting) >= BATCH:
            self._many.set()

    async def flush(self) -> None:
        """Write all that waits. What a failure leaves waits on; an entry whose writing may have succeeded is written again, and is one."""
        async with self._writing:
            while batch := self._waiting[:BATCH]:
                async with self._database.begin() as session:
                    await self._entries.write(session, batch)
                del self._waiting[:len(batch)]
                WRITTEN.inc(len(batch))
                WAITING.set(len(self._waiting))
        self._forget()

    async def run(self) -> NoReturn:
        """Write about every second until cancelled, then what is left."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self._many.wait()
                self._many.clear()
                try:
                    await self.flush()
                except Exception as error:  # noqa: BLE001 - whatever it is, the entries wait on, and reads are refused before any is lost
                    log.warning("the record of reads is not written", waiting=len(self._waiting), error=type(error).__name__)
                    await asyncio.sleep(EVERY)
        finally:
            await self._finish()

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                await self.flush()
        except Exception as error:  # noqa: BLE001 - the process ends all the same, and says what it could not keep
            log.critical("entries of the record of reads are lost", lost=len(self._waiting), error=type(error).__name__)

    def _forget(self) -> None:
        """Readings that are old, and the oldest of too many: forgetting one costs at most an entry more."""
        oldest = time.monotonic() - AGAIN
        gone = [reading for place, (reading, at) in enumerate(self._known.items()) if at < oldest or place < len(self._known) - MOST_KNOWN]
        for reading in gone:
            del self._known[reading]


def _role_of(viewer: Viewer, person: Ref) -> Role | None:
    """In which role the viewer has read; None where nothing of this person can have been shown, whatever was asked for."""
    role = viewer.role_towards(person)
    if role in {Role.DISTRICT, Role.GUARDIAN, Role.PUPIL} and person not in viewer.children and person not in viewer.persons(role):
        return None
    return role
