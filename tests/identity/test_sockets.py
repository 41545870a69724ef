"""Sockets end with their session within five seconds, with a subscription or without; and what is open keeps its session alive."""

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
import sqlalchemy as sa
from websockets.exceptions import ConnectionClosedError

from school import clock, ids
from school.ids import Kind
from school.registry import accounts
from school.registry.account_models import Account, Session, SessionKind
from tests.identity.desk import PASSWORD, hashed
from tests.serving.house import House, running
from tests.serving.server import Socket, dial

SIGN_IN = "mutation($input: SignInInput!) {signIn(input: $input) {... on SignedIn {token} ... on Refusal {code}}}"
MINE = "{mySessions {id current}}"
REVOKE = "mutation($id: ID!) {revokeSession(id: $id) {... on SessionsRevoked {revoked} ... on Refusal {code}}}"
UPDATES = "subscription {updates {__typename}}"
SOON = 5.0
PATIENCE = 60.0
"""Where it does not matter when something happens, but that it does."""


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """The whole service; the parent has a password."""
    async with running(database_url) as found:
        async with found.database.begin() as session:
            await session.execute(sa.update(Account).where(Account.login == "parent").values(password_hash=hashed()))
        yield found


async def sign_in(house: House) -> str:
    """A session's token, as a client gets it."""
    answer = await house.ask(SIGN_IN, {"input": {"login": "parent", "password": PASSWORD}})
    token: str = answer.json()["data"]["signIn"]["token"]
    return token


async def closed(socket: Socket) -> int:
    """With which code the server closes the socket, whatever it says before."""
    async with asyncio.timeout(SOON):
        with contextlib.suppress(ConnectionClosedError):
            async for _ in socket.raw:
                pass
    return socket.raw.close_code or 0


async def test_a_revoked_session_s_sockets_are_closed(house: House) -> None:
    victim, other = await sign_in(house), await sign_in(house)
    async with AsyncExitStack() as stack:
        idle, cookied, following, staying = [
            await stack.enter_async_context(dial(house.address, headers=headers))
            for headers in (None, {"cookie": f"school={victim}", "origin": f"http://{house.address}"}, None, None)]
        await idle.start(victim)
        await cookied.start()
        await following.start(victim)
        await following.subscribe(UPDATES)
        assert (await following.next())["__typename"] == "StreamOpened"
        await staying.start(other)
        [session] = [one for one in (await house.ask(MINE, token=other)).json()["data"]["mySessions"] if not one["current"]]
        began = time.monotonic()
        assert (await house.ask(REVOKE, {"id": session["id"]}, token=other)).json()["data"]["revokeSession"] == {"revoked": 1}
        assert await asyncio.gather(closed(idle), closed(cookied), closed(following)) == [4403] * 3
        assert time.monotonic() - began < SOON
        await staying.subscribe(UPDATES)
        assert (await staying.next())["__typename"] == "StreamOpened"


async def test_a_token_s_socket_ends_with_the_token(house: House) -> None:
    async with house.database.begin() as session:
        token_id = ids.new()
        session.add(Session(
            id=token_id, account_id=house.world.accounts["parent"], digest=accounts.digest_of("sch_x"), kind=SessionKind.PROGRAM, name="x",
            scopes=[["diary", False]], made_at=clock.now(), seen_at=None, expires_at=clock.now() + dt.timedelta(days=1)))
    owner = await sign_in(house)
    async with dial(house.address) as socket:
        await socket.start("sch_x")
        key = ids.encode(Kind.SESSION, 0, token_id)
        assert (await house.ask(REVOKE, {"id": key}, token=owner)).json()["data"]["revokeSession"] == {"revoked": 1}
        assert await closed(socket) == 4403


@pytest.mark.parametrize("follows", [False, True])
async def test_an_open_socket_keeps_its_session_alive(house: House, follows: bool) -> None:
    """Also one on which something is subscribed, as on every page that is looked at."""
    token, idle = await sign_in(house), dt.timedelta(hours=4)
    long_ago = clock.now() - dt.timedelta(hours=3)
    async with house.database.begin() as session:
        await session.execute(sa.update(Session).values(seen_at=long_ago, expires_at=long_ago + idle))
    async with dial(house.address) as socket:
        async with house.database.begin() as session:
            await session.execute(sa.update(Session).values(seen_at=clock.now()))
        await socket.start(token)
        if follows:
            await socket.subscribe(UPDATES)
            assert (await socket.next())["__typename"] == "StreamOpened"
        async with house.database.begin() as session:
            await session.execute(sa.update(Session).values(seen_at=long_ago))
        async with asyncio.timeout(PATIENCE):
            while await expires_at(house) <= long_ago + idle:  # noqa: ASYNC110 - the watch of the sockets tells nobody that it has looked
                await asyncio.sleep(0.1)
    assert await expires_at(house) > clock.now() + dt.timedelta(hours=3, minutes=59)


async def expires_at(house: House) -> dt.datetime:
    """When the one session ends."""
    async with house.database.read() as session:
        return (await session.scalars(sa.select(Session.expires_at))).one()


@pytest.mark.parametrize("token", ["", "x", "sch_unknown"])
async def test_a_token_that_is_none_opens_nothing(house: House, token: str) -> None:
    async with dial(house.address) as socket:
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert await closed(socket) == 4403
