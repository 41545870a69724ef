"""Meal accounts: who opens them and who sees them."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from school import ids
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import accounts
from school.meals.models import MealAccount
from tests.meals.canteen import Canteen, rubles
from tests.statements import statements


async def open_account(canteen: Canteen, person: Ref, viewer: str = "office", overdraft: int = 0) -> UUID:
    """By the office, without an overdraft, unless the test says otherwise."""
    async with canteen.database.begin() as session:
        return await accounts.open_account(session, canteen.viewer(viewer), person, overdraft=overdraft)


async def refuse(canteen: Canteen, code: Code, person: Ref, viewer: str = "office", overdraft: int = 0) -> None:
    """The opening is refused with this code and changes nothing."""
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await open_account(canteen, person, viewer, overdraft)
    assert refused.value.code is code
    assert await canteen.books() == before


async def test_the_office_opens_an_account_once(canteen: Canteen) -> None:
    teacher = canteen.person("teacher")
    opened = await open_account(canteen, teacher, overdraft=5_000)
    async with canteen.database.read() as session:
        row = (await session.execute(
            sa.select(MealAccount.balance, MealAccount.floor, MealAccount.currency).where(MealAccount.id == opened))).one()
    assert row == (0, -5_000, "RUB")
    before = await canteen.books()
    assert await open_account(canteen, teacher, overdraft=5_000) == opened
    assert await canteen.books() == before
    await refuse(canteen, Code.CONFLICT, teacher, overdraft=0)


async def test_who_may_not_open_changes_nothing(canteen: Canteen) -> None:
    teacher = canteen.person("teacher")
    for viewer in ("canteen", "parent", "teacher", "office2"):
        await refuse(canteen, Code.NOT_FOUND, teacher, viewer)
    await refuse(canteen, Code.NOT_FOUND, Ref(1, ids.new()))
    await refuse(canteen, Code.NOT_FOUND, canteen.person("gleb"))


@pytest.mark.parametrize("overdraft", [-1, accounts.DEEPEST + 1, 2**63])
async def test_an_overdraft_out_of_bounds_changes_nothing(canteen: Canteen, overdraft: int) -> None:
    await refuse(canteen, Code.BAD_INPUT, canteen.person("teacher"), overdraft=overdraft)


@pytest.mark.parametrize(("viewer", "sees"), [
    ("parent", {"anna", "vera", "gleb"}), ("other_parent", {"boris"}), ("divorced", {"vera"}), ("stranger", {"dina"}), ("anna", {"anna"}),
    ("office", {"anna", "boris", "vera"}), ("office2", {"gleb", "dina"}), ("canteen", set()), ("teacher", set()), ("class_teacher", set()), ("guard", set()),
])
async def test_who_sees_whose_account(canteen: Canteen, viewer: str, sees: set[str]) -> None:
    found, refusals = set(), set()
    for name in ("anna", "boris", "vera", "gleb", "dina"):
        try:
            await accounts.statement(canteen.database.reader(canteen.viewer(viewer).identity()), canteen.viewer(viewer), canteen.person(name))
            found.add(name)
        except Refused as refused:
            refusals.add((refused.code, refused.message))
    assert found == sees
    assert len(refusals) <= 1


async def test_staff_see_their_own_account(canteen: Canteen) -> None:
    await open_account(canteen, canteen.person("teacher"))
    await canteen.fund("teacher", rubles(3))
    assert [(kind, topics) for kind, _, topics, *_ in await canteen.events()] == [("meals.account_opened", [])]  # nobody follows a grown-up's meals
    with statements(canteen.database) as sent:
        row = await accounts.statement(canteen.database.reader(canteen.viewer("teacher").identity()), canteen.viewer("teacher"), canteen.person("teacher"))
    assert (row.balance, row.floor, row.currency, sent) == (300, 0, "RUB", ["SELECT"])
