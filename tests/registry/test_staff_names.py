"""Names of staff that are kept: told to whoever belongs to the school and to nobody else, for a minute, and only of staff."""

import pytest

from school import ids
from school.context import Context, Viewer
from school.db import Database
from school.ids import Kind
from school.registry import staff_names
from school.registry.loaders import load_person
from school.registry.staff_names import StaffNames
from school.settings import Settings
from tests.registry.office import Office
from tests.statements import statements


class Asking:
    """As a resolver's info."""

    def __init__(self, database: Database, viewer: Viewer, names: StaffNames) -> None:
        self.context = Context(viewer, database, Settings(), staff_names=names)


async def named(office: Office, login: str, person: str, names: StaffNames) -> str | None:
    """How a person is called, for whoever signs in so."""
    school_id = 2 if person in {"teacher2", "gleb"} else 1
    ref = ids.Ref(school_id, office.world.people[person])
    found = load_person(Asking(office.database, office.world.viewers[login], names), ref)  # type: ignore[arg-type]
    row = await found if hasattr(found, "__await__") else found
    assert row is None or row.id == ids.encode(Kind.PERSON, school_id, office.world.people[person])
    return None if row is None else row.given_name


async def test_a_name_is_read_once_a_minute_for_all_of_the_school(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    names, now = StaffNames(), [0.0]
    monkeypatch.setattr(staff_names.time, "monotonic", lambda: now[0])
    with statements(office.database) as sent:
        assert [await named(office, login, "teacher", names) for login in ("parent", "other_parent", "anna", "guard")] == ["Teacher"] * 4
        assert sent == ["SELECT"]
        now[0] = staff_names.FRESH_SECONDS
        assert await named(office, "other_parent", "teacher", names) == "Teacher"
    assert sent == ["SELECT"] * 2


async def test_a_kept_name_is_nobody_else_s(office: Office) -> None:
    names = StaffNames()
    assert await named(office, "parent", "teacher2", names) == "Teacher2"
    for login in ("other_parent", "teacher", "office"):
        assert await named(office, login, "teacher2", names) is None, login


async def test_only_the_staff_s_are_kept(office: Office) -> None:
    names = StaffNames()
    assert await named(office, "parent", "anna", names) == "Anna"
    assert await named(office, "office", "anna", names) == "Anna"
    assert await named(office, "other_parent", "anna", names) is None
