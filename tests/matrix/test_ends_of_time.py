"""Days at the ends of the calendar, wherever a day may be named: they are answered or refused like any other."""

import re
from typing import Any

import pytest

from tests.matrix.asking import DONE, Desk
from tests.matrix.documents import document
from tests.matrix.questions import MUTATIONS, QUERIES
from tests.matrix.table import read

pytestmark = [pytest.mark.xdist_group("matrix"), pytest.mark.once]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ENDS = "0001-01-01", "9999-12-31"


def at(day: str, value: Any) -> Any:
    """The same arguments, but for all days in them."""
    if isinstance(value, dict):
        return {name: at(day, one) for name, one in value.items()}
    if isinstance(value, list):
        return [at(day, one) for one in value]
    return day if isinstance(value, str) and _DAY.fullmatch(value) else value


async def test_a_day_at_the_ends_of_the_calendar_breaks_nothing(counter: Desk) -> None:
    cells, asked = read().sections, set[str]()
    for section, questions in (("Queries", QUERIES), ("Mutations", MUTATIONS)):
        for question in questions:
            named = dict(question.arguments(counter.town.targets["own"]))
            if at("", named) == named:
                continue
            asked.add(question.name)
            role = next((role for role, cell in cells[section][question.name].items() if cell.startswith(DONE)), "office")
            for day in ENDS:
                answer = await counter.post(role, document(counter.schema._schema, question), at(day, named), undone=True)
                assert b"INTERNAL" not in answer.body, (question.name, day)
    assert {"statistics", "mealFigures", "nextSchoolYear", "startSchoolYear", "gradebook", "addTerm"} <= asked
