"""The meals' GraphQL face: accounts and their history for families, the till for the canteen."""

import datetime as dt
from typing import Annotated

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.columns import wanted
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.fields import SIGNED_IN, Info, Minor, Refusal, each, holds, mutation, named, no_one, query, rows
from school.ids import Kind
from school.meals import accounts, queries, refunds, takings, till, topups
from school.meals.ledger import Posted
from school.meals.topups import TopUpMethod
from school.meals.types import MealAccount, MealTransfer, MoneyInput, SaleItemInput, Till, TillDay, TillTap, TopUpMethodName
from school.meals.updates import TYPES, UPDATES
from school.settings import Mode

__all__ = ["TYPES", "UPDATES", "MealsMutation", "MealsQuery"]


@strawberry.type
class MealsQuery:
    """Queries of the meals."""

    @query(SIGNED_IN, Area.MEALS, named("child_id"), keeps=True)
    async def meal_account(self, info: Info, child_id: strawberry.ID) -> MealAccount:
        """A person's meal account; NOT_FOUND when absent or not for this viewer."""
        return MealAccount.from_row(await accounts.statement(info.context.reader, info.context.viewer, ids.decode(Kind.PERSON, child_id)))

    @query(SIGNED_IN, Area.MEALS, named("child_id"), keeps=True)
    async def meal_history(self, info: Info, child_id: strawberry.ID, first: int = 20, after: str | None = None) -> Connection[MealTransfer]:
        """What happened on a person's meal account, newest first."""
        child = ids.decode(Kind.PERSON, child_id)
        found = await queries.history(
            info.context.reader, info.context.viewer, child, first=first, after=after, columns=wanted(info, MealTransfer))
        return found.connect(MealTransfer.from_row)

    @query(holds(Role.CANTEEN, *ADMINISTRATION), Area.MEALS, no_one)
    async def tills(self, info: Info) -> list[Till]:
        """The tills of the viewer's schools, by name."""
        return [Till.from_row(row) for row in await queries.tills(info.context.reader, info.context.viewer)]

    @query(holds(Role.CANTEEN, *ADMINISTRATION), Area.MEALS, each(lambda tap: tap.person_ref))
    async def till_taps(self, info: Info, till_id: strawberry.ID, first: int = 10) -> list[TillTap]:
        """The cards presented last at a till, newest first."""
        found = await queries.till_taps(info.context.reader, info.context.viewer, ids.decode(Kind.TILL, till_id), first=first)
        return [TillTap.from_row(row) for row in found]

    @query(holds(Role.CANTEEN, *ADMINISTRATION), Area.MEALS, each(lambda sale: sale.person_ref))
    async def till_sales(self, info: Info, till_id: strawberry.ID, first: int = 20, after: str | None = None) -> Connection[MealTransfer]:
        """What was sold at a till, newest first."""
        found = await queries.till_sales(info.context.reader, info.context.viewer, ids.decode(Kind.TILL, till_id), first=first, after=after)
        return found.connect(MealTransfer.from_row)

    @query(holds(*ADMINISTRATION), Area.MEALS, no_one)
    async def meal_figures(
        self, info: Info, school_id: strawberry.ID, from_: Annotated[dt.date, strawberry.argument(name="from")], to: dt.date,
    ) -> list[TillDay]:
        """What each till of a school took on each day, without what was taken back; at most 190 days."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [TillDay.from_row(row) for row in await takings.by_day(info.context.reader, info.context.viewer, school, from_, to)]


@strawberry.input(description="Opens a person's meal account. `overdraft` is how far below zero it may go.")
class OpenMealAccountInput:
    """What openMealAccount takes."""

    person_id: strawberry.ID
    overdraft: Minor = Minor(0)


@strawberry.input(description="Puts money onto a meal account. `id` is a UUIDv7 of the client's: send the same again to repeat safely.")
class TopUpInput:
    """What topUp takes."""

    id: str
    child_id: strawberry.ID
    amount: MoneyInput
    method: Annotated[TopUpMethod, TopUpMethodName]
    note: str | None = None


@strawberry.input(description="Sells to the holder of a presented card (`tapId`), or to a pupil who forgot it (`personId`): exactly one. `id` is a UUIDv7 of "
                              "the client's: send the same again to repeat safely.")
class SellInput:
    """What sell takes."""

    id: str
    till_id: strawberry.ID
    items: list[SaleItemInput]
    total: MoneyInput
    tap_id: strawberry.ID | None = None
    person_id: strawberry.ID | None = None


@strawberry.input(description="Takes a sale back, whole. `id` is a UUIDv7 of the client's: send the same again to repeat safely.")
class RefundInput:
    """What refund takes."""

    id: str
    sale_id: strawberry.ID


@rows(description="The account, open.")
class MealAccountOpened:
    """What openMealAccount answers."""

    account: MealAccount


@rows(description="The top-up as it stands in the ledger.")
class ToppedUp:
    """What topUp answers."""

    transfer: MealTransfer


@rows(description="The sale as it stands in the ledger.")
class Sold:
    """What sell answers."""

    transfer: MealTransfer


@rows(description="The refund as it stands in the ledger.")
class Refunded:
    """What refund answers."""

    transfer: MealTransfer


@strawberry.type
class MealsMutation:
    """Mutations of the meals."""

    @mutation(holds(Role.OFFICE), Area.MEALS)
    async def open_meal_account(
        self, info: Info, input: OpenMealAccountInput,  # noqa: A002 - public name
    ) -> Annotated[MealAccountOpened | Refusal, strawberry.union("OpenMealAccountResult")]:
        """Open a person's meal account; opening it again is harmless."""
        person = ids.decode(Kind.PERSON, input.person_id)
        async with info.context.begin() as session:
            await accounts.open_account(session, info.context.viewer, person, overdraft=input.overdraft)
        return MealAccountOpened(account=MealAccount.from_row(await accounts.statement(info.context.reader, info.context.viewer, person)))

    @mutation(holds(Role.OFFICE, Role.GUARDIAN), Area.MEALS)
    async def top_up(self, info: Info, input: TopUpInput) -> Annotated[ToppedUp | Refusal, strawberry.union("TopUpResult")]:  # noqa: A002 - public name
        """Put money onto a meal account: cash by the office; in a demonstration, also a sandbox payment by a guardian."""
        # The payment that is pretended is the service's: no guardian writes in the ledger.
        sandbox = input.method is TopUpMethod.SANDBOX and info.context.settings.mode is Mode.DEMO
        async with info.context.begin(as_service=sandbox) as session:
            posted = await topups.top_up(
                session, info.context.viewer, ids.client_id(input.id), ids.decode(Kind.PERSON, input.child_id), input.amount.value(), input.method,
                mode=info.context.settings.mode, note=input.note,
            )
            return ToppedUp(transfer=await _transfer(session, info, posted))

    @mutation(holds(Role.CANTEEN), Area.MEALS)
    async def sell(self, info: Info, input: SellInput) -> Annotated[Sold | Refusal, strawberry.union("SellResult")]:  # noqa: A002 - public name
        """Sell to the holder of a card presented at the till in the last 15 minutes, once for each presentation; or without one to a pupil of its school."""
        tap, person = (None if id_ is None else ids.decode(kind, id_) for kind, id_ in ((Kind.TAP, input.tap_id), (Kind.PERSON, input.person_id)))
        async with info.context.begin() as session:
            posted = await till.sell(
                session, info.context.viewer, ids.client_id(input.id), ids.decode(Kind.TILL, input.till_id), tap,
                [item.value() for item in input.items], input.total.value(), person=person,
            )
            return Sold(transfer=await _transfer(session, info, posted))

    @mutation(holds(Role.CANTEEN, Role.OFFICE), Area.MEALS)
    async def refund(self, info: Info, input: RefundInput) -> Annotated[Refunded | Refusal, strawberry.union("RefundResult")]:  # noqa: A002 - public name
        """Take a sale back, whole, once."""
        async with info.context.begin() as session:
            posted = await refunds.refund(session, info.context.viewer, ids.client_id(input.id), ids.decode(Kind.TRANSFER, input.sale_id))
            return Refunded(transfer=await _transfer(session, info, posted))


async def _transfer(session: AsyncSession, info: Info, posted: Posted) -> MealTransfer:
    return MealTransfer.from_row(await queries.transfer(session, info.context.viewer, posted.ref))
