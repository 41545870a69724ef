"""Who sees whom: every login of the small world against every pupil, person, class and card."""

import pytest
import sqlalchemy as sa

from school.context import NOBODY
from school.db import Database
from school.registry.models import Card, ClassGroup, Person, Pupil
from school.registry.policy import visible_cards, visible_class_groups, visible_persons, visible_pupils
from tests.world import PUPILS, STAFF, World, build

ALL_1 = {"anna", "boris", "vera"}
STAFF_1 = {name for name, (school_id, _) in STAFF.items() if school_id == 1}
STAFF_2 = set(STAFF) - STAFF_1
GUARDIANS_1 = {"parent", "other_parent", "divorced"}

PUPILS_SEEN = {
    "parent": {"anna", "vera", "gleb"}, "other_parent": {"boris"}, "divorced": {"vera"}, "stranger": {"dina"}, "anna": {"anna"},
    "teacher": {"anna", "boris"}, "class_teacher": ALL_1, "canteen": set[str](), "guard": ALL_1, "office": ALL_1,
    "teacher2": {"gleb", "dina"}, "office2": {"gleb", "dina"},
}
PERSONS_SEEN = {
    "parent": {"anna", "vera", "gleb", "parent", "parent2"} | STAFF_1 | STAFF_2, "other_parent": {"boris", "other_parent"} | STAFF_1,
    "divorced": {"vera", "divorced"} | STAFF_1, "stranger": {"dina", "stranger"} | STAFF_2, "anna": {"anna"} | STAFF_1,
    "teacher": {"anna", "boris"} | STAFF_1, "class_teacher": ALL_1 | STAFF_1, "canteen": ALL_1 | STAFF_1 | GUARDIANS_1,
    "guard": ALL_1 | STAFF_1 | GUARDIANS_1,
    "office": ALL_1 | STAFF_1 | GUARDIANS_1, "teacher2": {"gleb", "dina"} | STAFF_2, "office2": {"gleb", "dina", "parent2", "stranger"} | STAFF_2,
}
CARDS_SEEN = {
    "parent": {"anna", "vera", "gleb"}, "other_parent": {"boris"}, "divorced": {"vera"}, "stranger": {"dina"}, "anna": {"anna"}, "teacher": {"teacher"},
    "class_teacher": {"class_teacher"}, "canteen": {"canteen"}, "guard": {"guard"}, "office": ALL_1 | STAFF_1, "teacher2": {"teacher2"},
    "office2": {"gleb", "dina"} | STAFF_2,
}
CLASSES_SEEN = {
    "parent": {"5A", "6B", "2-5A"}, "other_parent": {"5A"}, "divorced": {"6B"}, "stranger": {"2-5A"}, "anna": {"5A"}, "teacher2": {"2-5A"},
    "office2": {"2-5A"}, "canteen": set[str](), **{login: {"5A", "6B"} for login in ("teacher", "class_teacher", "guard", "office")},
}


async def seen(database: Database, statement: sa.Select[*tuple[object, ...]]) -> set[object]:
    """The ids that a statement finds."""
    async with database.read() as session:
        return set((await session.execute(statement)).scalars())


@pytest.fixture
async def world(database: Database) -> World:
    """The small world."""
    return await build(database)


async def test_each_login_sees_exactly_its_own(database: Database, world: World) -> None:
    assert set(PUPILS_SEEN) == set(PERSONS_SEEN) == set(CARDS_SEEN) == set(CLASSES_SEEN) == set(world.viewers)
    for login, viewer in world.viewers.items():
        assert await seen(database, sa.select(Pupil.id).where(visible_pupils(viewer))) == {world.people[name] for name in PUPILS_SEEN[login]}, login
        assert await seen(database, sa.select(Person.id).where(visible_persons(viewer))) == {world.people[name] for name in PERSONS_SEEN[login]}, login
        assert await seen(database, sa.select(Card.id).where(visible_cards(viewer))) == {world.cards[name] for name in CARDS_SEEN[login]}, login
        classes = await seen(database, sa.select(ClassGroup.id).where(visible_class_groups(viewer)))
        assert classes == {world.classes[name] for name in CLASSES_SEEN[login]}, login


async def test_nobody_sees_nothing(database: Database, world: World) -> None:
    assert len(world.people) > len(PUPILS)
    for statement in (
        sa.select(Pupil.id).where(visible_pupils(NOBODY)), sa.select(Person.id).where(visible_persons(NOBODY)),
        sa.select(Card.id).where(visible_cards(NOBODY)), sa.select(ClassGroup.id).where(visible_class_groups(NOBODY)),
    ):
        assert await seen(database, statement) == set()
