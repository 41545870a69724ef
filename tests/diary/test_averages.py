"""Averages: exact fractions, and the rounding that is stated."""

import datetime as dt
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school import ids
from school.diary.averages import rounded, weighted
from school.diary.models import GradingScale
from school.registry.models import Pupil
from tests.diary.desk import Desk
from tests.diary.test_corrections import AVERAGES
from tests.diary.test_marks import give, item

MARKS = st.lists(st.tuples(st.integers(-100, 100), st.integers(1, 10)), max_size=40)


@pytest.mark.parametrize(("marks", "exact", "shown"), [
    ([(5, 1)], Fraction(5), "5.00"),
    ([(5, 3), (2, 1)], Fraction(17, 4), "4.25"),
    ([(5, 1), (4, 1), (4, 1)], Fraction(13, 3), "4.33"),
    ([(5, 2), (4, 1)], Fraction(14, 3), "4.67"),
    ([(5, 1), (4, 7)], Fraction(33, 8), "4.13"),  # 4.125: a half goes up
    ([(3, 1), (2, 7)], Fraction(17, 8), "2.13"),
])
def test_by_hand(marks: list[tuple[int, int]], exact: Fraction, shown: str) -> None:
    assert weighted(marks) == exact
    assert rounded(exact) == shown


def test_no_marks_have_no_average() -> None:
    assert weighted([]) is None


@given(MARKS)
def test_the_order_does_not_matter_and_a_weight_counts_as_that_many_marks(marks: list[tuple[int, int]]) -> None:
    spread = [(value, 1) for value, weight in reversed(marks) for _ in range(weight)]
    assert weighted(marks) == weighted(spread)


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10_000))
def test_rounding_is_to_the_nearest_hundredth_and_a_half_goes_up(exact: Fraction) -> None:
    shown = Fraction(Decimal(rounded(exact)))
    assert Fraction(-1, 200) < shown - exact <= Fraction(1, 200)
    assert Decimal(rounded(exact)).as_tuple().exponent == -2


@given(st.integers(-100_000, 100_000))
def test_hundredths_stay_what_they_are(hundredths: int) -> None:
    exact = Decimal(hundredths) / 100
    assert Decimal(rounded(Fraction(hundredths, 100))) == exact.quantize(Decimal("0.01"), ROUND_FLOOR) == exact.quantize(Decimal("0.01"), ROUND_CEILING)


async def test_a_child_s_averages_by_subject(desk: Desk) -> None:
    await give(desk, item(desk, value=5, weight=1), item(desk, value=4, weight=7), item(desk, "boris", value=2))
    with desk.counted() as statements:
        shown = await desk.ask("parent", AVERAGES, child=desk.person("anna"))
    assert shown == [{
        "subject": {"name": "Алгебра"}, "scale": {"name": "5", "lowest": 2, "highest": 5}, "marks": 2,
        "average": {"numerator": 33, "denominator": 8, "decimal": "4.13"},
    }]
    assert len(statements) == 1, statements
    for login in ("anna", "teacher", "class_teacher", "office"):
        assert await desk.ask(login, AVERAGES, child=desk.person("anna")) == shown


async def test_averages_begin_with_the_term_unless_days_are_named(desk: Desk) -> None:
    await desk.add_lesson("august", on_date=dt.date(2026, 8, 31))
    await desk.change(Pupil, desk.world.people["anna"], enrolled_on=dt.date(2026, 8, 1))
    await give(desk, item(desk, value=2), lesson="august")
    await give(desk, item(desk, value=5))
    document = AVERAGES.replace("($child: ID!)", "($child: ID!, $from: Date, $to: Date)").replace("childId: $child", "childId: $child, from: $from, to: $to")
    for from_, to, expected in (
        (None, None, ["5.00"]), ("2026-08-31", None, ["3.50"]), ("2026-08-31", "2026-08-31", ["2.00"]), (None, "2026-09-06", []), ("2026-09-08", None, []),
    ):
        shown = await desk.ask("parent", document, **{"child": desk.person("anna"), "from": from_, "to": to})
        assert [row["average"]["decimal"] for row in shown] == expected


async def test_marks_on_a_scale_as_large_as_the_column_are_summed_exactly(desk: Desk) -> None:
    async with desk.database.read() as session:
        scale = (await session.execute(GradingScale.__table__.select().where(GradingScale.school_id == 1))).one()
    await desk.change(GradingScale, scale.id, highest=32_767)
    await give(desk, *(item(desk, value=32_767, weight=10) for _ in range(100)))
    shown = await desk.ask("parent", AVERAGES, child=desk.person("anna"))
    assert shown[0]["average"] == {"numerator": 32_767, "denominator": 1, "decimal": "32767.00"}


@pytest.mark.parametrize("login", ["other_parent", "divorced", "stranger", "teacher2", "office2", "guard", "canteen"])
async def test_another_family_s_child_answers_as_absent(desk: Desk, login: str) -> None:
    await give(desk, item(desk))
    desk.world.people["absent"] = ids.new()
    absent = await desk.error(login, AVERAGES, child=desk.person("absent"))
    assert await desk.error(login, AVERAGES, child=desk.person("anna")) == absent == ("NOT_FOUND", "No such object.")
