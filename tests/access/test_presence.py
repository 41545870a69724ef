"""Presence: the newest passage known decides, in whatever order passages arrive."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from school import ids
from school.access.models import AntiPassback, Door, Passage, Presence
from school.registry.models import Outcome, Tap
from tests.access.gatehouse import HOUR, NOON, SECOND, Gatehouse


async def test_whoever_was_never_seen_has_no_presence(house: Gatehouse) -> None:
    assert await house.presence() == {}


async def test_the_newest_passage_moves_presence(house: Gatehouse) -> None:
    await house.enter("anna", ago=2 * HOUR)
    await house.enter("boris", ago=2 * HOUR)
    assert await house.presence() == {"anna": (True, NOON - 2 * HOUR), "boris": (True, NOON - 2 * HOUR)}
    await house.leave("anna", ago=HOUR)
    assert await house.presence() == {"anna": (False, NOON - HOUR), "boris": (True, NOON - 2 * HOUR)}
    await house.enter("anna")
    assert await house.presence() == {"anna": (True, NOON), "boris": (True, NOON - 2 * HOUR)}


async def test_a_passage_that_arrives_late_is_kept_and_moves_nobody(house: Gatehouse) -> None:
    await house.add_device("gate 2", door="main")
    await house.leave("anna", ago=SECOND)
    before = await house.rows(Presence)
    for device in ("gate", "gate 2"):
        late = await house.enter("anna", ago=2 * HOUR, device=device)
        assert (late.happened_at, late.late) == (NOON - 2 * HOUR, True)
    assert await house.rows(Presence) == before
    assert len(await house.rows(Passage)) == 3
    assert [(event.kind, event.late) for event in await house.events()] == [("access.passed", False), ("access.passed", True), ("access.passed", True)]


async def test_presence_knows_the_door(house: Gatehouse) -> None:
    side = Door(school_id=1, id=ids.new(), name="Калитка", anti_passback=AntiPassback.OFF)
    await house.insert(side)
    house.world.doors["side"] = side.id
    await house.add_device("side gate", door="side")
    await house.enter("anna", ago=HOUR)
    await house.leave("anna", device="side gate")
    assert await house.rows(Presence) == [(1, house.person("anna").id, False, side.id, NOON)]


async def test_at_one_moment_a_device_s_own_sequence_decides(house: Gatehouse) -> None:
    """A device with a bad clock has many passages at the moment of their receipt."""
    first, second, third = (house.tap("anna", way, suspect=True) for way in ("in", "out", "in"))
    await house.receive(second)
    assert await house.presence() == {"anna": (False, NOON)}
    await house.receive(first)
    assert await house.presence() == {"anna": (False, NOON)}
    await house.receive(third)
    assert await house.presence() == {"anna": (True, NOON)}
    boris = [house.tap("boris", way, suspect=True) for way in ("in", "out", "in", "out")]
    await house.receive(boris[3], boris[0], boris[2], boris[1])  # in one batch
    assert (await house.presence())["boris"] == (False, NOON)


async def test_at_one_moment_nobody_overtakes_another(house: Gatehouse) -> None:
    """Anna's passage has the greatest sequence of all, and says nothing of Boris."""
    out, back, anna = house.tap("boris", "out", suspect=True), house.tap("boris", "in", suspect=True), house.tap("anna", "out", suspect=True)
    await house.receive(out)
    await house.receive(anna)
    await house.receive(back)
    assert await house.presence() == {"boris": (True, NOON), "anna": (False, NOON)}


async def test_at_one_moment_what_another_device_tells_later_counts(house: Gatehouse) -> None:
    await house.add_device("gate 2", door="main")
    early = house.tap("anna", "in", device="gate 2")
    await house.receive(house.tap("boris", "in"), house.tap("anna", "in"), house.tap("anna", "out"))
    await house.receive(early)  # its sequence is smaller, and means nothing beside another device's
    assert await house.presence() == {"anna": (True, NOON), "boris": (True, NOON)}
    await house.receive(house.tap("vera", "in"), house.tap("vera", "out", device="gate 2"))  # in one batch, too
    assert (await house.presence())["vera"] == (False, NOON)


async def test_refused_taps_move_nobody(house: Gatehouse) -> None:
    await house.enter("anna", ago=HOUR)
    before = await house.rows(Presence)
    await house.receive(*(house.tap("anna", way, outcome=Outcome.REFUSE, reason="NOT_NOW") for way in ("in", "out")))
    assert await house.rows(Presence) == before


STEPS = st.lists(st.tuples(st.sampled_from(["anna", "boris", "guard"]), st.sampled_from(["in", "out"]), st.integers(0, 3)), min_size=1, max_size=10)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, data=st.data())
async def test_any_order_of_arrival_ends_alike(house: Gatehouse, steps: list[tuple[str, str, int]], data: Any) -> None:
    """One device's passages, as it saw them, arrive in any order and in any batches."""
    async with house.database.begin() as session:
        for table in (Presence, Passage, Tap):
            await session.execute(sa.delete(table))
    steps = sorted(steps, key=lambda step: -step[2])
    taps = [house.tap(name, way, ago=minutes * 60 * SECOND) for name, way, minutes in steps]
    expected: dict[str, tuple[bool, dt.datetime]] = {}
    for (name, way, _), tap in zip(steps, taps, strict=True):
        expected[name] = (way == "in", tap.happened_at)
    arriving = data.draw(st.permutations(taps))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(taps)))) | {len(taps)})
    for start, end in zip([0, *cuts], cuts, strict=False):
        await house.receive(*arriving[start:end])
    assert await house.presence() == expected
