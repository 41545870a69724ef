"""What if: the average with imagined marks, and the fewest that reach a term's mark."""

import random
from fractions import Fraction

from school.diary import forecasts
from school.diary.forecasts import how_many
from school.diary.models import Mark
from school.diary.term_mark_rows import nearest
from tests.diary.desk import Desk
from tests.diary.test_marks import give, item
from tests.diary.test_term_marks import term

FORECAST = """query($child: ID!, $course: ID!, $term: ID!, $marks: [ImaginedMark!]!, $target: Int) {
  forecast(childId: $child, courseId: $course, termId: $term, marks: $marks, target: $target) {
    average { numerator denominator decimal } makes needed { value count } } }"""


async def test_what_if(desk: Desk) -> None:
    await give(desk, item(desk, "anna", value=3), item(desk, "anna", value=4))
    asked = {"child": desk.person("anna"), "course": desk.course("5A"), "term": term(desk)}
    with desk.counted() as statements:
        found = await desk.ask("parent", FORECAST, **asked, marks=[{"value": 5, "weight": 2}], target=5)
    assert len(statements) == 1, statements
    # (3 + 4 + 2 × 5) / 4 = 17/4; five from 4.5 on: (17 + 5n) / (4 + n) ≥ 9/2 needs n ≥ 2
    assert found == {"average": {"numerator": 17, "denominator": 4, "decimal": "4.25"}, "makes": 4, "needed": [{"value": 5, "count": 2}]}
    assert await desk.ask("anna", FORECAST, **asked, marks=[], target=4) == {
        "average": {"numerator": 7, "denominator": 2, "decimal": "3.50"}, "makes": 4, "needed": [{"value": 4, "count": 0}, {"value": 5, "count": 0}]}
    assert await desk.error("parent", FORECAST, **asked, marks=[{"value": 7}]) == ("OUT_OF_SCALE", "a mark lies between 2 and 5")
    assert await desk.error("parent", FORECAST, **asked, marks=[{"value": 5, "weight": 11}]) == ("BAD_INPUT", "weight lies between 1 and 10")
    assert (await desk.error("parent", FORECAST, **asked, marks=[{"value": 5}] * 51))[0] == "TOO_MANY"
    assert await desk.error("other_parent", FORECAST, **asked, marks=[]) == ("NOT_FOUND", "No such object.")
    assert await desk.rows(Mark, "value") == [(3,), (4,)], "nothing is written"


def test_the_fewest_marks_are_told() -> None:
    chance = random.Random(7)  # noqa: S311 - of a test
    for _ in range(2000):
        marks = [(chance.randint(2, 5), chance.randint(1, 3)) for _ in range(chance.randint(0, 12))]
        target = chance.randint(3, 5)
        value = chance.randint(target, 5)
        sum_, weights = sum(mark * weight for mark, weight in marks), sum(weight for _, weight in marks)
        count = how_many(sum_, weights, value, target)

        def makes(more: int, sum_: int = sum_, weights: int = weights, value: int = value) -> int:
            return nearest(Fraction(sum_ + more * value, weights + more)) if weights + more else 0

        assert makes(count) >= target
        assert count == 0 or makes(count - 1) < target


def test_a_wide_scale_tells_its_highest_marks_only() -> None:
    found = forecasts.forecast(0, 0, 0, 100, [], 40)
    assert [way.value for way in found.needed] == list(range(89, 101))
    assert (found.average, found.makes) == (None, None)
