"""Top-ups: money comes onto an account, in cash at the office, or in the demonstration by a payment that only pretends."""

from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school import outbox
from school.context import Area, Role, Viewer, act_in
from school.errors import Code, Refused, not_found
from school.ids import Ref
from school.meals import events, ledger
from school.meals.ledger import Movement, Posted
from school.meals.models import TransferKind
from school.meals.words import line
from school.money import Money
from school.settings import Mode


class TopUpMethod(StrEnum):
    """Where the money comes from."""

    CASH = "cash"  # paid at the office's desk
    SANDBOX = "sandbox"  # pretended, by a guardian; only in a demonstration


async def top_up(
    session: AsyncSession, viewer: Viewer, id: UUID, person: Ref, amount: Money, method: TopUpMethod, *, mode: Mode,  # noqa: A002 - the column's name
    note: str | None = None,
) -> Posted:
    """Put money onto a person's account, once for each client id. Production refuses the sandbox; cash is the office's, the sandbox a guardian's own child's.

    Refused: NOT_ALLOWED (the mode or the role), NOT_FOUND (another family's or school's person, no account), BAD_INPUT (the amount, its currency,
    the note), CONFLICT (the id with other content).
    """
    by = _payer(viewer, person, method, mode)
    note = None if note is None else line(note, "note", longest=200)
    digest = ledger.digest_of("top_up", method, person.id, amount.minor, amount.currency, note)
    posted = await ledger.post(session, Movement(
        ref=Ref(person.school_id, id), kind=TransferKind.TOP_UP, person_id=person.id, amount=amount, digest=digest, by=by, note=note,
    ))
    if not posted.repeated:
        role = Role.GUARDIAN if method is TopUpMethod.SANDBOX else Role.OFFICE
        await outbox.append(session, *(replace(event, role=role) for event in events.topped_up(posted)))
    return posted


def _payer(viewer: Viewer, person: Ref, method: TopUpMethod, mode: Mode) -> UUID:
    """As whom the viewer pays."""
    if method is TopUpMethod.CASH:
        if not viewer.has(Role.OFFICE):
            raise Refused(Code.NOT_ALLOWED, "Cash is taken at the office.")
        return act_in(viewer, person.school_id, Role.OFFICE)
    if mode is not Mode.DEMO or not viewer.has(Role.GUARDIAN):
        raise Refused(Code.NOT_ALLOWED, "Sandbox payments are made by guardians, in a demonstration.")
    if person not in viewer.family(Area.MEALS):
        raise not_found()
    return act_in(viewer, person.school_id, Role.GUARDIAN)
