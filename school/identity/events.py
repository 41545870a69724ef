"""Events about accounts: told to nobody, and put into the record of whom they concern, with who has done it and in which role."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Grant, Viewer
from school.outbox import Event
from school.registry.account_models import AccountRole

INVITED, INVITATION_CANCELLED, JOINED = "identity.invited", "identity.invitation_cancelled", "identity.joined"
PASSWORD_CHANGED, PASSWORD_RESET = "identity.password_changed", "identity.password_reset"
FACTOR_ADDED, FACTOR_REMOVED = "identity.factor_added", "identity.factor_removed"
"""Of an authenticator app, a passkey, or an identity at a provider."""
FACTOR_RULE = "identity.staff_factor_rule"
"""Concerns nobody but the school; it stands in the record of whoever has set it."""
CALENDAR_MADE, CALENDAR_REVOKED = "identity.calendar_made", "identity.calendar_revoked"
"""Of a secret address at which this person's lessons are read."""
DISABLED, ENABLED = "identity.account_disabled", "identity.account_enabled"


def about(kind: str, school_id: int, person_id: UUID, payload: dict[str, Any] | None = None, *, role: str | None = None) -> Event:
    """Something was done about one person's way in."""
    return Event(kind, school_id, (), payload or {}, clock.now(), concerns=(person_id,), role=role)


async def tell(session: AsyncSession, kind: str, account_id: UUID, payload: dict[str, Any] | None = None, *, own: bool = False) -> None:
    """Something was done to an account: told of each person that it is, in each school. `own`: by the account itself, in its highest role there."""
    found = await session.execute(
        sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role).where(AccountRole.account_id == account_id)
        .order_by(AccountRole.school_id, AccountRole.person_id))
    grants = tuple(Grant(row.school_id, row.person_id, row.role) for row in found)
    highest = Viewer(account_id, grants=grants).identity().highest
    persons = dict.fromkeys((grant.school_id, grant.person_id) for grant in grants)
    await outbox.append(session, *(
        about(kind, school_id, person_id, payload, role=highest[school_id] if own else None) for school_id, person_id in persons))
