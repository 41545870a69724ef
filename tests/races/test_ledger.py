"""The ledger under real commits in parallel: no kopeck is lost, doubled or overdrawn. A naive ledger must not pass the same audit."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import clock, ids
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import ledger, refunds
from school.meals.ledger import Movement, Posted
from school.meals.models import AccountKind, MealAccount, Posting, Transfer, TransferKind
from school.money import Money
from tests.meals.canteen import Canteen, audit, canteen_at, rubles

TASKS = 16
PURCHASES = 320
REPLAYS = PURCHASES // 10
PRICE = Money(700, "RUB")

Buy = Callable[[Canteen, UUID], Awaitable[Any]]


@pytest_asyncio.fixture
async def canteen(database_url: str) -> AsyncIterator[Canteen]:
    """SQLite has one writer: a few connections, on which the tasks wait in line. PostgreSQL gets one for each task."""
    async with canteen_at(database_url, pool_size=4 if database_url.startswith("sqlite") else TASKS) as made:
        yield made


async def buy(canteen: Canteen, id: UUID) -> Posted:  # noqa: A002 - as the ledger calls it
    """One purchase from Anna's account, in a transaction of its own."""
    anna = canteen.person("anna")
    async with canteen.database.begin() as session:
        return await ledger.post(session, Movement(
            ref=Ref(anna.school_id, id), kind=TransferKind.SALE, person_id=anna.id, amount=PRICE, digest=ledger.digest_of("purchase", PRICE.minor),
            by=canteen.world.people["canteen"], till_id=canteen.till.id,
        ))


def naively(parties: int) -> Buy:
    """The same purchase as read-then-write: the balance is read in one transaction and written in the next. The first `parties` read before any writes."""
    barrier = asyncio.Barrier(parties)
    waiting = parties

    async def buy_naively(canteen: Canteen, id: UUID) -> None:  # noqa: A002 - as the ledger calls it
        nonlocal waiting
        anna = canteen.person("anna")
        accounts = sa.select(MealAccount.id, MealAccount.kind, MealAccount.person_id, MealAccount.balance).where(MealAccount.school_id == 1)
        async with canteen.database.read() as session:
            found = (await session.execute(accounts)).all()
        account = next(row for row in found if row.person_id == anna.id)
        sales = next(row for row in found if row.kind is AccountKind.SALES)
        if waiting:
            waiting -= 1
            await barrier.wait()
        if account.balance < PRICE.minor:
            raise Refused(Code.NOT_ENOUGH_MONEY, "There is not enough money on the account.")
        balance = account.balance - PRICE.minor
        async with canteen.database.begin() as session:
            session.add(Transfer(
                school_id=1, id=id, kind=TransferKind.SALE, account_id=account.id, amount=PRICE.minor, currency="RUB", happened_at=clock.now(),
                digest=bytes(32), till_id=canteen.till.id, tap_id=None, refunds=None, note=None, by=None,
            ))
            await session.flush()
            await session.execute(sa.update(MealAccount).where(MealAccount.id == account.id).values(balance=balance))
            session.add_all([
                Posting(school_id=1, transfer_id=id, account_id=account.id, amount=-PRICE.minor, balance=balance),
                Posting(school_id=1, transfer_id=id, account_id=sales.id, amount=PRICE.minor, balance=None),
            ])

    return buy_naively


async def in_parallel(work: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Do the work by 16 tasks at once; each answer is a result or the code of a refusal."""
    queue = list(work)[::-1]
    answers: list[Any] = []

    async def take() -> None:
        while queue:
            act = queue.pop()
            try:
                answers.append(await act())
            except Refused as refused:
                answers.append(refused.code)

    async with asyncio.TaskGroup() as group:
        for _ in range(TASKS):
            group.create_task(take())
    return answers


def bought(canteen: Canteen, wanted: Iterable[UUID], way: Buy = buy) -> list[Callable[[], Awaitable[Any]]]:
    """A purchase for each id."""
    return [lambda id_=id_: way(canteen, id_) for id_ in wanted]  # type: ignore[misc]


def with_replays(wanted: list[UUID]) -> list[UUID]:
    """The ids with every tenth a second time, soon after the first: while it still runs, or just after."""
    mixed = []
    for place, id_ in enumerate(wanted):
        mixed.append(id_)
        if place % 10 == 9:
            mixed.append(wanted[place - place % 3])
    return mixed


async def sales(canteen: Canteen) -> int:
    """How many sales the ledger holds."""
    async with canteen.database.read() as session:
        return await session.scalar(sa.select(sa.func.count()).where(Transfer.kind == TransferKind.SALE)) or 0


async def test_hundreds_of_purchases_with_replays_leave_the_exact_balance(canteen: Canteen) -> None:
    wanted = [ids.new() for _ in range(PURCHASES)]
    spent = PURCHASES * PRICE.minor
    await canteen.fund("anna", Money(spent + 1, "RUB"))
    answers = await in_parallel(bought(canteen, with_replays(wanted)))
    assert len(answers) == PURCHASES + REPLAYS
    assert Counter(answer.repeated for answer in answers) == {False: PURCHASES, True: REPLAYS}
    assert {answer.ref.id for answer in answers} == set(wanted)
    assert len({answer.balance for answer in answers}) == PURCHASES  # each saw a balance of its own, a replay that of the first
    assert (await canteen.balance("anna"), await sales(canteen)) == (1, PURCHASES)
    assert await audit(canteen.database) == []


async def test_the_balance_never_goes_below_the_floor(canteen: Canteen) -> None:
    await canteen.fund("anna", Money(25 * PRICE.minor + PRICE.minor - 1, "RUB"))
    answers = await in_parallel(bought(canteen, [ids.new() for _ in range(4 * TASKS)]))
    assert answers.count(Code.NOT_ENOUGH_MONEY) == 4 * TASKS - 25
    assert sorted(answer.balance for answer in answers if isinstance(answer, Posted)) == [PRICE.minor * left + PRICE.minor - 1 for left in range(25)]
    assert (await canteen.balance("anna"), await sales(canteen)) == (PRICE.minor - 1, 25)
    assert await audit(canteen.database) == []


async def test_the_audit_catches_a_naive_ledger(canteen: Canteen) -> None:
    await canteen.fund("anna", Money(2 * TASKS * PRICE.minor, "RUB"))
    await in_parallel(bought(canteen, [ids.new() for _ in range(TASKS)], naively(TASKS)))
    assert await sales(canteen) == TASKS
    left = await canteen.balance("anna")
    assert left == (2 * TASKS - 1) * PRICE.minor  # all read the same balance, so fifteen purchases cost nothing
    assert await audit(canteen.database) == [f"an account says {left}, its postings {TASKS * PRICE.minor}"]


async def test_the_audit_catches_a_naive_ledger_that_overdraws(canteen: Canteen) -> None:
    await canteen.fund("anna", PRICE)
    answers = await in_parallel(bought(canteen, [ids.new() for _ in range(TASKS)], naively(TASKS)))
    assert answers == [None] * TASKS
    assert await audit(canteen.database) == [f"an account says 0, its postings {-(TASKS - 1) * PRICE.minor}"]


async def test_one_id_sent_by_all_at_once_is_one_purchase(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(100))
    answers = await in_parallel(bought(canteen, [ids.new()] * TASKS))
    assert Counter(answer.repeated for answer in answers) == {False: 1, True: TASKS - 1}
    assert {answer.balance for answer in answers} == {10_000 - PRICE.minor}
    assert (await canteen.balance("anna"), await audit(canteen.database)) == (10_000 - PRICE.minor, [])


async def test_one_tap_is_sold_to_once(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(100))
    tap = await canteen.present("anna")
    answers = await in_parallel([lambda: canteen.sell(tap, PRICE)] * TASKS)
    assert Counter(answer if isinstance(answer, Code) else "sold" for answer in answers) == {"sold": 1, Code.TAP_USED: TASKS - 1}
    assert (await canteen.balance("anna"), await audit(canteen.database)) == (10_000 - PRICE.minor, [])


async def test_one_sale_is_refunded_once(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(100))
    sale = (await canteen.sell(await canteen.present("anna"), PRICE)).ref

    async def refund() -> Posted:
        async with canteen.database.begin() as session:
            return await refunds.refund(session, canteen.viewer("office"), ids.new(), sale)

    answers = await in_parallel([refund] * TASKS)
    assert Counter(answer if isinstance(answer, Code) else "refunded" for answer in answers) == {"refunded": 1, Code.ALREADY_REFUNDED: TASKS - 1}
    assert (await canteen.balance("anna"), await audit(canteen.database)) == (10_000, [])


async def test_a_purchase_that_fails_gives_its_id_to_the_one_that_waits(canteen: Canteen) -> None:
    """The first transaction has inserted the id and is rolled back while a second waits for it: the second must buy."""
    await canteen.fund("anna", rubles(100))
    id_, inserted, go = ids.new(), asyncio.Event(), asyncio.Event()
    anna = canteen.person("anna")

    async def fail() -> None:
        async with canteen.database.begin() as session:
            await ledger.post(session, Movement(
                ref=Ref(1, id_), kind=TransferKind.SALE, person_id=anna.id, amount=PRICE, digest=bytes(32), by=canteen.world.people["canteen"]))
            inserted.set()
            await go.wait()
            raise ConnectionResetError

    async with asyncio.TaskGroup() as group:
        failing = group.create_task(_expect(fail(), ConnectionResetError))
        await inserted.wait()
        buying = group.create_task(buy(canteen, id_))
        await asyncio.sleep(0)
        go.set()
    await failing
    assert (buying.result().repeated, await canteen.balance("anna")) == (False, 10_000 - PRICE.minor)
    assert await audit(canteen.database) == []


async def _expect(act: Awaitable[Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await act
