"""The stored pass list: deltas, restarts, malformed answers, and the gate's own view of presence."""
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readers.clock import Moment, format_us
from readers.decision import PassList
from readers.passlist import Passbook
from readers.passwire import PassListError
from tests.readers.loopback import SECONDS, binding, entry, pass_list, rule
from tests.readers.rigs import START_US, Hands

CARD, OTHER = "a1" * 32, "b2" * 32
HARD = [binding("in", "IN", "HARD"), binding("out", "OUT")]


def open_book(directory: Path, hands: Hands | None = None) -> Passbook:
    return Passbook(directory / "passlist.sqlite", (hands or Hands()).make_clock())


def see(book: Passbook, reader: str, at_us: int, token: str = CARD) -> str:
    """A tap at a gate: its reason; a passage counts."""
    decided = book.decide(reader, [(token, "k1")], Moment(at_us, 0, at_us))
    if decided.inside is not None:
        book.record(decided.token, decided.inside, at_us)
    return decided.verdict.reason


def make_delta(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What a server sends to one that has `before`."""
    old = {item["token"]: item for item in before["entries"]}
    new = {item["token"]: item for item in after["entries"]}
    return {**after, "full": False, "entries": [item for token, item in new.items() if old.get(token) != item],
            "removed": [token for token in old if token not in new]}


entries = st.dictionaries(st.sampled_from([f"{digit:x}" * 64 for digit in range(8)]), st.fixed_dictionaries({
    "state": st.sampled_from(["ACTIVE", "BLOCKED"]), "rules": st.lists(st.sampled_from(["r1", "r2"]), max_size=2),
    "inside": st.sampled_from([None, True, False]),
    "changedAt": st.sampled_from([None, "2026-03-04T12:00:00+03:00", "2026-03-04T12:00:00.000001+00:00"])}))
lists = st.builds(lambda version, cards, hour: pass_list(
    version, entries=[entry(token, **card) for token, card in cards.items()], rules=[rule("r1"), rule("r2", startsAt=f"{hour:02}:00")]),
    st.uuids().map(str), entries, st.integers(0, 23))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(lists, min_size=2, max_size=4))
def test_deltas_lead_to_what_the_whole_list_says(tmp_path_factory: pytest.TempPathFactory, versions: list[dict[str, Any]]) -> None:
    directory = tmp_path_factory.mktemp("list")
    book = open_book(directory)
    book.apply(versions[0])
    for before, after in pairwise(versions):
        assert book.apply(make_delta(before, after))
    whole = open_book(tmp_path_factory.mktemp("whole"))
    whole.apply(versions[-1])
    assert book.passes == whole.passes
    book.close()
    assert open_book(directory).passes == whole.passes  # and so after a restart


def test_a_gate_decides_after_a_restart_without_its_server(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list(entries=[entry(CARD)]))
    book.close()
    assert see(open_book(tmp_path), "in", START_US) == "OK"


@pytest.mark.parametrize("changes", [
    {"version": 7}, {"version": ""}, {"timeZone": "Mars/Olympus"}, {"timeZone": "../../etc/passwd"}, {"full": None}, {"removed": None},
    {"removed": ["A1" * 32]}, {"readers": None}, {"readers": [{**binding("in"), "direction": "UP"}]}, {"rules": [rule(weekdays=128)]},
    {"rules": [rule(weekdays=True)]}, {"rules": [rule(startsAt="7:00")]}, {"rules": [rule(endsAt="24:01")]}, {"rules": [rule(endsAt="25:00")]},
    {"rules": [rule(validFrom="04.03.2026")]}, {"entries": [entry("a1")]}, {"entries": [entry(CARD, state="LOST")]}, {"entries": ["x"]},
    {"entries": [entry(CARD, changedAt="2026-03-04T12:00:00")]}, {"entries": [entry(CARD, rules="r1")]}, {"entries": [entry(CARD, inside=1)]},
])
def test_a_malformed_list_changes_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list(entries=[entry(CARD)]))
    before = book.passes
    with pytest.raises(PassListError):
        book.apply({**pass_list("v2"), **changes})
    assert book.passes is before
    book.close()
    assert open_book(tmp_path).passes == before


def test_a_delta_to_nothing_is_refused(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    with pytest.raises(PassListError):
        book.apply(pass_list(full=False))
    assert book.passes is None


def test_a_poll_without_news_changes_nothing(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    assert book.apply(pass_list(entries=[entry(CARD)])) is True
    before: PassList | None = book.passes
    assert book.apply(pass_list(full=False)) is False
    assert book.passes is before


@pytest.mark.parametrize("changes", [
    {"removed": [OTHER]}, {"entries": [entry(OTHER, state="BLOCKED")]}, {"rules": [rule(weekdays=1)]}, {"readers": HARD}])
def test_changes_at_an_unchanged_version_are_taken_and_stored(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Leavers of a quiet midnight come at the version that the gate has, at every poll of the day."""
    book = open_book(tmp_path)
    book.apply(pass_list(entries=[entry(CARD), entry(OTHER)]))
    before = book.passes
    assert book.apply(pass_list(full=False, **changes)) is True
    after = book.passes
    assert after != before
    assert book.apply(pass_list(full=False, **changes)) is False
    assert book.passes is after
    book.close()
    assert open_book(tmp_path).passes == after


class Disk:
    """A database on a disk that does something at each COMMIT."""

    def __init__(self, database: sqlite3.Connection, commit: Callable[[], None]) -> None:
        self._database = database
        self._commit = commit

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            self._commit()
        return self._database.execute(sql, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


def test_nobody_at_the_door_waits_for_the_disk(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list(entries=[entry(CARD)]))
    syncing, synced = threading.Event(), threading.Event()

    def commit() -> None:
        syncing.set()
        assert synced.wait(SECONDS)

    book._database = Disk(book._database, commit)  # type: ignore[assignment]
    with ThreadPoolExecutor() as threads:
        try:
            applied = threads.submit(book.apply, pass_list("v2", full=False, entries=[entry(CARD, state="BLOCKED")]))
            assert syncing.wait(SECONDS)
            assert threads.submit(see, book, "in", START_US).result(SECONDS / 3) == "CARD_BLOCKED"  # at once
            threads.submit(book.record, CARD, True, START_US).result(SECONDS / 3)
            whole = threads.submit(open_book(tmp_path).decide, "in", [(CARD, "k1")], Moment(START_US, 0, START_US)).result(SECONDS / 3)
            assert whole.verdict == ("ADMIT", "OK", "v1")  # a crash now would leave the old list, whole
        finally:
            synced.set()
        assert applied.result(SECONDS)
    book.close()
    assert open_book(tmp_path).passes == book.passes


@pytest.mark.parametrize("full", [True, False])
def test_what_the_disk_refused_is_stored_with_the_next_list_or_poll(tmp_path: Path, full: bool) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list(entries=[entry(CARD), entry(OTHER), entry("c3" * 32)]))
    kept = book._database

    def refuse() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    for version, later in (("v3", [entry("d4" * 32)]), ("v2", [])):  # a delta after it, or a poll without news
        book._database = Disk(kept, refuse)  # type: ignore[assignment]
        book.apply(pass_list("v2", full=full, entries=[entry(CARD, state="BLOCKED")], removed=[OTHER]))
        assert see(book, "in", START_US) == "CARD_BLOCKED"
        book._database = kept
        book.apply(pass_list(version, full=False, entries=later))
        again = open_book(tmp_path)
        assert again.passes == book.passes
        again.close()


def test_own_passages_count_at_once(tmp_path: Path) -> None:
    hands = Hands()
    book = open_book(tmp_path, hands)
    book.apply(pass_list(readers=HARD, entries=[entry(CARD)]))
    assert [see(book, "in", START_US), see(book, "in", START_US + 1), see(book, "out", START_US + 2), see(book, "in", START_US + 3)] == [
        "OK", "ALREADY_INSIDE", "OK", "OK"]


@pytest.mark.parametrize(("changed_us", "reason"), [
    (START_US - 1, "ALREADY_INSIDE"),  # older than our own passage: ours stands
    (START_US, "ALREADY_INSIDE"),      # the same moment: ours stands
    (START_US + 1, "OK"),              # strictly newer: the list wins
])
def test_the_list_wins_only_if_newer(tmp_path: Path, changed_us: int, reason: str) -> None:
    hands = Hands()
    book = open_book(tmp_path, hands)
    book.apply(pass_list(readers=HARD, entries=[entry(CARD)]))
    assert see(book, "in", START_US) == "OK"
    hands.advance(10)
    book.apply(pass_list("v2", readers=HARD, full=False, entries=[entry(CARD, inside=False, changedAt=format_us(changed_us))]))
    assert see(book, "in", START_US + 5) == reason


def test_a_passage_from_the_future_does_not_stand_against_the_list(tmp_path: Path) -> None:
    hands = Hands()
    book = open_book(tmp_path, hands)
    book.apply(pass_list(readers=HARD, entries=[entry(CARD)]))
    book.record(CARD, True, START_US + 10**12)  # recorded while the clock was wrong
    book.apply(pass_list("v2", readers=HARD, full=False, entries=[entry(CARD, inside=False, changedAt=format_us(START_US - 5))]))
    assert see(book, "in", START_US) == "OK"


def test_passages_replayed_from_the_journal_keep_their_order(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list(readers=HARD, entries=[entry(CARD)]))
    book.replay([(CARD, False, START_US - 3), (CARD, True, START_US - 2), (CARD, False, START_US - 9)])
    assert see(book, "in", START_US) == "ALREADY_INSIDE"


def test_a_card_of_an_older_key_is_found_and_named_by_it(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list(entries=[entry(OTHER, keyId="k0")]))
    moment = Moment(START_US, 0, START_US)
    assert book.decide("in", [(CARD, "k1"), (OTHER, "k0")], moment)[:2] == (OTHER, "k0")
    assert book.decide("in", [(CARD, "k1"), ("c3" * 32, "k0")], moment)[:2] == (CARD, "k1")


def test_the_clocks_offset_is_known_after_a_restart(tmp_path: Path) -> None:
    hands = Hands()
    clock = hands.make_clock()
    clock.learn((START_US + 3_600_000_000) // 1000)
    book = Passbook(tmp_path / "passlist.sqlite", clock)
    book.apply(pass_list())
    book.close()
    again = hands.make_clock()
    Passbook(tmp_path / "passlist.sqlite", again)
    assert again.offset_us() == 3_600_000_000


def test_an_unreadable_stored_list_is_none(tmp_path: Path) -> None:
    book = open_book(tmp_path)
    book.apply(pass_list())
    book._database.execute("UPDATE head SET content = ?", (b"{}",))
    book.close()
    assert open_book(tmp_path).passes is None
