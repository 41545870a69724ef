"""Erasure: nothing of the person is left but numbers, the ledger's sums stay, and who has not left stays as they are."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import Area, Grant, Role
from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import ledger
from school.meals.models import MealAccount, Posting
from school.outbox import OutboxRow
from school.record import erasure
from school.record.models import RecordAction
from school.registry import accounts, viewers
from school.registry.account_models import Account, AccountRole, Session
from school.registry.models import CardKey, Guardianship, Person, Tap
from tests.record.archive import Archive, give_proofs

REASON = "письмо от 1 октября"
YESTERDAY = dt.date(2026, 9, 1)


async def erase(archive: Archive, name: str, reason: str = REASON) -> Mapping[str, int]:
    """Erase somebody."""
    async with archive.database.begin() as session:
        return await erasure.erase(session, archive.ref(name), reason)


async def refused(archive: Archive, name: str, reason: str = REASON) -> tuple[Code, str]:
    """Why somebody is not erased; and nothing has changed."""
    before = await archive.all_rows()
    with pytest.raises(Refused) as caught:
        await erase(archive, name, reason)
    assert await archive.all_rows() == before
    return caught.value.code, caught.value.message


async def sums(archive: Archive) -> tuple[Any, Any]:
    """All postings by account, and all balances."""
    async with archive.database.read() as session:
        postings = await session.execute(sa.select(Posting.account_id, sa.func.sum(Posting.amount)).group_by(Posting.account_id).order_by(Posting.account_id))
        balances = await session.execute(sa.select(MealAccount.id, MealAccount.balance).order_by(MealAccount.id))
        return postings.all(), balances.all()


async def traces(archive: Archive, name: str) -> set[str]:
    """The tables in which something of a person can be read: their names, what was written about them, their login, their card."""
    account = archive.world.accounts.get(name)
    signs = [f"'{name.title()}ова'", f"{name} старалась", f"{name} просила", f"мамы {name}", repr(archive.world.token(name))]
    if account is not None:
        signs += [repr(account), "192.0.2.7"]
    return {table for table, rows in (await archive.all_rows()).items() if table != "record" for row in rows if any(sign in repr(row) for sign in signs)}


async def test_nothing_is_left_of_a_pupil_but_numbers(archive: Archive) -> None:
    for name in ("anna", "boris"):
        await archive.live(name)
    await archive.publish()
    await give_proofs(archive, "anna")
    assert await traces(archive, "anna") == {
        "person", "mark", "mark_revision", "transfer", "tap", "card", "account", "account_role", "session", "totp", "recovery_code", "passkey", "ticket"}
    others, before = await traces(archive, "boris"), await archive.all_rows()
    await archive.leave("anna", YESTERDAY)
    assert await erase(archive, "anna") == {
        "session": 1, "ticket": 1, "totp": 1, "recovery_code": 1, "passkey": 1, "account_role": 1, "account": 1, "feed": 2, "mark_revision": 1, "mark": 1,
        "late_arrival": 1, "transfer": 2, "presence": 1, "passage": 1, "tap": 2, "door_rule": 1, "former_token": 1, "card": 1, "guardianship": 1, "person": 1,
    }
    assert await traces(archive, "anna") == set()
    assert await traces(archive, "boris") == others
    after = await archive.all_rows()
    kept = ("mark", "mark_revision", "attendance", "transfer", "posting", "sale_item", "meal_account", "tap", "pupil", "person")
    assert {table: len(after[table]) for table in kept} == {table: len(before[table]) for table in kept}  # figures still count them
    async with archive.database.read() as session:
        person = await session.get_one(Person, (1, archive.world.people["anna"]))
    assert (person.family_name, person.given_name, person.patronymic) == ("Удалённое лицо", "", None)


async def test_a_tap_does_not_prove_whose_card_it_was(archive: Archive) -> None:
    """Its digest is made of the token: who has the school's card key could try the cards that they know."""
    for name in ("anna", "boris"):
        await archive.live(name)
    async with archive.database.begin() as session:
        await session.execute(sa.update(Tap).values(digest=b"d" * 32))
    await archive.leave("anna", YESTERDAY)
    await erase(archive, "anna")
    nothing, boris = bytes(32), archive.world.people["boris"]
    assert sorted((row.person_id == boris, row.digest, row.token) for row in (await archive.all_rows())["tap"]) == [
        *[(False, nothing, nothing)] * 2, *[(True, b"d" * 32, archive.world.token("boris"))] * 2]


async def test_the_ledger_s_sums_stay(archive: Archive) -> None:
    await archive.live("anna")
    before = await sums(archive)
    await archive.leave("anna", YESTERDAY)
    await erase(archive, "anna")
    assert await sums(archive) == before
    async with archive.database.read() as session:
        assert await session.scalar(sa.select(sa.func.sum(Posting.amount))) == 0
        unbalanced = sa.select(Posting.transfer_id).group_by(Posting.transfer_id).having(sa.func.sum(Posting.amount) != 0)
        assert (await session.execute(unbalanced)).all() == []


async def test_a_sale_that_is_sent_again_is_no_sale_of_the_erased(archive: Archive) -> None:
    """Its digest is gone with its content: the id is known, the content is not."""
    await archive.live("anna")
    await archive.leave("anna", YESTERDAY)
    await erase(archive, "anna")
    sale = next(row for row in (await archive.all_rows())["transfer"] if row.kind == "sale")
    with pytest.raises(Refused) as caught:
        async with archive.database.begin() as session:
            await ledger.find_repeat(session, Ref(1, sale.id), sale.id.bytes * 2)
    assert caught.value.code is Code.CONFLICT


async def test_doing_it_again_changes_nothing(archive: Archive) -> None:
    await archive.live("anna")
    await archive.leave("anna", YESTERDAY)
    await erase(archive, "anna")
    await archive.publish()
    await erase(archive, "anna")  # what the first one told, and what was on its way
    before = await archive.all_rows()
    assert await erase(archive, "anna") == {}
    assert await archive.all_rows() == before


async def test_it_is_in_the_record_and_the_record_stays(archive: Archive) -> None:
    await archive.add(archive.entry("teacher", Role.TEACHER, "anna", at=clock.now()))
    await archive.leave("anna", YESTERDAY)
    await erase(archive, "anna")
    await erase(archive, "anna")
    rows = await archive.rows()
    assert [(row.action, row.area, row.account_id, row.note) for row in rows] == [
        (RecordAction.READ, Area.DIARY, archive.world.accounts["teacher"], None), (RecordAction.ERASED, Area.RECORD, None, REASON)]
    assert {row.person_id for row in rows} == {archive.world.people["anna"]}


async def test_the_family_hears_no_more_and_the_gates_fetch_their_list(archive: Archive) -> None:
    await archive.leave("anna", YESTERDAY)
    await erase(archive, "anna")
    async with archive.database.read() as session:
        events = (await session.scalars(sa.select(OutboxRow).order_by(OutboxRow.position))).all()
        assert [(event.kind, event.topics[0][0]) for event in events] == [("registry.guardianship_ended", "pupil"), ("registry.person_erased", "passes")]
        assert events[0].payload["guardian_id"] == str(archive.world.people["parent"])
        assert events[1].payload == {}
        assert await session.scalar(sa.select(sa.func.count()).select_from(CardKey)) == 2


async def test_who_has_not_left_is_not_erased(archive: Archive) -> None:
    today = clock.school_date(clock.now(), "Europe/Moscow")
    pupil, staff = "This person is a pupil and has not left.", "This person is a member of the staff and has not left."
    assert await refused(archive, "anna") == (Code.CONFLICT, pupil)
    await archive.leave("anna", today + dt.timedelta(days=1))
    assert await refused(archive, "anna") == (Code.CONFLICT, pupil)
    assert await refused(archive, "teacher") == (Code.CONFLICT, staff)
    assert await refused(archive, "parent") == (Code.CONFLICT, "This person is the guardian of a pupil: end that first.")
    await archive.leave("anna", today)
    await erase(archive, "anna")


async def test_who_has_money_or_a_debt_is_not_erased(archive: Archive) -> None:
    await archive.leave("anna", YESTERDAY)
    for balance in (1, -100):
        async with archive.database.begin() as session:
            await session.execute(sa.update(MealAccount).where(MealAccount.id == archive.world.meal_accounts["anna"]).values(balance=balance, floor=-100))
        code, message = await refused(archive, "anna")
        assert (code, message.split(" ")[2]) == (Code.CONFLICT, str(balance))


async def test_an_unknown_person_and_no_reason(archive: Archive) -> None:
    await archive.leave("anna", YESTERDAY)
    assert (await refused(archive, "anna", reason=" "))[0] is Code.BAD_INPUT
    assert (await refused(archive, "anna", reason="x" * 201))[0] is Code.BAD_INPUT
    archive.world.people["nobody"] = ids.new()
    assert (await refused(archive, "nobody"))[0] is Code.NOT_FOUND


async def test_a_login_that_is_somebody_else_too_stays(archive: Archive) -> None:
    """The parent has a child in another school: there the same login goes on."""
    await give_proofs(archive, "anna")
    async with archive.database.begin() as session:
        await session.execute(sa.update(Guardianship).where(Guardianship.guardian_id == archive.world.people["parent"]).values(ended_at=clock.now()))
    assert await erase(archive, "parent") == {"account_role": 1, "guardianship": 2, "person": 1}
    async with archive.database.begin() as session:
        assert await session.get(Account, archive.world.accounts["parent"]) is not None
        roles = (await session.scalars(sa.select(AccountRole.person_id).where(AccountRole.account_id == archive.world.accounts["parent"]))).all()
        await session.execute(sa.update(Session).values(digest=accounts.digest_of("token")))
    viewer = await viewers.viewer_of(archive.database.reader(), "token")
    assert roles == [archive.world.people["parent2"]]
    assert viewer.grants == (Grant(1, archive.world.people["anna"], Role.PUPIL),)  # the other login is as it was


async def test_a_member_of_the_staff_keeps_the_work_and_loses_the_name(archive: Archive) -> None:
    await archive.live("anna")
    await archive.leave("teacher", YESTERDAY)
    assert await erase(archive, "teacher") == {"account_role": 1, "account": 1, "card": 1, "staff": 1, "person": 1}
    assert await traces(archive, "teacher") == set()
    rows = await archive.all_rows()
    assert [row.given_by for row in rows["mark"]] == [archive.world.people["teacher"]]
    assert "anna старалась" in repr(rows["mark"])


async def test_a_failure_erases_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    await archive.live("anna")
    await archive.leave("anna", YESTERDAY)
    before = await archive.all_rows()

    async def fail(*_arguments: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(erasure, "_forget_events", fail)
    with pytest.raises(ZeroDivisionError):
        await erase(archive, "anna")
    assert await archive.all_rows() == before


async def test_money_that_comes_at_the_same_moment(archive: Archive, database_url: str) -> None:
    """Whichever is first: a balance never lies on an erased person's account unseen."""
    other = Database(database_url)
    await archive.leave("anna", YESTERDAY)
    paid, checked = asyncio.Event(), asyncio.Event()

    async def pay() -> None:
        async with other.begin() as session:
            await session.execute(sa.update(MealAccount).where(MealAccount.id == archive.world.meal_accounts["anna"]).values(balance=5))
            paid.set()
            await asyncio.wait_for(checked.wait(), 30)

    paying = asyncio.create_task(pay())
    await paid.wait()
    erasing = asyncio.create_task(erase(archive, "anna"))
    await asyncio.wait({erasing}, timeout=0.3)  # long enough to look, if it did not wait
    assert not erasing.done()
    checked.set()
    await paying
    with pytest.raises(Refused, match="5 minor units"):
        await erasing
    await other.close()
