"""What tills took, by day."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.meals import refunds
from school.meals.models import Transfer
from school.registry.types import school_id
from tests.meals.canteen import Canteen, rubles
from tests.meals.test_schema import ask, till_id
from tests.statements import statements

FIGURES = """query($school: ID!, $from: Date!, $to: Date!) { mealFigures(schoolId: $school, from: $from, to: $to) {
    date till { id name } sold sum { minor currency } } }"""
WEEK = {"from": "2026-09-07", "to": "2026-09-13"}
EVENING = dt.datetime(2026, 9, 7, 20, 59, tzinfo=dt.UTC)
"""A minute before midnight in Moscow."""


async def figures(canteen: Canteen, viewer: str | None, **days: Any) -> Any:
    """The answer, or its code."""
    answer = await ask(canteen, viewer, FIGURES, **{"school": school_id(1), **WEEK, **days})
    return answer if isinstance(answer, str) else answer["mealFigures"]


async def sell(canteen: Canteen, amount: int, moment: dt.datetime) -> Any:
    """Something, at this moment."""
    sold = await canteen.sell(await canteen.present("anna"), rubles(amount))
    async with canteen.database.begin() as session:
        await session.execute(sa.update(Transfer).where(Transfer.id == sold.ref.id).values(happened_at=moment))
    return sold


async def test_sales_are_counted_on_the_school_s_own_days(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(1000))
    for amount, moment in ((100, EVENING), (150, EVENING), (70, EVENING + dt.timedelta(minutes=2)), (5, EVENING + dt.timedelta(days=7))):
        await sell(canteen, amount, moment)
    back = await sell(canteen, 30, EVENING)
    async with canteen.database.begin() as session:
        await refunds.refund(session, canteen.viewer("canteen"), ids.new(), back.ref)
    till = {"id": till_id(canteen), "name": "Буфет"}
    with statements(canteen.database) as sent:
        found = await figures(canteen, "office")
    assert found == [
        {"date": "2026-09-07", "till": till, "sold": 2, "sum": {"minor": 25_000, "currency": "RUB"}},
        {"date": "2026-09-08", "till": till, "sold": 1, "sum": {"minor": 7_000, "currency": "RUB"}},
    ]
    assert len(sent) == 1


@pytest.mark.parametrize(("viewer", "question", "code"), [
    ("office", {"to": "2026-09-01"}, "BAD_INPUT"), ("office", {"from": "2026-01-01"}, "TOO_MANY"), ("office2", {}, "NOT_FOUND"),
    ("canteen", {}, "NOT_ALLOWED"), ("parent", {}, "NOT_ALLOWED"), (None, {}, "NOT_SIGNED_IN"),
])
async def test_bad_questions_are_refused(canteen: Canteen, viewer: str | None, question: dict[str, Any], code: str) -> None:
    assert await figures(canteen, viewer, **question) == code


async def test_nothing_was_sold_yet(canteen: Canteen) -> None:
    assert await figures(canteen, "office") == []
