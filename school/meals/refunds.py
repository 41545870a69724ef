"""Refunds: a sale is taken back once and whole, by the opposite postings; nothing is ever erased."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox
from school.context import Role, Viewer, act_in
from school.errors import bad_input, not_found
from school.ids import Ref
from school.meals import events, ledger
from school.meals.ledger import Movement, Posted
from school.meals.models import MealAccount, Transfer, TransferKind
from school.meals.policy import visible_transfers
from school.money import Money


async def refund(session: AsyncSession, viewer: Viewer, id: UUID, sale: Ref) -> Posted:  # noqa: A002 - the column's name
    """Give a sale's money back, by the school's canteen or office, once for each client id.

    Refused: NOT_FOUND (no such sale for this viewer), BAD_INPUT (a transfer that is no sale), ALREADY_REFUNDED, CONFLICT (the id with other content).
    """
    by = act_in(viewer, sale.school_id, Role.CANTEEN, Role.OFFICE)
    found = (await session.execute(
        sa.select(Transfer.kind, Transfer.amount, Transfer.currency, Transfer.till_id, MealAccount.person_id)
        .join(MealAccount, (MealAccount.school_id == Transfer.school_id) & (MealAccount.id == Transfer.account_id))
        .where(Transfer.school_id == sale.school_id, Transfer.id == sale.id, visible_transfers(viewer)))).one_or_none()
    if found is None:
        raise not_found()
    if found.kind is not TransferKind.SALE:
        raise bad_input("only a sale can be refunded")
    posted = await ledger.post(session, Movement(
        ref=Ref(sale.school_id, id), kind=TransferKind.REFUND, person_id=found.person_id, amount=Money(found.amount, found.currency),
        digest=ledger.digest_of("refund", sale.id), by=by, till_id=found.till_id, refunds=sale.id,
    ))
    if not posted.repeated:
        await outbox.append(session, events.refunded(posted, sale.id, found.till_id))
    return posted
