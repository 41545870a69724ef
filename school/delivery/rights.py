"""Rights at delivery: which children an account may hear of, and whether the session behind a subscription still stands.

Read from the registry's tables, which are at least as new as the feed: a guardianship event in the feed says *when* to read again, the tables say what is true.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from school import clock
from school.context import NOBODY, OF_A_CHILD, Role
from school.db import Moment, Rows
from school.ids import Ref
from school.reading import Reader
from school.registry import guardianship
from school.registry.account_models import Account, AccountRole, Session
from school.registry.accounts import is_standing
from school.registry.guardianship import Opened
from school.statements import Asking, Many, Read, any_of, given

GUARDIANSHIP_KINDS = frozenset({"registry.guardianship_granted", "registry.guardianship_ended", "registry.guardianship_restricted"})
"""Events after which a guardian's children are read again; their payload names `guardian_id` and `pupil_id`."""

AT_ONCE = 100
"""Sessions that are looked at in one go, while nothing else is delivered."""


@dataclass(frozen=True, slots=True)
class Family:
    """As whom an account belongs to families: the persons it guards as, and the pupils it is."""

    guardians: frozenset[Ref]
    selves: frozenset[Ref]

    def opened(self, children: Mapping[Ref, Opened]) -> Opened:
        """The family's children and what of each is open, from those of its guardians."""
        return guardianship.merge([dict.fromkeys(self.selves, OF_A_CHILD), *(children[guardian] for guardian in self.guardians)])


async def family_of(reader: Reader, account_id: UUID) -> Family:
    """The family roles of an account, in all schools. The reader is the service's own."""
    found = await reader.all(_roles, NOBODY, account=account_id)
    return Family(
        frozenset(Ref(row.school_id, row.person_id) for row in found if row.role is Role.GUARDIAN),
        frozenset(Ref(row.school_id, row.person_id) for row in found if row.role is Role.PUPIL),
    )


async def standing(reader: Reader, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of the sessions that are neither expired nor revoked, and whose account is not disabled. At most `AT_ONCE`; the reader is the service's own."""
    return {row.id for row in await reader.all(_standing, NOBODY, ids=list(session_ids), now=clock.now())} if session_ids else set()


@Read
def _roles(_viewer: Asking) -> Rows:
    return sa.select(AccountRole.school_id, AccountRole.person_id, AccountRole.role).where(
        AccountRole.account_id == given("account"), sa.or_(AccountRole.role == Role.GUARDIAN, AccountRole.role == Role.PUPIL))


@Read
def _standing(_viewer: Asking) -> Rows:
    return sa.select(Session.id).join(Account, Account.id == Session.account_id).where(
        any_of(Session.id, given("ids", Many(UUID))), is_standing(given("now", Moment())))
