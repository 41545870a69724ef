"""The till: who may sell what to whom by which tap, and what bad input leaves as it was."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import queries, till
from school.meals.ledger import Posted
from school.meals.models import SaleItem, Till, TillReader
from school.meals.till import Item
from school.money import LARGEST, Money
from school.registry.models import Card, CardState, Device, DeviceKind, Outcome, Pupil
from tests.meals.canteen import Canteen, audit, rubles
from tests.statements import statements

LUNCH = (Item("Борщ", 1, 9_000), Item("Пирожок с капустой", 2, 3_000))
LUNCH_COSTS = rubles(150)


async def sell(
    canteen: Canteen, tap: Ref, *, viewer: str = "canteen", at: Ref | None = None, items: tuple[Item, ...] = LUNCH, total: Money = LUNCH_COSTS,
    id: UUID | None = None,  # noqa: A002 - as the verb calls it
) -> Posted:
    """A lunch at the till, unless the test says otherwise."""
    async with canteen.database.begin() as session:
        return await till.sell(session, canteen.viewer(viewer), id or ids.new(), at or canteen.till, tap, items, total)


async def refuse(canteen: Canteen, code: Code, tap: Ref, **values: object) -> None:
    """The sale is refused with this code and changes nothing."""
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await sell(canteen, tap, **values)  # type: ignore[arg-type]
    assert refused.value.code is code
    assert await canteen.books() == before


async def test_a_sale_takes_the_money_and_tells_the_family_and_the_till(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    tap = await canteen.present("anna")
    sold = await sell(canteen, tap)
    assert (sold.balance, sold.person_id, await canteen.balance("anna")) == (5_000, canteen.world.people["anna"], 5_000)
    async with canteen.database.read() as session:
        lines = (await session.execute(sa.select(SaleItem.line, SaleItem.name, SaleItem.quantity, SaleItem.price).order_by(SaleItem.line))).all()
    assert lines == [(1, "Борщ", 1, 9_000), (2, "Пирожок с капустой", 2, 3_000)]
    event = (await canteen.events())[-1]
    anna, at = str(canteen.world.people["anna"]), str(canteen.till.id)
    assert (event.kind, event.topics, event.occurred_at) == ("meals.sold", [["pupil", anna], ["till", at]], sold.happened_at)
    assert event.payload == {
        "transfer_id": str(sold.ref.id), "person_id": anna, "amount": 15_000, "currency": "RUB", "balance": 5_000, "till_id": at, "tap_id": str(tap.id),
        "items": [{"name": "Борщ", "quantity": 1, "price": 9_000}, {"name": "Пирожок с капустой", "quantity": 2, "price": 3_000}],
    }
    assert await audit(canteen.database) == []


async def test_a_presented_card_is_told_to_its_till(canteen: Canteen) -> None:
    tap = await canteen.present("anna", announce=True)
    await canteen.present(None, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD", announce=True)
    await canteen.present("anna", device="gate", reader="in", announce=True)  # stands at no till
    known, unknown = await canteen.events()
    at = str(canteen.till.id)
    assert (known.kind, known.topics) == ("meals.card_presented", [["till", at]])
    assert known.payload == {
        "till_id": at, "tap_id": str(tap.id), "outcome": "admit", "reason": "OK", "person_id": str(canteen.world.people["anna"]),
    }
    assert (unknown.payload["outcome"], unknown.payload["reason"], unknown.payload["person_id"]) == ("refuse", "UNKNOWN_CARD", None)


async def test_a_repeat_is_harmless_even_when_the_tap_has_grown_old(canteen: Canteen, monkeypatch: pytest.MonkeyPatch) -> None:
    await canteen.fund("anna", rubles(200))
    tap, id_ = await canteen.present("anna"), ids.new()
    first = await sell(canteen, tap, id=id_)
    before, later = await canteen.books(), clock.now() + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = await sell(canteen, tap, id=id_)
    assert (again.repeated, again.ref, again.balance) == (True, first.ref, 5_000)
    assert await canteen.books() == before


async def test_the_same_id_with_other_content_is_a_conflict(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(400))
    tap, id_ = await canteen.present("anna"), ids.new()
    await sell(canteen, tap, id=id_)
    await refuse(canteen, Code.CONFLICT, tap, id=id_, items=(Item("Обед", 1, 15_000),))
    await refuse(canteen, Code.CONFLICT, await canteen.present("anna"), id=id_)


async def test_a_tap_is_used_by_one_sale(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(400))
    tap = await canteen.present("anna")
    await sell(canteen, tap)
    await refuse(canteen, Code.TAP_USED, tap)


async def test_too_little_money_is_no_sale_and_leaves_the_tap_usable(canteen: Canteen) -> None:
    await canteen.fund("anna", Money(14_999, "RUB"))
    tap = await canteen.present("anna")
    await refuse(canteen, Code.NOT_ENOUGH_MONEY, tap)
    await canteen.fund("anna", Money(1, "RUB"))
    assert (await sell(canteen, tap)).balance == 0


async def test_a_refused_tap_sells_nothing(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    await refuse(canteen, Code.CARD_REFUSED, await canteen.present("anna", outcome=Outcome.REFUSE, reason="UNKNOWN_READER"))
    await refuse(canteen, Code.CARD_REFUSED, await canteen.present(None, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD"))


async def test_a_card_blocked_after_the_tap_sells_nothing(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    tap = await canteen.present("anna")
    async with canteen.database.begin() as session:
        await session.execute(sa.update(Card).where(Card.id == canteen.world.cards["anna"]).values(state=CardState.BLOCKED, blocked_at=clock.now()))
    await refuse(canteen, Code.CARD_BLOCKED, tap)


async def test_a_card_given_to_another_after_the_tap_sells_nothing(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    tap = await canteen.present("anna")
    async with canteen.database.begin() as session:
        await session.execute(sa.update(Card).where(Card.id == canteen.world.cards["anna"]).values(person_id=canteen.world.people["boris"]))
    await refuse(canteen, Code.CARD_REFUSED, tap)


async def test_a_tap_is_usable_for_fifteen_minutes(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(400))
    await refuse(canteen, Code.TAP_TOO_OLD, await canteen.present("anna", ago=till.USABLE + dt.timedelta(seconds=1)))
    await sell(canteen, await canteen.present("anna", ago=till.USABLE - dt.timedelta(minutes=2)))


async def test_a_new_device_at_the_till_takes_no_card_away(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(400))
    before = await canteen.present("anna")
    async with canteen.database.begin() as session:
        device = Device(
            school_id=1, id=ids.new(), kind=DeviceKind.CANTEEN, name="new", public_key=bytes(32), enrolled_at=clock.now(), revoked_at=None, counter=0,
            counter_window=0, seen_at=None, software="test", queue_depth=0, rejected=0, clock_offset_ms=0, last_tap_at=None)
        session.add(device)
        await session.flush()
        for _ in range(2):  # again is harmless
            await till.bind_reader(session, device, "till", canteen.till.id)
    canteen.world.devices["new"] = device.id
    after = await canteen.present("anna", device="new", announce=True)
    assert (await canteen.events())[-1].topics == [["till", str(canteen.till.id)]]
    seller = canteen.viewer("canteen")
    screen = await queries.till_taps(canteen.database.reader(seller.identity()), seller, canteen.till, first=10)
    assert [row.id for row in screen] == [after.id, before.id]
    await sell(canteen, before)
    await sell(canteen, after)


async def test_a_reader_is_bound_to_a_till_of_its_school_alone(canteen: Canteen) -> None:
    other = Till(school_id=2, id=ids.new(), name="Буфет")
    async with canteen.database.begin() as session:
        session.add(other)
    for absent in (other.id, ids.new()):
        async with canteen.database.begin() as session:
            device = await session.get_one(Device, (1, canteen.world.devices["canteen"]))
            with pytest.raises(Refused) as refused:
                await till.bind_reader(session, device, "till", absent)
        assert refused.value.code is Code.NOT_FOUND
    async with canteen.database.read() as session:
        assert (await session.execute(sa.select(TillReader.device_id, TillReader.till_id))).all() == [(device.id, canteen.till.id)]


async def test_a_tap_elsewhere_or_nowhere_is_absent(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    await refuse(canteen, Code.NOT_FOUND, await canteen.present("anna", device="gate", reader="in"))
    await refuse(canteen, Code.NOT_FOUND, await canteen.present("anna", reader="another"))
    await refuse(canteen, Code.NOT_FOUND, Ref(1, ids.new()))
    tap = await canteen.present("anna")
    await refuse(canteen, Code.NOT_FOUND, Ref(2, tap.id))


@pytest.mark.parametrize("viewer", ["office", "teacher", "parent", "anna", "office2"])
async def test_only_the_school_s_canteen_sells(canteen: Canteen, viewer: str) -> None:
    await canteen.fund("anna", rubles(200))
    await refuse(canteen, Code.NOT_FOUND, await canteen.present("anna"), viewer=viewer)


async def test_an_unknown_till_and_another_school_s_are_absent(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    tap = await canteen.present("anna")
    await refuse(canteen, Code.NOT_FOUND, tap, at=Ref(1, ids.new()))
    await refuse(canteen, Code.NOT_FOUND, tap, at=Ref(2, canteen.till.id))


async def test_a_holder_without_an_account_buys_nothing(canteen: Canteen) -> None:
    await refuse(canteen, Code.NOT_FOUND, await canteen.present("teacher"))


@pytest.mark.parametrize(("items", "total", "code"), [
    ((), rubles(1), Code.BAD_INPUT),
    ((Item("Чай", 1, 100),) * 31, rubles(31), Code.TOO_MANY),
    ((Item("Чай", 0, 100), Item("Борщ", 1, 100)), rubles(1), Code.BAD_INPUT),
    ((Item("Чай", -1, 100), Item("Борщ", 2, 100)), rubles(1), Code.BAD_INPUT),
    ((Item("Чай", 21, 100),), rubles(21), Code.BAD_INPUT),
    ((Item("Чай", 1, 0), Item("Борщ", 1, 100)), rubles(1), Code.BAD_INPUT),
    ((Item("Чай", 1, -100), Item("Борщ", 1, 200)), rubles(1), Code.BAD_INPUT),
    ((Item(" ", 1, 100),), rubles(1), Code.BAD_INPUT),
    ((Item("Ч" * 81, 1, 100),), rubles(1), Code.BAD_INPUT),
    ((Item("Чай\x00", 1, 100),), rubles(1), Code.BAD_INPUT),
    ((Item("Чай", 1, 100),), rubles(2), Code.BAD_INPUT),
    ((Item("Чай", 1, 100),), Money(-100, "RUB"), Code.BAD_INPUT),
    ((Item("Чай", 1, 100),), Money(0, "RUB"), Code.BAD_INPUT),
    ((Item("Чай", 1, 100),), Money(100, "EUR"), Code.BAD_INPUT),
    ((Item("Икра", 1, LARGEST + 1),), Money(LARGEST + 1, "RUB"), Code.BAD_INPUT),
    ((Item("Икра", 2, LARGEST),), Money(2 * LARGEST, "RUB"), Code.BAD_INPUT),
])
async def test_bad_lines_change_nothing(canteen: Canteen, items: tuple[Item, ...], total: Money, code: Code) -> None:
    await canteen.fund("anna", rubles(200))
    await refuse(canteen, code, await canteen.present("anna"), items=items, total=total)


async def test_the_longest_sale_is_sold(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(600))
    sold = await sell(canteen, await canteen.present("anna"), items=(Item("Ч" * 80, 20, 100),) * 30, total=rubles(600))
    assert sold.balance == 0


async def sell_without_card(canteen: Canteen, name: str, *, tap: Ref | None = None, id: UUID | None = None, at: Ref | None = None) -> Posted:  # noqa: A002
    """A lunch for somebody who forgot the card."""
    async with canteen.database.begin() as session:
        return await till.sell(
            session, canteen.viewer("canteen"), id or ids.new(), at or canteen.till, tap, LUNCH, LUNCH_COSTS, person=canteen.person(name))


async def test_who_forgot_the_card_is_sold_to_by_name_and_the_sale_says_so(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    id_ = ids.new()
    sold = await sell_without_card(canteen, "anna", id=id_)
    event = (await canteen.events())[-1]
    assert (event.kind, event.payload["tap_id"], event.payload["balance"]) == ("meals.sold", None, 5_000)
    before = await canteen.books()
    assert await sell_without_card(canteen, "anna", id=id_) == replace(sold, repeated=True)
    assert await canteen.books() == before
    await canteen.fund("anna", rubles(100))
    by_card = await sell(canteen, await canteen.present("anna"))
    async with canteen.database.read() as session:
        told = [(await queries.transfer(session, canteen.viewer("parent"), one.ref)).without_card for one in (sold, by_card)]
    assert told == [True, False]
    assert await audit(canteen.database) == []


@pytest.mark.parametrize(("name", "at", "with_tap", "code"), [
    ("teacher", None, False, Code.NOT_FOUND), ("gleb", None, False, Code.NOT_FOUND), ("anna", Ref(1, UUID(int=7)), False, Code.NOT_FOUND),
    ("anna", None, True, Code.BAD_INPUT),
])
async def test_nobody_else_is_sold_to_by_name(canteen: Canteen, name: str, at: Ref | None, with_tap: bool, code: Code) -> None:
    await canteen.fund("anna", rubles(200))
    tap = await canteen.present("anna") if with_tap else None
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await sell_without_card(canteen, name, at=at, tap=tap)
    assert refused.value.code is code
    assert await canteen.books() == before


async def test_who_has_left_is_sold_to_no_more(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    async with canteen.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == canteen.world.people["anna"]).values(left_on=clock.now().date()))
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await sell_without_card(canteen, "anna")
    assert refused.value.code is Code.NOT_FOUND
    assert await canteen.books() == before


async def test_a_sale_takes_eight_statements(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    tap = await canteen.present("anna")
    with statements(canteen.database) as sent:
        await sell(canteen, tap)
    assert sent == ["SELECT", "SELECT", "SELECT", "INSERT", "UPDATE", "INSERT", "INSERT", "INSERT"]
