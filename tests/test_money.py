"""Money is exact, and amounts have limits."""

import pytest

from school.errors import Code, Refused
from school.money import LARGEST, Money, positive


@pytest.mark.parametrize(("minor", "text"), [(0, "0.00 RUB"), (5, "0.05 RUB"), (12345, "123.45 RUB"), (-5, "-0.05 RUB"), (-12300, "-123.00 RUB")])
def test_money_reads_well(minor: int, text: str) -> None:
    assert str(Money(minor, "RUB")) == text


def test_an_unknown_currency_is_a_bug() -> None:
    with pytest.raises(ValueError, match="'XXX'"):
        Money(1, "XXX")


@pytest.mark.parametrize("minor", [0, -1, LARGEST + 1])
def test_an_amount_has_limits(minor: int) -> None:
    with pytest.raises(Refused) as caught:
        positive(minor)
    assert caught.value.code == Code.BAD_INPUT


def test_the_largest_amount_is_allowed() -> None:
    assert positive(LARGEST) == LARGEST
