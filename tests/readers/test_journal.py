"""The journal's promises: durable, without gaps, bounded, and alive on a full disk."""
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readers.ballast import Ballast
from readers.clock import Clock
from readers.journal import Answered, Depth, JournalDamagedError, JournalFullError, NotStoredError, StoredTap, pack_tokens, unpack_tokens
from readers.uplink import format_tap
from tests.readers.rigs import ADMIT, START_US, TOKEN, make_journal, make_tap


def test_synchronous_is_full_in_wal(tmp_path: Path) -> None:
    journal = make_journal(tmp_path)
    assert journal._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_stored_tap_survives_a_reopening_as_it_was(tmp_path: Path) -> None:
    journal = make_journal(tmp_path)
    assert journal.append(make_tap(inside=True)) == 1
    assert journal.append(make_tap("out", verdict=None)) == 2
    journal.close()
    again = make_journal(tmp_path)
    assert again.read_pending(10) == [
        StoredTap(1, "in", TOKEN, "k1", START_US, 5_000_000, "boot-1", *ADMIT),
        StoredTap(2, "out", TOKEN, "k1", START_US, 5_000_000, "boot-1", None, None, None)]
    assert again.read_presence() == [(TOKEN, True, START_US)]
    assert again.read_depth() == Depth(2, 0, (START_US, 5_000_000, "boot-1"), 2)


def test_a_tap_keeps_the_tokens_of_all_keys(tmp_path: Path) -> None:
    tokens = [("a1" * 32, "k2"), ("b2" * 32, "k1")]
    assert pack_tokens(tokens[:1]) is None
    packed = pack_tokens(tokens)
    assert packed is not None
    assert unpack_tokens(packed) == tokens
    journal = make_journal(tmp_path)
    journal.append(make_tap()._replace(tokens=packed))
    journal.close()
    [stored] = make_journal(tmp_path).read_pending(1)
    assert stored.tokens == packed
    assert format_tap(stored, Clock())["tokens"] == [{"keyId": "k2", "token": "a1" * 32}, {"keyId": "k1", "token": "b2" * 32}]


def test_a_journal_of_a_version_that_kept_one_token_is_read_on(tmp_path: Path) -> None:
    journal = make_journal(tmp_path)
    journal.append(make_tap())
    journal._database.execute("ALTER TABLE tap DROP COLUMN tokens")
    journal.close()
    again = make_journal(tmp_path)
    assert again.append(make_tap()._replace(tokens="[]")) == 2
    old, new = again.read_pending(10)
    assert (old, new.tokens) == (StoredTap(1, "in", TOKEN, "k1", START_US, 5_000_000, "boot-1", *ADMIT), "[]")
    assert "tokens" not in format_tap(old, Clock())


def test_only_the_daemons_user_can_read_it(tmp_path: Path) -> None:
    make_journal(tmp_path).append(make_tap())
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("journal.sqlite*")} == {0o600}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["tap", "accept", "reject", "fail", "reopen"]), max_size=30))
def test_sequences_have_no_gap_whatever_happens(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    directory = tmp_path_factory.mktemp("journal")
    journal = make_journal(directory, keep=1)
    expected = 0
    for step in steps:
        first = journal.read_pending(1)
        if step == "tap":
            expected += 1
            assert journal.append(make_tap()) == expected
        elif step == "accept" and first:
            journal.mark([Answered(first[0].sequence)])
        elif step == "reject" and first:
            journal.mark([Answered(first[0].sequence, "CONFLICT", "no")])
        elif step == "fail":
            with pytest.raises(sqlite3.IntegrityError):
                journal._insert(make_tap(reader=None))  # type: ignore[arg-type]
        elif step == "reopen":
            journal.close()
            journal = make_journal(directory, keep=1)
    assert journal.append(make_tap()) == expected + 1
    journal.close()


def test_answers_move_taps_out_of_the_queue_once(tmp_path: Path) -> None:
    journal = make_journal(tmp_path)
    for _ in range(3):
        journal.append(make_tap())
    journal.mark([Answered(1), Answered(2, "CONFLICT", "other content")])
    journal.mark([Answered(2), Answered(1, "BAD_INPUT")])  # late words change nothing
    assert [tap.sequence for tap in journal.read_pending(10)] == [3]
    assert journal.read_rejected() == {"CONFLICT": 1}
    assert journal.read_depth() == Depth(1, 1, (START_US, 5_000_000, "boot-1"), 3)


def test_accepted_taps_are_kept_up_to_a_limit_and_others_always(tmp_path: Path) -> None:
    journal = make_journal(tmp_path, keep=2)
    for _ in range(6):
        journal.append(make_tap())
    journal.mark([Answered(1), Answered(2, "CONFLICT"), Answered(3), Answered(5), Answered(6)])
    rows = journal._database.execute("SELECT sequence, state FROM tap ORDER BY sequence").fetchall()
    assert rows == [(2, "rejected"), (4, "pending"), (5, "accepted"), (6, "accepted")]


def test_a_full_queue_refuses_and_stores_nothing(tmp_path: Path) -> None:
    journal = make_journal(tmp_path, limit=2)
    journal.append(make_tap())
    journal.append(make_tap())
    with pytest.raises(JournalFullError):
        journal.append(make_tap())
    assert journal.read_depth().last == 2
    journal.mark([Answered(1)])
    assert journal.append(make_tap()) == 3


def test_a_tap_being_presented_is_not_uploaded_until_released(tmp_path: Path) -> None:
    journal = make_journal(tmp_path)
    journal.append(make_tap(), presenting=True)
    journal.append(make_tap())
    assert [tap.sequence for tap in journal.read_pending(1)] == [2]
    journal.release(1)
    assert [tap.sequence for tap in journal.read_pending(5)] == [1, 2]


class FullDisk(sqlite3.Connection):
    """A database on a disk without space as long as the ballast is there (or for ever)."""

    ballast: Path
    for_ever = False

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and (self.for_ever or self.ballast.exists()):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(sql, *more)


def test_on_a_full_disk_the_ballast_makes_room(tmp_path: Path) -> None:
    class Connection(FullDisk):
        ballast = tmp_path / "ballast"

    journal = make_journal(tmp_path, ballast=65536, connect=lambda *args, **more: sqlite3.connect(*args, **more, factory=Connection))
    assert (tmp_path / "ballast").stat().st_size == 65536
    assert (tmp_path / "ballast").stat().st_blocks * 512 >= 65536  # really taken, not a hole
    assert journal.append(make_tap()) == 1
    assert not journal.ballast.held
    assert [tap.sequence for tap in journal.read_pending(5)] == [1]
    assert journal.ballast.restore()
    assert journal.ballast.held


def test_a_disk_that_stays_full_refuses_and_leaves_no_gap(tmp_path: Path) -> None:
    class Connection(FullDisk):
        ballast = tmp_path / "ballast"

    journal = make_journal(tmp_path, ballast=65536, connect=lambda *args, **more: sqlite3.connect(*args, **more, factory=Connection))
    Connection.for_ever = True
    with pytest.raises(NotStoredError):
        journal.append(make_tap())
    assert journal.read_depth() == Depth(0, 0, None, 0)
    Connection.for_ever = False
    assert journal.append(make_tap()) == 1


@pytest.mark.parametrize(("code", "text"), [(sqlite3.SQLITE_IOERR_SHMSIZE, "disk I/O error"), (sqlite3.SQLITE_FULL, "database or disk is full")])
def test_opening_on_a_full_disk_gives_up_the_ballast(tmp_path: Path, code: int, text: str) -> None:
    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
            if sql.startswith("PRAGMA journal_mode") and (tmp_path / "ballast").exists():
                error = sqlite3.OperationalError(text)
                error.sqlite_errorcode = code
                raise error
            return super().execute(sql, *more)

    def connect(*args: Any, **more: Any) -> sqlite3.Connection:
        return sqlite3.connect(*args, **more, factory=Connection)

    make_journal(tmp_path).close()
    Ballast(tmp_path / "ballast", 65536).restore()
    with pytest.raises(NotStoredError, match=text):
        make_journal(tmp_path, ballast=0, connect=connect)  # nothing to give: refused, and not called damaged
    assert make_journal(tmp_path, ballast=65536, connect=connect).append(make_tap()) == 1


def test_a_damaged_file_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalDamagedError, match=r"journal\.sqlite"):
        make_journal(tmp_path)
    assert (tmp_path / "journal.sqlite").read_bytes() == b"not a database at all" * 100
