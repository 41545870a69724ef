"""Weighted averages: exact fractions, with one stated rounding rule for showing them."""

from collections.abc import Iterable
from fractions import Fraction

PLACES = 2


def weighted(marks: Iterable[tuple[int, int]]) -> Fraction | None:
    """The sum of value × weight over the sum of weights, exactly; None without marks."""
    values = weights = 0
    for value, weight in marks:
        values += value * weight
        weights += weight
    return Fraction(values, weights) if weights else None


def rounded(average: Fraction) -> str:
    """The average as people read it: 2 decimal places, a half goes up (4.125 → 4.13), always with both places (4.50)."""
    scale = 10**PLACES
    hundredths = (2 * average.numerator * scale + average.denominator) // (2 * average.denominator)
    sign, digits = ("-" if hundredths < 0 else ""), f"{abs(hundredths):0{PLACES + 1}d}"
    return f"{sign}{digits[:-PLACES]}.{digits[-PLACES:]}"
