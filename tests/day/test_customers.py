"""Who forgot the card: found by the beginning of the name and the class, by the canteen alone, few at a time and not by leafing."""

from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import NOBODY, Context
from school.day.customer_schema import SEARCH
from school.errors import Refused
from school.ids import Kind
from school.meals.customers import MOST_FOUND, Search
from school.meals.models import AccountKind, MealAccount
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from school.schema import people
from school.settings import Settings
from tests.day.porch import Porch
from tests.statements import statements

FIND = "query($till: ID!, $name: String!) { customers(tillId: $till, name: $name) { id name classGroup { name } balance { minor currency } floor { minor } } }"


async def find(porch: Porch, name: str, *, viewer: str | None = "canteen", till: str | None = None) -> Any:
    """Who is found, or the code of the refusal."""
    asks = porch.world.viewers[viewer] if viewer else NOBODY
    place = till or ids.encode(Kind.TILL, 1, porch.world.tills["till"])
    result = await people().execute(FIND, {"till": place, "name": name}, Context(asks, porch.database, Settings()))
    if result.errors:
        return (result.errors[0].extensions or {})["code"]
    assert result.data is not None
    return result.data["customers"]


async def test_a_pupil_is_found_with_class_and_account(porch: Porch) -> None:
    anna = {
        "id": ids.encode(Kind.PERSON, 1, porch.world.people["anna"]), "name": "Annaова Anna", "classGroup": {"name": "5A"},
        "balance": {"minor": 0, "currency": "RUB"}, "floor": {"minor": 0}}
    with statements(porch.database) as sent:
        assert await find(porch, "annaова an") == [anna]
    assert [kind for kind in sent if kind == "SELECT"] == ["SELECT", "SELECT"]  # the till, and who is found
    for name in ("ANNA", "anna 5a", "anna 5 а", "5А anna"):
        assert await find(porch, name) == [anna], name
    for name in ("anna 6", "anna 5B", "nobody", "teacher", "glebова"):
        assert await find(porch, name) == [], name


async def test_who_has_left_or_has_no_account_is_not_found(porch: Porch) -> None:
    async with porch.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == porch.world.people["anna"]).values(left_on=sa.func.current_date()))
    assert await find(porch, "anna") == []


@pytest.mark.parametrize("name", ["", "an", "5A", "a 5 n", "x" * 101, "anna\0"])
async def test_too_little_to_look_for_is_refused(porch: Porch, name: str) -> None:
    assert await find(porch, name) == "BAD_INPUT"


@pytest.mark.parametrize(("viewer", "code"), [
    ("office", "NOT_ALLOWED"), ("guard", "NOT_ALLOWED"), ("parent", "NOT_ALLOWED"), ("teacher", "NOT_ALLOWED"), (None, "NOT_SIGNED_IN")])
async def test_only_the_canteen_looks_names_up(porch: Porch, viewer: str | None, code: str) -> None:
    assert await find(porch, "anna", viewer=viewer) == code


async def test_an_absent_till_finds_nobody(porch: Porch) -> None:
    assert await find(porch, "anna", till=ids.encode(Kind.TILL, 1, ids.new())) == "NOT_FOUND"


async def test_ten_are_found_at_most_and_names_are_not_leafed_through(porch: Porch) -> None:
    async with porch.database.begin() as session:
        for number in range(MOST_FOUND + 2):
            person = ids.new()
            name = ("Иванов", f"Имя{number:02}", None)
            session.add(Person(school_id=1, id=person, family_name=name[0], given_name=name[1], patronymic=None, sort_key=sort_key(*name)))
            await session.flush()
            pupil = (await session.execute(sa.select(Pupil).where(Pupil.id == porch.world.people["anna"]))).scalar_one()
            session.add(Pupil(school_id=1, id=person, class_group_id=pupil.class_group_id, enrolled_on=pupil.enrolled_on, left_on=None))
            await session.flush()
            session.add(MealAccount(
                school_id=1, id=ids.new(), kind=AccountKind.PERSON, person_id=person, currency="RUB", balance=100, floor=0, opened_at=clock.now()))
    assert [one["name"] for one in await find(porch, "ИВА")] == [f"Иванов Имя{number:02}" for number in range(MOST_FOUND)]
    for _ in range(SEARCH.burst - 1):
        assert await find(porch, "nobody") == []
    assert await find(porch, "nobody") == "TOO_MANY_ATTEMPTS"


def test_a_class_is_told_from_a_name() -> None:
    assert Search.parse(" Иванов  ан 5 А ") == Search(("Иванов", "ан"), 5, "А")
    assert Search.parse("11«б» петров") == Search(("петров",), 11, "Б")
    assert Search.parse("Ли Ын") == Search(("Ли", "Ын"), None, "")
    with pytest.raises(Refused):
        Search.parse("13а 5")
