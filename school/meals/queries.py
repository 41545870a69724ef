"""Reads of the meals, shaped for screens: a child's history, the canteen's till."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import connections
from school.connections import Page
from school.context import Viewer
from school.db import Rows
from school.errors import not_found
from school.ids import Ref
from school.meals import accounts
from school.meals.models import MealAccount, Posting, SaleItem, Till, TillReader, Transfer, TransferKind
from school.meals.policy import visible_accounts, visible_tills, visible_transfers
from school.meals.till import AT_READER
from school.reading import Reader
from school.registry.models import ClassGroup, Pupil, Tap
from school.statements import THIS_PERSON, Asking, Many, Read, any_of, given

MOST_TILLS = 100


def _transfers() -> Rows:
    """Transfers with the person, the balance after, the till, and the refund if there is one."""
    refund = aliased(Transfer)
    return (
        sa.select(
            Transfer.school_id, Transfer.id, Transfer.kind, Transfer.amount, Transfer.currency, Transfer.happened_at, Transfer.note,
            Transfer.without_card, Transfer.refunds, Transfer.till_id, Till.name.label("till_name"), MealAccount.person_id, Posting.balance,
            refund.id.label("refund_id"),
        )
        .outerjoin(MealAccount, (MealAccount.school_id == Transfer.school_id) & (MealAccount.id == Transfer.account_id))
        .outerjoin(Posting, (Posting.school_id == Transfer.school_id) & (Posting.transfer_id == Transfer.id) & (Posting.account_id == Transfer.account_id))
        .outerjoin(Till, (Till.school_id == Transfer.school_id) & (Till.id == Transfer.till_id))
        .outerjoin(refund, (refund.school_id == Transfer.school_id) & (refund.refunds == Transfer.id))
    )


async def transfer(session: AsyncSession, viewer: Viewer, ref: Ref) -> Any:
    """One transfer; absent when there is none, or not for this viewer."""
    found = (await session.execute(
        _transfers().where(Transfer.school_id == ref.school_id, Transfer.id == ref.id, visible_transfers(viewer)))).one_or_none()
    if found is None:
        raise not_found()
    return found


_NEWEST = (Transfer.happened_at, Transfer.id)


@Read
def _history(viewer: Asking, after: bool) -> Rows:
    account = sa.select(MealAccount.id).where(
        MealAccount.school_id == THIS_PERSON.school_id, MealAccount.person_id == THIS_PERSON.id, visible_accounts(viewer, *THIS_PERSON)).scalar_subquery()
    own = _transfers().where(Transfer.school_id == THIS_PERSON.school_id, Transfer.account_id == account)
    return connections.paged(own, _NEWEST, after=after, descending=True)


async def history(
    reader: Reader, viewer: Viewer, person: Ref, *, first: int, after: str | None, columns: frozenset[str] | None = None,
) -> Page:
    """What happened on a person's account, newest first; absent when there is no account, or not for this viewer."""
    page = await connections.read_page(
        reader, _history, viewer, _NEWEST, first=first, after=after, columns=columns, school_id=person.school_id, person_id=person.id)
    if not page.rows:
        await accounts.statement(reader, viewer, person)
    return page


@Read
def _lines(_viewer: Asking) -> Rows:
    return (
        sa.select(SaleItem.school_id, SaleItem.transfer_id, SaleItem.name, SaleItem.quantity, SaleItem.price, Transfer.currency)
        .join(Transfer, (Transfer.school_id == SaleItem.school_id) & (Transfer.id == SaleItem.transfer_id))
        .where(any_of(SaleItem.school_id, given("schools", Many(int))), any_of(SaleItem.transfer_id, given("sales", Many(UUID))))
        .order_by(SaleItem.transfer_id, SaleItem.line)
    )


async def lines(reader: Reader, viewer: Viewer, sales: Iterable[Ref]) -> dict[Ref, list[Any]]:
    """The lines of sales whose transfers the viewer has seen, by sale."""
    found: dict[Ref, list[Any]] = {}
    wanted = {"schools": sorted({sale.school_id for sale in sales}), "sales": sorted({sale.id for sale in sales})}
    for line in await reader.all(_lines, viewer, **wanted):
        found.setdefault(Ref(line.school_id, line.transfer_id), []).append(line)
    return found


_TILL = (Till.school_id == given("school_id"), Till.id == given("till_id"))


@Read
def _till_sales(viewer: Asking, after: bool) -> Rows:
    sold = _transfers().where(*_TILL, Transfer.kind == TransferKind.SALE, visible_tills(viewer))
    return connections.paged(sold, _NEWEST, after=after, descending=True)


async def till_sales(reader: Reader, viewer: Viewer, till: Ref, *, first: int, after: str | None) -> Page:
    """What was sold at a till, newest first; absent when there is no such till for this viewer."""
    key = {"school_id": till.school_id, "till_id": till.id}
    page = await connections.read_page(reader, _till_sales, viewer, _NEWEST, first=first, after=after, **key)
    if not page.rows:
        await check_till(reader, viewer, till)
    return page


@Read
def _tills(viewer: Asking) -> Rows:
    return sa.select(Till.school_id, Till.id, Till.name).where(visible_tills(viewer)).order_by(Till.school_id, Till.name, Till.id).limit(MOST_TILLS)


async def tills(reader: Reader, viewer: Viewer) -> list[Any]:
    """The tills of the viewer's schools, by name."""
    return await reader.all(_tills, viewer)


@Read
def _till_taps(viewer: Asking) -> Rows:
    return (
        sa.select(
            Tap.school_id, Tap.id, Tap.person_id, Tap.outcome, Tap.reason, Tap.happened_at, Transfer.id.label("sale_id"),
            MealAccount.balance, MealAccount.floor, MealAccount.currency, ClassGroup.id.label("class_id"), ClassGroup.grade, ClassGroup.letter,
        )
        .join(TillReader, AT_READER)
        .join(Till, (Till.school_id == TillReader.school_id) & (Till.id == TillReader.till_id))
        .outerjoin(MealAccount, (MealAccount.school_id == Tap.school_id) & (MealAccount.person_id == Tap.person_id))
        .outerjoin(Pupil, (Pupil.school_id == Tap.school_id) & (Pupil.id == Tap.person_id))
        .outerjoin(ClassGroup, (ClassGroup.school_id == Pupil.school_id) & (ClassGroup.id == Pupil.class_group_id))
        .outerjoin(Transfer, (Transfer.school_id == Tap.school_id) & (Transfer.tap_id == Tap.id))
        .where(*_TILL, visible_tills(viewer))
        .order_by(Tap.happened_at.desc(), Tap.sequence.desc()).limit(given("limit", sa.Integer()))
    )


async def till_taps(reader: Reader, viewer: Viewer, till: Ref, *, first: int) -> list[Any]:
    """The cards presented last at a till's readers, former ones too, newest first, each with the holder's account and the sale that used it."""
    connections.check_first(first)
    key = {"school_id": till.school_id, "till_id": till.id}
    found = await reader.all(_till_taps, viewer, limit=first, **key)
    if not found:
        await check_till(reader, viewer, till)
    return found


@Read
def _till(viewer: Asking) -> Rows:
    return sa.select(Till.id).where(*_TILL, visible_tills(viewer))


async def check_till(reader: Reader, viewer: Viewer, till: Ref) -> None:
    """Refused as absent: a till of no school where the viewer is of the canteen, the office or the head."""
    if not await reader.all(_till, viewer, school_id=till.school_id, till_id=till.id):
        raise not_found()
