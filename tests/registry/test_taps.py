"""Taps: read from the wire, placed in time, stored once; a bad clock loses none of them."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids, sets
from school.errors import Code, Refused, bad_input, not_found
from school.ids import Ref
from school.registry import devices, taps
from school.registry.devices import Held
from school.registry.models import Device, Outcome, Tap
from school.registry.taps import OLDEST, Decide, Placement, PresentedTap, Receipt, Sending, Verdict, place, read
from school.sets import SERVICE
from tests.cards import by_tokens
from tests.registry.office import NOON, Office, invented

MINUTE, SECOND, TICK = dt.timedelta(minutes=1), dt.timedelta(seconds=1), dt.timedelta(microseconds=1)
FIRST, LAST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
TOKEN = invented("new").hex()
GATE_SAYS = Verdict(Outcome.ADMIT, "NOT_INSIDE", "v7")
SERVER_SAYS = Verdict(Outcome.REFUSE, "UNKNOWN_CARD", "server")
WIRE: dict[str, Any] = {
    "sequence": 1, "reader": "in", "token": TOKEN, "key_id": "key", "at": "2026-09-07T12:00:00+03:00", "age_ms": None, "verdict": None,
}


def presented(at: dt.datetime = NOON, age_ms: int | None = None, **changes: Any) -> PresentedTap:
    """A tap of a reader."""
    return replace(PresentedTap(1, "in", invented("new"), "key", at, age_ms, None), **changes)


@pytest.mark.parametrize("offset", [-5 * MINUTE, -TICK, 0 * MINUTE, 3 * SECOND, 5 * MINUTE])
def test_a_clock_within_five_minutes_is_corrected(offset: dt.timedelta) -> None:
    ago, sent = 30 * SECOND, NOON - offset
    assert place(presented(sent - ago), Sending(sent, NOON)) == Placement(NOON - ago, late=False, suspect=False)
    assert place(presented(sent), Sending(sent, NOON)) == Placement(NOON, late=False, suspect=False)


@pytest.mark.parametrize("offset", [-5 * MINUTE - TICK, 5 * MINUTE + TICK, dt.timedelta(days=-3), dt.timedelta(days=9000)])
def test_a_clock_further_away_is_suspect_and_the_tap_is_placed_by_its_age(offset: dt.timedelta) -> None:
    sent = NOON - offset
    for at in (sent, sent - MINUTE, sent + MINUTE, NOON):
        assert place(presented(at), Sending(sent, NOON)) == Placement(NOON, late=False, suspect=True)
        assert place(presented(at, 60_000), Sending(sent, NOON)) == Placement(NOON - MINUTE, late=False, suspect=True)
        assert place(presented(at, 60_001), Sending(sent, NOON)) == Placement(NOON - MINUTE - dt.timedelta(milliseconds=1), late=True, suspect=True)
        assert place(presented(at, 2**31 - 1), Sending(sent, NOON)).happened_at == NOON - dt.timedelta(milliseconds=2**31 - 1)


def test_a_trusted_clock_that_tells_the_impossible_is_suspect() -> None:
    sending = Sending(NOON - MINUTE, NOON)
    for at in (sending.sent_at + TICK, sending.sent_at - OLDEST - TICK, FIRST, LAST):  # from the future, or older than 90 days
        assert place(presented(at), sending) == Placement(NOON, late=False, suspect=True)
        assert place(presented(at, 5_000), sending) == Placement(NOON - 5 * SECOND, late=False, suspect=True)
    assert place(presented(sending.sent_at - OLDEST), sending) == Placement(NOON - OLDEST, late=True, suspect=False)


@pytest.mark.parametrize(("error", "suspect"), [(5 * MINUTE, False), (5 * MINUTE + SECOND, True), (dt.timedelta(hours=13), True)])
def test_a_clock_that_was_set_between_the_tap_and_its_sending_is_suspect(error: dt.timedelta, suspect: bool) -> None:
    """A PC without a battery boots with yesterday's time, cards are tapped, then the network brings the right one. The monotonic clock knows better."""
    tap = presented(NOON - 20 * MINUTE - error, 20 * 60_000)
    happened = NOON - 20 * MINUTE if suspect else NOON - 20 * MINUTE - error
    assert place(tap, Sending(NOON, NOON)) == Placement(happened, late=True, suspect=suspect)
    assert place(presented(NOON - 20 * MINUTE - error, 2**31 - 1), Sending(NOON, NOON)).suspect is False  # an age that may be longer tells nothing


@pytest.mark.parametrize(("at", "sent"), [(LAST, NOON - SECOND), (FIRST, NOON + SECOND), (LAST, LAST), (FIRST, FIRST), (LAST, FIRST), (FIRST, LAST)])
def test_a_clock_at_the_calendar_s_ends_loses_no_tap(at: dt.datetime, sent: dt.datetime) -> None:
    assert place(presented(at), Sending(sent, NOON)) == Placement(NOON, late=False, suspect=True)
    assert place(presented(at, 1_000), Sending(sent, NOON)) == Placement(NOON - SECOND, late=False, suspect=True)


def test_a_tap_is_late_when_its_news_is_older_than_a_minute() -> None:
    for ago, late in ((60 * SECOND, False), (60 * SECOND + TICK, True), (dt.timedelta(days=2), True)):
        assert place(presented(NOON - ago), Sending(NOON, NOON)) == Placement(NOON - ago, late, suspect=False)


def test_a_tap_lies_between_its_neighbours_and_never_after_its_receipt() -> None:
    tap, sending = presented(NOON - 10 * MINUTE), Sending(NOON, NOON)
    for previous, following, happened in (
        (NOON - 20 * MINUTE, NOON - 2 * MINUTE, NOON - 10 * MINUTE), (NOON - 4 * MINUTE, None, NOON - 4 * MINUTE), (NOON, None, NOON),
        (None, NOON - 15 * MINUTE, NOON - 15 * MINUTE), (NOON - 15 * MINUTE, NOON - 15 * MINUTE, NOON - 15 * MINUTE), (NOON + MINUTE, None, NOON),
        (NOON + MINUTE, NOON + 2 * MINUTE, NOON), (None, NOON + MINUTE, NOON - 10 * MINUTE),
    ):
        assert place(tap, sending, previous, following) == Placement(happened, NOON - happened > MINUTE, suspect=False), (previous, following)


moments = st.datetimes(timezones=st.just(dt.UTC))
near = st.timedeltas(dt.timedelta(days=-100), dt.timedelta(days=100))
offsets = st.timedeltas(dt.timedelta(minutes=-6), dt.timedelta(minutes=6))
ages = st.none() | st.integers(0, 2**31 - 1)


@given(at=moments | near.map(lambda away: NOON + away), sent=moments | offsets.map(lambda away: NOON + away), age=ages, neighbours=st.lists(near, max_size=2))
def test_wherever_the_clock_stands_a_tap_has_its_place(at: dt.datetime, sent: dt.datetime, age: int | None, neighbours: list[dt.timedelta]) -> None:
    tap, sending = presented(at, age), Sending(sent, NOON)
    alone = place(tap, sending)
    assert alone.happened_at <= NOON
    assert alone.late == (NOON - alone.happened_at > MINUTE)
    agrees = age is None or age == 2**31 - 1 or abs(sent - at - dt.timedelta(milliseconds=age)) <= 5 * MINUTE
    believed = abs(NOON - sent) <= 5 * MINUTE and dt.timedelta() <= sent - at <= OLDEST and agrees
    assert alone.suspect is not believed
    assert alone.happened_at == NOON - (sent - at if believed else dt.timedelta(milliseconds=age or 0))
    previous, following = (NOON + away for away in sorted(neighbours)) if len(neighbours) == 2 else (None, None)
    placed = place(tap, sending, previous, following)
    assert placed.suspect is alone.suspect
    assert placed.happened_at <= NOON
    if previous is not None and following is not None:
        assert min(previous, NOON) <= placed.happened_at <= following
        assert placed.happened_at == alone.happened_at or placed.happened_at in {previous, following, NOON}


@given(at=near, clocks=st.lists(st.timedeltas(-5 * MINUTE, 5 * MINUTE), min_size=2, max_size=2), age=ages)
def test_a_trusted_clock_s_own_error_changes_nothing(at: dt.timedelta, clocks: list[dt.timedelta], age: int | None) -> None:
    """Two clocks that both may be trusted and show different times place the same tap at the same moment."""
    one, other = [place(presented(NOON + clock + at, age), Sending(NOON + clock, NOON)) for clock in clocks]
    assert one == other


def test_a_tap_is_read_from_the_wire() -> None:
    at = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
    assert read(**WIRE) == PresentedTap(1, "in", invented("new"), "key", at, None, None)
    most = WIRE | {"sequence": 2**31 - 1, "reader": f" {'x' * 80} ", "token": TOKEN.upper(), "key_id": "k" * 40, "age_ms": 0, "verdict": GATE_SAYS}
    assert read(**most) == PresentedTap(2**31 - 1, "x" * 80, invented("new"), "k" * 40, at, 0, GATE_SAYS)
    for text, moment in (("0001-01-01T00:00:00Z", FIRST), ("9999-12-31T23:59:59.999999+00:00", LAST), ("20260907T120000+0300", at)):
        assert read(**WIRE | {"at": text}).at == moment


WORDS = "must be one line of 1 to 40 characters"
UNREADABLE: list[tuple[dict[str, Any], str]] = [
    *(({"sequence": number}, "sequence must lie between 1 and 2147483647") for number in (0, -1, 2**31)),
    ({"age_ms": -1}, "ageMs must not be negative"),
    *(({"token": text}, "token must be 64 hex digits") for text in ("", TOKEN[1:], f"{TOKEN}0", f"g{TOKEN[1:]}", f"{TOKEN}\n", f" {TOKEN[1:]}", "０" * 64)),
    *(({"reader": text}, "reader must be one line of 1 to 80 characters") for text in ("", " ", "x" * 81, "a\nb", "a\0b", "\ud800", "a\u2029b")),
    *(({"key_id": text}, f"keyId {WORDS}") for text in ("", "k" * 41, "a\0b")),
    *(({"at": text}, "at must be an ISO 8601 moment with an offset") for text in (
        "", "soon", "2026-09-07", "2026-09-07T12:00:00", "2026-09-31T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
    )),
    *(({"verdict": replace(GATE_SAYS, reason=text)}, f"reason {WORDS}") for text in ("", "x" * 41, "\0")),
    *(({"verdict": replace(GATE_SAYS, data_version=text)}, f"dataVersion {WORDS}") for text in (None, "", "x" * 41, "\0")),
]


async def accept(session: AsyncSession, device: Ref, wire: dict[str, Any], said: Verdict = SERVER_SAYS) -> Receipt:
    """As the gateway does: hold the device, read, answer a repeat, else store."""
    held = await hold(session, device)
    tap = read(**wire)
    [known] = await sets.fetch(session, taps.asking_stored([(held.school_id, held.id, tap.sequence)]))
    if known:
        return taps.repeat(known[0], tap)

    async def decide(card: Any, moment: dt.datetime) -> Verdict:
        assert (card, moment.tzinfo) == (found, dt.UTC)
        return said

    found = (await by_tokens(session, held.school_id, [tap.token])).get(tap.token)
    return await receive(session, held, tap, found, decide)


async def hold(session: AsyncSession, device: Ref) -> Held:
    """The device, which there must be."""
    held = await devices.hold_many(session, [device])
    if device not in held:
        raise not_found()
    return held[device]


async def receive(session: AsyncSession, held: Held, tap: PresentedTap, card: Any, decide: Decide) -> Receipt:
    """Placed among its neighbours and stored."""
    [around] = await sets.fetch(session, taps.asking_around([(held.school_id, held.id, tap.sequence)]))
    receipt = await taps.receive(held, taps.timelines(around)[held.school_id, held.id], tap, Sending(NOON, NOON), card, decide)
    await taps.keep(session, [receipt.tap])
    await devices.keep(session, [held])
    return receipt


async def test_what_cannot_be_a_tap_is_refused_and_not_stored(office: Office) -> None:
    device = Ref(1, office.world.devices["gate"])
    before = await office.everything()
    for changes, message in UNREADABLE:
        with pytest.raises(Refused) as caught:
            await office.do(accept, device, WIRE | changes)
        assert (caught.value.code, caught.value.message) == (Code.BAD_INPUT, message), changes
    assert await office.everything() == before


async def test_a_tap_is_stored_once(office: Office) -> None:
    device = Ref(1, office.world.devices["gate"])
    before = await office.row(Device, Device.id == device.id)
    wire = WIRE | {"token": office.world.token("anna").hex(), "verdict": GATE_SAYS, "at": "2026-09-07T11:58:00+03:00"}
    receipt = await office.do(accept, device, wire)
    assert not receipt.repeated
    stored = await office.row(Tap)
    assert stored == {
        "school_id": 1, "device_id": device.id, "sequence": 1, "id": receipt.tap.id, "digest": read(**wire).digest, "reader": "in",
        "token": office.world.token("anna"), "key_id": str(office.world.card_keys[1][0]), "person_id": office.world.people["anna"],
        "device_at": NOON - 2 * MINUTE, "happened_at": NOON - 2 * MINUTE, "received_at": NOON, "late": True, "suspect": False,
        "outcome": Outcome.ADMIT, "reason": "NOT_INSIDE", "data_version": "v7",
    }
    assert await office.row(Device, Device.id == device.id) == before | {"last_tap_at": NOON - 2 * MINUTE}
    whole = await office.everything()
    for age in (None, 0, 120_000):  # sent again, it is older: still the same tap
        again = await office.do(accept, device, wire | {"age_ms": age, "at": "2026-09-07T08:58:00Z"})
        assert (again.repeated, again.tap.id) == (True, receipt.tap.id)
    with pytest.raises(IntegrityError):
        await office.do(store, device, read(**wire))
    assert await office.everything() == whole


async def store(session: AsyncSession, device: Ref, tap: PresentedTap) -> Receipt:
    """Without asking whether it is known."""
    async def decide(_card: Any, _moment: dt.datetime) -> Verdict:
        return SERVER_SAYS

    return await receive(session, await hold(session, device), tap, None, decide)


async def test_a_sequence_with_other_content_is_a_conflict(office: Office) -> None:
    device = Ref(1, office.world.devices["gate"])
    wire = WIRE | {"verdict": GATE_SAYS}
    await office.do(accept, device, wire)
    others: list[dict[str, Any]] = [
        {"reader": "out"}, {"token": invented("other").hex()}, {"key_id": "other"}, {"at": "2026-09-07T12:00:00.000001+03:00"}, {"verdict": None},
        *({"verdict": other} for other in (
            replace(GATE_SAYS, outcome=Outcome.REFUSE), replace(GATE_SAYS, reason="OK"), replace(GATE_SAYS, data_version="v8"),
        )),
    ]
    for changes in others:
        assert await office.refused(accept, device, wire | changes) == (Code.CONFLICT, "this sequence was recorded with other content"), changes
    other = await office.do(accept, Ref(1, office.world.devices["desk"]), wire)  # another device's first tap is another tap
    assert not other.repeated


async def test_a_gate_has_decided_and_for_the_others_the_server_does(office: Office) -> None:
    for name, verdict, expected in (
        ("gate", GATE_SAYS, GATE_SAYS), ("gate", None, SERVER_SAYS), ("canteen", GATE_SAYS, SERVER_SAYS), ("canteen", None, SERVER_SAYS),
        ("desk", GATE_SAYS, SERVER_SAYS), ("desk", None, SERVER_SAYS),
    ):
        sequence = 1 + len(await office.rows(Tap))
        tap = (await office.do(accept, Ref(1, office.world.devices[name]), WIRE | {"sequence": sequence, "verdict": verdict})).tap
        stored = await office.row(Tap, Tap.id == tap.id)
        assert Verdict(stored["outcome"], stored["reason"], stored["data_version"]) == expected, (name, verdict)
        assert stored["person_id"] is None


async def test_a_backlog_is_placed_before_the_tap_that_overtook_it(office: Office) -> None:
    device = Ref(1, office.world.devices["gate"])
    placed, last = {}, []
    for sequence, at in ((5, "08:50"), (2, "08:55"), (3, "08:40"), (1, "08:30"), (4, "08:52"), (6, "08:45"), (7, "08:59")):
        receipt = await office.do(accept, device, WIRE | {"sequence": sequence, "at": f"2026-09-07T{at}:00Z"})
        placed[sequence] = f"{receipt.tap.happened_at:%H:%M}"
        last.append(f"{(await office.row(Device, Device.id == device.id))['last_tap_at']:%H:%M}")
    assert placed == {5: "08:50", 2: "08:50", 3: "08:50", 1: "08:30", 4: "08:50", 6: "08:50", 7: "08:59"}
    assert [f"{row['happened_at']:%H:%M}" for row in await office.rows(Tap)] == [placed[sequence] for sequence in range(1, 8)]
    assert last == ["08:50"] * 6 + ["08:59"]  # it never goes back


async def test_a_bad_clock_loses_no_tap_in_either_database(office: Office) -> None:
    for sequence, at in enumerate((FIRST, LAST, FIRST + TICK, LAST - TICK), 1):
        receipt = await office.do(accept, Ref(1, office.world.devices["desk"]), WIRE | {"sequence": sequence, "at": at.isoformat(), "age_ms": 1_000})
        stored = await office.row(Tap, Tap.id == receipt.tap.id)
        assert (stored["device_at"], stored["happened_at"], stored["suspect"]) == (at, NOON - SECOND, True), at
        assert (await office.do(accept, Ref(1, office.world.devices["desk"]), WIRE | {"sequence": sequence, "at": at.isoformat()})).repeated


async def test_a_verdict_that_is_refused_stores_nothing(office: Office) -> None:
    async def decide(_card: Any, _moment: dt.datetime) -> Verdict:
        raise bad_input("no verdict")

    async def undecided(session: AsyncSession, device: Ref) -> Receipt:
        return await receive(session, await hold(session, device), presented(), None, decide)

    assert await office.refused(undecided, Ref(1, office.world.devices["desk"])) == (Code.BAD_INPUT, "no verdict")
    assert await office.refused(accept, Ref(2, ids.new()), WIRE) == (Code.NOT_FOUND, "No such object.")


async def test_what_is_known_is_found_by_its_key_among_many(office: Office) -> None:
    if office.database.sqlite:
        return
    gate = office.world.devices["gate"]
    await office.do(accept, Ref(1, gate), WIRE | {"verdict": GATE_SAYS})
    columns = [column.name for column in Tap.__table__.columns]
    copied = ", ".join({"sequence": "number", "id": "gen_random_uuid()"}.get(column, column) for column in columns)
    async with office.database.begin() as session:
        await session.execute(sa.text(f"INSERT INTO tap ({', '.join(columns)}) SELECT {copied} FROM tap, generate_series(2, 20000) number"))  # noqa: S608 - names of ours
    async with office.database.engine.connect() as connection, connection.begin():
        await connection.exec_driver_sql("ANALYZE tap")
        apart = [(1, gate, sequence) for sequence in range(1, 20_000, 500)]
        for asked in (taps.asking_stored(apart), taps.asking_around(apart)):
            prepared = asked.read.prepare(SERVICE, SERVICE.shape, ("postgresql",), connection.dialect)
            values = prepared.values(SERVICE, asked.of.values(asked.rows, connection.dialect), {})
            plan = "\n".join((await connection.exec_driver_sql(f"EXPLAIN {prepared.text}", tuple(values))).scalars())
            assert ("pk_tap" in plan, "Seq Scan on tap" in plan) == (True, False), plan
