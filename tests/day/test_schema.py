"""The day's GraphQL face: who finds which late arrivals, and how they stand in the family stream."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from strawberry.schema.config import StrawberryConfig

from school import ids
from school.context import NOBODY, Context
from school.day import updates
from school.day.schema import TYPES, DayQuery
from school.fields import SCALARS, check_policies
from school.ids import Kind
from school.schema import LIMITS
from school.serving.schema import Schema
from school.settings import Settings
from school.updates import Published
from tests.day.porch import Porch, at
from tests.statements import statements
from tests.world import MONDAY

SCHEMA = Schema(DayQuery, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS), limits=LIMITS)
check_policies(SCHEMA)
SETTINGS = Settings()
QUERY = "query($child: ID!, $from: Date!, $to: Date!) { lateArrivals(childId: $child, from: $from, to: $to) { date minutes lessonId passageId } }"


async def ask(porch: Porch, viewer: str | None, child: str, *, school_id: int = 1, from_: str = "2026-09-01", to: str = "2026-09-30") -> Any:
    """The late arrivals of a child, or the code and message of the one error."""
    person = porch.world.people.get(child, UUID(int=7))
    context = Context(NOBODY if viewer is None else porch.world.viewers[viewer], porch.database, SETTINGS)
    variables = {"child": ids.encode(Kind.PERSON, school_id, person), "from": from_, "to": to}
    result = await SCHEMA.execute(QUERY, variable_values=variables, context_value=context)
    if result.errors:
        error, = result.errors
        return (error.extensions or {})["code"], error.message
    return (result.data or {})["lateArrivals"]


@pytest.mark.parametrize("viewer", ["parent", "anna", "teacher", "class_teacher", "office"])
async def test_the_family_the_teachers_and_the_office_find_them(porch: Porch, viewer: str) -> None:
    passage = await porch.passes("anna", at(8, 45))
    await porch.react()
    assert await ask(porch, viewer, "anna") == [{
        "date": "2026-09-07", "minutes": 15, "lessonId": ids.encode(Kind.LESSON, 1, porch.world.lessons["5A-1"]),
        "passageId": ids.encode(Kind.PASSAGE, 1, passage.id),
    }]
    assert await ask(porch, viewer, "anna", from_="2026-09-08") == []
    assert await ask(porch, viewer, "anna", to="2026-09-07") != []


@pytest.mark.parametrize("viewer", ["other_parent", "divorced", "stranger", "boris", "canteen", "guard", "teacher2", "office2"])
async def test_for_all_others_the_child_is_as_absent(porch: Porch, viewer: str) -> None:
    porch.world.viewers["boris"] = porch.world.viewers["other_parent"]
    await porch.passes("anna", at(8, 45))
    await porch.react()
    absent = await ask(porch, viewer, "nobody")
    assert absent == ("NOT_FOUND", "No such object.")
    assert await ask(porch, viewer, "anna") == absent


async def test_bad_questions_are_refused(porch: Porch) -> None:
    assert await ask(porch, None, "anna") == ("NOT_SIGNED_IN", "Sign in first.")
    assert (await ask(porch, "parent", "anna", from_="2026-09-02", to="2026-09-01"))[0] == "BAD_INPUT"
    assert (await ask(porch, "parent", "anna", from_="2026-01-01", to="2026-09-01"))[0] == "TOO_MANY"


@pytest.mark.parametrize("late", [True, False])
async def test_it_takes_one_statement(porch: Porch, late: bool) -> None:
    await porch.passes("anna", at(8, 45 if late else 10))
    await porch.react()
    with statements(porch.database) as sent:
        assert len(await ask(porch, "parent", "anna")) == late  # type: ignore[arg-type]
    assert sent == ["SELECT"]


@pytest.mark.parametrize(("kind", "payload", "expected"), [
    ("day.came_late", {"date": "2026-09-07", "passage_id": str(UUID(int=1)), "lesson_id": str(UUID(int=2)), "minutes": 3, "old_minutes": 9},
     updates.CameLate(cursor="c", child_id="", occurred_at=at(8, 33), late=True, date=MONDAY, minutes=3, old_minutes=9, lesson_id="", passage_id="")),
    ("day.late_withdrawn", {"date": "2026-09-07", "minutes": 3},
     updates.LateWithdrawn(cursor="c", child_id="", occurred_at=at(8, 33), late=True, date=MONDAY, minutes=3)),
])
def test_events_become_updates(kind: str, payload: dict[str, Any], expected: Any) -> None:
    made = updates.UPDATES[kind](Published("c", 1, UUID(int=5), kind, payload, at(8, 33), late=True))
    assert made.child_id == ids.encode(Kind.PERSON, 1, UUID(int=5))
    assert isinstance(made, type(expected))
    shown = {name: value for name, value in vars(made).items() if not name.endswith("_id")}
    assert shown == {name: value for name, value in vars(expected).items() if not name.endswith("_id")}
    if isinstance(made, updates.CameLate):
        assert (made.passage_id, made.lesson_id) == (ids.encode(Kind.PASSAGE, 1, UUID(int=1)), ids.encode(Kind.LESSON, 1, UUID(int=2)))
    assert made.date == dt.date(2026, 9, 7)
