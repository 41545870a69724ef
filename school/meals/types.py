"""The meals' explicit GraphQL types."""

import datetime as dt
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from school import ids
from school.columns import OfRow, column, made, opaque
from school.context import Context
from school.errors import bad_input
from school.fields import ROWS, Info, Minor, Money, query, rows
from school.ids import Kind, Ref
from school.meals import queries
from school.meals.models import TransferKind
from school.meals.till import Item, TapState, tap_state
from school.meals.topups import TopUpMethod
from school.money import CURRENCIES
from school.money import Money as MoneyValue
from school.registry.faces import load_photo
from school.registry.loaders import load_person
from school.registry.models import Outcome
from school.registry.names import full_name
from school.registry.types import ClassGroup, Person

TransferKindName = strawberry.enum(TransferKind, name="MealTransferKind", description="Why money moved.")
TapStateName = strawberry.enum(TapState, name="TillTapState", description="What the canteen may do with a presented card.")
TopUpMethodName = strawberry.enum(TopUpMethod, name="TopUpMethod", description="Where the money comes from.")


@strawberry.input(description="An exact amount of money.")
class MoneyInput:
    """Money from the wire."""

    minor: Minor
    currency: str

    def value(self) -> MoneyValue:
        """The amount; an unknown currency is refused."""
        if self.currency not in CURRENCIES:
            raise bad_input("currency is unknown")
        return MoneyValue(self.minor, self.currency)


@strawberry.input(description="A line of a sale. `price` is of one, in minor units of the sale's currency.")
class SaleItemInput:
    """What was bought, as the till tells it."""

    name: str
    quantity: int
    price: Minor

    def value(self) -> Item:
        """The line; checked by the verb."""
        return Item(self.name, self.quantity, self.price)


@rows(description="A prepaid account for meals. The balance never goes below `floor`.")
class MealAccount:
    """How much lies on an account."""

    id: strawberry.ID
    balance: Money
    floor: Money

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a statement."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.MEAL_ACCOUNT, row.school_id, row.id)), balance=Money.from_value(row.balance, row.currency),
            floor=Money.from_value(row.floor, row.currency),
        )


@rows(description="A place where meals are sold.")
class Till:
    """A till."""

    id: strawberry.ID
    name: str

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a till."""
        return cls(id=strawberry.ID(ids.encode(Kind.TILL, row.school_id, row.id)), name=row.name)


@rows(description="A till on a day on which it sold something. What was taken back is in neither figure.")
class TillDay:
    """What a till took."""

    date: dt.date
    till: Till
    sold: int
    sum: Money

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row of `takings.by_day`."""
        return cls(date=row.date, till=Till.from_row(row), sold=row.sold, sum=Money.from_value(row.sum, row.currency))


@rows(description="A line of a sale: a dish, how many, and the price of one.")
class SaleItem:
    """What was bought."""

    name: str
    quantity: int
    price: Money

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a line, with its sale's currency."""
        return cls(name=row.name, quantity=row.quantity, price=Money.from_value(row.price, row.currency))


def _items(context: Context) -> DataLoader[Ref, list[SaleItem]]:
    async def load(sales: list[Ref]) -> list[list[SaleItem]]:
        found = await queries.lines(context.reader, context.viewer, sales)
        return [[SaleItem.from_row(line) for line in found.get(sale, ())] for sale in sales]

    return DataLoader(load_fn=load, max_batch_size=500)


def load_items(info: Info, sale: Ref) -> list[SaleItem]:
    """The lines of a sale whose transfer was seen."""
    return info.context.load("sale_items", _items, sale)


def _till(school_id: int, till_id: UUID | None, name: str | None) -> Till | None:
    return None if till_id is None or name is None else Till(id=strawberry.ID(ids.encode(Kind.TILL, school_id, till_id)), name=name)


def _sale_id(school_id: int, refunds: UUID | None) -> strawberry.ID | None:
    return None if refunds is None else transfer_id(school_id, refunds)


def _is_there(found: UUID | None) -> bool:
    return found is not None


@rows(description="Money moved on an account: a top-up, a sale or a refund. `amount` is above zero, `kind` tells the direction.")
class MealTransfer(OfRow):
    """A line of an account's history, of the joined columns of `queries`."""

    id: strawberry.ID = opaque(Kind.TRANSFER)
    kind: Annotated[TransferKind, TransferKindName] = column()
    amount: Money = made(Money.from_value, "amount", "currency")
    balance_after: Money = made(Money.from_value, "balance", "currency")
    happened_at: dt.datetime = column()
    till: Till | None = made(_till, "school_id", "till_id", "till_name")
    note: str | None = column()
    without_card: bool = column(description="For a sale: the buyer had no card, and was looked up by name.")
    refunded: bool = made(_is_there, "refund_id", description="Whether this sale was taken back.")
    refund_of_id: strawberry.ID | None = made(_sale_id, "school_id", "refunds", description="For a refund: the sale.")

    @property
    def person_ref(self) -> Ref:
        """Whose account it is."""
        return Ref(self.row.school_id, self.row.person_id)

    @query(ROWS, reads=("school_id", "id", "kind"), keeps=True)
    def items(self, info: Info) -> list[SaleItem]:
        """What was bought; nothing for a top-up or a refund."""
        return load_items(info, Ref(self.row.school_id, self.row.id)) if self.row.kind is TransferKind.SALE else []

    @query(ROWS, reads=("school_id", "person_id"))
    def person(self, info: Info) -> Person | None:
        """Whose account it is; null where the viewer may not read the name."""
        return load_person(info, self.person_ref)


@rows(description="A card that was presented at a till's reader. `balance` and `floor` are null where the card was refused or no account stands behind it.")
class TillTap:
    """What the canteen's screen shows of a tap."""

    id: strawberry.ID
    state: Annotated[TapState, TapStateName]
    reason: str
    happened_at: dt.datetime
    balance: Money | None
    floor: Money | None
    class_group: ClassGroup | None = strawberry.field(description="A pupil's class.")
    person_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def person(self, info: Info) -> Person | None:
        """Whose card it is; null where nobody knows it, or the viewer may not read the name."""
        return None if self.person_ref is None else load_person(info, self.person_ref)

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From the joined columns of `queries.till_taps`."""
        served = row.outcome is Outcome.ADMIT and row.balance is not None
        return cls(
            id=strawberry.ID(ids.encode(Kind.TAP, row.school_id, row.id)), state=tap_state(row.outcome, row.happened_at, row.sale_id), reason=row.reason,
            happened_at=row.happened_at, balance=Money.from_value(row.balance, row.currency) if served else None,
            floor=Money.from_value(row.floor, row.currency) if served else None,
            class_group=None if row.class_id is None else ClassGroup.of(row.school_id, row.class_id, row.grade, row.letter),
            person_ref=None if row.person_id is None else Ref(row.school_id, row.person_id),
        )


def _class_of(school_id: int, class_id: UUID, grade: int, letter: str) -> ClassGroup:
    return ClassGroup.of(school_id, class_id, grade, letter)


@rows(description="A pupil with a meal account, whom the canteen has looked up by name. The balance never goes below `floor`.")
class Customer(OfRow):
    """Who forgot the card, of a row of `customers`."""

    id: strawberry.ID = opaque(Kind.PERSON)
    name: str = made(full_name, "family_name", "given_name", "patronymic")
    class_group: ClassGroup = made(_class_of, "school_id", "class_id", "grade", "letter")
    balance: Money = made(Money.from_value, "balance", "currency")
    floor: Money = made(Money.from_value, "floor", "currency")

    @query(ROWS, reads=("school_id", "id"))
    def photo(self, info: Info) -> str | None:
        """The address of their photo on this host; null where there is none."""
        return load_photo(info, self.ref)

    @property
    def ref(self) -> Ref:
        """Of whom this tells."""
        return Ref(self.row.school_id, self.row.id)


def transfer_id(school_id: int, id: UUID) -> strawberry.ID:  # noqa: A002 - the column's name
    """A transfer's opaque id."""
    return strawberry.ID(ids.encode(Kind.TRANSFER, school_id, id))
