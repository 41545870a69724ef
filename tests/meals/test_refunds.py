"""Refunds: once, whole, by the opposite postings; and what bad input leaves as it was."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from school import ids
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import refunds
from school.meals.ledger import Posted
from school.meals.models import AccountKind, MealAccount, Posting, Transfer
from tests.meals.canteen import Canteen, audit, rubles
from tests.statements import statements


async def refund(canteen: Canteen, sale: Ref, viewer: str = "canteen", id: UUID | None = None) -> Posted:  # noqa: A002 - as the verb calls it
    """A refund by the canteen, unless the test says otherwise."""
    async with canteen.database.begin() as session:
        return await refunds.refund(session, canteen.viewer(viewer), id or ids.new(), sale)


async def refuse(canteen: Canteen, code: Code, sale: Ref, viewer: str = "canteen", id: UUID | None = None) -> None:  # noqa: A002
    """The refund is refused with this code and changes nothing."""
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await refund(canteen, sale, viewer, id)
    assert refused.value.code is code
    assert await canteen.books() == before


async def buy(canteen: Canteen) -> Ref:
    """Anna has 200 roubles and buys for 150."""
    await canteen.fund("anna", rubles(200))
    return (await canteen.sell(await canteen.present("anna"), rubles(150))).ref


@pytest.mark.parametrize("viewer", ["canteen", "office"])
async def test_a_refund_gives_the_money_back_by_opposite_postings(canteen: Canteen, viewer: str) -> None:
    sale = await buy(canteen)
    back = await refund(canteen, sale, viewer)
    assert (back.balance, await canteen.balance("anna")) == (20_000, 20_000)
    async with canteen.database.read() as session:
        sides = (await session.execute(
            sa.select(MealAccount.kind, Posting.amount, Posting.balance).join(Posting, Posting.account_id == MealAccount.id)
            .where(Posting.transfer_id == back.ref.id))).all()
        stored = (await session.execute(sa.select(Transfer.refunds, Transfer.till_id, Transfer.by).where(Transfer.id == back.ref.id))).one()
    assert sorted(sides) == [(AccountKind.PERSON, 15_000, 20_000), (AccountKind.SALES, -15_000, None)]
    assert stored == (sale.id, canteen.till.id, canteen.world.people[viewer])
    event = (await canteen.events())[-1]
    anna, at = str(canteen.world.people["anna"]), str(canteen.till.id)
    assert (event.kind, event.topics) == ("meals.refunded", [["pupil", anna], ["till", at]])
    assert event.payload == {
        "transfer_id": str(back.ref.id), "person_id": anna, "amount": 15_000, "currency": "RUB", "balance": 20_000, "till_id": at, "sale_id": str(sale.id),
    }
    assert await audit(canteen.database) == []


async def test_a_repeat_is_harmless(canteen: Canteen) -> None:
    sale, id_ = await buy(canteen), ids.new()
    first = await refund(canteen, sale, id=id_)
    before = await canteen.books()
    again = await refund(canteen, sale, id=id_)
    assert (again.repeated, again.ref, again.balance) == (True, first.ref, 20_000)
    assert await canteen.books() == before


async def test_a_sale_is_refunded_once(canteen: Canteen) -> None:
    sale = await buy(canteen)
    await refund(canteen, sale)
    await refuse(canteen, Code.ALREADY_REFUNDED, sale)
    await refuse(canteen, Code.ALREADY_REFUNDED, sale, "office")


async def test_the_same_id_for_another_sale_is_a_conflict(canteen: Canteen) -> None:
    sale, other, id_ = await buy(canteen), await buy(canteen), ids.new()
    await refund(canteen, sale, id=id_)
    await refuse(canteen, Code.CONFLICT, other, id=id_)


async def test_the_sale_s_own_id_is_a_conflict(canteen: Canteen) -> None:
    sale = await buy(canteen)
    await refuse(canteen, Code.CONFLICT, sale, id=sale.id)


async def test_only_a_sale_is_refunded(canteen: Canteen) -> None:
    sale = await buy(canteen)
    back = await refund(canteen, sale)
    await refuse(canteen, Code.BAD_INPUT, back.ref)
    top_up = (await canteen.fund("anna", rubles(1))).ref
    await refuse(canteen, Code.BAD_INPUT, top_up, "office")
    await refuse(canteen, Code.NOT_FOUND, top_up, "canteen")  # which does not see top-ups


async def test_an_absent_sale_and_another_school_s_are_absent(canteen: Canteen) -> None:
    sale = await buy(canteen)
    await refuse(canteen, Code.NOT_FOUND, Ref(1, ids.new()))
    await refuse(canteen, Code.NOT_FOUND, Ref(2, sale.id), "office2")
    for viewer in ("parent", "anna", "teacher", "office2"):
        await refuse(canteen, Code.NOT_FOUND, sale, viewer)


async def test_a_refund_takes_six_statements(canteen: Canteen) -> None:
    sale = await buy(canteen)
    with statements(canteen.database) as sent:
        await refund(canteen, sale)
    assert sent == ["SELECT", "SELECT", "INSERT", "UPDATE", "INSERT", "INSERT"]
