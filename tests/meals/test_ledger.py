"""The ledger's laws under any sequence of top-ups, sales and refunds; and its refusals where no verb stands before it."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from school import ids
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import accounts, ledger, refunds
from school.meals.ledger import Movement
from school.meals.models import AccountKind, MealAccount, Posting, TransferKind
from school.money import Money
from tests.meals.canteen import Canteen, audit

ACTS = st.lists(st.one_of(
    st.tuples(st.just("top up"), st.integers(1, 500)), st.tuples(st.just("sell"), st.integers(1, 500)), st.tuples(st.just("refund"), st.integers(0, 9)),
), min_size=1, max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS)
async def test_any_sequence_keeps_the_books_balanced(canteen: Canteen, acts: list[tuple[str, int]]) -> None:
    """A model in plain numbers goes along; the account starts from what the example before has left."""
    balance = await canteen.balance("anna")
    sales: list[tuple[Ref, int, bool]] = []
    for act, number in acts:
        if act == "top up":
            balance += number
            assert (await canteen.fund("anna", Money(number, "RUB"))).balance == balance
        elif act == "sell":
            tap = await canteen.present("anna")
            if number > balance:
                with pytest.raises(Refused) as refused:
                    await canteen.sell(tap, Money(number, "RUB"))
                assert refused.value.code is Code.NOT_ENOUGH_MONEY
                continue
            balance -= number
            sold = await canteen.sell(tap, Money(number, "RUB"))
            assert sold.balance == balance
            sales.append((sold.ref, number, False))
        elif number < len(sales):
            sale, price, done = sales[number]
            if done:
                with pytest.raises(Refused) as refused:
                    await _refund(canteen, sale)
                assert refused.value.code is Code.ALREADY_REFUNDED
                continue
            balance += price
            assert await _refund(canteen, sale) == balance
            sales[number] = (sale, price, True)
    assert await canteen.balance("anna") == balance
    assert await audit(canteen.database) == []
    async with canteen.database.read() as session:
        assert await session.scalar(sa.select(sa.func.sum(Posting.amount))) in {0, None}


async def _refund(canteen: Canteen, sale: Ref) -> int:
    async with canteen.database.begin() as session:
        return (await refunds.refund(session, canteen.viewer("canteen"), ids.new(), sale)).balance


def purchase(canteen: Canteen, amount: Money, ref: Ref | None = None, person_id: UUID | None = None) -> Movement:
    """A movement from Anna's account."""
    return Movement(
        ref=ref or Ref(1, ids.new()), kind=TransferKind.SALE, person_id=person_id or canteen.world.people["anna"], amount=amount, digest=bytes(32),
        by=canteen.world.people["canteen"],
    )


async def refuse(canteen: Canteen, code: Code, movement: Movement) -> None:
    """The movement is refused with this code and changes nothing."""
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        async with canteen.database.begin() as session:
            await ledger.post(session, movement)
    assert refused.value.code is code
    assert await canteen.books() == before


async def test_what_the_ledger_refuses_by_itself(canteen: Canteen) -> None:
    await canteen.fund("anna", Money(100, "RUB"))
    await refuse(canteen, Code.BAD_INPUT, purchase(canteen, Money(0, "RUB")))
    await refuse(canteen, Code.BAD_INPUT, purchase(canteen, Money(-1, "RUB")))
    await refuse(canteen, Code.BAD_INPUT, purchase(canteen, Money(1, "EUR")))
    await refuse(canteen, Code.NOT_ENOUGH_MONEY, purchase(canteen, Money(101, "RUB")))
    await refuse(canteen, Code.NOT_FOUND, purchase(canteen, Money(1, "RUB"), person_id=ids.new()))
    await refuse(canteen, Code.NOT_FOUND, purchase(canteen, Money(1, "RUB"), ref=Ref(2, ids.new())))


async def test_an_overdraft_is_used_to_its_end(canteen: Canteen) -> None:
    async with canteen.database.begin() as session:
        await session.execute(sa.update(MealAccount).where(MealAccount.id == canteen.world.meal_accounts["anna"]).values(floor=-50))
    async with canteen.database.begin() as session:
        assert (await ledger.post(session, purchase(canteen, Money(50, "RUB")))).balance == -50
    await refuse(canteen, Code.NOT_ENOUGH_MONEY, purchase(canteen, Money(1, "RUB")))


async def test_a_school_without_house_accounts_is_a_bug_and_not_a_refusal(canteen: Canteen) -> None:
    async with canteen.database.begin() as session:
        await session.execute(sa.delete(MealAccount).where(MealAccount.kind == AccountKind.SALES, MealAccount.school_id == 1))
    with pytest.raises(LookupError):
        async with canteen.database.begin() as session:
            await ledger.post(session, purchase(canteen, Money(1, "RUB")))
    async with canteen.database.begin() as session:
        await accounts.open_house(session, 1, "RUB")
        await accounts.open_house(session, 1, "RUB")
    async with canteen.database.read() as session:
        kinds = (await session.scalars(sa.select(MealAccount.kind).where(MealAccount.school_id == 1, MealAccount.person_id.is_(None)))).all()
    assert sorted(kinds) == [AccountKind.FUNDING, AccountKind.SALES]
