"""An account that somebody else has got into is taken back: nothing that let them in, or that they had begun, lets anybody in any more."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Viewer
from school.errors import Code, Refused
from school.identity import outside, passwords, tickets
from school.identity.models import OutsideIdentity, Passkey, Ticket, TicketKind, Totp
from school.identity.secrets_at_rest import Safe
from school.ids import Kind
from school.registry.account_models import Account, Session
from tests.identity import test_passkeys
from tests.identity.authenticator import Authenticator
from tests.identity.desk import KEY, ORIGIN, PASSWORD, SIGN_IN, WRONG, Desk
from tests.identity.test_factors import App, complete
from tests.identity.test_passkeys import ADD
from tests.identity.test_passkeys import START as START_PASSKEY
from tests.identity.test_programs import make
from tests.identity.test_sessions import CHANGE, RESET, SET, one
from tests.registry.office import NOON, at

NEW = "a quite new password"
AGAIN = {"code": "SIGN_IN_AGAIN"}
SECRET = "JBSWY3DPEHPK3PXP" * 2
Take = Callable[[Desk], Awaitable[str]]


class Thief:
    """Who has the password of Anna's account, and has made every way in."""

    def __init__(self, desk: Desk, viewer: Viewer, phone: Authenticator) -> None:
        self.desk, self.viewer, self.phone, self.tokens = desk, viewer, phone, list[str]()

    @classmethod
    async def of(cls, desk: Desk) -> "Thief":
        """Passkey, provider, program, a session more, and a challenge for another passkey."""
        viewer, phone = await test_passkeys.enrol(desk, "anna")
        thief = cls(desk, viewer, phone)
        thief.tokens = [(await desk.sign_in("anna"))["token"], (await make(desk, viewer))["text"]]
        async with desk.database.begin() as session:
            session.add(OutsideIdentity(issuer="https://city.test", subject="thief", account_id=desk.world.accounts["anna"], made_at=NOON))
        await test_passkeys.options(desk, viewer, START_PASSKEY)
        return thief

    async def gets_in(self) -> list[str]:
        """By what."""
        found = []
        if await self.desk.result(None, SIGN_IN, login="anna", password=PASSWORD) != WRONG | {"retryAfter": None}:
            found.append("password")
        if "token" in await test_passkeys.sign_in(self.desk, self.phone):
            found.append("passkey")
        found += [name for name, token in zip(("session", "program"), self.tokens, strict=True) if (await self.desk.viewer_of(token)).signed_in]
        return found + (["provider"] if await self.desk.rows(OutsideIdentity) else [])


async def by_the_office(desk: Desk) -> str:
    """Its code."""
    code: str = (await one(desk, desk.viewer("office"), RESET, desk.id(Kind.PERSON, "anna")))["oneTimeCode"]
    return code


async def by_the_operator(desk: Desk) -> str:
    """The command's code."""
    return await desk.do(passwords.take_away, desk.world.accounts["anna"])


@pytest.mark.parametrize("take", [by_the_office, by_the_operator])
async def test_an_account_that_is_taken_back_lets_no_thief_in(desk: Desk, take: Take) -> None:
    thief = await Thief.of(desk)
    assert await thief.gets_in() == ["password", "passkey", "session", "program", "provider"]
    code = await take(desk)
    assert await thief.gets_in() == []
    assert (await desk.rows(Passkey), await desk.rows(OutsideIdentity)) == ([], [])
    assert [row["kind"] for row in await desk.rows(Ticket, Ticket.account_id.is_not(None))] == [TicketKind.PASSWORD]
    assert await desk.result(None, SET, code=code, password=NEW) == {"done": True}
    assert await thief.gets_in() == []
    assert (await desk.sign_in("anna", password=NEW))["token"]


async def test_a_second_factor_that_was_asked_for_before_completes_nothing_after(desk: Desk) -> None:
    await desk.give_password("anna")
    async with desk.database.begin() as session:
        session.add(Totp(account_id=desk.world.accounts["anna"], secret=Safe([KEY]).lock(SECRET), made_at=NOON, confirmed_at=NOON, last_step=0))
    ticket = (await desk.sign_in("anna"))["ticket"]
    code = await by_the_office(desk)
    assert await complete(desk, ticket, App(SECRET).shows()) == AGAIN | {"retryAfter": None}
    assert await desk.rows(Session) == []
    await desk.result(None, SET, code=code, password=NEW)
    assert set(await desk.sign_in("anna", password=NEW)) == {"ticket"}  # the app is still asked for


async def test_a_changed_password_leaves_passkeys_and_providers_alone(desk: Desk) -> None:
    thief = await Thief.of(desk)
    owner = await desk.viewer_of((await desk.sign_in("anna"))["token"])
    reset = await desk.do(_ticket, desk.world.accounts["anna"])
    assert await desk.result(owner, CHANGE, old=PASSWORD, new=NEW) == {"done": True}
    assert await thief.gets_in() == ["passkey", "provider"]
    assert await desk.harmless(None, SET, code=reset, password=NEW) == {"code": "BAD_CODE"}
    assert await desk.rows(Ticket, Ticket.account_id.is_not(None)) == []
    assert owner.session_id in {row["id"] for row in await desk.rows(Session, Session.revoked_at.is_(None))}


async def _ticket(session: AsyncSession, account_id: UUID) -> str:
    await tickets.issue(session, TicketKind.PASSWORD, "0123456789AB", life=dt.timedelta(days=1), account_id=account_id)
    return "0123456789AB"


async def test_a_password_by_code_ends_what_began_meanwhile(desk: Desk) -> None:
    code = await by_the_office(desk)
    async with desk.database.begin() as session:  # however it was made
        session.add(Session(id=ids.new(), account_id=desk.world.accounts["anna"], digest=bytes(32), made_at=NOON, expires_at=NOON + dt.timedelta(hours=1)))
    assert await desk.result(None, SET, code=code, password=NEW) == {"done": True}
    assert await desk.rows(Session, Session.revoked_at.is_(None)) == []


@pytest.mark.parametrize("happens", ["reset", "disable"])
async def test_a_password_that_is_taken_away_while_it_is_verified_lets_nobody_in(desk: Desk, happens: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.give_password("anna")
    verify = passwords.verify

    async def meanwhile(password_hash: str | None, password: str) -> bool:
        right = await verify(password_hash, password)
        await desk.do(passwords.take_away if happens == "reset" else passwords.disable, desk.world.accounts["anna"])
        return right

    monkeypatch.setattr(passwords, "verify", meanwhile)
    assert await desk.sign_in("anna") == WRONG | {"retryAfter": None}
    assert await desk.rows(Session) == []


async def test_a_request_whose_session_has_ended_meanwhile_makes_no_way_in(desk: Desk) -> None:
    viewer = await desk.enter("anna")
    made = await test_passkeys.options(desk, viewer, START_PASSKEY)
    challenge = json.loads(made)["challenge"]
    await by_the_office(desk)
    async with desk.database.begin() as session:  # as if it had been begun a moment later
        await tickets.issue(session, TicketKind.PASSKEY_NEW, challenge, life=dt.timedelta(minutes=5), account_id=viewer.account_id)
    before = await desk.everything()
    assert await make(desk, viewer) == AGAIN
    assert await desk.result(viewer, ADD, name="late", credential=Authenticator(ORIGIN).create(made)) == AGAIN
    assert await desk.result(viewer, CHANGE, new=NEW) == AGAIN
    with pytest.raises(Refused) as refused:
        await outside.prepare(desk.database, viewer, "city", None, address="192.0.2.1")
    assert refused.value.code is Code.SIGN_IN_AGAIN
    assert await desk.everything() == before


async def test_a_disabled_account_s_tickets_are_void_for_good(desk: Desk) -> None:
    await Thief.of(desk)
    account = desk.world.accounts["anna"]
    for _ in range(2):
        await desk.do(passwords.disable, account)
    assert (await desk.row(Account, Account.id == account))["disabled_at"] == clock.now()
    await desk.do(passwords.enable, account)
    assert await desk.rows(Ticket, Ticket.account_id == account) == []
    assert await desk.rows(Session, Session.revoked_at.is_(None)) == []
    at(NOON + dt.timedelta(minutes=1))
    assert (await desk.sign_in("anna"))["token"]
    assert len(await desk.rows(Passkey)) == 1
