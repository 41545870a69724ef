"""The gate's pass list: stored durably, so that a gate decides after a restart without its server."""
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import structlog

from readers import failpoints
from readers.ballast import Ballast
from readers.clock import Clock, Moment, from_us
from readers.decision import PassList, Verdict, decide
from readers.journal import PRAGMAS, open_database
from readers.passwire import PassListError, make_list, parse_entries, parse_head, parse_token
from readers.presence import Presence

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY CHECK (id = 1), content BLOB NOT NULL, offset_us INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS entry (token TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT, WITHOUT ROWID",
)
OFFSET_STEP_US = 2_000_000  # a stored clock offset is renewed when it is off by more
log = structlog.get_logger("readers.passlist")


class Decided(NamedTuple):
    """A verdict, the token it was made by, and the way through the door."""

    token: str
    key_id: str
    verdict: Verdict
    direction: str | None

    @property
    def inside(self) -> bool | None:
        """Where its holder is now, if the verdict lets them pass."""
        return self.direction == "IN" if self.verdict.outcome == "ADMIT" and self.direction else None


class Passbook:
    """The current list, its store, and the gate's own view of presence over it.

    Two locks, so that nobody at the door waits for the disk: one for the store and whoever changes the list, held while it syncs, and
    within it one for the list and presence, held for a moment."""

    def __init__(self, path: Path, clock: Clock, ballast: Ballast | None = None) -> None:
        self._clock = clock
        self._storing = threading.Lock()
        self._lock = threading.Lock()
        self._presence = Presence()
        self._unstored: dict[str, bytes | None] = {}  # by token, None to forget it: what the disk refused goes with the next list
        self._unstored_full = False
        self._behind = False  # the store lacks something of the list
        self._database = open_database(path, PRAGMAS, SCHEMA, ballast=ballast)
        self._offset_us = 0
        self._list = self._load()

    def close(self) -> None:
        """Wait for the store under way, then close."""
        with self._storing:
            self._database.close()

    @property
    def passes(self) -> PassList | None:
        """The current list; None if there has never been one."""
        return self._list

    def replay(self, passages: Iterable[tuple[str, bool, int]]) -> None:
        """Passages from the journal: what this gate saw before a restart."""
        for token, inside, server_us in passages:
            self.record(token, inside, server_us)

    @property
    def version(self) -> str | None:
        """What to ask changes since."""
        return self._list.version if self._list else None

    def _load(self) -> PassList | None:
        row = self._database.execute("SELECT content, offset_us FROM head").fetchone()
        if row is None:
            return None
        try:
            head = parse_head(orjson.loads(row[0]))
            entries = parse_entries([orjson.loads(content) for (content,) in self._database.execute("SELECT content FROM entry")])
        except (PassListError, orjson.JSONDecodeError) as error:
            log.warning("the stored pass list is unreadable; the gate has none until the server sends one", error=str(error))
            return None
        self._offset_us = row[1]
        self._clock.assume(row[1])
        return make_list(head, entries)

    def apply(self, content: dict[str, Any]) -> bool:
        """Take a full list or a delta; PassListError changes nothing. False if it brought no change: it is what it says that counts, not
        its version, for whoever left the school at midnight goes without an event, and is sent again at every poll of a quiet day.

        It counts at once and is stored then: a crash in between leaves the old list whole, and it is asked for anew."""
        head = parse_head(content)
        full, changed = content.get("full"), parse_entries(content.get("entries"))
        removed = content.get("removed")
        if not isinstance(full, bool) or not isinstance(removed, list):
            raise PassListError("full or removed is missing")
        forgotten = {parse_token(token) for token in removed}
        with self._storing:
            current = self._list
            if not full and current is None:
                raise PassListError("a delta, and there is nothing to change")
            entries = {} if full or current is None else {token: entry for token, entry in current.entries.items() if token not in forgotten}
            entries.update(changed)
            renewed = make_list(head, entries)
            if renewed == current and not self._behind:
                self._keep_offset()
                return False
            now_us = self._clock.server_us()
            with self._lock:
                self._list = renewed
                self._presence.forget(((token, entries.get(token)) for token in self._presence.tokens), now_us)
            self._store(content, full=full, forgotten=forgotten)
        return renewed != current

    def _store(self, content: dict[str, Any], *, full: bool, forgotten: set[str]) -> None:
        """Store what was applied. If the disk refuses, the gate goes on with what it has in memory, and what is missing is stored with the
        next list or poll: a later delta alone would leave a list of its version without the changes before it."""
        head = {name: content[name] for name in ("version", "timeZone", "readers", "rules")}
        offset_us = self._clock.offset_us()
        if full:
            self._unstored, self._unstored_full = {}, True
        self._unstored |= dict.fromkeys(forgotten) | {entry["token"]: orjson.dumps(entry) for entry in content["entries"]}
        self._behind = True
        try:
            self._database.execute("BEGIN IMMEDIATE")
            if self._unstored_full:
                self._database.execute("DELETE FROM entry")
            self._database.executemany("DELETE FROM entry WHERE token = ?", [(token,) for token, entry in self._unstored.items() if entry is None])
            self._database.executemany("INSERT OR REPLACE INTO entry (token, content) VALUES (?, ?)",
                                       [item for item in self._unstored.items() if item[1] is not None])
            self._database.execute("INSERT OR REPLACE INTO head (id, content, offset_us) VALUES (1, ?, ?)", (orjson.dumps(head), offset_us))
            failpoints.hit("passlist.before")
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            log.warning("the pass list could not be stored", error=str(error))
            return
        failpoints.hit("passlist.after")
        self._offset_us = offset_us
        self._unstored, self._unstored_full, self._behind = {}, False, False

    def _keep_offset(self) -> None:
        offset_us = self._clock.offset_us()
        if abs(offset_us - self._offset_us) <= OFFSET_STEP_US or self._clock.simulated:
            return
        try:
            self._database.execute("UPDATE head SET offset_us = ?", (offset_us,))
        except sqlite3.Error as error:
            log.warning("the clock's offset could not be stored", error=str(error))
            return
        self._offset_us = offset_us

    def decide(self, reader: str, tokens: list[tuple[str, str]], moment: Moment) -> Decided:
        """Judge a tap by the first of its (token, key id) pairs that is in the list, else by the first: the current key's."""
        with self._lock:
            passes = self._list
            token, key_id = next((pair for pair in tokens if passes and pair[0] in passes.entries), tokens[0])
            entry = passes.entries.get(token) if passes else None
            inside = self._presence.read(token, entry, moment.server_us)
        verdict = decide(passes, reader, token, inside=inside, moment=from_us(moment.server_us))
        binding = passes.readers.get(reader) if passes else None
        return Decided(token, key_id, verdict, binding.direction if binding else None)

    def record(self, token: str, inside: bool, server_us: int) -> None:
        """Someone passed this gate."""
        with self._lock:
            self._presence.record(token, inside, server_us)
