"""What lists of the real schema are taken to hold: near enough to what they do hold, so that dear documents are refused, and cheap ones are not."""

import pytest
from graphql import parse

from school.schema import LIMITS, people
from school.serving.limits import check

MONTH = 'lessons(classGroupId: "x", from: "2026-09-01", to: "2026-09-30")'
YEAR = 'statistics(from: "2026-09-01", to: "2027-02-28")'
SCHOOLS = YEAR.replace(")", ", first: 100)")
LESSON = "id date bell startsAt endsAt room topic cancelled subject { name } teacher { name } classGroup { name }"
TWICE = f"{LESSON} {LESSON.replace('id ', 'again: id ')}"
HISTORY = "edges { node { id happenedAt amount { minor } balanceAfter { minor } items { name quantity price { minor } } } }"
COURSES, GROUPS = "closed course { id subject { name } }", "group { name } pupils { person { name } }"


def aliased(count: int, field: str, below: str) -> str:
    """So often the same field."""
    return " ".join(f"{field[0]}{number}: {field} {{ {below} }}" for number in range(count))


@pytest.mark.parametrize(("fields", "fits"), [
    (aliased(2, 'mealHistory(childId: "x", first: 100)', HISTORY), True),
    (aliased(10, 'schoolCourses(classGroupId: "x")', COURSES) + aliased(10, 'classPupilGroups(classGroupId: "x")', GROUPS), True),
    (aliased(1, MONTH, LESSON), True), (aliased(10, MONTH, TWICE), False),
    (aliased(4, YEAR, "edges { cursor }"), True), (aliased(10, YEAR, "edges { cursor }"), False), (aliased(1, SCHOOLS, "edges { node { pupils } }"), False),
], ids=["meals", "classes", "a month", "ten months", "figures", "very many figures", "figures of a hundred schools"])
def test_a_document_costs_about_what_its_answer_holds(fields: str, fits: bool) -> None:
    assert (check(people()._schema, parse(f"{{ {fields} }}"), LIMITS) <= LIMITS.cost) is fits
