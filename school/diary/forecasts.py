"""What if: a child's average with marks that are not there yet, and how many more would make a wanted one. Exact; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from school.diary.mark_rows import HEAVIEST, check_scale
from school.diary.term_mark_rows import nearest
from school.errors import Code, Refused, bad_input

MOST = 50
"""Imagined marks."""
MOST_NEEDED = 12
"""Kinds of marks for which it is told how many are needed: the highest of the scale."""
_HALF = Fraction(1, 2)


class Imagined(NamedTuple):
    """A mark that is not there."""

    value: int
    weight: int


@dataclass(frozen=True, slots=True)
class Needed:
    """How many more marks of this value, with weight 1, would make the wanted mark; 0 where it is made already."""

    value: int
    count: int


class Forecast(NamedTuple):
    """The average with the imagined marks, the whole mark that it makes, and the ways to the wanted one."""

    average: Fraction | None
    makes: int | None
    needed: list[Needed]


def forecast(sum_: int, weights: int, lowest: int | None, highest: int | None, imagined: Sequence[Imagined], target: int | None) -> Forecast:
    """From the sums of the marks that are there. Refused: more than 50 imagined ones (TOO_MANY), a value outside the scale (OUT_OF_SCALE), a weight outside
    1 to 10 (BAD_INPUT)."""
    if len(imagined) > MOST:
        raise Refused(Code.TOO_MANY, f"at most {MOST} imagined marks")
    for value, weight in imagined:
        check_scale(value, lowest, highest)
        if not 1 <= weight <= HEAVIEST:
            raise bad_input(f"weight lies between 1 and {HEAVIEST}")
        sum_, weights = sum_ + value * weight, weights + weight
    check_scale(target, lowest, highest)
    average = Fraction(sum_, weights) if weights else None
    needed = [] if target is None or highest is None else [
        Needed(value, how_many(sum_, weights, value, target)) for value in range(max(target, highest - MOST_NEEDED + 1), highest + 1)]
    return Forecast(average, None if average is None else nearest(average), needed)


def how_many(sum_: int, weights: int, value: int, target: int) -> int:
    """The fewest marks of a value, not below the wanted one, with weight 1, until the average makes at least the wanted mark.

    The average makes it from half a mark below on: (sum + n × value) / (weights + n) ≥ target - 1/2.
    """
    if not weights:
        return 1
    bound = target - _HALF
    missing = weights * bound - sum_
    return max(0, -(-missing // (value - bound)))
