"""`school found` and `school account`: a school from nothing lets its office in; lost passwords and factors are an operator's to end."""

import re

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import clock
from school.context import Grant, Role
from school.db import Database
from school.identity.models import Invitation, RecoveryCode, Totp
from school.meals.models import AccountKind, MealAccount
from school.registry.account_models import Session
from school.registry.models import CardKey, School, Staff
from school.settings import Settings
from tests.commands.shell import Command
from tests.identity.desk import KEY, Desk
from tests.identity.test_invitations import ACCEPT
from tests.identity.test_sessions import SET
from tests.world import World, build

CODE = "([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2})"
FOUND = ("found", "--name", "Школа № 5", "--family-name", "Иванова", "--given-name", "Анна")
NEW = "a quite new password"


@pytest_asyncio.fixture
async def desk(database: Database) -> Desk:
    """The small world."""
    return Desk(database, await build(database))


async def test_a_school_is_founded_and_its_office_gets_in(school: Command, database: Database) -> None:
    ended = await school(*FOUND, "--patronymic", "Петровна", "--time-zone", "Asia/Omsk")
    said = re.fullmatch(f"School 1 is founded. Its office is person ([-0-9a-f]+), and gets in within 14 days by the code\n{CODE}\n", ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert said is not None
    desk = Desk(database, World())
    async with database.read() as session:
        row = (await session.execute(sa.select(School.name, School.short_name, School.time_zone, School.currency))).one()
        assert tuple(row) == ("Школа № 5", "Школа № 5", "Asia/Omsk", "RUB")
        kinds = (await session.scalars(sa.select(MealAccount.kind).order_by(MealAccount.kind))).all()
        assert kinds == [AccountKind.FUNDING, AccountKind.SALES]
        assert len((await session.scalars(sa.select(CardKey.id))).all()) == 1
        assert (await session.execute(sa.select(Staff.position))).scalars().all() == ["Секретарь"]
    accepted = await desk.result(None, ACCEPT, code=said[2], login="anna", password=NEW)
    assert accepted == {"invitation": {"schoolName": "Школа № 5", "role": "OFFICE"}}
    viewer = await desk.viewer_of((await desk.sign_in("anna", password=NEW))["token"])
    assert [(grant.school_id, str(grant.person_id), grant.role) for grant in viewer.grants] == [(1, said[1], Role.OFFICE)]
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
    person = desk.world.people["class_teacher"]
    ended = await school("account", "invite", "--person", str(person), "--role", "head")
    assert re.fullmatch(f"{CODE}\n", ended.out)
    viewer = await desk.enter("class_teacher")
    assert await desk.result(viewer, ACCEPT, code=ended.out.strip()) == {"invitation": {"schoolName": "Школа № 1", "role": "HEAD"}}
    assert Grant(1, person, Role.HEAD) in (await desk.viewer_of((await desk.sign_in("class_teacher"))["token"])).grants
    assert (await desk.row(Invitation))["made_by"] is None
    for role, complaint in (("head", "CONFLICT: this person has an account already"), ("pupil", "NOT_FOUND: No such object.")):
        ended = await school("account", "invite", "--person", str(person), "--role", role)
        assert (ended.code, ended.err) == (1, f"school: {complaint}\n")


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


@pytest.mark.parametrize("command", ["reset", "disable", "enable", "forget-factor"])
async def test_a_login_that_nobody_has_is_absent(school: Command, desk: Desk, command: str) -> None:
    before = await desk.everything()
    ended = await school("account", command, "nobody")
    assert (ended.code, ended.err) == (1, "school: NOT_FOUND: No such object.\n")
    assert await desk.everything() == before


async def test_a_key_that_is_printed_is_one(school: Command) -> None:
    keys = [(await school("account", "key")).out.strip() for _ in range(2)]
    assert keys[0] != keys[1]
    assert Settings(secret_keys=(keys[0], KEY)).secret_keys[0].get_secret_value() == keys[0]
