"""Taps over HTTP: recorded once, item by item, whatever the verdict, and told to whom they concern."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.access.models import Passage
from school.errors import Code, Refused
from school.ids import Ref
from school.meals.models import MealAccount, TillReader, Transfer
from school.outbox import OutboxRow
from school.record.parts import drop_passages, make_ahead
from school.registry import cards
from school.registry.models import Card, CardState, Outcome, Tap
from school.registry.models import Device as Stored
from tests.gateway.device import ADMIT, recorded, refusal
from tests.gateway.lodge import NOON, Lodge, at
from tests.statements import statements

SECOND, MINUTE, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(days=1)
REFUSE = {"outcome": "REFUSE", "reason": "NO_LIST", "dataVersion": "0"}
async def block(lodge: Lodge, name: str) -> None:
    """Somebody's card opens and pays nothing, without a word to anybody."""
    await lodge.change(Card, lodge.world.cards[name], state=CardState.BLOCKED, blocked_at=NOON)


async def stored(lodge: Lodge) -> list[tuple[Any, ...]]:
    """What is kept of taps: sequence, whose, verdict."""
    return await lodge.rows(Tap, "sequence", "person_id", "outcome", "reason", "data_version")


async def test_a_gate_s_own_verdict_stands(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    anna, boris = lodge.world.people["anna"], lodge.world.people["boris"]
    await block(lodge, "boris")
    taps = [gate.tap("anna", verdict=ADMIT), gate.tap("boris", verdict=ADMIT | {"reason": "ALREADY_INSIDE"}), gate.tap("nobody", verdict=REFUSE)]
    assert await gate.submit(*taps) == [recorded(1), recorded(2, reason="ALREADY_INSIDE"), recorded(3, "REFUSE", "NO_LIST")]
    assert await gate.present(gate.tap("anna", "out", verdict=REFUSE)) == recorded(4, "REFUSE", "NO_LIST")
    assert await stored(lodge) == [
        (1, anna, Outcome.ADMIT, "OK", "17"), (2, boris, Outcome.ADMIT, "ALREADY_INSIDE", "17"), (3, None, Outcome.REFUSE, "NO_LIST", "0"),
        (4, anna, Outcome.REFUSE, "NO_LIST", "0")]
    assert await lodge.presence() == {"anna": True, "boris": True}  # the turnstile has turned
    door, seen = str(lodge.world.doors["main"]), [(kind, topics) for kind, topics, *_ in await lodge.events()]
    passes = ["passes", str(UUID(int=0))]
    assert seen == [
        ("access.passed", [["pupil", str(anna)], ["door", door], passes]), ("access.passed", [["pupil", str(boris)], ["door", door], passes]),
        ("access.refused", [["door", door]]), ("access.refused", [["pupil", str(anna)], ["door", door]])]


async def test_where_a_gate_has_not_decided_the_server_does(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "boris")
    assert await gate.present(gate.tap("anna")) == recorded(1)
    assert await gate.present(gate.tap("anna")) == recorded(2, "REFUSE", "ALREADY_INSIDE")
    assert await gate.submit(*(gate.tap(name, reader) for name, reader in (
        ("boris", "in"), ("nobody", "in"), ("vera", "attic"), ("gleb", "in"), ("vera", "out"), ("teacher", "in"), ("anna", "out"),
    ))) == [
        recorded(3, "REFUSE", "CARD_BLOCKED"), recorded(4, "REFUSE", "UNKNOWN_CARD"), recorded(5, "REFUSE", "UNKNOWN_READER"),
        recorded(6, "REFUSE", "UNKNOWN_CARD"),  # of another school
        recorded(7, reason="NOT_INSIDE"), recorded(8), recorded(9),
    ]
    assert await lodge.presence() == {"anna": False, "vera": False, "teacher": True}
    assert [row[4] for row in await stored(lodge)] == ["0"] * 9  # nothing had been published
    at(NOON + dt.timedelta(hours=10))
    assert await gate.present(gate.tap("boris")) == recorded(10, "REFUSE", "CARD_BLOCKED")
    assert await gate.present(gate.tap("vera")) == recorded(11, "REFUSE", "NOT_NOW")


async def test_the_server_sees_what_the_same_backlog_did_before(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    answers = await gate.submit(gate.tap("anna"), gate.tap("anna"), gate.tap("anna", "out"), gate.tap("anna", "out"), gate.tap("anna"))
    assert answers == [
        recorded(1), recorded(2, "REFUSE", "ALREADY_INSIDE"), recorded(3), recorded(4, reason="NOT_INSIDE"), recorded(5)]
    assert await lodge.presence() == {"anna": True}
    assert [event[0] for event in await lodge.events()] == ["access.passed", "access.refused", "access.passed", "access.passed", "access.passed"]


async def test_in_the_canteen_the_server_decides_and_the_till_is_told(lodge: Lodge) -> None:
    canteen = await lodge.device("canteen")
    anna, boris, till = lodge.world.people["anna"], lodge.world.people["boris"], str(lodge.world.tills["till"])
    await block(lodge, "boris")
    money = await lodge.rows(MealAccount)
    answers = await canteen.submit(*(canteen.tap(name, verdict=ADMIT) for name in ("anna", "boris", "nobody")), canteen.tap("anna", "kiosk", verdict=ADMIT))
    assert answers == [recorded(1), recorded(2, "REFUSE", "CARD_BLOCKED"), recorded(3, "REFUSE", "UNKNOWN_CARD"), recorded(4, "REFUSE", "UNKNOWN_READER")]
    assert await stored(lodge) == [
        (1, anna, Outcome.ADMIT, "OK", "0"), (2, boris, Outcome.REFUSE, "CARD_BLOCKED", "0"), (3, None, Outcome.REFUSE, "UNKNOWN_CARD", "0"),
        (4, anna, Outcome.REFUSE, "UNKNOWN_READER", "0")]
    tap_ids = [str(id_) for id_, in await lodge.rows(Tap, "id")]
    assert await lodge.events() == [
        ("meals.card_presented", [["till", till]], {
            "till_id": till, "tap_id": tap, "outcome": outcome, "reason": reason, "person_id": person and str(person)}, False)
        for tap, outcome, reason, person in zip(
            tap_ids, ("admit", "refuse", "refuse"), ("OK", "CARD_BLOCKED", "UNKNOWN_CARD"), (anna, boris, None), strict=False)]
    assert (await lodge.rows(MealAccount), await lodge.rows(Transfer), await lodge.rows(Passage), await lodge.presence()) == (money, [], [], {})


async def test_a_canteen_s_reader_that_has_lost_its_till_knows_nobody(lodge: Lodge) -> None:
    canteen = await lodge.device("canteen")
    async with lodge.database.begin() as session:
        await session.execute(sa.delete(TillReader))
    assert await canteen.present(canteen.tap("anna")) == recorded(1, "REFUSE", "UNKNOWN_READER")
    assert (len(await lodge.rows(Tap)), await lodge.events()) == (1, [])


async def test_a_card_at_a_desk_can_be_issued(lodge: Lodge) -> None:
    desk = await lodge.device("desk")
    assert await desk.present(desk.tap("new")) == recorded(1, "REFUSE", "UNKNOWN_CARD")
    assert await desk.submit(desk.tap("anna", verdict=REFUSE)) == [recorded(2)]
    (new, anna), device = [str(id_) for id_, in await lodge.rows(Tap, "id")], str(lodge.key(desk))
    wire = {"device_id": device, "reader": "desk"}
    assert await lodge.events() == [
        ("registry.card_presented", [["desk", device]], {**wire, "tap_id": new, "outcome": "refuse", "reason": "UNKNOWN_CARD", "person_id": None}, False),
        ("registry.card_presented", [["desk", device]], {
            **wire, "tap_id": anna, "outcome": "admit", "reason": "OK", "person_id": str(lodge.world.people["anna"])}, False)]
    assert (await lodge.presence(), await lodge.rows(Passage)) == ({}, [])
    office, boris = lodge.world.viewers["office"], Ref(1, lodge.world.people["boris"])
    async with lodge.database.begin() as session:
        card = await cards.issue(session, office, ids.new(), boris, Ref(1, UUID(new)))
    assert (card.person_id, card.token, card.key_id) == (boris.id, lodge.world.token("new"), lodge.world.card_keys[1][0])
    with pytest.raises(Refused) as refused:
        async with lodge.database.begin() as session:
            await cards.issue(session, office, ids.new(), boris, Ref(1, UUID(anna)))
    assert refused.value.code is Code.CONFLICT
    gate = await lodge.device("gate")
    assert await gate.present(gate.tap("new")) == recorded(1)


@pytest.mark.parametrize("kind", ["gate", "canteen", "desk"])
async def test_a_repeat_is_answered_and_changes_nothing(lodge: Lodge, kind: str) -> None:
    device = await lodge.device(kind)
    first, second = device.tap("anna", ago=2 * MINUTE), device.tap("nobody", ago=MINUTE)
    live = await device.present(first)
    assert live == recorded(1, late=True)
    backlog = await device.submit(first, second)
    assert backlog == [live | {"repeated": True}, recorded(2, "REFUSE", "UNKNOWN_CARD")]
    await block(lodge, "anna")
    at(NOON + DAY)
    for again in (first, first | {"ageMs": 86_400_000}, first | {"token": first["token"].upper(), "at": "2026-09-07T11:58:00+03:00"}):
        async with lodge.unchanged(counters=False):
            assert await device.present(again) == live | {"repeated": True}
            assert await device.submit(second, again) == [backlog[1] | {"repeated": True}, live | {"repeated": True}]


async def test_a_repeat_is_answered_when_its_passage_has_gone_with_its_part(lodge: Lodge) -> None:
    gate, today = await lodge.device("gate"), dt.datetime.now(dt.UTC)  # parts go by the time of ids
    await make_ahead(lodge.database, today)
    tap = gate.tap("anna", verdict=ADMIT)
    assert await gate.submit(tap) == [recorded(1)]
    if lodge.database.sqlite:
        async with lodge.database.begin() as session:
            await session.execute(sa.delete(Passage))
    else:
        assert await drop_passages(lodge.database, today + 100 * DAY) == 1
    assert await lodge.rows(Passage) == []
    async with lodge.unchanged(counters=False):
        assert await gate.submit(tap, tap) == [recorded(1, repeated=True)] * 2
        assert await gate.present(tap) == recorded(1, repeated=True)


async def test_a_sequence_with_other_content_conflicts_alone(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    first = gate.tap("anna", verdict=ADMIT)
    await gate.present(first)
    others: tuple[dict[str, Any], ...] = (
        {"reader": "out"}, {"token": lodge.world.token("boris").hex()}, {"keyId": "other"}, {"at": (NOON - SECOND).isoformat()}, {"verdict": None},
        {"verdict": REFUSE}, {"verdict": ADMIT | {"dataVersion": "18"}})
    for changes in others:
        async with lodge.unchanged(counters=False):
            assert refusal(await gate.present(first | changes)) == ("CONFLICT", 1), changes
    answers = await gate.submit(gate.tap("boris", verdict=ADMIT), first | others[0], gate.tap("vera", verdict=ADMIT), first)
    assert [answers[0], *answers[2:]] == [recorded(2), recorded(3), recorded(1, repeated=True)]
    assert refusal(answers[1]) == ("CONFLICT", 1)
    assert answers[1]["message"] == "this sequence was recorded with other content"
    assert (await lodge.presence(), len(await lodge.rows(Tap)), len(await lodge.events())) == ({"anna": True, "boris": True, "vera": True}, 3, 3)


async def test_no_clock_loses_a_tap(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    week = gate.tap("anna", ago=7 * DAY, verdict=ADMIT, ageMs=30_000)
    future = gate.tap("boris", ago=-MINUTE, verdict=ADMIT, ageMs=90_000)
    trusted = gate.tap("vera", ago=-2 * MINUTE, verdict=ADMIT, ageMs=1)  # before it was sent, by a clock that is 3 minutes ahead
    assert await gate.submit(week, sent_at=(NOON - 7 * DAY).isoformat()) == [recorded(1, suspect=True)]
    assert await gate.submit(future, sent_at="9999-12-31T23:59:59Z") == [recorded(2, suspect=True)]
    assert await gate.submit(trusted, sent_at=(NOON + 3 * MINUTE).isoformat()) == [recorded(3)]
    at(NOON + 5 * MINUTE)
    assert await gate.submit(
        gate.tap("teacher", ago=3 * MINUTE, verdict=ADMIT), gate.tap("office", ago=MINUTE, verdict=ADMIT),
        gate.tap("guard", ago=MINUTE + SECOND, verdict=ADMIT),
        gate.tap("canteen", at="0001-01-01T00:00:00Z", verdict=ADMIT), gate.tap("class_teacher", ago=100 * DAY, ageMs=120_000, verdict=ADMIT),
    ) == [recorded(4, late=True), recorded(5), recorded(6), recorded(7, suspect=True), recorded(8, suspect=True)]
    placed = {sequence: happened - NOON for sequence, happened in await lodge.rows(Tap, "sequence", "happened_at")}
    half = SECOND * 30
    assert placed == {1: -half, 2: -half, 3: -half, 4: 2 * MINUTE, 5: 4 * MINUTE, 6: 4 * MINUTE, 7: 5 * MINUTE, 8: 5 * MINUTE}  # in the order of the device
    assert await lodge.row(Stored, "last_tap_at", id=lodge.key(gate)) == (clock.now(),)
    told = await lodge.rows(OutboxRow, "late", "payload", "occurred_at")
    assert [(late, payload["suspect"], occurred - NOON) for late, payload, occurred in told] == [
        (number == 4, number in {1, 2, 7, 8}, placed[number]) for number in range(1, 9)]


async def test_a_backlog_that_comes_late_leaves_the_newer_presence(lodge: Lodge) -> None:
    gate, second = await lodge.device("gate"), await lodge.enrol(lodge.stranger().kind, *lodge.gate_bindings())
    assert await gate.present(gate.tap("anna", "out", verdict=ADMIT)) == recorded(1)
    assert await second.submit(second.tap("anna", ago=5 * MINUTE, verdict=ADMIT)) == [recorded(1, late=True)]
    assert (await lodge.presence(), len(await lodge.rows(Passage))) == ({"anna": False}, 2)


STATEMENTS = {"gate": (9, 12), "canteen": (9, 11), "desk": (7, 9)}
"""Of a request with taps: which device it is, its row, what is known of all taps, the taps, what becomes of them, the device's row again. On PostgreSQL, where
those of one moment are one; on SQLite, where they are not."""


async def sent(lodge: Lodge, *sendings: Any) -> int:
    """How many statements the database is sent while these are recorded at once."""
    with statements(lodge.database) as seen:
        await asyncio.gather(*sendings)
    return len(seen)


@pytest.mark.parametrize("kind", ["gate", "canteen", "desk"])
async def test_the_number_of_statements_does_not_grow_with_the_taps(lodge: Lodge, kind: str) -> None:
    device = await lodge.device(kind)
    people = ("anna", "boris", "vera", "nobody")

    def backlog(count: int) -> list[dict[str, Any]]:
        return [device.tap(people[number % 4], verdict=ADMIT) for number in range(count)]

    few = await sent(lodge, device.submit(*backlog(4)))
    many = await sent(lodge, device.submit(*backlog(60)))
    assert many == few == STATEMENTS[kind][lodge.database.sqlite]
    assert len(await lodge.rows(Tap)) == 64


async def test_devices_that_send_at_once_share_their_statements(lodge: Lodge) -> None:
    gates = [await lodge.enrol_gate() for _ in range(6)]
    alone = await sent(lodge, gates[0].submit(gates[0].tap("anna", verdict=ADMIT)))
    together = await sent(lodge, *(gate.submit(gate.tap("anna", verdict=ADMIT), gate.tap("boris", verdict=ADMIT)) for gate in gates))
    assert together <= 3 * alone  # a first group may be of one, and two are in flight
    assert (len(await lodge.rows(Tap)), len(await lodge.rows(Passage)), len(await lodge.events())) == (13, 13, 13 + 6)
