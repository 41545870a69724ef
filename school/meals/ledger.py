"""The ledger: the one place where money moves. Double entry; a person's balance is kept and guarded, a house account's is the sum of its postings.

Why one guarded UPDATE and no balance on house accounts: docs/adr, "The ledger".
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.meals.models import AccountKind, MealAccount, Posting, Transfer, TransferKind
from school.money import Money, positive
from school.registry.models import Pupil

SIDES: dict[TransferKind, tuple[int, AccountKind]] = {
    TransferKind.TOP_UP: (+1, AccountKind.FUNDING), TransferKind.SALE: (-1, AccountKind.SALES), TransferKind.REFUND: (+1, AccountKind.SALES),
}
"""What each kind does to the person's balance, and which house account stands on the other side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A transfer that is asked for. `ref` is the school and the client's id, `digest` what the client asked for (`digest_of`)."""

    ref: Ref
    kind: TransferKind
    person_id: UUID
    amount: Money
    digest: bytes
    by: UUID
    till_id: UUID | None = None
    tap_id: UUID | None = None
    refunds: UUID | None = None
    without_card: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer that stands in the ledger, with the person's balance after it. `repeated`: it had been there before, nothing has changed now."""

    ref: Ref
    person_id: UUID
    is_pupil: bool
    amount: Money
    balance: int
    happened_at: dt.datetime
    repeated: bool


def digest_of(*content: Any) -> bytes:
    """The digest of what a client asks for, by which a repeat is told from a conflict: texts, numbers, UUIDs and lists of them."""
    return hashlib.sha256(orjson.dumps(content, default=str)).digest()  # str: a driver's own kind of UUID


async def post(session: AsyncSession, movement: Movement) -> Posted:
    """Move money between a person and the house, once for each id, in the caller's transaction, which must end with a refusal.

    The insertion of the id comes first: its key decides, also between transactions in parallel, what is a repeat. Then one guarded UPDATE. Refused:
    no such account (NOT_FOUND), another currency or no sensible amount (BAD_INPUT), NOT_ENOUGH_MONEY, the id with other content (CONFLICT),
    a second refund (ALREADY_REFUNDED), a second sale by one tap (TAP_USED).
    """
    amount = positive(movement.amount.minor)
    sign, _ = SIDES[movement.kind]
    sides = await _sides(session, movement)
    now = clock.now()
    if not await _claim(session, movement, sides.account_id, now):
        return await _claimed_before(session, movement)
    balance = await session.scalar(
        sa.update(MealAccount)
        .where(
            MealAccount.school_id == movement.ref.school_id, MealAccount.id == sides.account_id,
            MealAccount.balance + sign * amount >= MealAccount.floor,
        )
        .values(balance=MealAccount.balance + sign * amount).returning(MealAccount.balance).execution_options(synchronize_session=False))
    if balance is None:
        raise Refused(Code.NOT_ENOUGH_MONEY, "There is not enough money on the account.")
    key = {"school_id": movement.ref.school_id, "transfer_id": movement.ref.id}
    await session.execute(sa.insert(Posting), [
        {**key, "account_id": sides.account_id, "amount": sign * amount, "balance": balance},
        {**key, "account_id": sides.house_id, "amount": -sign * amount, "balance": None},
    ], execution_options={"render_nulls": True})  # both rows in one statement
    return Posted(movement.ref, movement.person_id, sides.is_pupil, movement.amount, balance, now, repeated=False)


async def find_repeat(session: AsyncSession, ref: Ref, digest: bytes) -> Posted | None:
    """The transfer that already has this id, if its content is the same; CONFLICT if it is not; None if the id is new.

    For a verb whose conditions pass with time (a tap grows old): a repeat must succeed even when they no longer hold.
    """
    found = (await session.execute(
        sa.select(
            Transfer.digest, Transfer.amount, Transfer.currency, Transfer.happened_at, Posting.balance, MealAccount.person_id,
            Pupil.id.is_not(None).label("is_pupil"),
        )
        .join(Posting, (Posting.school_id == Transfer.school_id) & (Posting.transfer_id == Transfer.id) & (Posting.account_id == Transfer.account_id))
        .join(MealAccount, (MealAccount.school_id == Transfer.school_id) & (MealAccount.id == Transfer.account_id))
        .outerjoin(Pupil, (Pupil.school_id == MealAccount.school_id) & (Pupil.id == MealAccount.person_id))
        .where(Transfer.school_id == ref.school_id, Transfer.id == ref.id))).one_or_none()
    if found is None:
        return None
    if found.digest != digest:
        raise conflict("This id stands for another transfer.")
    amount = Money(found.amount, found.currency)
    return Posted(ref, found.person_id, found.is_pupil, amount, found.balance, found.happened_at, repeated=True)


async def _sides(session: AsyncSession, movement: Movement) -> Any:
    """The person's account and the house account on the other side."""
    house = aliased(MealAccount)
    _, house_kind = SIDES[movement.kind]
    found = (await session.execute(
        sa.select(MealAccount.id.label("account_id"), MealAccount.currency, house.id.label("house_id"), Pupil.id.is_not(None).label("is_pupil"))
        .outerjoin(house, (house.school_id == MealAccount.school_id) & (house.kind == house_kind) & (house.currency == MealAccount.currency))
        .outerjoin(Pupil, (Pupil.school_id == MealAccount.school_id) & (Pupil.id == MealAccount.person_id))
        .where(MealAccount.school_id == movement.ref.school_id, MealAccount.person_id == movement.person_id))).one_or_none()
    if found is None:
        raise not_found()
    if found.currency != movement.amount.currency:
        raise bad_input(f"currency must be {found.currency}")
    if found.house_id is None:
        raise LookupError(f"school {movement.ref.school_id} has no {house_kind} account in {found.currency}")
    return found


async def _claim(session: AsyncSession, movement: Movement, account_id: UUID, now: dt.datetime) -> bool:
    """Insert the transfer; False when its id, its tap or the sale it refunds is taken. Waits for a transaction in parallel that has one of them."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Transfer).values(
        school_id=movement.ref.school_id, id=movement.ref.id, kind=movement.kind, account_id=account_id, amount=movement.amount.minor,
        currency=movement.amount.currency, till_id=movement.till_id, tap_id=movement.tap_id, refunds=movement.refunds,
        without_card=movement.without_card, note=movement.note, by=movement.by, happened_at=now, digest=movement.digest,
    )
    return await session.scalar(statement.on_conflict_do_nothing().returning(Transfer.id)) is not None


async def _claimed_before(session: AsyncSession, movement: Movement) -> Posted:
    """What to answer when the transfer could not be inserted: a repeat, or a refusal that tells why."""
    repeat = await find_repeat(session, movement.ref, movement.digest)
    if repeat is not None:
        return repeat
    if movement.refunds is not None:
        raise Refused(Code.ALREADY_REFUNDED, "This sale is refunded already.")
    raise Refused(Code.TAP_USED, "This card was presented for another sale.")
