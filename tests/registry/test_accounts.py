"""Accounts: logins that are one however they are typed, what they are in which school, and the Viewer behind a token."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school.context import NOBODY, Area, Grant, Role, Scope, Viewer
from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref
from school.registry import accounts
from school.registry.account_models import Account, AccountRole, Session
from school.registry.models import Guardianship, School, Staff
from tests.registry.office import NOON, Office

TOKEN = "a token"


async def opened(office: Office, login: str, **values: Any) -> Viewer:
    """The viewer behind a session of a login of the small world."""
    async with office.database.begin() as session:
        await session.execute(sa.delete(Session))
        lasts = {"made_at": NOON, "expires_at": NOON + dt.timedelta(hours=1)}
        session.add(Session(account_id=office.world.accounts[login], digest=accounts.digest_of(TOKEN), **lasts | values))
    return await office.viewer_of(TOKEN)


async def test_who_is_signed_in_is_what_the_account_is(office: Office) -> None:
    for login, viewer in office.world.viewers.items():
        seen = await opened(office, login)
        assert (seen.account_id, seen.grants, seen.children, seen.scopes) == (viewer.account_id, viewer.grants, viewer.children, None), login


@pytest.mark.parametrize("ended", [{"revoked_at": NOON}, {"expires_at": NOON}])
async def test_a_session_that_has_ended_is_nobody_s(office: Office, ended: dict[str, dt.datetime]) -> None:
    assert await opened(office, "parent", **ended) == NOBODY
    assert await office.viewer_of("another token") == NOBODY


async def test_a_program_s_token_has_its_scopes_and_what_its_account_has_now(office: Office) -> None:
    viewer = await opened(office, "parent", scopes=[["diary", False], ["meals", True]])
    assert viewer.scopes == {Scope(Area.DIARY, write=False), Scope(Area.MEALS, write=True)}
    assert viewer.children == office.viewer("parent").children
    async with office.database.begin() as session:
        await session.execute(sa.update(Guardianship).where(Guardianship.pupil_id == office.world.people["vera"]).values(ended_at=NOON))
    assert {child.id for child in (await office.viewer_of(TOKEN)).children} == {office.world.people["anna"], office.world.people["gleb"]}


async def test_whoever_owes_a_second_factor_is_none_of_the_staff(office: Office) -> None:
    async with office.database.begin() as session:
        await session.execute(sa.update(School).where(School.id == 1).values(staff_factor_required=True))
        session.add(AccountRole(account_id=office.world.accounts["teacher"], school_id=1, person_id=office.world.people["parent"], role=Role.GUARDIAN))
    family = Grant(1, office.world.people["parent"], Role.GUARDIAN)
    weak, strong = await opened(office, "teacher"), await opened(office, "teacher", strong=True)
    assert weak.grants == (family,)
    assert set(strong.grants) == {family, *office.viewer("teacher").grants}
    assert (await opened(office, "office2")).grants == office.viewer("office2").grants  # another school asks for none
    assert (await opened(office, "anna")).grants == office.viewer("anna").grants  # and of a pupil nobody does


async def test_whoever_has_left_is_none_of_the_staff(office: Office) -> None:
    async with office.database.begin() as session:
        await session.execute(sa.update(Staff).where(Staff.id == office.world.people["teacher"]).values(left_on=NOON.date()))
    assert (await opened(office, "teacher", strong=True)).grants == ()


async def test_the_same_child_of_two_persons_is_one_child(office: Office) -> None:
    async with office.database.begin() as session:
        session.add(AccountRole(account_id=office.world.accounts["parent"], school_id=1, person_id=office.world.people["divorced"], role=Role.GUARDIAN))
        await session.execute(sa.update(Guardianship).where(Guardianship.guardian_id == office.world.people["parent"]).values(diary=False))
    viewer = await opened(office, "parent")
    assert viewer.withheld == {(Ref(1, office.world.people["anna"]), Area.DIARY)}  # of Vera the other person sees it


@pytest.mark.parametrize(("login", "password", "code"), [
    ("mother", "correct horse", Code.CONFLICT), ("MOTHER ", "correct horse", Code.CONFLICT), ("x", "correct horse", Code.BAD_INPUT),
    ("x" * 81, "correct horse", Code.BAD_INPUT), ("father", "short", Code.BAD_INPUT), ("father", "x" * 201, Code.BAD_INPUT),
    ("fat\0her", "correct horse", Code.BAD_INPUT), ("fat\ud800her", "correct horse", Code.BAD_INPUT),
    ("ｍｏｔｈｅｒ", "correct horse", Code.CONFLICT), ("mother\u200b", "correct horse", Code.BAD_INPUT), ("mo\u00adther", "correct horse", Code.BAD_INPUT),
    ("\u202emother", "correct horse", Code.BAD_INPUT), ("mother\ufe0f", "correct horse", Code.BAD_INPUT), ("moth\u0301er", "correct horse", Code.BAD_INPUT),
    ("mother\ue000", "correct horse", Code.BAD_INPUT), ("mother\U000e0041", "correct horse", Code.BAD_INPUT), ("mother\u0378", "correct horse", Code.BAD_INPUT),
    ("mother\u2028x", "correct horse", Code.BAD_INPUT), ("mo\tther", "correct horse", Code.BAD_INPUT), ("mo  ther", "correct horse", Code.BAD_INPUT),
    ("mo\u3000\u00a0ther", "correct horse", Code.BAD_INPUT), ("mоther", "correct horse", Code.BAD_INPUT), ("mοther", "correct horse", Code.BAD_INPUT),
    ("ﷺ" * 5, "correct horse", Code.BAD_INPUT),
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


@pytest.mark.parametrize(("typed", "login"), [
    (" Parent ", "parent"), ("ＰＡＲＥＮＴ\u3000", "parent"), ("МАМА-5", "мама-5"), ("Ёж", "ёж"), ("е\u0308ж", "ёж"), ("Straße", "strasse"), ("ﬁnn", "finn"),
    ("parent\u00a02", "parent 2"), ("x" * 80, "x" * 80),
    ("parent\u200b", ""), ("par\0ent", ""), ("par\nent", ""), ("par\ud800ent", ""), ("par\u2028ent", ""), ("x" * 81, ""), ("\ufdfa" * 80, ""),
])
def test_a_login_is_one_however_it_is_typed(typed: str, login: str) -> None:
    """What is not to be seen in it makes it nobody's."""
    assert accounts.canonical(typed) == login
    assert accounts.canonical(login) == login


async def test_a_login_is_of_any_one_alphabet(database: Database) -> None:
    logins = ["мама 7", "o'neil+1@school-5.example", "ёжик_2", "გიორგი"]
    async with database.begin() as session:
        for login in logins:
            await accounts.open_account(session, login, None, ())
    async with database.read() as session:
        assert set((await session.execute(sa.select(Account.login))).scalars()) == set(logins)
