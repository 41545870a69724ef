"""What the seed promises: a school in which everything agrees, the same for the same number and day."""

import datetime as dt
import hashlib
import hmac
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock
from school.context import Area, Role, Viewer
from school.db import Database
from school.errors import Code, Refused
from school.identity.sessions import Client
from school.identity.signing_in import Done, by_password
from school.meals.models import AccountKind, MealAccount, Posting, SaleItem, Transfer, TransferKind
from school.registry.account_models import Account, AccountRole, SessionKind
from school.registry.models import Card, CardKey, CardState, ClassGroup, Guardianship, Person, Pupil, School, Staff
from school.registry.viewers import viewer_of
from school.seed.build import build
from school.seed.dice import card_uid
from school.seed.logins import LOGINS
from school.seed.plan import TIME_ZONE, Size
from school.tables import metadata
from tests.databases import fresh_database
from tests.seed.reading import PASSWORDS, TODAY, rows

pytestmark = pytest.mark.xdist_group("seed")


async def viewer(database: Database, login: str) -> Viewer:
    """Who signs in by one of the printed logins."""
    hour = dt.timedelta(hours=1)
    found = await by_password(database, login, PASSWORDS[login], Client("", "", SessionKind.CLIENT, hour, hour))
    assert isinstance(found, Done)
    return await viewer_of(database.reader(), found.opened.token)


async def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, in the order of its key."""
    found = {}
    async with database.read() as session:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "password_hash"]  # salted
            found[table.name] = [tuple(row) for row in await session.execute(sa.select(*columns).order_by(*table.primary_key.columns))]
    return found


async def test_money_is_exact_and_never_below_the_floor(seeded: Database) -> None:
    accounts = {row.id: row for row in await rows(seeded, sa.select(MealAccount.__table__))}
    transfers = {row.id: row for row in await rows(seeded, sa.select(Transfer.__table__))}
    postings = await rows(seeded, sa.select(Posting.__table__))
    sums: dict[Any, int] = {}
    histories: dict[Any, list[Any]] = {account: [] for account, row in accounts.items() if row.kind is AccountKind.PERSON}
    for posting in postings:
        sums[posting.transfer_id] = sums.get(posting.transfer_id, 0) + posting.amount
        if posting.account_id in histories:
            histories[posting.account_id].append(posting)
        else:
            assert posting.balance is None
    assert set(sums) == set(transfers)
    assert set(sums.values()) == {0}
    for account, history in histories.items():
        history.sort(key=lambda posting: transfers[posting.transfer_id].happened_at)
        assert [after.balance - before.balance for before, after in pairwise(history)] == [posting.amount for posting in history[1:]]
        assert (history[0].balance - history[0].amount, history[-1].balance) == (0, accounts[account].balance) if history else accounts[account].balance == 0
        assert min([posting.balance for posting in history], default=0) >= accounts[account].floor
    items = await rows(seeded, sa.select(SaleItem.transfer_id, sa.func.sum(SaleItem.price * SaleItem.quantity).label("total")).group_by(SaleItem.transfer_id))
    assert {row.transfer_id: row.total for row in items} == {key: row.amount for key, row in transfers.items() if row.kind is TransferKind.SALE}
    assert {row.kind for row in transfers.values()} >= {TransferKind.SALE, TransferKind.TOP_UP}


async def test_everyone_has_what_a_pupil_needs(seeded: Database) -> None:
    pupils = {(row.school_id, row.id) for row in await rows(seeded, sa.select(Pupil.school_id, Pupil.id))}
    staff = {(row.school_id, row.id) for row in await rows(seeded, sa.select(Staff.school_id, Staff.id))}
    assert len([key for key in pupils if key[0] == 1]) == 38
    assert len([key for key in pupils if key[0] == 2]) == 16
    open_ties = await rows(seeded, sa.select(Guardianship.school_id, Guardianship.pupil_id).where(Guardianship.ended_at.is_(None)))
    assert {(row.school_id, row.pupil_id) for row in open_ties} == pupils
    ended = await rows(seeded, sa.select(Guardianship.ended_at).where(Guardianship.ended_at.is_not(None)))
    assert ended
    assert all(row.ended_at < clock.school_moment(TODAY, dt.time(13), TIME_ZONE) for row in ended)
    active = await rows(seeded, sa.select(Card.school_id, Card.person_id).where(Card.state == CardState.ACTIVE))
    assert sorted((row.school_id, row.person_id) for row in active) == sorted(pupils | staff)
    purses = await rows(seeded, sa.select(MealAccount.school_id, MealAccount.person_id).where(MealAccount.kind == AccountKind.PERSON))
    assert sorted((row.school_id, row.person_id) for row in purses) == sorted(pupils | staff)
    keys = {row.school_id: row.secret for row in await rows(seeded, sa.select(CardKey.school_id, CardKey.secret))}
    for card in await rows(seeded, sa.select(Card.school_id, Card.id, Card.token)):
        uid = card_uid(card.id)
        assert (len(uid), uid[0]) == (7, 4)
        assert card.token == hmac.new(keys[card.school_id], uid, hashlib.sha256).digest()


async def test_the_parent_has_children_in_both_schools(seeded: Database) -> None:
    parent = await viewer(seeded, "parent")
    assert [(grant.school_id, grant.role) for grant in parent.grants] == [(1, Role.GUARDIAN), (2, Role.GUARDIAN)]
    assert sorted(child.school_id for child in parent.children) == [1, 1, 2]
    pupil = await viewer(seeded, "pupil")
    assert pupil.children < parent.children
    teacher = await viewer(seeded, "teacher")
    assert [(grant.school_id, grant.role) for grant in teacher.grants] == [(1, Role.TEACHER), (2, Role.TEACHER)]
    both = await rows(
        seeded, sa.select(AccountRole.account_id).where(AccountRole.role == Role.GUARDIAN).group_by(AccountRole.account_id)
        .having(sa.func.count(AccountRole.school_id.distinct()) == 2))
    assert len(both) >= 3


async def test_a_court_lets_the_father_see_the_diary_and_meals_and_no_passages(seeded: Database) -> None:
    father, parent = await viewer(seeded, "father"), await viewer(seeded, "parent")
    assert father.children == parent.children
    assert (father.withheld, parent.withheld) == (frozenset((child, Area.ACCESS) for child in father.children), frozenset())
    reasons = await rows(seeded, sa.select(Guardianship.guardian_id, Guardianship.reason).where(Guardianship.reason.is_not(None)))
    assert sorted(row.guardian_id for row in reasons) == sorted(grant.person_id for grant in father.grants for child in father.children
                                                                if child.school_id == grant.school_id)


async def test_one_family_is_still_to_be_invited(seeded: Database) -> None:
    """Mother, father and a pupil of the logins' class."""
    has_login = sa.exists().where(AccountRole.school_id == Person.school_id, AccountRole.person_id == Person.id)
    left = {row.id for row in await rows(seeded, sa.select(Person.id).where(Person.school_id == 1, ~has_login))}
    ties = await rows(
        seeded, sa.select(Guardianship.guardian_id, Guardianship.pupil_id, ClassGroup.grade)
        .join(Pupil, sa.and_(Pupil.school_id == Guardianship.school_id, Pupil.id == Guardianship.pupil_id))
        .join(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id))
        .where(Guardianship.school_id == 1, Guardianship.pupil_id.in_(left), Guardianship.ended_at.is_(None)))
    assert (len(ties), {row.grade for row in ties}) == (2, {7})
    assert left == {row.guardian_id for row in ties} | {row.pupil_id for row in ties}
    assert await rows(seeded, sa.select(Person.id).where(Person.school_id == 2, ~has_login)) == []


async def test_the_printed_logins_alone_have_a_password(seeded: Database) -> None:
    named = await rows(seeded, sa.select(Account.login).where(Account.password_hash.is_not(None)))
    assert {row.login for row in named} == set(LOGINS)
    for login, role in (("canteen", Role.CANTEEN), ("guard", Role.GUARD), ("office", Role.OFFICE), ("head", Role.HEAD), ("classteacher", Role.TEACHER)):
        worker = await viewer(seeded, login)
        assert [(grant.school_id, grant.role) for grant in worker.grants] == [(1, role)]
    district = await viewer(seeded, "district")
    assert [(grant.school_id, grant.role) for grant in district.grants] == [(1, Role.DISTRICT), (2, Role.DISTRICT)]
    humans = await rows(seeded, sa.select(sa.func.count()).select_from(Account))
    assert humans[0][0] > len(LOGINS)


async def test_the_same_number_and_day_make_the_same_school() -> None:
    made = []
    for number, today in ((7, TODAY), (7, TODAY), (8, TODAY), (7, TODAY + dt.timedelta(days=1))):
        async with fresh_database("sqlite") as url:
            database = Database(url)
            await build(database, {}, today, size=Size.SMALL, number=number, entropy=lambda count: b"\x01" * count)
            made.append(await contents(database))
            await database.close()
    assert made[0] == made[1]
    assert made[0]["person"] != made[2]["person"]
    assert made[0]["mark"] != made[3]["mark"]


async def test_a_database_with_a_school_is_refused(database: Database) -> None:
    async with database.begin() as session:
        session.add(School(id=9, name="Школа", short_name="Ш", time_zone=TIME_ZONE, currency="RUB"))
    before = await contents(database)
    with pytest.raises(Refused) as refused:
        await build(database, PASSWORDS, TODAY, size=Size.SMALL)
    assert refused.value.code is Code.CONFLICT
    assert await contents(database) == before


@pytest.mark.parametrize(("size", "schools", "workers", "much"), [
    (Size.SMALL, [(1, 38, 3), (2, 16, 2)], 11, {
        "mark": range(900, 1_200), "passage": range(1_500, 1_800), "posting": range(900, 1_300), "homework": range(100, 200),
        "attendance": range(3_000, 3_600)}),
    pytest.param(Size.FULL, [(1, 600, 26), (2, 60, 3)], 45, {
        "mark": range(55_000, 65_000), "passage": range(38_000, 43_000), "posting": range(40_000, 80_000), "homework": range(3_000, 6_000),
        "attendance": range(150_000, 250_000)}, marks=pytest.mark.soak),
])
async def test_the_whole_of_it(sqlite_url: str, size: Size, schools: list[tuple[int, int, int]], workers: int, much: dict[str, range]) -> None:
    database, told = Database(sqlite_url), []
    written = await build(database, {}, TODAY, size=size, tell=lambda done, steps: told.append((done, steps)))
    counts = {}
    async with database.read() as session:
        for table in metadata.sorted_tables:
            counts[table.name] = await session.scalar(sa.select(sa.func.count()).select_from(table))
        by_school = (await session.execute(
            sa.select(Pupil.school_id, sa.func.count(), sa.func.count(Pupil.class_group_id.distinct()))
            .group_by(Pupil.school_id).order_by(Pupil.school_id))).all()
        staff = await session.scalar(sa.select(sa.func.count()).select_from(Staff).where(Staff.school_id == 1))
        orphans = (await session.execute(sa.text("PRAGMA foreign_key_check"))).all()
    await database.close()
    assert [tuple(row) for row in by_school] == schools
    assert (staff, orphans) == (workers, [])
    assert {name: counts[name] for name, wanted in much.items() if counts[name] not in wanted} == {}
    assert counts["mark_revision"] > counts["mark"]
    assert counts["transfer"] * 2 == counts["posting"]
    assert sum(counts.values()) == written + 1  # the head of the feed
    assert (told[-1][0], [done for done, _ in told]) == (told[-1][1], list(range(1, len(told) + 1)))
