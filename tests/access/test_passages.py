"""Passages: what becomes of a gate's taps, who is told of them, and what a refused one leaves as it was."""

from school.access import passages
from school.access.models import Direction, Passage, Presence
from school.registry.models import Card, CardState, Outcome
from tests.access.gatehouse import HOUR, NOON, SECOND, Gatehouse

PASSES = ["passes", "00000000-0000-0000-0000-000000000000"]


async def test_an_admitted_tap_is_a_passage_and_is_told(house: Gatehouse) -> None:
    tap = house.tap("anna", "in", reason="ALREADY_INSIDE", data_version="345")
    [passage] = await house.receive(tap)
    assert passage is not None
    anna, door = house.person("anna").id, house.door.id
    assert await house.rows(Passage) == [(
        1, passage.id, anna, door, Direction.IN, "ALREADY_INSIDE", "345", house.world.devices["gate"], tap.sequence, NOON, NOON, False, False)]
    assert await house.rows(Presence) == [(1, anna, True, door, NOON)]
    assert [tuple(event) for event in await house.events()] == [(
        "access.passed", 1, [["pupil", str(anna)], ["door", str(door)], PASSES], {
            "passage_id": str(passage.id), "tap_id": str(tap.id), "person_id": str(anna), "door_id": str(door), "direction": "in", "verdict": "admit",
            "reason": "ALREADY_INSIDE", "data_version": "345", "suspect": False,
        }, NOON, False)]


async def test_a_grown_up_s_passage_is_told_at_the_door_and_to_the_gates(house: Gatehouse) -> None:
    await house.move("teacher", "out", reason="NOT_INSIDE")
    [event] = await house.events()
    assert event.topics == [["door", str(house.door.id)], PASSES]
    assert (event.payload["direction"], event.payload["reason"]) == ("out", "NOT_INSIDE")
    assert await house.presence() == {"teacher": (False, NOON)}


async def test_a_late_and_a_suspect_passage_say_so(house: Gatehouse) -> None:
    passage = await house.enter("anna", ago=HOUR, suspect=True)
    assert (passage.happened_at, passage.received_at, passage.late, passage.suspect) == (NOON - HOUR, NOON, True, True)
    [event] = await house.events()
    assert (event.occurred_at, event.late, event.payload["suspect"]) == (NOON - HOUR, True, True)


async def test_a_refused_tap_is_told_and_moves_nobody(house: Gatehouse) -> None:
    cases: list[tuple[str | None, str, str, list[str]]] = [
        ("anna", "in", "CARD_BLOCKED", ["pupil", "door"]), ("anna", "side", "UNKNOWN_READER", ["pupil"]), ("teacher", "out", "NOT_NOW", ["door"]),
        ("teacher", "side", "UNKNOWN_READER", []), (None, "in", "UNKNOWN_CARD", ["door"]), (None, "side", "UNKNOWN_READER", []),
    ]
    await house.enter("anna", ago=HOUR)
    for name, reader, reason, topics in cases:
        before, told = await house.tables(), len(await house.events())
        tap = house.tap(name, reader, outcome=Outcome.REFUSE, reason=reason)
        assert await house.receive(tap) == [None]
        after, person = await house.tables(), None if name is None else str(house.world.people[name])
        assert {table for table in after if after[table] != before[table]} == ({"tap", "outbox"} if topics else {"tap"})
        ids, bound = {"pupil": person, "door": str(house.door.id)}, reader != "side"
        assert [tuple(event) for event in (await house.events())[told:]] == [(
            "access.refused", 1, [[topic, ids[topic]] for topic in topics], {
                "tap_id": str(tap.id), "person_id": person, "door_id": ids["door"] if bound else None, "direction": reader if bound else None,
                "verdict": "refuse", "reason": reason, "data_version": "17", "suspect": False,
            }, NOON, False)] * bool(topics)


async def test_an_admitted_tap_of_nobody_or_nowhere_is_no_passage(house: Gatehouse) -> None:
    before = await house.tables()
    assert await house.receive(house.tap(None, "in"), house.tap("anna", "side"), house.tap("anna", "in", device="canteen")) == [None, None, None]
    after = await house.tables()
    assert {table for table in after if after[table] != before[table]} == {"tap"}


async def test_the_gate_s_verdict_stands(house: Gatehouse) -> None:
    """The turnstile has turned: a card blocked meanwhile, or a rule that says no, does not undo a passage."""
    await house.change(Card, house.world.cards["anna"], state=CardState.BLOCKED, blocked_at=NOON)
    passage = await house.enter("anna", data_version=None)
    assert (passage.reason, passage.data_version) == ("OK", None)
    assert await house.presence() == {"anna": (True, NOON)}


async def test_a_batch_is_as_many_statements_whatever_its_length(house: Gatehouse) -> None:
    taps = [house.tap(name, way, ago=60 * SECOND - place * SECOND) for place, (name, way) in enumerate(
        (name, way) for way in ("in", "out", "in") for name in ("anna", "boris", "teacher", "vera"))]
    taps += [house.tap(None, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD"), house.tap("anna", "side")]
    async with house.database.begin() as session:
        session.add_all(taps)
        await session.flush()
        with house.counted() as sent:
            made = await passages.record_many(session, taps)
    reads = ["SELECT"] if house.database.engine.dialect.name == "postgresql" else ["SELECT", "SELECT"]
    assert sent == [*reads, "INSERT", "WITH", "INSERT"], "doors and persons; passages, presence, events"
    assert [passage.sequence if passage else None for passage in made] == [*range(1, 13), None, None]
    assert [event.kind for event in await house.events()] == ["access.passed"] * 12 + ["access.refused"]
    assert await house.presence() == {name: (True, NOON - (52 - place) * SECOND) for place, name in enumerate(("anna", "boris", "teacher", "vera"))}


async def test_nothing_and_one_are_batches_too(house: Gatehouse) -> None:
    before = await house.tables()
    with house.counted() as sent:
        assert await house.write(passages.record_many, []) == []
    assert (sent, await house.tables()) == ([], before)
    tap = house.tap("anna", "out")
    async with house.database.begin() as session:
        session.add(tap)
        await session.flush()
        [passage] = await passages.record_many(session, [tap])
    assert passage is not None
    assert (passage.person_id, passage.direction, passage.sequence) == (house.person("anna").id, Direction.OUT, tap.sequence)
