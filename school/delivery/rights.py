"""Rights at delivery: which children an account may hear of, and whether the session behind a subscription still stands.

Read from the registry's tables, which are at least as new as the feed: a guardianship event in the feed says *when* to read again, the tables say what is true.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import OF_A_CHILD, Role
from school.ids import Ref
from school.registry import guardianship
from school.registry.account_models import Account, AccountRole, Session
from school.registry.accounts import is_standing
from school.registry.guardianship import Opened

GUARDIANSHIP_KINDS = frozenset({"registry.guardianship_granted", "registry.guardianship_ended", "registry.guardianship_restricted"})
"""Events after which a guardian's children are read again; their payload names `guardian_id` and `pupil_id`."""

AT_ONCE = 1000
"""Keys in one statement."""


@dataclass(frozen=True, slots=True)
class Family:
    """As whom an account belongs to families: the persons it guards as, and the pupils it is."""

    guardians: frozenset[Ref]
    selves: frozenset[Ref]

    def opened(self, children: Mapping[Ref, Opened]) -> Opened:
        """The family's children and what of each is open, from those of its guardians."""
        return guardianship.merge([dict.fromkeys(self.selves, OF_A_CHILD), *(children[guardian] for guardian in self.guardians)])


async def family_of(session: AsyncSession, account_id: UUID) -> Family:
    """The family roles of an account, in all schools."""
    found = (await session.execute(sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role).where(
        AccountRole.account_id == account_id, AccountRole.role.in_([Role.GUARDIAN, Role.PUPIL])))).all()
    return Family(
        frozenset(Ref(row.school_id, row.person_id) for row in found if row.role is Role.GUARDIAN),
        frozenset(Ref(row.school_id, row.person_id) for row in found if row.role is Role.PUPIL),
    )


async def standing(session: AsyncSession, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of the sessions that are neither expired nor revoked, and whose account is not disabled."""
    keys, found = sorted(session_ids), set[UUID]()
    for start in range(0, len(keys), AT_ONCE):
        found.update(await session.scalars(sa.select(Session.id).join(Account, Account.id == Session.account_id).where(
            Session.id.in_(keys[start:start + AT_ONCE]), is_standing())))
    return found
