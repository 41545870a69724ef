"""Heartbeats over HTTP: kept with the device, for the office's list."""

import datetime as dt
from typing import Any

import pytest

from school.registry.models import Device as Stored
from tests.gateway.device import base64
from tests.gateway.lodge import NOON, Lodge, at

COLUMNS = ("software", "queue_depth", "rejected", "clock_offset_ms", "list_version", "readers", "seen_at", "counter")


@pytest.mark.parametrize("kind", ["gate", "canteen", "desk"])
async def test_what_a_device_tells_is_kept(lodge: Lodge, kind: str) -> None:
    device = await lodge.device(kind)
    key_id, secret = lodge.world.card_keys[1]
    keys = [{"id": str(key_id), "key": base64(secret), "current": True}]
    answer = {"__typename": "Heartbeat", "serverTime": NOON.isoformat(), "rotateKey": False, "cardKeys": keys}
    readers = [{"name": name, "state": state} for name, state in (("in", "OK"), ("out", "ABSENT"), ("Касса № 1", "FAILED"))]
    told = device.report(
        sentAt="2026-09-07T11:58:59.500+03:00", software=" reader 2.1 ", queueDepth=7, rejected=2**31 - 1, listVersion="123", readers=readers)
    assert await device.call("heartbeat", input=told) == answer
    kept = [{"name": one["name"], "state": one["state"].lower()} for one in readers]
    assert await lodge.row(Stored, *COLUMNS, id=lodge.key(device)) == ("reader 2.1", 7, 2**31 - 1, 60_500, "123", kept, NOON, 1)
    at(NOON + dt.timedelta(minutes=1))
    assert (await device.call("heartbeat", input=device.report(sentAt="9999-12-31T23:59:59Z", listVersion=None)))["__typename"] == "Heartbeat"
    row = await lodge.row(Stored, *COLUMNS, id=lodge.key(device))
    assert (row[:3], row[4:]) == (("test 1", 0, 0), (None, [], NOON + dt.timedelta(minutes=1), 2))
    assert row[3] == (NOON + dt.timedelta(minutes=1) - dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


async def test_what_cannot_be_is_refused(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        *(({name: -1}, "BAD_INPUT") for name in ("queueDepth", "rejected")), *(({"software": text}, "BAD_INPUT") for text in ("", "x" * 41, "\0")),
        *(({"listVersion": text}, "BAD_INPUT") for text in ("", "x" * 81)), *(({"sentAt": text}, "BAD_INPUT") for text in ("", "noon", "2026-09-07T12:00:00")),
        *(({"readers": [{"name": name, "state": "OK"}]}, "BAD_INPUT") for name in ("", "x" * 81, "a\nb")),
        ({"readers": [{"name": f"reader {number}", "state": "OK"} for number in range(33)]}, "BAD_INPUT"),
    )
    async with lodge.unchanged(counters=False):
        for changes, code in wrong:
            assert await gate.code("heartbeat", input=gate.report(**changes)) == code, changes
