"""Bells: when the lessons of a school's day begin and end, set by the office."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from school.context import MEMBERS, Viewer
from school.db import Rows
from school.errors import Code, Refused, bad_input
from school.reading import Reader
from school.registry.bell_models import Bell
from school.registry.policy import in_schools
from school.statements import Asking, Read, given

MOST_BELLS = 20
"""Of one day: two shifts."""


class BellRow(NamedTuple):
    """A bell: the columns of `BELL`, in order. Times are the school's own."""

    number: int
    starts_at: dt.time
    ends_at: dt.time


BELL: Rows = sa.select(Bell.number, Bell.starts_at, Bell.ends_at)


@Read
def _bells(viewer: Asking) -> Rows:
    return BELL.where(Bell.school_id == given("school_id"), in_schools(viewer, Bell.school_id, *MEMBERS)).order_by(Bell.number).limit(MOST_BELLS)


async def of_school(reader: Reader, viewer: Viewer, school_id: int) -> list[BellRow]:
    """A school's regular bells by number; of a school that is not the viewer's none."""
    return [BellRow(*row) for row in await reader.all(_bells, viewer, school_id=school_id)]


def check_bells(there: Mapping[int, BellRow], bells: Sequence[BellRow]) -> list[BellRow]:
    """All bells of a day, by number, once these are set beside those that are there.

    Refused: no bell, a number that is not 1 to 20, one number twice, an end that is not after the beginning, a bell that begins before the one before it has
    ended (BAD_INPUT); more than 20 (TOO_MANY).
    """
    if len(bells) > MOST_BELLS:
        raise Refused(Code.TOO_MANY, f"a school has at most {MOST_BELLS} bells")
    named = {bell.number: bell for bell in bells}
    if not bells or len(named) < len(bells) or not all(1 <= number <= MOST_BELLS for number in named):
        raise bad_input(f"bells are numbered 1 to {MOST_BELLS}, each once")
    all_ = [bell for _, bell in sorted(({**there} | named).items())]
    if any(bell.starts_at.tzinfo or bell.ends_at.tzinfo or bell.ends_at <= bell.starts_at for bell in bells):
        raise bad_input("a lesson ends after it has begun, at the school's own times")
    if any(later.starts_at < earlier.ends_at for earlier, later in itertools.pairwise(all_)):
        raise bad_input("a lesson begins when the one before it has ended")
    return all_
