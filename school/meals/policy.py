"""Who may see whose money: a family its own, the office its school's; the canteen only what passes over its tills."""

import sqlalchemy as sa

from school.context import ADMINISTRATION, Area, Role
from school.db import Column
from school.meals.models import MealAccount, Till, Transfer
from school.registry.policy import Clause, family, in_schools, selves
from school.statements import Asking


def visible_accounts(viewer: Asking, school_id: Column = MealAccount.school_id, person_id: Column = MealAccount.person_id) -> Clause:
    """Whose account: the family's own, one's own, and the office's whole school. The canteen does not leaf through accounts."""
    return sa.or_(family(viewer, Area.MEALS, school_id, person_id), selves(viewer, school_id, person_id), in_schools(viewer, school_id, *ADMINISTRATION))


def visible_tills(viewer: Asking) -> Clause:
    """Which tills, with the cards presented there: those of the schools whose canteen or office the viewer is."""
    return in_schools(viewer, Till.school_id, Role.CANTEEN, *ADMINISTRATION)


def findable_accounts(viewer: Asking) -> Clause:
    """Among whose accounts a name is looked for at the till: those of the schools whose canteen the viewer is."""
    return in_schools(viewer, MealAccount.school_id, Role.CANTEEN)


def visible_transfers(viewer: Asking) -> Clause:
    """Which transfers: all of a visible account, and for the canteen those of its school's tills. The statement joins the account."""
    return sa.or_(visible_accounts(viewer), sa.and_(in_schools(viewer, Transfer.school_id, Role.CANTEEN), Transfer.till_id.is_not(None)))


def visible_takings(viewer: Asking) -> Clause:
    """Of which tills the viewer gets what they took: the office's and the head's."""
    return in_schools(viewer, Till.school_id, *ADMINISTRATION)
