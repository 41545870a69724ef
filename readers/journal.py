"""The tap journal: a tap is durable here before anyone is answered, and stays until the server has answered it."""
import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import orjson

from readers import durable, failpoints
from readers.ballast import Ballast
from readers.clock import Moment
from readers.decision import Verdict

# WAL with FULL lost no acknowledged row in simulated power cuts; NORMAL and the rollback journal did.
PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 4194304")
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS tap (
        sequence INTEGER PRIMARY KEY,
        reader TEXT NOT NULL, token TEXT NOT NULL, key_id TEXT NOT NULL,
        at_us INTEGER NOT NULL, boot_us INTEGER NOT NULL, server_us INTEGER NOT NULL, boot_id TEXT NOT NULL,
        outcome TEXT, reason TEXT, data_version TEXT,
        inside INTEGER,
        state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'rejected')),
        code TEXT, message TEXT,
        tokens TEXT
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS tap_by_state ON tap (state, sequence)",
)
LATER = "ALTER TABLE tap ADD COLUMN tokens TEXT"  # a journal of a version that kept one token for each tap
INSERT = """INSERT INTO tap (sequence, reader, token, key_id, at_us, boot_us, server_us, boot_id, outcome, reason, data_version, inside, tokens)
    SELECT coalesce(max(sequence), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM tap RETURNING sequence"""
COLUMNS = "sequence, reader, token, key_id, at_us, boot_us, boot_id, outcome, reason, data_version, tokens"
MESSAGE_LENGTH = 300
NOT_WHOLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_Result = TypeVar("_Result")


class JournalFullError(RuntimeError):
    """As many taps wait for the server as may."""


class NotStoredError(RuntimeError):
    """The disk refused: nothing was made durable, though the ballast was given up if there was any."""


class JournalDamagedError(RuntimeError):
    """The file is no whole database: a person must look, for it may hold taps that nobody else has."""


class NewTap(NamedTuple):
    """A tap to be stored. `inside` is what it changed in the gate's own view of presence, if anything; `tokens` come from `pack_tokens`."""

    reader: str
    token: str
    key_id: str
    moment: Moment
    verdict: Verdict | None
    inside: bool | None = None
    tokens: str | None = None


class StoredTap(NamedTuple):
    """A tap that waits for the server."""

    sequence: int
    reader: str
    token: str
    key_id: str
    at_us: int
    boot_us: int
    boot_id: str
    outcome: str | None
    reason: str | None
    data_version: str | None
    tokens: str | None = None


def pack_tokens(tokens: Sequence[tuple[str, str]]) -> str | None:
    """The card's (token, key id) by each key as the journal keeps them; nothing where there is one key, for that is the tap's own."""
    return orjson.dumps(tokens).decode() if len(tokens) > 1 else None


def unpack_tokens(text: str) -> list[tuple[str, str]]:
    """The inverse."""
    return [(token, key_id) for token, key_id in orjson.loads(text)]


class Answered(NamedTuple):
    """What the server said about one tap: accepted, or set aside with a refusal's code."""

    sequence: int
    code: str | None = None
    message: str = ""


class Depth(NamedTuple):
    """The journal at a glance."""

    pending: int
    rejected: int
    oldest: tuple[int, int, str] | None  # at_us, boot_us, boot_id of the first tap that waits
    last: int


class Journal:
    """One connection for all threads, one lock: readers wait for the disk here, never for the network."""

    def __init__(self, path: Path, boot_id: str, *, limit: int, keep: int, ballast: Ballast,
                 connect: Callable[..., sqlite3.Connection] = sqlite3.connect) -> None:
        self._boot_id = boot_id
        self._limit = limit
        self._keep = max(keep, 1)  # the last row carries the sequence on
        self.ballast = ballast
        self._lock = threading.RLock()
        self._presenting: set[int] = set()
        self._database = open_database(path, PRAGMAS, SCHEMA, connect, ballast=ballast)
        if not any(row[1] == "tokens" for row in self._database.execute("PRAGMA table_info(tap)")):
            self._durably(lambda: self._database.execute(LATER))
        self._pending = self._count("pending")
        ballast.restore()

    def close(self) -> None:
        """Wait for the step under way, then close."""
        with self._lock:
            self._database.close()

    def append(self, tap: NewTap, *, presenting: bool = False) -> int:
        """Store a tap durably and return its sequence. `presenting` keeps it from the uploader until `release`."""
        with self._lock:
            if self._pending >= self._limit:
                raise JournalFullError(f"{self._pending} taps wait for the server")
            sequence = self._durably(lambda: self._insert(tap))
            self._pending += 1
            if presenting:
                self._presenting.add(sequence)
            return sequence

    def _durably(self, step: Callable[[], _Result]) -> _Result:
        """Do a step that writes; where the disk is full, give up the ballast and do it once more."""
        try:
            return step()
        except sqlite3.DatabaseError as error:
            if not is_disk_full(error) or not self.ballast.release():
                raise NotStoredError(str(error)) from error
        try:
            return step()
        except sqlite3.DatabaseError as error:
            raise NotStoredError(str(error)) from error

    def _insert(self, tap: NewTap) -> int:
        verdict = tap.verdict or (None, None, None)
        with self._transaction("journal"):
            row = self._database.execute(INSERT, (
                tap.reader, tap.token, tap.key_id, *tap.moment, self._boot_id, *verdict, None if tap.inside is None else int(tap.inside),
                tap.tokens,
            )).fetchone()
        return int(row[0])

    @contextmanager
    def _transaction(self, failpoint: str) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            failpoints.hit(f"{failpoint}.before")
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        failpoints.hit(f"{failpoint}.after")

    def release(self, sequence: int) -> None:
        """The direct presentation is over; if it brought no answer the uploader takes the tap."""
        with self._lock:
            self._presenting.discard(sequence)

    def read_pending(self, limit: int, after: int = 0) -> list[StoredTap]:
        """The first taps that wait, in the order of their sequence, without those being presented right now."""
        with self._lock:
            rows = self._database.execute(
                f"SELECT {COLUMNS} FROM tap WHERE state = 'pending' AND sequence > ? ORDER BY sequence LIMIT ?",  # noqa: S608 - a constant
                (after, limit + len(self._presenting))).fetchall()
            return [StoredTap(*row) for row in rows if row[0] not in self._presenting][:limit]

    def mark(self, answers: Sequence[Answered]) -> None:
        """Record the server's answers and forget accepted taps beyond those kept for the technician."""
        with self._lock:
            self._durably(lambda: self._mark(answers))
            self._pending = self._count("pending")

    def _mark(self, answers: Sequence[Answered]) -> None:
        with self._transaction("mark"):
            self._database.executemany(
                "UPDATE tap SET state = ?, code = ?, message = ? WHERE sequence = ? AND state = 'pending'",
                [("accepted" if each.code is None else "rejected", each.code, each.message[:MESSAGE_LENGTH] or None, each.sequence)
                 for each in answers])
            self._database.execute(
                "DELETE FROM tap WHERE state = 'accepted' AND sequence <= (SELECT max(sequence) FROM tap) - ?", (self._keep,))

    def read_presence(self) -> list[tuple[str, bool, int]]:
        """What this gate's own taps say of presence: token, inside, when by the server's time; in order."""
        with self._lock:
            rows = self._database.execute("SELECT token, inside, server_us FROM tap WHERE inside IS NOT NULL ORDER BY sequence").fetchall()
        return [(token, bool(inside), server_us) for token, inside, server_us in rows]

    def read_depth(self) -> Depth:
        """Counts for the status."""
        with self._lock:
            oldest = self._database.execute(
                "SELECT at_us, boot_us, boot_id FROM tap WHERE state = 'pending' ORDER BY sequence LIMIT 1").fetchone()
            last = self._database.execute("SELECT coalesce(max(sequence), 0) FROM tap").fetchone()
            return Depth(self._count("pending"), self._count("rejected"), oldest, last[0])

    def read_rejected(self) -> dict[str, int]:
        """How many taps were set aside, by the refusal's code."""
        with self._lock:
            return dict(self._database.execute("SELECT code, count(*) FROM tap WHERE state = 'rejected' GROUP BY code ORDER BY code"))

    def _count(self, state: str) -> int:
        row = self._database.execute("SELECT count(*) FROM tap WHERE state = ?", (state,)).fetchone()
        return int(row[0])


def open_database(path: Path, pragmas: Sequence[str], schema: Sequence[str],
                  connect: Callable[..., sqlite3.Connection] = sqlite3.connect, *, ballast: Ballast | None = None) -> sqlite3.Connection:
    """A private SQLite file with its tables. JournalDamagedError if it is not whole, NotStoredError if the disk refuses: opening takes some
    space too (for -wal and -shm), so on a full disk the ballast is given up and it is done once more."""
    try:
        return _open(path, pragmas, schema, connect)
    except (sqlite3.Error, OSError) as error:
        if not is_disk_full(error) or ballast is None or not ballast.release():
            raise NotStoredError(f"{path}: {error}") from error
    try:
        return _open(path, pragmas, schema, connect)
    except (sqlite3.Error, OSError) as error:
        raise NotStoredError(f"{path}: {error}") from error


def _open(path: Path, pragmas: Sequence[str], schema: Sequence[str], connect: Callable[..., sqlite3.Connection]) -> sqlite3.Connection:
    fresh = not path.exists()
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives -wal and -shm the mode of this file
    if fresh:
        durable.sync_directory(path.parent)
    database = connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        for statement in (*pragmas, *schema):
            database.execute(statement).fetchall()
        problems = database.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        database.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in NOT_WHOLE:
            raise JournalDamagedError(f"{path}: {error}") from error
        raise
    if problems != [("ok",)]:
        database.close()
        raise JournalDamagedError(f"{path}: {problems[0][0]}")
    return database


def is_disk_full(error: sqlite3.Error | OSError) -> bool:
    """SQLITE_FULL, or an I/O error while writing (some file systems tell it so)."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    code = getattr(error, "sqlite_errorcode", 0)
    return code == sqlite3.SQLITE_FULL or code & 0xFF == sqlite3.SQLITE_IOERR
