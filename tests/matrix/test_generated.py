"""Queries that nobody thought of: hundreds for everyone who asks, and no answer has a text or an id of a child that is not the asker's to see."""

from collections.abc import Callable

import pytest
from graphql import DocumentNode

from tests.matrix.asking import Desk
from tests.matrix.generated import generate, run
from tests.matrix.markers import ALLOWED, leaks
from tests.matrix.town import ROLES

pytestmark = pytest.mark.xdist_group("generated")  # they are made once in a process
COUNT, MANY = 300, 2_500
"""How many each of those who ask is asked for on PostgreSQL, which a city has, where on SQLite it is a fifth of them; and in the long run."""
PATIENCE = 3_000
"""Among so many at the most a fault is found: among the first, which the tests above have made, or those that ask for the field that tells it."""


async def found_out(desk: Desk, role: str, documents: list[DocumentNode]) -> tuple[list[str], set[str]]:
    """Which markers one may not meet were met, and which others."""
    leaked, met = list[str](), set[str]()
    for document in documents:
        body = await run(desk, role, document)
        leaked += leaks(desk.town, role, body)
        met |= {marker for marker in desk.town.markers if marker.encode() in body}
    return leaked, met


async def test_no_generated_query_tells_of_a_foreign_child(counter: Desk) -> None:
    documents = list(generate(counter.schema._schema, counter.town, COUNT))
    assert len(documents) == COUNT
    few = counter.town.database.sqlite
    documents = documents[::5] if few else documents
    met: dict[str, set[str]] = {}
    for role in ROLES:
        leaked, met[role] = await found_out(counter, role, documents)
        assert leaked == [], role
    own = {role for role, markers in met.items() if markers}  # they do ask for what is one's own: a few of two hundred for who may least
    assert own <= set(ALLOWED) if few else own == set(ALLOWED)
    assert sum(map(len, met.values())) > 40


@pytest.mark.soak
async def test_no_query_of_very_many_does(counter: Desk) -> None:
    documents = list(generate(counter.schema._schema, counter.town, MANY))
    for role in ROLES:
        leaked, met = await found_out(counter, role, documents)
        assert (leaked, len(met) >= (5 if role in ALLOWED else 0)) == ([], True), role


@pytest.mark.parametrize(("places", "root"), [
    (("school.diary.queries.visible_marks",), None), (("school.registry.queries.visible_pupils",), None),
    (("school.access.policy.watched_persons", "school.access.policy.visible_passages"), "passages"),
])
async def test_a_widened_policy_is_found(sqlite_counter: Desk, widen: Callable[[str], None], places: tuple[str, ...], root: str | None) -> None:
    """Mutants: whoever asks sees everything of one kind."""
    for place in places:
        widen(place)
    for document in generate(sqlite_counter.schema._schema, sqlite_counter.town, PATIENCE if root else COUNT, root):
        leaked, _ = await found_out(sqlite_counter, "guardian", [document])
        if leaked:
            return
    pytest.fail("nothing has leaked")
