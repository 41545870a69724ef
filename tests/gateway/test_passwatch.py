"""The long-poll over HTTP: answered as soon as the list has changed, and never for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from school.app import create
from school.gateway import passwatch
from school.ids import Ref
from school.registry import cards
from school.registry.models import DeviceKind
from school.settings import Mode, Settings
from tests.gateway.device import ADMIT, DOCUMENTS, Device, denial, recorded
from tests.gateway.lodge import NOON, Lodge
from tests.gateway.passes import block, elsewhere, entry, nothing_new

PATIENCE = 20
"""Seconds that the tests give a wait which should end at once; its own limit is 25."""


@asynccontextmanager
async def polling(lodge: Lodge, gate: Device, since: str, wait: int = 25) -> AsyncIterator["asyncio.Task[dict[str, Any]]"]:
    """A long-poll under way; the block runs when it really waits."""
    waiting = asyncio.Event()
    lodge.signal.told = waiting.set
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(gate.call("passList", since=since, wait=wait))
        await waiting.wait()
        assert not poll.done()
        yield poll


async def test_a_poll_is_answered_as_soon_as_something_changes(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "vera")
    first = await lodge.publish()
    async with polling(lodge, gate, first) as poll:
        await block(lodge, "boris")
        second = await lodge.publish()
    assert poll.result() == await nothing_new(lodge, second) | {"entries": [await entry(lodge, "boris", state="BLOCKED")]}
    async with polling(lodge, gate, second) as poll:
        async with lodge.database.begin() as session:
            await cards.unblock(session, lodge.world.viewers["office"], Ref(1, lodge.world.cards["boris"]))
        third = await lodge.publish()
    assert poll.result() == await nothing_new(lodge, third) | {"entries": [await entry(lodge, "boris")]}


async def test_all_who_poll_are_answered_by_one_look(lodge: Lodge) -> None:
    await block(lodge, "vera")
    first = await lodge.publish()
    gates = [await lodge.device("gate"), *[await lodge.enrol_gate() for _ in range(3)]]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "max(feed.seq)" in statement and "GROUP BY" in statement:
            statements.append(statement)

    sa.event.listen(lodge.database.engine.sync_engine, "before_cursor_execute", note)
    waiting, everyone = 0, asyncio.Event()

    def told() -> None:
        nonlocal waiting
        waiting += 1
        if waiting == len(gates):
            everyone.set()

    lodge.signal.told = told
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        polls = [tasks.create_task(gate.call("passList", since=first, wait=25)) for gate in gates]
        await everyone.wait()
        await block(lodge, "boris")
        second = await lodge.publish()
    sa.event.remove(lodge.database.engine.sync_engine, "before_cursor_execute", note)
    assert [poll.result()["version"] for poll in polls] == [second] * 4
    assert [[one["state"] for one in poll.result()["entries"]] for poll in polls] == [["BLOCKED"]] * 4
    assert len(statements) == 1


async def test_a_poll_is_not_answered_for_what_concerns_others(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "vera")
    first = await lodge.publish()
    async with polling(lodge, gate, first) as poll:
        again = asyncio.Event()
        lodge.signal.told = again.set
        await elsewhere(lodge)
        await again.wait()  # it has looked, and waits again
        assert not poll.done()
        await block(lodge, "boris")
        third = await lodge.publish()
    assert (poll.result()["version"], len(poll.result()["entries"])) == (third, 1)


async def test_a_wait_in_which_nothing_changes_brings_no_entries(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "vera")
    version = await lodge.publish()
    monkeypatch.setattr(passwatch, "LOOK_EVERY_SECONDS", 0.05)  # it looks by itself now and then, and finds nothing
    async with lodge.unchanged(counters=False):
        for wait in (0, 1):
            assert await gate.call("passList", since=version, wait=wait) == await nothing_new(lodge, version)


async def test_a_lost_signal_costs_a_look(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwatch, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(lodge.signal, "advance", lambda _seq: None)
    gate = await lodge.device("gate")
    await block(lodge, "vera")
    async with polling(lodge, gate, await lodge.publish()) as poll:
        await block(lodge, "boris")
        second = await lodge.publish()
    assert (poll.result()["version"], len(poll.result()["entries"])) == (second, 1)


async def test_who_is_revoked_while_waiting_gets_no_list(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "vera")
    version = await lodge.publish()
    waiting = asyncio.Event()
    lodge.signal.told = waiting.set
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(gate.ask(DOCUMENTS["passList"], {"since": version, "wait": 25}))
        await waiting.wait()
        await lodge.revoke(gate)
        await lodge.publish()  # nothing else has happened: the revocation itself ends the wait
    assert denial(poll.result()) == (401, "REVOKED")
    assert denial(await gate.ask(DOCUMENTS["passList"], {})) == (401, "REVOKED")


async def test_the_end_of_the_process_ends_every_wait(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "vera")
    version = await lodge.publish()
    async with polling(lodge, gate, version) as poll:
        lodge.gateway.close()
    assert poll.result() == await nothing_new(lodge, version)
    async with asyncio.timeout(PATIENCE):
        assert await gate.call("passList", since=version, wait=25) == await nothing_new(lodge, version)  # nor does one begin


async def test_one_too_many_is_answered_at_once(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, second = await lodge.device("gate"), await lodge.enrol_gate()
    version = await lodge.publish()
    monkeypatch.setattr(passwatch, "MOST_WAITING", 1)
    async with polling(lodge, gate, version) as poll:
        answer = await second.call("passList", since=version, wait=25)
        assert (answer["version"], answer["entries"], poll.done()) == (version, [], False)
        lodge.gateway.close()
    assert (lodge.gateway._watch._waiting, lodge.gateway._watch._of_device) == (0, {})


async def test_two_polls_of_a_device_wait_and_a_third_is_answered_at_once(lodge: Lodge) -> None:
    gate, second = await lodge.device("gate"), await lodge.enrol_gate()
    version = await lodge.publish()
    async with polling(lodge, gate, version) as one, polling(lodge, gate, version) as two:
        answer = await gate.call("passList", since=version, wait=25)
        assert (answer["version"], answer["entries"], one.done(), two.done()) == (version, [], False, False)
        async with polling(lodge, second, version) as other:  # another device waits as before
            await block(lodge, "boris")
            third = await lodge.publish()
    assert [poll.result()["version"] for poll in (one, two, other)] == [third] * 3
    assert (lodge.gateway._watch._waiting, lodge.gateway._watch._of_device) == (0, {})


async def test_a_poll_that_is_broken_off_leaves_nothing_behind(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    version = await lodge.publish()
    waiting = asyncio.Event()
    lodge.signal.told = waiting.set
    before = asyncio.all_tasks()
    poll = asyncio.create_task(gate.call("passList", since=version, wait=25))
    await waiting.wait()
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
    async with asyncio.timeout(PATIENCE):
        while left := asyncio.all_tasks() - before:
            await asyncio.wait(left)
    assert (lodge.gateway._watch._waiting, lodge.gateway._watch._of_device) == (0, {})


async def test_in_the_whole_service_one_gate_learns_what_another_did(lodge: Lodge) -> None:
    application = create(Settings(database_url=lodge.database.url, mode=Mode.DEMO))
    lodge.application = application
    gate, canteen = await lodge.device("gate"), await lodge.device("canteen")
    second = await lodge.enrol(DeviceKind.GATE, *lodge.gate_bindings())
    for device in (gate, canteen, second):
        device.client = lodge.client_at("10.0.0.3")
    async with asyncio.timeout(PATIENCE), application.router.lifespan_context(application):
        version = "0"
        while version == "0":  # the binding of the second gate is published
            version = (await second.call("passList", since="0", wait=25))["version"]
        poll = asyncio.create_task(second.call("passList", since=version, wait=25))
        assert await canteen.present(canteen.tap("anna")) == recorded(1)
        assert await gate.present(gate.tap("anna", verdict=ADMIT)) == recorded(1)
        learnt = await poll
        while not learnt["entries"]:  # the rest of what enrolling has told came in a batch of its own
            learnt = await second.call("passList", since=learnt["version"], wait=25)
        assert learnt["entries"] == [await entry(lodge, "anna", inside=True, changedAt=NOON.isoformat())]
        last = asyncio.create_task(second.call("passList", since=learnt["version"], wait=25))
        application.state.close()
        assert (await last)["entries"] == []

