"""Signing in: one refusal for every wrong pair, tokens kept as digests, sessions that end."""

import datetime as dt

import pytest
import sqlalchemy as sa
import time_machine

from school.context import NOBODY, Grant, Role, Viewer
from school.db import Database
from school.errors import Code, Refused
from school.registry import accounts
from school.registry.account_models import Account, Session
from school.registry.models import Guardianship
from tests.registry.office import statements
from tests.world import build

SECONDS = 3600


async def sessions(database: Database) -> int:
    """How many sessions there are."""
    async with database.read() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(Session)) or 0


async def test_who_signs_in_is_known_by_the_token_and_by_nothing_kept(database: Database) -> None:
    world = await build(database)
    async with database.begin() as session:
        await accounts.open_account(session, "Mother", "correct horse", (Grant(1, world.people["parent"], Role.GUARDIAN),))
    made = await accounts.sign_in(database, " mother ", "correct horse", seconds=SECONDS)
    async with database.read() as session:
        viewer = await accounts.viewer_of(session, made.token)
        kept = (await session.execute(sa.select(Session.digest))).scalars().all()
    assert viewer == made.viewer
    assert {child.id for child in viewer.children} == {world.people["anna"], world.people["vera"]}
    assert kept == [accounts.digest_of(made.token)]


@pytest.mark.parametrize(("login", "password"), [
    ("mother", "wrong horse"), ("nobody", "correct horse"), ("disabled", "correct horse"), ("anna", ""), ("", ""),
    ("mother\0", "correct horse"), ("\0", "\0"), ("\ud800mother", "correct horse"), ("mother", "correct \ud800horse"), ("\udfff", "\ud800")])
async def test_every_wrong_pair_is_one_refusal_and_leaves_no_session(database: Database, login: str, password: str) -> None:
    await build(database)
    async with database.begin() as session:
        await accounts.open_account(session, "mother", "correct horse", ())
        disabled = await accounts.open_account(session, "disabled", "correct horse", ())
        await session.execute(sa.update(Account).where(Account.id == disabled).values(disabled_at=dt.datetime.now(dt.UTC)))
    with pytest.raises(Refused) as caught:
        await accounts.sign_in(database, login, password, seconds=SECONDS)
    assert (caught.value.code, caught.value.message) == (Code.BAD_CREDENTIALS, "Login or password is wrong.")
    assert await sessions(database) == 0


@pytest.mark.parametrize("login", ["mother", "nobody", "mother\0", "\ud800"])
async def test_every_wrong_pair_costs_one_question_and_one_hash(database: Database, login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.begin() as session:
        await accounts.open_account(session, "mother", "correct horse", ())
    verified, verify = [], accounts._verify

    def counted(password_hash: str, password: str) -> bool:
        verified.append(password_hash.split("$")[1:4])  # the algorithm and its cost
        return verify(password_hash, password)

    monkeypatch.setattr(accounts, "_verify", counted)
    with statements(database) as sent, pytest.raises(Refused):
        await accounts.sign_in(database, login, "wrong horse", seconds=SECONDS)
    assert (sent, verified) == (["SELECT"], [["argon2id", "v=19", "m=19456,t=2,p=1"]])


async def test_a_session_ends_by_itself_by_its_owner_and_with_its_account(database: Database) -> None:
    async with database.begin() as session:
        account = await accounts.open_account(session, "mother", "correct horse", ())
    with time_machine.travel(dt.datetime(2026, 9, 7, 8, tzinfo=dt.UTC), tick=False) as clock:
        first, second, third = [(await accounts.sign_in(database, "mother", "correct horse", seconds=SECONDS)) for _ in range(3)]
        async with database.begin() as session:
            await accounts.sign_out(session, second.viewer)
        assert await who(database, first.token) == first.viewer
        assert await who(database, second.token) == NOBODY
        clock.shift(SECONDS)
        assert await who(database, first.token) == NOBODY
        clock.shift(-10)
        assert await who(database, third.token) == third.viewer
        async with database.begin() as session:
            await session.execute(sa.update(Account).where(Account.id == account).values(disabled_at=dt.datetime.now(dt.UTC)))
        assert await who(database, third.token) == NOBODY


async def who(database: Database, token: str) -> Viewer:
    """The viewer behind a token."""
    async with database.read() as session:
        return await accounts.viewer_of(session, token)


async def test_an_ended_guardianship_is_no_childs_any_more(database: Database) -> None:
    world = await build(database)
    async with database.begin() as session:
        await accounts.open_account(session, "mother", "correct horse", (Grant(1, world.people["parent"], Role.GUARDIAN),))
        await session.execute(sa.update(Guardianship).where(Guardianship.pupil_id == world.people["vera"]).values(ended_at=dt.datetime.now(dt.UTC)))
    made = await accounts.sign_in(database, "mother", "correct horse", seconds=SECONDS)
    assert {child.id for child in made.viewer.children} == {world.people["anna"]}


@pytest.mark.parametrize(("login", "password", "code"), [
    ("mother", "correct horse", Code.CONFLICT), ("MOTHER ", "correct horse", Code.CONFLICT), ("x", "correct horse", Code.BAD_INPUT),
    ("x" * 81, "correct horse", Code.BAD_INPUT), ("father", "short", Code.BAD_INPUT), ("father", "x" * 201, Code.BAD_INPUT),
    ("fat\0her", "correct horse", Code.BAD_INPUT), ("fat\ud800her", "correct horse", Code.BAD_INPUT),
])
async def test_a_bad_account_is_refused_and_not_made(database: Database, login: str, password: str, code: Code) -> None:
    async with database.begin() as session:
        await accounts.open_account(session, "mother", "correct horse", ())
    with pytest.raises(Refused) as caught:
        async with database.begin() as session:
            await accounts.open_account(session, login, password, ())
    assert caught.value.code == code
    async with database.read() as session:
        assert (await session.execute(sa.select(Account.login))).scalars().all() == ["mother"]
