"""Taps under real commits in parallel: each is stored once and told once, and presence is what the newest passage says, whoever came first."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school.access.models import Passage, Presence
from school.db import Database
from school.outbox import OutboxRow
from school.registry.models import DeviceKind, Outcome, Tap
from tests.gateway.device import ADMIT, Device, recorded, refusal
from tests.gateway.lodge import NOON, Lodge, lodge_at

AT_ONCE = 8
PEOPLE = ("anna", "boris", "vera", "teacher", "class_teacher", "canteen", "guard", "office")
KINDS = ("gate", "canteen", "desk")
SECOND = dt.timedelta(seconds=1)


@pytest_asyncio.fixture
async def lodge(database_url: str) -> AsyncIterator[Lodge]:
    """The small world; SQLite has one writer, PostgreSQL gets a connection for each request."""
    database = Database(database_url, pool_size=4 if database_url.startswith("sqlite") else 2 * AT_ONCE)
    async with lodge_at(database) as made:
        yield made
    await database.close()


async def at_once(*acts: Awaitable[Any]) -> list[Any]:
    """All together, within a time that no deadlock keeps."""
    async with asyncio.timeout(30):
        return list(await asyncio.gather(*acts))


async def assert_once(lodge: Lodge, wanted: int) -> None:
    """So many taps, each told by one event of its own, each admitted one at a gate a passage."""
    taps = [str(id_) for id_, in await lodge.rows(Tap, "id")]
    told = [payload["tap_id"] for payload, in await lodge.rows(OutboxRow, "payload") if "tap_id" in payload]
    assert (len(taps), sorted(told)) == (wanted, sorted(taps))
    assert len({event_id for event_id, in await lodge.rows(OutboxRow, "event_id")}) == len(await lodge.rows(OutboxRow))


async def second_gate(lodge: Lodge) -> Device:
    """Another gate at the same door."""
    return await lodge.enrol(DeviceKind.GATE, *lodge.gate_bindings())


def backlogs(device: Device, names: list[str], count: int, *, late: int, ways: tuple[str, str]) -> list[list[dict[str, Any]]]:
    """Backlogs of one device, each with everybody: times grow with the sequence, two seconds apart, so that two devices' lie between each other."""
    made, left = [], count * len(names)
    for number in range(count):
        taps = []
        for name in names:
            taps.append(device.tap(name, ways[number % 2], ago=(2 * left + late) * SECOND, verdict=ADMIT))
            left -= 1
        made.append(taps)
    return made


@pytest.mark.parametrize("ways", [("in", "out"), ("out", "in")])
async def test_two_gates_with_the_same_people_at_once(lodge: Lodge, ways: tuple[str, str]) -> None:
    first, second = await lodge.device("gate"), await second_gate(lodge)
    one = backlogs(first, list(PEOPLE), 4, late=0, ways=ways)
    other = backlogs(second, list(PEOPLE[::-1]), 4, late=1, ways=ways[::-1])  # in the opposite order, where locks could meet in a circle
    both = [(device, taps) for pair in zip(one, other, strict=True) for device, taps in zip((first, second), pair, strict=True)]
    answers = await at_once(*(device.submit(*taps) for device, taps in both))
    for (_, taps), found in zip(both, answers, strict=True):
        assert [(answer["sequence"], answer["repeated"], answer["suspect"]) for answer in found] == [(tap["sequence"], False, False) for tap in taps]
    newest: dict[str, dict[str, Any]] = {}
    for tap in sorted((tap for _, taps in both for tap in taps), key=lambda tap: str(tap["at"])):
        newest[tap["token"]] = tap
    expected = {(lodge.world.people[name], newest[lodge.world.token(name).hex()]["reader"] == "in",
                 dt.datetime.fromisoformat(newest[lodge.world.token(name).hex()]["at"])) for name in PEOPLE}
    assert set(await lodge.rows(Presence, "person_id", "inside", "changed_at")) == expected
    assert len(await lodge.rows(Passage)) == 8 * len(PEOPLE)
    await assert_once(lodge, 8 * len(PEOPLE))


async def waiting(database: Database) -> int:
    """How many transactions wait for a lock; asked in a transaction of its own, for it sees no news."""
    async with database.engine.begin() as connection:  # as the login: a role of the service does not see what others wait for
        return await connection.scalar(
            sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")) or 0


async def test_backlogs_that_meet_halfway_wait_and_never_in_a_circle(postgresql_url: str) -> None:
    """Row locks are PostgreSQL's: a third transaction holds both up at the same person, so that each holds what the other needs, were the order its own."""
    database = Database(postgresql_url)
    async with lodge_at(database) as lodge:
        first, second = await lodge.device("gate"), await second_gate(lodge)
        await first.submit(*(first.tap(name, verdict=ADMIT, ago=SECOND) for name in PEOPLE))
        taps = [[gate.tap(name, "out", verdict=ADMIT) for name in names] for gate, names in ((first, PEOPLE), (second, PEOPLE[::-1]))]
        async with database.begin() as session:
            await session.execute(sa.select(Presence).where(Presence.person_id == lodge.world.people[PEOPLE[4]]).with_for_update())
            both = []
            async with asyncio.timeout(30):
                for number, (gate, found) in enumerate(zip((first, second), taps, strict=True)):  # one after the other: what comes at once shares a transaction
                    both.append(asyncio.create_task(gate.submit(*found)))
                    while await waiting(database) <= number:
                        assert not any(task.done() for task in both)
                        await asyncio.sleep(0.005)  # the server does not announce who waits
        answers = await at_once(*both)
        assert answers == [[recorded(tap["sequence"]) for tap in found] for found in taps]
        assert await lodge.presence() == dict.fromkeys(PEOPLE, False)
        await assert_once(lodge, 3 * len(PEOPLE))
    await database.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_backlog_sent_by_all_at_once_is_recorded_once(lodge: Lodge, kind: str) -> None:
    device = await lodge.device(kind)
    taps = [device.tap(name, verdict=ADMIT) for name in PEOPLE]
    fresh = [recorded(number) for number in range(1, len(PEOPLE) + 1)]
    again = [answer | {"repeated": True} for answer in fresh]
    answers = await at_once(*(device.submit(*taps) for _ in range(AT_ONCE)))
    assert (answers.count(fresh), answers.count(again)) == (1, AT_ONCE - 1)
    assert await lodge.presence() == (dict.fromkeys(PEOPLE, True) if kind == "gate" else {})
    await assert_once(lodge, len(PEOPLE))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_tap_presented_and_in_a_backlog_at_once_is_one_tap(lodge: Lodge, kind: str) -> None:
    device = await lodge.device(kind)
    before, tap, after = device.tap("boris", verdict=ADMIT), device.tap("anna", verdict=ADMIT), device.tap("vera", verdict=ADMIT)

    async def present() -> list[dict[str, Any]]:
        return [await device.present(tap)]

    answers = await at_once(*(act for _ in range(AT_ONCE // 2) for act in (present(), device.submit(before, tap, after))))
    of_one = [answer for found in answers for answer in found if answer["sequence"] == tap["sequence"]]
    assert Counter(answer["repeated"] for answer in of_one) == {False: 1, True: AT_ONCE - 1}
    assert [answer | {"repeated": False} for answer in of_one] == [recorded(2)] * AT_ONCE
    assert Counter(answer["repeated"] for found in answers[1::2] for answer in (found[0], found[2])) == {False: 2, True: AT_ONCE - 2}
    assert await lodge.presence() == (dict.fromkeys(("anna", "boris", "vera"), True) if kind == "gate" else {})
    await assert_once(lodge, 3)


async def test_of_different_taps_with_one_sequence_one_is_recorded(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    tap = gate.tap("anna", verdict=ADMIT)
    answers = await at_once(*(gate.present(tap | {"token": lodge.world.token(name).hex()}) for name in PEOPLE))
    [winner] = [name for name, answer in zip(PEOPLE, answers, strict=True) if answer == recorded(1)]
    assert [refusal(answer) for answer in answers if answer != recorded(1)] == [("CONFLICT", 1)] * (len(PEOPLE) - 1)
    assert await lodge.presence() == {winner: True}
    assert await lodge.rows(Tap, "person_id", "outcome") == [(lodge.world.people[winner], Outcome.ADMIT)]
    await assert_once(lodge, 1)


async def test_one_card_at_two_undecided_gates_enters_at_least_once(lodge: Lodge) -> None:
    """The server decides by the presence it sees: the losing order may admit twice, and presence and events are right all the same."""
    first, second = await lodge.device("gate"), await second_gate(lodge)
    answers = await at_once(*(gate.present(gate.tap("anna")) for gate in (first, second)))
    assert recorded(1) in answers
    assert all(answer in (recorded(1), recorded(1, "REFUSE", "ALREADY_INSIDE")) for answer in answers)
    assert await lodge.rows(Presence, "inside", "changed_at") == [(True, NOON)]
    await assert_once(lodge, 2)
