"""Rights at delivery: which children an account may hear of, and whether the session behind a subscription still stands.

Read from the registry's tables, which are at least as new as the feed: a guardianship event in the feed says *when* to read again, the tables say what is true.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock
from school.context import Role
from school.ids import Ref
from school.registry.account_models import Account, AccountRole, Session
from school.registry.models import Guardianship

GUARDIANSHIP_KINDS = frozenset({"registry.guardianship_granted", "registry.guardianship_ended"})
"""Events after which a guardian's children are read again; their payload names `guardian_id` and `pupil_id`."""

AT_ONCE = 1000
"""Keys in one statement."""


@dataclass(frozen=True, slots=True)
class Family:
    """As whom an account belongs to families: the persons it guards as, and the pupils it is."""

    guardians: frozenset[Ref]
    selves: frozenset[Ref]


async def family_of(session: AsyncSession, account_id: UUID) -> Family:
    """The family roles of an account, in all schools."""
    found = (await session.execute(sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role).where(
        AccountRole.account_id == account_id, AccountRole.role.in_([Role.GUARDIAN, Role.PUPIL])))).all()
    return Family(
        frozenset(Ref(row.school_id, row.person_id) for row in found if row.role is Role.GUARDIAN),
        frozenset(Ref(row.school_id, row.person_id) for row in found if row.role is Role.PUPIL),
    )


async def children_of(session: AsyncSession, guardians: Collection[Ref]) -> Mapping[Ref, frozenset[Ref]]:
    """The pupils of each of these guardians, now; one who has none stands there with an empty set."""
    children: dict[Ref, set[Ref]] = {guardian: set() for guardian in guardians}
    keys = sorted((guardian.school_id, guardian.id) for guardian in guardians)
    for start in range(0, len(keys), AT_ONCE):
        found = await session.execute(sa.select(Guardianship.school_id, Guardianship.guardian_id, Guardianship.pupil_id).where(
            sa.tuple_(Guardianship.school_id, Guardianship.guardian_id).in_(keys[start:start + AT_ONCE]), Guardianship.ended_at.is_(None)))
        for row in found:
            children[Ref(row.school_id, row.guardian_id)].add(Ref(row.school_id, row.pupil_id))
    return {guardian: frozenset(found) for guardian, found in children.items()}


async def standing(session: AsyncSession, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of the sessions that are neither expired nor revoked, and whose account is not disabled."""
    keys, found = sorted(session_ids), set[UUID]()
    for start in range(0, len(keys), AT_ONCE):
        found.update(await session.scalars(sa.select(Session.id).join(Account, Account.id == Session.account_id).where(
            Session.id.in_(keys[start:start + AT_ONCE]), Session.expires_at > clock.now(), Session.revoked_at.is_(None), Account.disabled_at.is_(None))))
    return found
