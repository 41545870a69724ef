"""Counters: each is used once, in whatever order the requests arrive."""

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from school import clock
from school.gateway import credentials
from school.gateway.credentials import WINDOW, Caller, Turn, advance
from school.gateway.denial import Reason
from school.ids import Ref
from school.registry.models import Device as Stored
from tests.gateway.device import ADMIT, DOCUMENTS, Device, denial
from tests.gateway.lodge import NOON, Lodge, at

BODY = b'{"query":"{ passList { __typename } }","variables":null}'
FIVE, MS = dt.timedelta(minutes=5), dt.timedelta(milliseconds=1)
LAST = 2**63 - 1


def used_up(counters: Iterable[int]) -> list[bool]:
    """The naive model: a set of all that were used, and nothing below the window."""
    used: set[int] = set()
    accepted = []
    for counter in counters:
        fits = counter not in used and counter > max(used, default=0) - WINDOW
        if fits:
            used.add(counter)
        accepted.append(fits)
    return accepted


near = st.integers(1, 400)
jumps = st.lists(st.integers(-70, 70), max_size=120).map(lambda steps: [max(1, 200 + sum(steps[:end])) for end in range(len(steps) + 1)])


@given(st.lists(near, max_size=120) | jumps | st.lists(near | st.integers(LAST - 200, LAST), max_size=40))
@example([1, 64, 1, 65, 1, 2])
@example([100, 36, 37, 36, 163, 100, 99, 164, 100])
@example([LAST, LAST, LAST - 63, LAST - 64, LAST - 63])
def test_the_window_tells_apart_what_a_set_would(counters: list[int]) -> None:
    highest, window, accepted = 0, 0, []
    for counter in counters:
        advanced = advance(highest, window, counter)
        accepted.append(advanced is not None)
        highest, window = advanced or (highest, window)
        assert 0 <= window < 2**63  # a signed column holds it
    assert accepted == used_up(counters)
    assert highest == max([0, *(counter for counter, fits in zip(counters, accepted, strict=True) if fits)])


async def denied(device: Device, headers: dict[str, str] | None = None, body: bytes = BODY) -> str:
    """The code of a 401."""
    status, code = denial(await device.post(body, headers))
    assert status == 401
    return code


async def test_a_device_that_is_revoked_meanwhile_takes_no_counter(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    await lodge.revoke(gate)
    async with lodge.unchanged(), lodge.database.begin() as session:
        [denied] = await credentials.take_counters(session, [Turn(Caller(Ref(1, lodge.key(gate)), "gate", gate.public_key), 9, clock.now())])
    assert denied is not None
    assert denied.reason is Reason.REVOKED


async def test_a_counter_is_used_once_and_noted(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    key = lodge.key(gate)
    taken: list[int] = []
    for counter, passes in ((5, True), (5, False), (3, True), (3, False), (4, True), (70, True), (6, False), (7, True), (5, False), (70, False), (71, True)):
        headers = gate.sign(BODY, counter=counter)
        at(NOON + len(taken) * MS)
        if passes:
            assert (await gate.post(BODY, headers)).status_code == 200, counter
            taken.append(counter)
            assert await lodge.row(Stored, "counter", "seen_at", id=key) == (max(taken), clock.now())
        else:
            async with lodge.unchanged():
                assert await denied(gate, headers) == "REPLAYED", counter
    assert await lodge.row(Stored, "counter_window", id=key) == (1,)  # 70; of the 62 before it none was used


async def test_a_replayed_tap_is_not_recorded_again(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    body = orjson.dumps({"query": DOCUMENTS["presentTap"], "variables": {"input": gate.tap(verdict=ADMIT), "sentAt": NOON.isoformat()}})
    headers = gate.sign(body)
    assert (await gate.post(body, headers)).json()["data"]["presentTap"]["__typename"] == "TapRecorded"
    at(NOON + FIVE)  # as late as it may be sent at all
    async with lodge.unchanged():
        assert await denied(gate, headers, body) == "REPLAYED"
    at(NOON + FIVE + MS)
    async with lodge.unchanged():
        assert await denied(gate, headers, body) == "CLOCK_SKEW"


async def test_of_eight_with_one_counter_at_once_one_passes(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    headers = gate.sign(BODY)
    answers = await asyncio.gather(*(gate.post(BODY, headers) for _ in range(8)))
    assert Counter(200 if answer.status_code == 200 else denial(answer) for answer in answers) == {200: 1, (401, "REPLAYED"): 7}
    assert await lodge.row(Stored, "counter", id=lodge.key(gate)) == (1,)


async def test_requests_may_overtake_each_other(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    signed = [gate.sign(BODY) for _ in range(WINDOW)]
    random.Random(7).shuffle(signed)  # noqa: S311 - only the order
    answers = await asyncio.gather(*(gate.post(BODY, headers) for headers in signed[:16]))
    assert [answer.status_code for answer in answers] == [200] * 16
    async with lodge.unchanged():
        assert [await denied(gate, headers) for headers in signed[:16]] == ["REPLAYED"] * 16
    highest = max(int(headers["school-counter"]) for headers in signed[:16])
    assert await lodge.row(Stored, "counter", id=lodge.key(gate)) == (highest,)
