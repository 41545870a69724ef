"""Who is in the school now: classes counted, the staff, and whoever is looked for by name; each at one statement, and of a teacher's own classes only."""

from typing import Any

import pytest

from school.access import whereabouts
from school.context import NOBODY
from school.errors import Code, Refused
from school.registry.people import LONGEST_SEARCH, beginnings
from tests.access.gatehouse import Gatehouse

GUARD_SEES, OTHERS = {"5A": (2, 1), "6B": (1, 0)}, ("parent", "anna", "canteen")


async def read(house: Gatehouse, name: str, login: str | None, **given: Any) -> list[Any]:
    """The rows of a statement, which is the only one."""
    viewer = NOBODY if login is None else house.viewer(login)
    with house.counted() as sent:
        rows = list(await house.database.reader(viewer.identity()).all(getattr(whereabouts, name), viewer, **given))
    assert sent in (["SELECT"], [])  # nothing is asked where nothing can be seen
    return rows


async def test_classes_are_counted_for_those_who_answer_for_them(house: Gatehouse) -> None:
    await house.enter("anna")
    await house.enter("vera")
    await house.leave("vera")
    counted = {
        login: {f"{row.grade}{row.letter}": (row.pupils, row.inside) for row in await read(house, "_classes", login)}
        for login in ("guard", "office", "teacher", "class_teacher", *OTHERS, None)
    }
    assert counted == {
        "guard": GUARD_SEES, "office": GUARD_SEES, "teacher": {"5A": (2, 1)}, "class_teacher": GUARD_SEES, **{login: {} for login in (*OTHERS, None)}}


async def test_the_staff_are_for_guards_and_office(house: Gatehouse) -> None:
    await house.enter("teacher")
    names = {id_: name for name, id_ in house.world.people.items()}
    for login in ("guard", "office"):
        staff = {names[row.id]: row.inside for row in await read(house, "_staff", login)}
        assert staff == {"canteen": None, "class_teacher": None, "guard": None, "office": None, "teacher": True}
    for other in ("teacher", *OTHERS, None):
        assert await read(house, "_staff", other) == []


async def test_somebody_is_found_by_how_their_name_begins(house: Gatehouse) -> None:
    await house.enter("boris")
    names = {id_: name for name, id_ in house.world.people.items()}

    async def found(login: str | None, search: str, first: int = 20) -> list[tuple[str, bool | None]]:
        return [(names[row.id], row.inside) for row in await read(house, "_found", login, first=first, **beginnings(search))]

    assert await found("guard", "borisова bo") == [("boris", True)]
    assert await found("guard", "C") == [("canteen", None), ("class_teacher", None)]
    assert await found("guard", "C", first=1) == [("canteen", None)]
    assert await found("teacher", "Boris") == [("boris", True)]
    assert [await found(login, search) for login, search in (
        ("teacher", "Vera"), ("teacher", "Canteen"), ("guard", "Parent"), ("guard", "Gleb"), ("parent", "Anna"), (None, "Anna"))] == [[]] * 6


@pytest.mark.parametrize("search", ["", "  ", "a\0", "a" * (LONGEST_SEARCH + 1)])
def test_a_search_has_some_characters(search: str) -> None:
    with pytest.raises(Refused) as refused:
        beginnings(search)
    assert refused.value.code is Code.BAD_INPUT
