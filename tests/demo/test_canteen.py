"""The demo's counter: what does not become a sale is told, by name."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from school.demo.api import RefusedError
from school.demo.canteen import Counter, serve
from school.demo.programme import Visit
from school.demo.roster import Roster
from school.seed.dice import Dice

ANNA = UUID(int=1)
NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)


@dataclass
class Till:
    """The reader and the client of a canteen: what they answer, one after another, and what was sold."""

    outcome: str = "ADMIT"
    states: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    taps: int = 0
    sold: list[int] = field(default_factory=list)

    async def tap(self, _uid: bytes) -> dict[str, str]:
        """As `Reader` does."""
        self.taps += 1
        return {"outcome": self.outcome, "reason": "CARD_BLOCKED"}

    async def ask(self, operation: str, **variables: Any) -> Any:
        """As `Client` does."""
        if operation == "taps":
            return [{"id": "tap", "state": self.states.pop(0) if self.states else "READY"}]
        if self.refusals:
            raise RefusedError(self.refusals.pop(0), "no", "canteen")
        return self.sold.append(variables["input"]["total"]["minor"])


@pytest.mark.parametrize(("till", "taps", "sold", "told"), [
    (Till(), 1, 1, []),
    (Till(refusals=["NOT_ENOUGH_MONEY"]), 2, 1, []),  # but for a drink
    (Till(refusals=["NOT_ENOUGH_MONEY"] * 2), 2, 0, ["7А Анна has not enough money for anything"]),
    (Till(states=["EXPIRED"], refusals=["TAP_TOO_OLD"]), 3, 1, []),
    (Till(states=["EXPIRED"] * 3), 3, 0, ["7А Анна at the till: the demo's clock is too fast for a sale"]),
    (Till(outcome="REFUSE"), 1, 0, ["7А Анна at the till: CARD_BLOCKED"]),
])
async def test_a_card_is_presented_until_it_is_sold_to(till: Till, taps: int, sold: int, told: list[str]) -> None:
    lines: list[str] = []
    counter = Counter(till, till, "till", Roster({ANNA: "7А Анна"}), lines.append)  # type: ignore[arg-type]
    await serve(counter, Visit(ANNA, b"", NOON, NOON), Dice("a meal"))
    assert (till.taps, len(till.sold), [line.strip(" …") for line in lines]) == (taps, sold, told)


async def test_another_refusal_is_the_demos_to_tell() -> None:
    till = Till(refusals=["CONFLICT"])
    with pytest.raises(RefusedError, match=r"CONFLICT: no \(canteen\)"):
        await serve(Counter(till, till, "till", Roster({}), print), Visit(ANNA, b"", NOON, NOON), Dice("a meal"))  # type: ignore[arg-type]
    assert till.sold == []
