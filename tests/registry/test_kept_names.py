"""Names that are kept: told to whoever belongs to the school and to nobody else, until an event takes them back, and only what all of a school may read."""

from typing import Any

import pytest
import sqlalchemy as sa

from school import ids
from school.access.models import Door
from school.access.types import load_door
from school.context import Context, Viewer
from school.db import Database
from school.ids import Kind, Ref
from school.record.personal import HOLDINGS
from school.registry import kept_names
from school.registry.kept_names import KeptNames
from school.registry.loaders import load_class_group, load_person, load_subject
from school.registry.models import ClassGroup, Subject
from school.settings import Settings
from tests.registry.office import Office
from tests.statements import statements


class Asking:
    """As a resolver's info."""

    def __init__(self, database: Database, viewer: Viewer, names: KeptNames) -> None:
        self.context = Context(viewer, database, Settings(), names=names)


async def ask(office: Office, login: str, load: Any, ref: Ref | None, names: KeptNames) -> Any:
    """What a loader brings to whoever signs in so."""
    found = load(Asking(office.database, office.world.viewers[login], names), ref)
    return await found if hasattr(found, "__await__") else found


async def named(office: Office, login: str, person: str, names: KeptNames) -> str | None:
    """How a person is called, for whoever signs in so."""
    school_id = 2 if person in {"teacher2", "gleb"} else 1
    row = await ask(office, login, load_person, Ref(school_id, office.world.people[person]), names)
    assert row is None or row.id == ids.encode(Kind.PERSON, school_id, office.world.people[person])
    return None if row is None else row.given_name


async def first(office: Office, model: Any) -> Ref:
    """One of school 1's."""
    async with office.database.read() as session:
        return Ref(1, (await session.scalars(sa.select(model.id).where(model.school_id == 1).limit(1))).one())


async def test_a_name_is_read_once_for_all_of_the_school(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should no event ever come, it is read again after a while."""
    names, now = KeptNames(), [0.0]
    monkeypatch.setattr(kept_names.time, "monotonic", lambda: now[0])
    with statements(office.database) as sent:
        assert [await named(office, login, "teacher", names) for login in ("parent", "other_parent", "anna", "guard")] == ["Teacher"] * 4
        assert sent == ["SELECT"]
        now[0] = kept_names.FRESH_SECONDS
        assert await named(office, "other_parent", "teacher", names) == "Teacher"
    assert sent == ["SELECT"] * 2


async def test_subjects_and_doors_are_kept_as_well(office: Office) -> None:
    names = KeptNames()
    for load, ref in ((load_subject, await first(office, Subject)), (load_door, await first(office, Door))):
        with statements(office.database) as sent:
            found = [await ask(office, login, load, ref, names) for login in ("parent", "other_parent", "guard")]
        assert (len({id(one) for one in found}), found[0] is not None, sent) == (1, True, ["SELECT"])
        assert await ask(office, "teacher2", load, ref, names) is None


async def test_a_kept_name_is_nobody_else_s(office: Office) -> None:
    names = KeptNames()
    assert await named(office, "parent", "teacher2", names) == "Teacher2"
    for login in ("other_parent", "teacher", "office"):
        assert await named(office, login, "teacher2", names) is None, login


async def test_only_what_all_may_read_is_kept(office: Office) -> None:
    """Of persons the staff; of classes, which a family sees none but its own of, nothing."""
    names = KeptNames()
    assert await named(office, "parent", "anna", names) == "Anna"
    assert await named(office, "office", "anna", names) == "Anna"
    assert await named(office, "other_parent", "anna", names) is None
    group = await first(office, ClassGroup)
    assert (await ask(office, "office", load_class_group, group, names) is not None, names.find(group)) == (True, None)


def test_a_school_s_names_are_forgotten_together_and_those_of_others_stay() -> None:
    names, here, there = KeptNames(), Ref(1, ids.new()), Ref(2, ids.new())
    names.keep(here, "here", names.changes)
    names.keep(there, "there", names.changes)
    names.forget(1)
    assert (names.find(here), names.find(there)) == (None, "there")


def test_what_was_read_before_a_change_is_not_kept() -> None:
    """The change may have been committed after the reading and told before its end."""
    names, ref = KeptNames(), Ref(1, ids.new())
    read_at = names.changes
    names.forget(1)
    names.keep(ref, "old", read_at)
    assert names.find(ref) is None
    names.keep(ref, "new", names.changes)
    assert names.find(ref) == "new"


def test_nothing_is_kept_while_changes_are_not_heard_of() -> None:
    names, ref = KeptNames(), Ref(1, ids.new())
    names.keep(ref, "kept", names.changes)
    names.follow(followed=False)
    names.keep(ref, "kept", names.changes)
    assert names.find(ref) is None
    names.follow(followed=True)
    names.keep(ref, "kept", names.changes)
    assert names.find(ref) == "kept"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nothing_renames_a_door_or_deletes_a_subject(office: Office) -> None:
    """Whatever verb a viewer finds, and erasure, which is the service's, does not touch them: only what renames a subject has to take names back."""
    async with office.database.read() as session:
        for table, changes in ((Subject.__tablename__, True), (Door.__tablename__, False)):
            may = [await session.scalar(sa.select(sa.func.has_any_column_privilege("school_viewer", table, what))) for what in ("SELECT", "UPDATE")]
            deletes = await session.scalar(sa.select(sa.func.has_table_privilege("school_viewer", table, "DELETE")))
            assert (may, deletes, table in HOLDINGS) == ([True, changes], False, False), table
