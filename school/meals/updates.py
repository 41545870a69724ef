"""What a family hears of its child's meals, in the family stream."""

from collections.abc import Callable

import strawberry

from school.fields import Money
from school.ids import Kind
from school.meals import events
from school.meals.types import SaleItem
from school.updates import Published, Update


@strawberry.type(description="Money came onto the child's account.")
class MealToppedUp(Update):
    """A top-up."""

    transfer_id: strawberry.ID
    amount: Money
    balance: Money


@strawberry.type(description="The child bought a meal.")
class MealSold(Update):
    """A sale with its lines."""

    transfer_id: strawberry.ID
    till_id: strawberry.ID
    amount: Money
    balance: Money
    items: list[SaleItem]
    without_card: bool = strawberry.field(description="The child had no card, and was looked up by name.")


@strawberry.type(description="A purchase was taken back; `saleId` is the purchase.")
class MealRefunded(Update):
    """A refund."""

    transfer_id: strawberry.ID
    sale_id: strawberry.ID
    amount: Money
    balance: Money


def _money(row: Published, key: str) -> Money:
    return Money.from_value(row.payload[key], row.payload["currency"])


def _topped_up(row: Published) -> Update:
    return MealToppedUp.from_published(
        row, transfer_id=row.id(Kind.TRANSFER, "transfer_id"), amount=_money(row, "amount"), balance=_money(row, "balance"))


def _sold(row: Published) -> Update:
    items = [
        SaleItem(name=item["name"], quantity=item["quantity"], price=Money.from_value(item["price"], row.payload["currency"]))
        for item in row.payload["items"]
    ]
    return MealSold.from_published(
        row, transfer_id=row.id(Kind.TRANSFER, "transfer_id"), till_id=row.id(Kind.TILL, "till_id"), amount=_money(row, "amount"),
        balance=_money(row, "balance"), items=items, without_card=row.payload["tap_id"] is None,
    )


def _refunded(row: Published) -> Update:
    return MealRefunded.from_published(
        row, transfer_id=row.id(Kind.TRANSFER, "transfer_id"), sale_id=row.id(Kind.TRANSFER, "sale_id"), amount=_money(row, "amount"),
        balance=_money(row, "balance"),
    )


UPDATES: dict[str, Callable[[Published], Update]] = {
    events.TOPPED_UP: _topped_up, events.SOLD: _sold, events.REFUNDED: _refunded,
}
"""The update that each kind of event about a child becomes."""

TYPES: tuple[type[Update], ...] = (MealToppedUp, MealSold, MealRefunded)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""
