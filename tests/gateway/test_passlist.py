"""The pass list over HTTP: whole, or what changed."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from school.registry.models import Pupil
from tests.gateway.device import ADMIT, DOCUMENTS, denial
from tests.gateway.lodge import NOON, Lodge, at
from tests.gateway.passes import always, block, elsewhere, entry, nothing_new


async def test_the_whole_list(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await gate.present(gate.tap("anna", verdict=ADMIT))
    await block(lodge, "boris")
    version = await lodge.publish()
    changes: dict[str, dict[str, Any]] = {"anna": {"inside": True, "changedAt": NOON.isoformat()}, "boris": {"state": "BLOCKED"}}
    names = ("anna", "boris", "vera", "teacher", "class_teacher", "canteen", "guard", "office")
    expected = [await entry(lodge, name, **changes.get(name, {})) for name in names]
    for since in (None, "", "nonsense", "-1", "9" * 30, "99999"):  # the last is of a database that was restored to before
        answer = await gate.call("passList", since=since, wait=25)
        answer["entries"].sort(key=lambda one: [entry["token"] for entry in expected].index(one["token"]))
        assert answer == await always(lodge) | {"version": version, "full": True, "entries": expected, "removed": []}, since


async def test_what_has_changed_since(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    assert ((await gate.call("passList"))["version"], (await gate.call("passList", since="0"))["full"]) == ("0", False)
    await block(lodge, "guard")
    first = await lodge.publish()
    await block(lodge, "boris")
    await gate.present(gate.tap("vera", verdict=ADMIT))
    assert await gate.call("passList", since=first) == await nothing_new(lodge, first)  # committed, not published yet
    second = await lodge.publish()
    boris, vera = await entry(lodge, "boris", state="BLOCKED"), await entry(lodge, "vera", inside=True, changedAt=NOON.isoformat())
    answer = await gate.call("passList", since=first)
    answer["entries"].sort(key=lambda one: [boris["token"], vera["token"]].index(one["token"]))
    assert answer == await nothing_new(lodge, second) | {"entries": [boris, vera]}
    assert await gate.call("passList", since=second) == await nothing_new(lodge, second)
    await elsewhere(lodge)
    third = await elsewhere(lodge)
    assert await gate.call("passList", since=second) == await nothing_new(lodge, third)  # nothing of this school's, but the version moves
    async with lodge.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == lodge.world.people["boris"]).values(left_on=NOON.date()))
    await gate.present(gate.tap("boris", verdict=ADMIT))
    fourth = await lodge.publish()
    assert await gate.call("passList", since=third) == await nothing_new(lodge, fourth) | {"removed": [boris["token"]]}


async def test_a_version_of_another_week_gets_the_whole_list(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await block(lodge, "guard")
    first = await lodge.publish()
    await block(lodge, "boris")
    second = await lodge.publish()
    for days, full in ((6, False), (7, True)):
        at(NOON + dt.timedelta(days=days))
        answer = await gate.call("passList", since=first)
        assert (answer["full"], answer["version"], len(answer["entries"])) == (full, second, 8 if full else 1)


async def test_a_wait_lies_between_nought_and_25_seconds(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    async with lodge.unchanged(counters=False):
        for wait in (-1, 26, 2**31 - 1, -(2**31)):
            assert await gate.code("passList", since="0", wait=wait) == "BAD_INPUT", wait
        for wrong in (None, "1", 1.5, 2**31):
            assert denial(await gate.ask(DOCUMENTS["passList"], {"since": "0", "wait": wrong})) == (400, "BAD_REQUEST"), wrong
