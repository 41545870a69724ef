"""Throttles: guesses are counted one by one, however they are sent, typed or spread, and nobody is kept out of their own account by another's."""

import asyncio
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.errors import Code, Refused
from school.identity import passwords, throttle
from school.identity.models import Throttle
from school.identity.throttle import Limit
from school.registry.account_models import Account, Session
from tests.identity.desk import PASSWORD, SIGN_IN, WRONG, Desk
from tests.registry.office import NOON, at

STEP = dt.timedelta(seconds=90)
THREE = Limit("a test's", 3, STEP)


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were looked at; instead of a hash, which takes its time, letters are compared."""
    seen: list[str] = []

    def compare(password_hash: str, password: str) -> bool:
        seen.append(password)
        return password_hash != passwords._ABSENT and password == PASSWORD

    monkeypatch.setattr(passwords, "_verify", compare)
    return seen


def aliased(pairs: list[tuple[str, str]]) -> str:
    """One document that guesses many times."""
    fields = " ".join(
        f'g{number}: signIn(input: {{login: "{login}", password: "{password}"}}) {{... on SignedIn {{token}} ... on Refusal {{code}}}}'
        for number, (login, password) in enumerate(pairs))
    return f"mutation {{{fields}}}"


async def codes(desk: Desk, pairs: list[tuple[str, str]]) -> list[str]:
    """What each guess of one document was answered with."""
    data = (await desk.ask(None, aliased(pairs)))["data"]
    return [data[f"g{number}"].get("code", "IN") for number in range(len(pairs))]


async def test_of_two_hundred_guesses_in_one_document_ten_are_looked_at(desk: Desk, evaluated: list[str]) -> None:
    await desk.give_password("parent")
    spellings = ("parent", "PARENT", " Parent ", "pArent\\t")
    pairs = [(spellings[number % 4], f"guess {number}") for number in range(199)] + [("parent", PASSWORD)]
    assert await codes(desk, pairs) == ["BAD_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 190
    assert evaluated == [f"guess {number}" for number in range(10)]
    assert await desk.rows(Session) == []


async def test_nor_are_more_of_two_hundred_logins_in_one_document(desk: Desk, evaluated: list[str]) -> None:
    assert await codes(desk, [(f"login {number}", PASSWORD) for number in range(200)]) == ["BAD_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 190
    assert len(evaluated) == 10


async def test_guesses_in_many_requests_are_the_same_guesses(desk: Desk, evaluated: list[str]) -> None:
    await desk.give_password("parent")
    answers = await asyncio.gather(*(desk.result(None, SIGN_IN, login="parent", password=f"guess {number}") for number in range(30)))
    assert sorted(answer["code"] for answer in answers) == ["BAD_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 20
    assert len(evaluated) == 10
    assert await desk.sign_in("parent") == {"code": "TOO_MANY_ATTEMPTS", "retryAfter": 90}
    at(NOON + STEP)
    assert (await desk.sign_in("parent"))["token"]


@pytest.mark.parametrize(("addresses", "looked_at"), [
    ([f"2001:db8::{number:x}" for number in range(12)], 10),  # one network of IPv6
    ([f"2001:db8:0:{number:x}::1" for number in range(12)], 12),
    (["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "::ffff:c000:201"] * 3, 10),  # one address, written in two ways
    ([f"192.0.2.{number}" for number in range(12)], 12),
])
async def test_a_network_is_one_guesser(desk: Desk, evaluated: list[str], addresses: list[str], looked_at: int) -> None:
    for address in addresses:
        await desk.from_(address).result(None, SIGN_IN, login="parent", password="wrong")
    assert len(evaluated) == looked_at


async def test_a_network_that_sprays_many_logins_is_stopped(desk: Desk, evaluated: list[str]) -> None:
    answers = [await desk.result(None, SIGN_IN, login=f"login {number}", password=PASSWORD) for number in range(61)]
    assert [answer["code"] for answer in answers] == ["BAD_CREDENTIALS"] * 60 + ["TOO_MANY_ATTEMPTS"]
    assert len(evaluated) == 60


async def test_an_army_is_stopped_and_a_known_device_is_not_held_up(desk: Desk, evaluated: list[str]) -> None:
    await desk.give_password("parent")
    device = (await desk.sign_in("parent"))["device"]
    for number in range(60):
        await desk.from_(f"198.51.100.{number}").result(None, SIGN_IN, login="parent", password="wrong")
    assert len(evaluated) == 51
    for number in range(12):  # and somebody in the same house
        await desk.result(None, SIGN_IN, login="parent", password=f"wrong {number}")
    assert await desk.sign_in("parent") == {"code": "TOO_MANY_ATTEMPTS", "retryAfter": 60}
    again = await desk.sign_in("parent", device=device)
    assert (again["device"], bool(again["token"])) == (device, True)


async def test_a_device_is_one_login_s_and_has_ten_guesses_itself(desk: Desk, evaluated: list[str]) -> None:
    await desk.give_password("parent", "stranger")
    device = (await desk.sign_in("parent"))["device"]
    for number in range(12):
        await desk.from_(f"198.51.100.{number}").result(None, SIGN_IN, login="parent", password="wrong", device=device)
    assert len(evaluated) == 11
    for forged in (f"x{device}", f"{device[:-1]}{'0' if device[-1] != '0' else '1'}", device.partition(".")[0], ".", "\ud800.é", "x" * 5000):
        evaluated.clear()
        for _ in range(11):
            await desk.from_(f"203.0.113.{len(forged) % 200}").result(None, SIGN_IN, login="stranger", password="wrong", device=forged)
        assert len(evaluated) == 10, forged
        at((await now(desk)) + dt.timedelta(hours=1))


async def now(desk: Desk) -> dt.datetime:
    """The latest moment that a key waits for: everything before is forgiven then."""
    async with desk.database.read() as session:
        latest = await session.scalar(sa.select(sa.func.max(Throttle.until_ms)))
    return dt.datetime.fromtimestamp((latest or 0) / 1000, dt.UTC)


async def test_a_new_password_forgets_the_devices(desk: Desk, evaluated: list[str]) -> None:
    await desk.give_password("parent")
    device = (await desk.sign_in("parent"))["device"]
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login == "parent").values(password_hash="another"))
    for _ in range(11):
        await desk.result(None, SIGN_IN, login="parent", password="wrong", device=device)
    assert len(evaluated) == 11  # the first was right


@pytest.mark.usefixtures("evaluated")
async def test_a_right_password_gives_back_its_own_attempt_and_no_other_s(desk: Desk) -> None:
    await desk.give_password("parent", "stranger")
    for number in range(9):
        await desk.result(None, SIGN_IN, login="parent", password=f"wrong {number}")
    for _ in range(3):
        assert (await desk.sign_in("stranger"))["token"]
        assert (await desk.sign_in("parent"))["token"]
    assert await desk.result(None, SIGN_IN, login="parent", password="wrong") == WRONG | {"retryAfter": None}
    assert await desk.sign_in("parent") == {"code": "TOO_MANY_ATTEMPTS", "retryAfter": 90}


async def tried(desk: Desk, *keys: tuple[Limit, str]) -> int | None:
    """None where an attempt is allowed, else the seconds to wait."""
    try:
        await throttle.attempt(desk.database, *keys)
    except Refused as refused:
        return refused.retry_after if refused.code is Code.TOO_MANY_ATTEMPTS else -1
    return None


async def test_a_bucket_empties_at_its_rate(desk: Desk) -> None:
    assert [await tried(desk, (THREE, "a")) for _ in range(5)] == [None, None, None, 90, 90]
    at(NOON + STEP / 3)
    assert await tried(desk, (THREE, "a")) == 60
    at(NOON + STEP)
    assert [await tried(desk, (THREE, "a")) for _ in range(2)] == [None, 90]
    at(NOON + 10 * STEP)
    assert [await tried(desk, (THREE, "a")) for _ in range(4)] == [None, None, None, 90]


async def test_an_attempt_that_one_limit_refuses_counts_for_none(desk: Desk) -> None:
    for _ in range(3):
        await tried(desk, (THREE, "a"))
    for _ in range(5):
        assert await tried(desk, (THREE, "a"), (THREE, "b")) == 90
    assert [await tried(desk, (THREE, "b")) for _ in range(4)] == [None, None, None, 90]


async def test_attempts_at_the_same_moment_are_counted_one_by_one(desk: Desk) -> None:
    answers: list[Any] = await asyncio.gather(*(tried(desk, (THREE, "a")) for _ in range(20)))
    assert sorted(answers, key=str) == [90] * 17 + [None] * 3


async def test_an_attempt_counts_from_when_it_is_its_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    turn, connection, held = asyncio.Event(), AsyncSession.connection, asyncio.Event()

    async def connected(session: AsyncSession) -> object:
        found = await connection(session)
        held.set()
        await turn.wait()
        return found

    monkeypatch.setattr(AsyncSession, "connection", connected)
    waiting = asyncio.create_task(tried(desk, (THREE, "a")))
    await asyncio.wait_for(held.wait(), 10)
    at(NOON + 10 * STEP)
    turn.set()
    assert await waiting is None
    assert [await tried(desk, (THREE, "a")) for _ in range(3)] == [None, None, 90]


async def test_what_is_forgiven_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_SWEEP_EVERY", 1)
    for number in range(20):
        await tried(desk, (THREE, f"{number}"))
    assert len(await desk.rows(Throttle)) == 20
    at(NOON + 2 * STEP)
    await tried(desk, (THREE, "another"))
    assert len(await desk.rows(Throttle)) == 1
