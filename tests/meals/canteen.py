"""A canteen for the tests: the small world on a fresh database, cards presented at its till, and what an auditor finds in its books."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school import clock, ids
from school.context import Viewer
from school.db import Database
from school.ids import Ref
from school.meals import till, topups
from school.meals.ledger import Posted
from school.meals.models import MealAccount, Posting, SaleItem, Transfer
from school.meals.till import Item
from school.meals.topups import TopUpMethod
from school.money import Money
from school.outbox import OutboxRow
from school.registry.models import Outcome, Tap
from school.settings import Mode
from tests.world import PUPILS, World, build

_sequences = count(1)


def rubles(amount: int) -> Money:
    """Whole roubles."""
    return Money(amount * 100, "RUB")


@dataclass(frozen=True, slots=True)
class Canteen:
    """A database with the world in it, and the acts that every test of the meals begins with."""

    database: Database
    world: World

    def viewer(self, name: str) -> Viewer:
        """Who signs in by this name."""
        return self.world.viewers[name]

    def person(self, name: str) -> Ref:
        """The key of a person."""
        return Ref(PUPILS[name][0] if name in PUPILS else 1, self.world.people[name])

    @property
    def till(self) -> Ref:
        """The one till."""
        return Ref(1, self.world.tills["till"])

    async def fund(self, name: str, amount: Money) -> Posted:
        """Cash at the office of the person's school."""
        person = self.person(name)
        async with self.database.begin() as session:
            return await topups.top_up(
                session, self.viewer("office" if person.school_id == 1 else "office2"), ids.new(), person, amount, TopUpMethod.CASH, mode=Mode.PRODUCTION)

    async def present(
        self, name: str | None, *, device: str = "canteen", reader: str = "till", outcome: Outcome = Outcome.ADMIT, reason: str = "OK",
        ago: dt.timedelta = dt.timedelta(), announce: bool = False,
    ) -> Ref:
        """A card lies at a reader; None is a card that nobody knows."""
        now = clock.now()
        tap = Tap(
            school_id=1, device_id=self.world.devices[device], sequence=next(_sequences), id=ids.new(), digest=bytes(32), reader=reader,
            token=self.world.token(name) if name else hashlib.sha256(b"nobody").digest(), key_id=str(self.world.card_keys[1][0]),
            person_id=self.world.people[name] if name else None, device_at=now - ago, happened_at=now - ago, received_at=now, late=False, suspect=False,
            outcome=outcome, reason=reason, data_version=None,
        )
        async with self.database.begin() as session:
            session.add(tap)
            await session.flush()
            if announce:
                await till.cards_presented(session, [tap])
        return Ref(1, tap.id)

    async def sell(self, tap: Ref, price: Money, id: UUID | None = None) -> Posted:  # noqa: A002 - as the verb calls it
        """One dish at the till."""
        async with self.database.begin() as session:
            return await till.sell(session, self.viewer("canteen"), id or ids.new(), self.till, tap, [Item("Обед", 1, price.minor)], price)

    async def balance(self, name: str) -> int:
        """The balance of a person, as the account has it."""
        person = self.person(name)
        async with self.database.read() as session:
            found = await session.execute(
                sa.select(MealAccount.balance).where(MealAccount.school_id == person.school_id, MealAccount.person_id == person.id))
            balance = found.scalar_one()
        assert balance is not None
        return balance

    async def events(self) -> list[Any]:
        """The outbox, oldest first."""
        async with self.database.read() as session:
            return list((await session.execute(
                sa.select(OutboxRow.kind, OutboxRow.school_id, OutboxRow.topics, OutboxRow.payload, OutboxRow.occurred_at, OutboxRow.late)
                .order_by(OutboxRow.position))).all())

    async def books(self) -> dict[str, list[Any]]:
        """All that a refusal must leave as it was: every account, transfer, posting, line of a sale and event."""
        found = {}
        async with self.database.read() as session:
            for table in (MealAccount, Transfer, Posting, SaleItem, OutboxRow):
                name = table.__tablename__
                found[name] = sorted(map(repr, (await session.execute(sa.select(*table.__table__.columns))).all()))
        return found


async def audit(database: Database) -> list[str]:
    """What is wrong in the books, a line for each fault; nothing, if all is right."""
    faults = []
    async with database.read() as session:
        accounts = (await session.execute(sa.select(MealAccount.id, MealAccount.kind, MealAccount.balance, MealAccount.floor))).all()
        postings = (await session.execute(sa.select(Posting.transfer_id, Posting.account_id, Posting.amount))).all()
        transfers = (await session.execute(sa.select(Transfer.id, Transfer.account_id, Transfer.amount))).all()
    for account in accounts:
        total = sum(posting.amount for posting in postings if posting.account_id == account.id)
        if account.balance is not None and account.balance != total:
            faults.append(f"an account says {account.balance}, its postings {total}")
        if account.balance is not None and account.balance < account.floor:
            faults.append(f"an account is at {account.balance}, below {account.floor}")
    for transfer in transfers:
        amounts = {posting.account_id: posting.amount for posting in postings if posting.transfer_id == transfer.id}
        if len(amounts) != 2 or sum(amounts.values()) != 0 or abs(amounts.get(transfer.account_id, 0)) != transfer.amount:
            faults.append(f"a transfer of {transfer.amount} has the postings {sorted(amounts.values())}")
    if len(postings) != 2 * len(transfers):
        faults.append(f"{len(transfers)} transfers have {len(postings)} postings")
    return faults


@asynccontextmanager
async def canteen_at(url: str, *, pool_size: int = 4) -> AsyncIterator[Canteen]:
    """The canteen on a fresh database."""
    database = Database(url, pool_size=pool_size)
    try:
        yield Canteen(database, await build(database))
    finally:
        await database.close()
