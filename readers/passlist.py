"""The gate's pass list: stored durably, so that a gate decides after a restart without its server."""
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import structlog

from readers import failpoints
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
    """The current list, its store, and the gate's own view of presence over it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._presence = Presence()
        self._database = open_database(path, PRAGMAS, SCHEMA)
        self._offset_us = 0
        self._list = self._load()

    def close(self) -> None:
        """Wait for the store under way, then close."""
        with self._lock:
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
        """Take a full list or a delta; PassListError changes nothing. False if it brought no change."""
        head = parse_head(content)
        full, changed = content.get("full"), parse_entries(content.get("entries"))
        removed = content.get("removed")
        if not isinstance(full, bool) or not isinstance(removed, list):
            raise PassListError("full or removed is missing")
        forgotten = {parse_token(token) for token in removed}
        current = self._list
        if not full and current is None:
            raise PassListError("a delta, and there is nothing to change")
        if current is not None and not full and head.version == current.version:
            self._keep_offset()
            return False
        entries = {} if full or current is None else {token: entry for token, entry in current.entries.items() if token not in forgotten}
        entries.update(changed)
        with self._lock:
            self._list = make_list(head, entries)
            now_us = self._clock.server_us()
            self._presence.forget(((token, entries.get(token)) for token in self._presence.tokens), now_us)
            self._store(content, full=full, forgotten=forgotten)
        return current is None or head.version != current.version

    def _store(self, content: dict[str, Any], *, full: bool, forgotten: set[str]) -> None:
        """Store what was applied. If the disk refuses, the gate goes on with what it has in memory, and asks anew after a restart."""
        head = {name: content[name] for name in ("version", "timeZone", "readers", "rules")}
        offset_us = self._clock.offset_us()
        try:
            self._database.execute("BEGIN IMMEDIATE")
            if full:
                self._database.execute("DELETE FROM entry")
            self._database.executemany("DELETE FROM entry WHERE token = ?", [(token,) for token in forgotten])
            self._database.executemany("INSERT OR REPLACE INTO entry (token, content) VALUES (?, ?)",
                                       [(entry["token"], orjson.dumps(entry)) for entry in content["entries"]])
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

    def _keep_offset(self) -> None:
        offset_us = self._clock.offset_us()
        if abs(offset_us - self._offset_us) <= OFFSET_STEP_US or self._clock.simulated:
            return
        with self._lock:
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
