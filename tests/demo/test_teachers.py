"""The demo's teachers: the register says what the gates have said."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from school.demo.programme import Given, Programme, Visit
from school.demo.teachers import plan_lessons
from school.ids import Ref
from school.seed.dice import Dice

BELL = dt.datetime(2026, 9, 7, 5, 30, tzinfo=dt.UTC)
LATE, PUNCTUAL, ABSENT = UUID(int=1), UUID(int=2), UUID(int=3)


class Clerk:
    """A client that only writes down the register."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, int | None]] = []

    async def ask(self, operation: str, **variables: Any) -> None:
        """As `Client` does."""
        assert operation == "register"
        self.entries = [(item["kind"], item["minutesLate"]) for item in variables["input"]["items"]]


@pytest.mark.parametrize(("bell", "entries"), [
    (0, [("LATE", 2), ("PRESENT", None), ("ABSENT", None)]), (55, [("PRESENT", None), ("PRESENT", None), ("ABSENT", None)]),
])
def test_who_came_late_is_late_in_the_first_lesson_alone(bell: int, entries: list[tuple[str, int | None]]) -> None:
    """Also when somebody without a login has given the first one, and its register is nobody's."""
    minute, clerk = dt.timedelta(minutes=1), Clerk()
    begins = BELL + bell * minute
    programme = Programme(BELL.date(), absent={ABSENT})
    programme.visits = [
        Visit(LATE, b"", BELL + 2.5 * minute, BELL + 400 * minute, late=2), Visit(PUNCTUAL, b"", BELL - 9 * minute, BELL + 400 * minute)]
    programme.given = [Given("teacher", Ref(1, UUID(int=9)), None, begins, begins + 45 * minute, (LATE, PUNCTUAL, ABSENT), marked=False)]
    [[register]] = plan_lessons(programme, {"teacher": clerk}, Dice("a day"))  # type: ignore[dict-item]
    asyncio.run(register.do())  # type: ignore[arg-type]
    assert (register.at, clerk.entries) == (begins + 16 * minute, entries)
