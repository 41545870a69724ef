"""Backlogs over HTTP: answered item by item, within limits; one bad record never holds up the others."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from school.gateway.taps import MOST_TAPS
from school.outbox import OutboxRow
from school.registry import taps
from school.registry.models import Device as Stored
from school.registry.models import Tap
from tests.gateway.device import ADMIT, DOCUMENTS, Device, denial, recorded, refusal
from tests.gateway.lodge import NOON, Lodge

BAD_ITEMS: tuple[tuple[dict[str, Any], int], ...] = (
    *(({"token": text}, 2) for text in ("", "0" * 63, "0" * 65, "g" * 64, "0" * 63 + "\n")), *(({"reader": text}, 2) for text in ("", "x" * 81, "a\nb", "\0")),
    *(({"keyId": text}, 2) for text in ("", "k" * 41)), *(({"at": text}, 2) for text in ("", "noon", "2026-09-07", "2026-09-07T12:00:00")),
    ({"sequence": 0}, 0), ({"sequence": -1}, -1), ({"sequence": -(2**31)}, -(2**31)), ({"ageMs": -1}, 2),
    *(({"verdict": ADMIT | {name: text}}, 2) for name in ("reason", "dataVersion") for text in ("", "x" * 41)),
)


async def test_a_sequence_twice_in_one_backlog(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    tap = gate.tap("anna", verdict=ADMIT)
    answers = await gate.submit(tap, tap, tap | {"reader": "out"}, tap | {"ageMs": 5})
    assert [*answers[:2], answers[3]] == [recorded(1), recorded(1, repeated=True), recorded(1, repeated=True)]
    assert refusal(answers[2]) == ("CONFLICT", 1)
    assert (await lodge.presence(), len(await lodge.rows(Tap)), len(await lodge.events())) == ({"anna": True}, 1, 1)


async def test_a_backlog_has_one_to_a_hundred_taps(lodge: Lodge) -> None:
    desk, sent = await lodge.device("desk"), NOON.isoformat()
    taps = [desk.tap("new") for _ in range(MOST_TAPS + 1)]
    async with lodge.unchanged(counters=False):
        assert await desk.code("submitTaps", inputs=taps, sentAt=sent) == "TOO_MANY"
        assert await desk.code("submitTaps", inputs=taps + [tap | {"token": ""} for tap in taps], sentAt=sent) == "TOO_MANY"
        assert await desk.code("submitTaps", inputs=[], sentAt=sent) == "BAD_INPUT"
    assert await desk.submit(*taps[:MOST_TAPS]) == [recorded(number + 1, "REFUSE", "UNKNOWN_CARD") for number in range(MOST_TAPS)]
    assert (len(await lodge.rows(Tap)), len(await lodge.rows(OutboxRow))) == (MOST_TAPS, MOST_TAPS)


@pytest.mark.parametrize("kind", ["gate", "canteen"])
async def test_a_malformed_item_is_refused_alone(lodge: Lodge, kind: str) -> None:
    device = await lodge.device(kind)
    tap = device.tap("anna", verdict=ADMIT)
    bad = [tap | {"sequence": 2} | changes for changes, _ in BAD_ITEMS]
    async with lodge.unchanged(counters=False):
        for item, (changes, sequence) in zip(bad, BAD_ITEMS, strict=True):
            assert refusal(await device.present(item)) == ("BAD_INPUT", sequence), changes
        assert [refusal(answer) for answer in await device.submit(*bad)] == [("BAD_INPUT", sequence) for _, sequence in BAD_ITEMS]
    device.sequence = 2
    answers = await device.submit(tap, *bad, device.tap("boris", verdict=ADMIT))
    assert [answers[0], answers[-1]] == [recorded(1), recorded(3)]
    assert [refusal(answer) for answer in answers[1:-1]] == [("BAD_INPUT", sequence) for _, sequence in BAD_ITEMS]
    assert await lodge.rows(Tap, "sequence", "person_id") == [(1, lodge.world.people["anna"]), (3, lodge.world.people["boris"])]
    assert len(await lodge.events()) == 2
    assert await device.present(tap | {"sequence": 2}) == recorded(2)  # its number is free still


async def test_a_sending_that_has_no_time_records_nothing(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    async with lodge.unchanged(counters=False):
        for text in ("", "noon", "2026-09-07T12:00:00"):
            assert await gate.code("submitTaps", inputs=[gate.tap(verdict=ADMIT)], sentAt=text) == "BAD_INPUT"
            answer = await gate.present(gate.tap(verdict=ADMIT), "noon")
            assert refusal(answer) == ("BAD_INPUT", None)
        for changes in ({"sequence": 2**31}, {"sequence": None}, {"verdict": ADMIT | {"outcome": "MAYBE"}}, {"at": 5}, {"ageMs": 1.5}, {"uid": "04"}):
            misfit = await gate.ask(DOCUMENTS["presentTap"], {"input": gate.tap() | changes, "sentAt": NOON.isoformat()})
            assert denial(misfit) == (400, "BAD_REQUEST"), changes


@pytest.fixture
def choking(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row of Boris's tap cannot be stored, by a bug of ours."""
    token, keep = lodge.world.token("boris"), taps.keep

    async def choke(session: AsyncSession, fresh: Sequence[Tap]) -> None:
        await keep(session, fresh)
        if any(tap.token == token for tap in fresh):
            raise RuntimeError("indigestible")

    monkeypatch.setattr(taps, "keep", choke)


async def test_a_bug_with_one_tap_refuses_it_alone(lodge: Lodge, choking: None) -> None:
    del choking
    gate = await lodge.device("gate")
    taps = [gate.tap(name, verdict=ADMIT) for name in ("anna", "boris", "vera")]
    with capture_logs() as logged:
        answers = await gate.submit(*taps)
    assert ([answers[0], answers[2]], refusal(answers[1])) == ([recorded(1), recorded(3)], ("INDIGESTIBLE", 2))
    assert [(entry["event"], entry["sequence"]) for entry in logged] == [("a tap that cannot be digested", 2)]
    assert (await lodge.presence(), await lodge.rows(Tap, "sequence"), len(await lodge.events())) == ({"anna": True, "vera": True}, [(1,), (3,)], 2)


async def test_a_bug_with_every_tap_sets_none_aside(lodge: Lodge, choking: None) -> None:
    """It is the service that is ill: the daemon keeps all of them and tries again."""
    del choking
    gate = await lodge.device("gate")
    taps = [gate.tap("boris", verdict=ADMIT), gate.tap("boris", "out", verdict=ADMIT)]
    async with lodge.unchanged(counters=False):
        for sent in (taps, taps[:1]):
            answer = await gate.ask(DOCUMENTS["submitTaps"], {"inputs": sent, "sentAt": NOON.isoformat()})
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")


@pytest.mark.parametrize("names", [["boris"], ["anna", "boris"]])
async def test_a_request_that_fails_has_used_its_counter_up(lodge: Lodge, choking: None, names: list[str]) -> None:
    del choking
    gate = await lodge.device("gate")
    taps = [gate.tap(name, verdict=ADMIT) for name in names]
    for inputs in (taps, [tap | {"ageMs": 1.5} for tap in taps], []):  # a bug, what does not fit the document, what is refused
        body = orjson.dumps({"query": DOCUMENTS["submitTaps"], "variables": {"inputs": inputs, "sentAt": NOON.isoformat()}})
        headers = gate.sign(body)
        first = await gate.post(body, headers)
        assert first.status_code == ((500 if len(names) == 1 else 200) if inputs == taps else 400 if inputs else 200)
        async with lodge.unchanged():
            assert denial(await gate.post(body, headers)) == (401, "REPLAYED")
    assert await lodge.row(Stored, "counter", id=lodge.key(gate)) == (3,)


async def test_a_bad_backlog_spoils_no_other_device_s(lodge: Lodge, choking: None) -> None:
    del choking
    gate, desk = await lodge.device("gate"), await lodge.device("desk")
    canteen = await lodge.device("canteen")
    whole, answer, other = await asyncio.gather(
        gate.submit(gate.tap("anna", verdict=ADMIT), gate.tap("boris", verdict=ADMIT)),
        lodge_ask(desk, desk.tap("boris")), canteen.submit(canteen.tap("vera")))
    assert (whole[0], refusal(whole[1]), answer.status_code, other) == (recorded(1), ("INDIGESTIBLE", 2), 500, [recorded(1)])
    assert (len(await lodge.rows(Tap)), len(await lodge.events())) == (2, 2)


async def lodge_ask(device: Device, tap: dict[str, Any]) -> httpx.Response:
    """One tap, whatever the answer."""
    return await device.ask(DOCUMENTS["presentTap"], {"input": tap, "sentAt": NOON.isoformat()})
