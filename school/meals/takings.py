"""What the tills of a school took, by day: how many sales, and how much."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.clock import check_range, shifted
from school.context import Viewer
from school.db import Moment, Rows, local_date
from school.errors import Code, Refused, not_found
from school.meals.models import Till, Transfer, TransferKind
from school.meals.policy import visible_takings
from school.reading import Reader
from school.registry.models import School
from school.statements import Asking, Read, given

LONGEST_RANGE = 190
"""Days: half a school year."""
MOST = 10_000
"""Rows of one answer: days of tills."""


@Read
def _tills(viewer: Asking) -> Rows:
    """Whether the viewer gets figures of the school."""
    return sa.select(Till.id).where(Till.school_id == given("school_id"), visible_takings(viewer)).limit(sa.literal_column("1"))


@Read
def _days(viewer: Asking) -> Rows:
    """The moments are a little more than the days, for an index: a school's day begins up to 14 hours earlier or later than in UTC."""
    date, other = local_date(Transfer.happened_at, School.time_zone), aliased(Transfer)
    taken_back = sa.select(other.refunds).where(other.school_id == given("school_id"), other.refunds.is_not(None))
    by = (Till.school_id, Till.id, Till.name, School.currency)
    return (
        sa.select(date.label("date"), *by, sa.func.count().label("sold"), sa.cast(sa.func.sum(Transfer.amount), sa.BigInteger).label("sum"))
        .join(Till, sa.and_(Till.school_id == Transfer.school_id, Till.id == Transfer.till_id)).join(School, School.id == Transfer.school_id)
        .where(
            Transfer.school_id == given("school_id"), Transfer.kind == TransferKind.SALE, Transfer.id.not_in(taken_back), visible_takings(viewer),
            Transfer.happened_at.between(given("begins", Moment()), given("ends", Moment())),
            date.between(given("from_", sa.Date()), given("to", sa.Date())))
        .group_by(date, *by).order_by("date", Till.name, Till.id).limit(sa.literal_column(str(MOST + 1)))
    )


async def by_day(reader: Reader, viewer: Viewer, school_id: int, from_: dt.date, to: dt.date) -> list[Any]:
    """Each till on each of at most 190 days on which it sold something: one round trip. Refused as absent: a school whose office the viewer is not."""
    check_range(from_, to, LONGEST_RANGE)
    begins, ends = (dt.datetime.combine(date, dt.time(), dt.UTC) for date in (shifted(from_, -1), shifted(to, 2)))
    there, found = await reader.each((_tills, _days), viewer, school_id=school_id, from_=from_, to=to, begins=begins, ends=ends)
    if not there:
        raise not_found()
    if len(found) > MOST:
        raise Refused(Code.TOO_MANY, f"more than {MOST} rows: ask for fewer days")
    return found
