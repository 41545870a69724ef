"""`school found` and `school account`: a school from nothing lets its office in; lost passwords and factors are an operator's to end."""

import re
from functools import partialmethod
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import sqlalchemy as sa
from typer.testing import CliRunner

from school import clock, ids
from school.context import Grant, Role
from school.db import Database
from school.identity.models import Invitation, RecoveryCode, Totp
from school.ids import Kind, Ref
from school.meals.models import AccountKind, MealAccount
from school.registry.account_models import Account, Session
from school.registry.models import CardKey, Person, School, Staff
from school.settings import Settings
from tests.commands.shell import Command, Ended
from tests.commands.test_cards import rows
from tests.identity.desk import KEY, Desk
from tests.identity.test_invitations import ACCEPT
from tests.identity.test_sessions import SET
from tests.world import World, build

CODE = "([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2})"
FOUND = ("found", "--name", "Школа № 5", "--family-name", "Иванова", "--given-name", "Анна")
NEW = "a quite new password"


async def letter(desk: Desk, person: Ref, name: str, role: str, school: str) -> str:
    """What is printed for whoever has been invited last; the code is a pattern."""
    last = sa.select(Invitation.expires_at, School.time_zone).join(School, School.id == Invitation.school_id).order_by(Invitation.made_at.desc()).limit(1)
    async with desk.database.read() as session:
        row = (await session.execute(last)).one()
    until = f"{row.expires_at.astimezone(ZoneInfo(row.time_zone)):%Y-%m-%d %H:%M}, {row.time_zone}"
    facts = {"name": name, "person": ids.encode(Kind.PERSON, person.school_id, person.id), "role": role, "school": school, "until": until}
    return "".join(f"{re.escape(f'{fact:<8}{value}')}\n" for fact, value in facts.items()) + f"code    {CODE}\n"


@pytest_asyncio.fixture
async def desk(database: Database) -> Desk:
    """The small world."""
    return Desk(database, await build(database))


async def test_a_school_is_founded_and_its_office_gets_in(school: Command, database: Database) -> None:
    ended = await school(*FOUND, "--patronymic", "Петровна", "--time-zone", "Asia/Omsk")
    assert (ended.code, ended.err) == (0, "")
    desk = Desk(database, World())
    async with database.read() as session:
        row = (await session.execute(sa.select(School.name, School.short_name, School.time_zone, School.currency))).one()
        assert tuple(row) == ("Школа № 5", "Школа № 5", "Asia/Omsk", "RUB")
        kinds = (await session.scalars(sa.select(MealAccount.kind).order_by(MealAccount.kind))).all()
        assert kinds == [AccountKind.FUNDING, AccountKind.SALES]
        assert len((await session.scalars(sa.select(CardKey.id))).all()) == 1
        assert (await session.execute(sa.select(Staff.position))).scalars().all() == ["Секретарь"]
        person = Ref(1, (await session.execute(sa.select(Staff.id))).scalar_one())
    printed = await letter(desk, person, "Иванова Анна Петровна", "office", "1, Школа № 5")
    said = re.fullmatch(f"School 1 is founded. The first of its office:\n{printed}", ended.out)
    assert said is not None
    accepted = await desk.result(None, ACCEPT, code=said[1], login="anna", password=NEW)
    assert accepted == {"invitation": {"schoolName": "Школа № 5", "role": "OFFICE"}}
    viewer = await desk.viewer_of((await desk.sign_in("anna", password=NEW))["token"])
    assert viewer.grants == (Grant(1, person.id, Role.OFFICE),)
    before = await desk.everything()
    ended = await school(*FOUND)
    assert (ended.code, ended.err) == (1, "school: CONFLICT: there is a school of this number or name already\n")
    assert await desk.everything() == before
    assert (await school("found", "--name", "Лицей", "--family-name", "Б", "--given-name", "В")).out.startswith("School 2 is founded.")


@pytest.mark.parametrize(("more", "complaint"), [
    (("--time-zone", "Europe/Nowhere"), "BAD_INPUT: time zone must be a name of the tz database, for example Europe/Moscow"),
    (("--time-zone", "../etc/passwd"), "BAD_INPUT: time zone must be a name of the tz database, for example Europe/Moscow"),
    (("--currency", "rub"), "BAD_INPUT: currency must be one of RUB, EUR, KZT, BYN"), (("--id", "0"), "BAD_INPUT: id must lie between 1 and 2147483647"),
    (("--id", "1"), "CONFLICT: there is a school of this number or name already"),
    (("--short-name", " "), "BAD_INPUT: short name must be one line of 1 to 60 characters"),
    (("--position", "x" * 81), "BAD_INPUT: position must be one line of 1 to 80 characters"),
])
async def test_a_school_that_cannot_be_is_not_founded(school: Command, desk: Desk, more: tuple[str, ...], complaint: str) -> None:
    before = await desk.everything()
    ended = await school(*FOUND, *more)
    assert (ended.code, ended.out, ended.err) == (1, "", f"school: {complaint}\n")
    assert await desk.everything() == before


async def test_an_operator_invites_a_head(school: Command, desk: Desk) -> None:
    person, known = desk.person("class_teacher"), desk.id(Kind.PERSON, "class_teacher")
    ended = await school("account", "invite", "--person", known, "--role", "head")
    said = re.fullmatch(await letter(desk, person, "Class_Teacherова Class_Teacher", "head", "1, Школа № 1"), ended.out)
    assert said is not None, ended.out
    viewer = await desk.enter("class_teacher")
    assert await desk.result(viewer, ACCEPT, code=said[1]) == {"invitation": {"schoolName": "Школа № 1", "role": "HEAD"}}
    assert Grant(1, person.id, Role.HEAD) in (await desk.viewer_of((await desk.sign_in("class_teacher"))["token"])).grants
    assert (await desk.row(Invitation))["made_by"] is None
    before = await desk.everything()
    absent = (ids.encode(Kind.PERSON, 1, ids.new()), ids.encode(Kind.PERSON, 2, person.id), str(person.id), desk.id(Kind.CARD, "anna"))
    for text, role, complaint in (
        (known, "head", "CONFLICT: this person has an account already"), (known, "pupil", "NOT_FOUND: this person can be no pupil of the school"),
        *((text, "head", "NOT_FOUND: no such person") for text in absent),
    ):
        assert await school("account", "invite", "--person", text, "--role", role) == Ended(1, "", f"school: {complaint}\n"), (text, role)
    assert await desk.everything() == before


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What the next commands are told on the terminal."""
    monkeypatch.setattr(CliRunner, "invoke", partialmethod(CliRunner.invoke, input="".join(f"{line}\n" for line in lines)))


async def test_a_code_is_accepted_at_the_terminal(school: Command, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (await school("account", "invite", "--person", desk.id(Kind.PERSON, "office"), "--role", "head")).out.split()[-1]
    asked = "Password of {0}: \nRepeat for confirmation: \n"
    before = await desk.everything()
    for login, password, complaint in (
        ("headmaster", "password", "WEAK_PASSWORD: This password is among the first that are tried."), ("office", NEW, "CONFLICT: This login exists already."),
    ):
        typed(monkeypatch, password, password)
        assert await school("account", "accept", code, "--login", login) == Ended(1, asked.format(login), f"school: {complaint}\n")
    typed(monkeypatch, NEW, "another password")
    ended = await school("account", "accept", code, "--login", "headmaster")
    assert (ended.code, "The two entered values do not match" in ended.out + ended.err) == (1, True)
    typed(monkeypatch, NEW, NEW)
    void = await school("account", "accept", "ABCD-EFGH-JKMN", "--login", "headmaster")
    assert void == Ended(1, asked.format("headmaster"), "school: BAD_CODE: This code is unknown, used or expired.\n")
    assert await desk.everything() == before
    ended = await school("account", "accept", code.lower(), "--login", " HeadMaster")
    assert ended == Ended(0, f"{asked.format(' HeadMaster')}You can sign in as headmaster.\n", "")
    viewer = await desk.viewer_of((await desk.sign_in("headmaster", password=NEW))["token"])
    assert viewer.grants == (Grant(1, desk.person("office").id, Role.HEAD),)
    assert await school("account", "accept", code, "--login", "another") == Ended(1, asked.format("another"), void.err)


async def test_the_schools_are_listed(school: Command, desk: Desk) -> None:
    async with desk.database.begin() as session:
        await session.execute(sa.update(School).where(School.id == 2).values(name="[bold]Лицей"))
    people = [len(await desk.rows(Person, Person.school_id == number)) for number in (1, 2)]
    assert rows(await school("list")) == [["1", "Школа № 1", str(people[0])], ["2", "[bold]Лицей", str(people[1])]]


async def test_the_logins_are_listed(school: Command, desk: Desk) -> None:
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.login == "guard").values(disabled_at=clock.now()))
        session.add(Account(id=ids.new(), login="[bold]nobody", password_hash=None, made_at=clock.now(), disabled_at=None))
    everybody = sorted(rows(await school("account", "list")))
    assert ["[bold]nobody", "—", "open"] in everybody
    assert ["guard", "guard of 1", "disabled"] in everybody
    assert [row for row in everybody if "parent" in row[0]] == [["other_parent", "guardian of 1", "open"], ["parent", "guardian of 1, guardian of 2", "open"]]
    assert len(everybody) == len(desk.world.accounts) + 1
    assert sorted(rows(await school("account", "list", "--school", "2"))) == [row for row in everybody if " of 2" in row[1]]
    assert await school("account", "list", "--school", "7") == Ended(1, "", "school: NOT_FOUND: no school 7\n")


async def test_an_operator_resets_anybody_s_password(school: Command, desk: Desk) -> None:
    viewer = await desk.enter("office")
    ended = await school("account", "reset", " OFFICE ")
    assert re.fullmatch(f"{CODE}\n", ended.out)
    assert [row["revoked_at"] is None for row in await desk.rows(Session, Session.account_id == viewer.account_id)] == [False]
    assert await desk.result(None, SET, code=ended.out.strip(), password=NEW) == {"done": True}
    assert (await desk.sign_in("office", password=NEW))["token"]


async def test_an_operator_closes_and_opens_a_login(school: Command, desk: Desk) -> None:
    await desk.enter("guard")
    for _ in range(2):
        assert (await school("account", "disable", "guard")).out == "Disabled.\n"
    assert await desk.sign_in("guard") == {"code": "BAD_CREDENTIALS", "retryAfter": None}
    assert (await school("account", "enable", "guard")).out == "Enabled.\n"
    assert (await desk.sign_in("guard"))["token"]


async def test_an_operator_forgets_a_factor(school: Command, desk: Desk) -> None:
    async with desk.database.begin() as session:
        account = desk.world.accounts["guard"]
        session.add(Totp(account_id=account, secret=b"x", made_at=clock.now(), confirmed_at=clock.now(), last_step=0))
        session.add(RecoveryCode(account_id=account, digest=bytes(32)))
    assert (await school("account", "forget-factor", "guard")).out == "Forgotten.\n"
    assert (await desk.rows(Totp), await desk.rows(RecoveryCode)) == ([], [])
    before = await desk.everything()
    assert await school("account", "forget-factor", "guard") == Ended(0, "There was none: this login has no authenticator app.\n", "")
    assert await desk.everything() == before


@pytest.mark.parametrize("command", ["reset", "disable", "enable", "forget-factor"])
async def test_a_login_that_nobody_has_is_absent(school: Command, desk: Desk, command: str) -> None:
    before = await desk.everything()
    assert await school("account", command, "nobody") == Ended(1, "", "school: NOT_FOUND: no account has the login 'nobody'\n")
    assert await desk.everything() == before


async def test_a_key_that_is_printed_is_one(school: Command) -> None:
    keys = [(await school("account", "key")).out.strip() for _ in range(2)]
    assert keys[0] != keys[1]
    assert Settings(secret_keys=(keys[0], KEY)).secret_keys[0].get_secret_value() == keys[0]
