"""Seeded meals: prepaid accounts with their history on the double-entry ledger, never below their floor."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.meals.models import AccountKind, MealAccount, Posting, SaleItem, Transfer, TransferKind
from school.seed.campus import Campus, at
from school.seed.curriculum import DRINKS, LUNCHES, SNACKS
from school.seed.dice import Dice
from school.seed.plan import CURRENCY
from school.seed.roll import Roll
from school.seed.writer import Writer

_TOP_UPS = (50_000, 100_000, 100_000, 150_000, 200_000, 300_000)
_OVERDRAFT = -20_000
_SELLER_AT = "Буфетчица"
_ONE_FORGETS = 50
"""Of so many sales one is without a card."""


@dataclass(slots=True)
class Purse:
    """A person's account while the days go by; amounts are in kopecks. `payer` tops up, `refill` is the balance at which that happens."""

    account: UUID
    person: UUID
    payer: UUID | None
    appetite: float
    balance: int
    floor: int
    refill: int
    top_up: int


class Canteen:
    """Keeps the ledger of a school, day by day."""

    def __init__(self, campus: Campus, dice: Dice, writer: Writer) -> None:
        self._campus = campus
        self._dice = dice
        self._writer = writer
        began = at(campus.calendar.begins, dt.time(7))
        self._opened_at = began
        self._funding, self._sales = dice.id_at(began), dice.id_at(began)
        self._seller = next(worker.id for worker in campus.people.workers if worker.position == _SELLER_AT)
        self.purses = {purse.person: purse for purse in self._open_purses()}
        self._open_accounts()

    def _open_purses(self) -> list[Purse]:
        dice, began = self._dice, self._opened_at
        holders: list[tuple[UUID, UUID | None, float]] = [(worker.id, None, 0.4) for worker in self._campus.people.workers]
        holders += [
            (learner.id, learner.ties[0].human.persons[self._campus.school_id], learner.appetite) for learner in self._campus.people.learners
        ]
        return [
            Purse(
                dice.id_at(began), person, payer, appetite, 0, _OVERDRAFT if dice.random() < 0.15 else 0, dice.choice((0, 10_000, 20_000, 30_000)),
                dice.choice(_TOP_UPS),
            )
            for person, payer, appetite in holders
        ]

    def _open_accounts(self) -> None:
        """With empty balances; `close` writes what they have come to."""
        for account_id, kind in ((self._funding, AccountKind.FUNDING), (self._sales, AccountKind.SALES)):
            self._write_account(account_id, kind, None, None, 0)
        for purse in self.purses.values():
            self._write_account(purse.account, AccountKind.PERSON, purse.person, 0, purse.floor)

    def _write_account(self, account_id: UUID, kind: AccountKind, person: UUID | None, balance: int | None, floor: int) -> None:
        self._writer.add(
            MealAccount, school_id=self._campus.school_id, id=account_id, kind=kind, person_id=person, currency=CURRENCY, balance=balance, floor=floor,
            opened_at=self._opened_at,
        )

    def write(self, roll: Roll) -> None:
        """One day: top-ups in the early morning, then sales in the breaks after lessons 1 to 5, in the order of time."""
        due = [(at(roll.date, dt.time(6)) + self._dice.random() * dt.timedelta(minutes=55), purse) for purse in self.purses.values() if self._runs_low(purse)]
        for moment, purse in sorted(due, key=lambda row: row[0]):
            self._move(TransferKind.TOP_UP, purse, purse.top_up, moment, by=purse.payer)
        hungry = []
        for person in roll.stays:
            purse = self.purses[person]
            if self._dice.random() < purse.appetite:
                bell = self._dice.choices((1, 2, 3, 4, 5), (1, 4, 5, 4, 1))[0]
                hungry.append((self._campus.ends_at(roll.date, bell) + self._dice.uniform(1, 14) * dt.timedelta(minutes=1), purse))
        for moment, purse in sorted(hungry, key=lambda row: row[0]):
            self._sell(purse, moment)

    def _runs_low(self, purse: Purse) -> bool:
        """The one who pays notices soon, not always at once."""
        return purse.balance <= purse.refill and self._dice.random() < 0.7

    def _sell(self, purse: Purse, moment: dt.datetime) -> None:
        """A lunch or a snack, whatever the balance allows; one sale of three hundred is refunded."""
        dice = self._dice
        items = [(*dice.choice(LUNCHES), 1)] if dice.random() < 0.55 else [(*dice.choice(SNACKS), dice.choice((1, 1, 1, 2)))]
        if dice.random() < 0.6:
            items.append((*dice.choice(DRINKS), 1))
        while items and purse.balance - _total(items) < purse.floor:
            items.pop(0)
        if not items:
            return
        till = dice.choice(self._campus.tills)
        sale = self._move(TransferKind.SALE, purse, _total(items), moment, by=self._seller, till=till)
        for line, (name, price, quantity) in enumerate(items, start=1):
            self._writer.add(
                SaleItem, school_id=self._campus.school_id, transfer_id=sale, line=line, name=name, quantity=quantity, price=price,
            )
        if dice.random() < 1 / 300:
            self._move(
                TransferKind.REFUND, purse, _total(items), moment + dt.timedelta(minutes=2), by=self._seller, till=till, refunds=sale, note="Ошибка кассира",
            )

    def _move(
        self, kind: TransferKind, purse: Purse, amount: int, moment: dt.datetime, *, by: UUID | None, till: UUID | None = None, refunds: UUID | None = None,
        note: str | None = None,
    ) -> UUID:
        """One transfer and its two postings, which sum to zero."""
        school_id, transfer_id = self._campus.school_id, self._dice.id_at(moment)
        other = self._funding if kind is TransferKind.TOP_UP else self._sales
        change = -amount if kind is TransferKind.SALE else amount
        purse.balance += change
        self._writer.add(
            Transfer, school_id=school_id, id=transfer_id, kind=kind, account_id=purse.account, amount=amount, currency=CURRENCY, till_id=till, tap_id=None,
            refunds=refunds, without_card=kind is TransferKind.SALE and transfer_id.int % _ONE_FORGETS == 0, note=note, by=by, happened_at=moment,
            digest=hashlib.sha256(transfer_id.bytes).digest(),
        )
        self._writer.add(Posting, school_id=school_id, transfer_id=transfer_id, account_id=purse.account, amount=change, balance=purse.balance)
        self._writer.add(Posting, school_id=school_id, transfer_id=transfer_id, account_id=other, amount=-change, balance=None)
        return transfer_id

    async def close(self, session: AsyncSession) -> None:
        """Write the balances that the accounts have come to; everything added must have been flushed."""
        statement = sa.update(MealAccount).where(
            MealAccount.school_id == self._campus.school_id, MealAccount.id == sa.bindparam("account"),
        ).values(balance=sa.bindparam("came_to"))
        connection = await session.connection()
        await connection.execute(statement, [{"account": purse.account, "came_to": purse.balance} for purse in self.purses.values()])


def _total(items: list[tuple[str, int, int]]) -> int:
    return sum(price * quantity for _, price, quantity in items)
