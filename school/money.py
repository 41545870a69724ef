"""Money: integer minor units (kopecks) with a currency. Never a float."""

from dataclasses import dataclass

from school.errors import bad_input

CURRENCIES = {"RUB": 2, "EUR": 2, "KZT": 2, "BYN": 2}
"""ISO 4217 codes in use here, with the number of digits of their minor unit."""

LARGEST = 10_000_000
"""The largest amount of one transfer, in minor units (100,000 roubles): more is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency; may be negative (a posting, a debt)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise ValueError(f"unknown currency {self.currency!r}")

    def __str__(self) -> str:
        digits = CURRENCIES[self.currency]
        whole, part = divmod(abs(self.minor), 10**digits)
        return f"{'-' if self.minor < 0 else ''}{whole}.{part:0{digits}} {self.currency}"


def positive(minor: int, name: str = "amount") -> int:
    """The amount of a transfer; refused when zero, negative or absurdly large."""
    if minor <= 0:
        raise bad_input(f"{name} must be above zero")
    if minor > LARGEST:
        raise bad_input(f"{name} must be at most {LARGEST} minor units")
    return minor
