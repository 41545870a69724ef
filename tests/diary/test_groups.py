"""Groups within classes: added, filled from a day on, renamed, closed; bad input is refused and changes nothing."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from school import ids
from school.db import Base
from school.diary.groups import MOST_GROUPS
from school.ids import Kind
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import Course, Pupil
from tests.diary.desk import Desk
from tests.diary.division import CLOSE, GROUPS, RENAME, add, divide, fill
from tests.diary.test_attendance import entry, record
from tests.diary.test_class_moves import move
from tests.diary.test_courses import add as add_course
from tests.diary.test_courses import close as close_course
from tests.diary.test_courses import subject
from tests.diary.test_marks import ABSENT, give, item
from tests.world import MONDAY

FIRST, SIXTH, TUESDAY = dt.date(2026, 9, 1), dt.date(2026, 9, 6), MONDAY + dt.timedelta(days=1)
TABLES: tuple[type[Base], ...] = (PupilGroup, GroupMember, Course)
TAKEN = {"code": "CONFLICT", "message": "the division has a group of this name already, maybe a closed one"}


async def members(desk: Desk) -> list[tuple[str, str, dt.date, dt.date | None]]:
    """Who is in which group of which name, from when until before when; not what never was so."""
    names, groups = {id_: name for name, id_ in desk.world.people.items()}, dict(await desk.rows(PupilGroup, "id", "name"))
    return sorted((groups[group], names[pupil], since, until) for group, pupil, since, until in await desk.rows(
        GroupMember, "group_id", "pupil_id", "since", "until") if since != until)


async def told(desk: Desk) -> list[tuple[str, Any, Any, str]]:
    """To whom it was told, that they are in which group after which other one, and from when."""
    names = {str(id_): name for name, id_ in desk.world.people.items()} | {str(id_): name for id_, name in await desk.rows(PupilGroup, "id", "name")}
    return [
        (names[topics[0]], names.get(one["old_pupil_group_id"]), names.get(one["pupil_group_id"]), one["on"])
        for kind, topics, one in await desk.events() if kind == "diary.group_changed"]


async def test_a_group_is_added_renamed_and_closed(desk: Desk) -> None:
    id_ = str(ids.new())
    group = {"id": ids.encode(Kind.PUPIL_GROUP, 1, ids.client_id(id_)), "division": "Английский", "name": "1"}
    for _ in range(2):
        assert await add(desk, " 1 ", id_=id_) == {"group": group, "closed": False}
    before = await desk.everything(*TABLES)
    assert await add(desk, "2", id_=id_) == {"code": "CONFLICT", "message": "another group has this id"}
    assert await add(desk) == TAKEN
    assert await add(desk, "2", "office2") == await add(desk, "2", of="2-5A") == ABSENT
    assert [(await add(desk, "2", login))["code"] for login in ("teacher", "parent", None)] == ["NOT_ALLOWED", "NOT_ALLOWED", "NOT_SIGNED_IN"]
    assert [(await add(desk, name, division=division))["code"] for name, division in ((" ", "А"), ("x" * 41, "А"), ("1", "а\nб"))] == ["BAD_INPUT"] * 3
    assert await desk.everything(*TABLES) == before
    other = (await add(desk, "2"))["group"]["id"]
    assert await desk.ask("office", RENAME, input={"groupId": other, "name": "1"}) == TAKEN
    for _ in range(2):
        assert (await desk.ask("office", RENAME, input={"groupId": other, "name": "сильная"}))["group"]["name"] == "сильная"
    course = await add_course(desk, groupId=group["id"])
    assert await desk.ask("office", CLOSE, input={"groupId": group["id"]}) == {"code": "CONFLICT", "message": "the group has courses: close them first"}
    await close_course(desk, course["course"]["id"])
    for closed in (True, True, False, True):
        assert await desk.ask("office", CLOSE, input={"groupId": group["id"], "closed": closed}) == {"group": group, "closed": closed}
    before = await desk.everything(*TABLES)
    closed = {"code": "BAD_INPUT", "message": "the group is closed"}
    assert await fill(desk, group["id"], "anna") == await add_course(desk, subjectId=await subject(desk), groupId=group["id"]) == closed
    for document, more in ((RENAME, {"name": "3"}), (CLOSE, {})):
        assert await desk.ask("office2", document, input={"groupId": group["id"], **more}) == ABSENT
    assert await desk.everything(*TABLES) == before
    for number in range(MOST_GROUPS - 2):
        await add(desk, str(number + 10))
    assert await add(desk, "9") == {"code": "TOO_MANY", "message": "a class has at most 50 groups"}


async def test_pupils_come_and_go_from_a_day_on(desk: Desk) -> None:
    """Who comes into a group leaves the division's other one; the families of those for whom something changes are told, once."""
    first, second = (await add(desk))["group"]["id"], (await add(desk, "2"))["group"]["id"]
    for _ in range(2):
        assert (await fill(desk, first, "anna", "boris"))["group"]["id"] == first
    assert await members(desk) == [("1", "anna", FIRST, None), ("1", "boris", FIRST, None)]
    assert sorted(await told(desk)) == [("anna", None, "1", "2026-09-01"), ("boris", None, "1", "2026-09-01")]
    await fill(desk, second, "boris", from_="2026-09-08")
    assert await members(desk) == [("1", "anna", FIRST, None), ("1", "boris", FIRST, TUESDAY), ("2", "boris", TUESDAY, None)]
    assert (await told(desk))[2:] == [("boris", "1", "2", "2026-09-08")]
    with desk.counted() as statements:
        shown = await desk.ask("office", GROUPS, group=desk.group("5A"))
    assert len(statements) == 1, statements
    assert [(one["group"]["name"], one["courses"], one["closed"], one["pupils"]) for one in shown] == [
        ("1", 0, False, [{"person": {"id": desk.person("anna")}, "since": "2026-09-01"}]),
        ("2", 0, False, [{"person": {"id": desk.person("boris")}, "since": "2026-09-08"}])]
    assert await desk.ask("office2", GROUPS, group=desk.group("5A")) == []
    assert (await desk.error("teacher", GROUPS, group=desk.group("5A")))[0] == "NOT_ALLOWED"
    # After all from the sixth on, and Anna nowhere.
    await fill(desk, second, "boris", from_="2026-09-06")
    await fill(desk, first, from_="2026-09-06")
    assert await members(desk) == [("1", "anna", FIRST, SIXTH), ("1", "boris", FIRST, SIXTH), ("2", "boris", SIXTH, None)]
    assert (await told(desk))[3:] == [("anna", "1", None, "2026-09-06")]
    await fill(desk, first, "anna")
    assert await members(desk) == [("1", "anna", FIRST, None), ("2", "boris", SIXTH, None)]
    # Whose leaving is known stays until then.
    async with desk.database.begin() as session:
        (await session.get_one(Pupil, (1, desk.world.people["boris"]))).left_on = dt.date(2026, 12, 31)
    for pupils in (("anna",), ()):
        await fill(desk, second, *pupils, from_="2026-09-08")
        assert [one for one in await members(desk) if one[1] == "boris"] == [("2", "boris", SIXTH, None)]
    await fill(desk, first, "anna")
    assert [one for one in await members(desk) if one[1] == "anna"] == [("1", "anna", FIRST, None)]
    # Another division is none of this one's business; nor is who has moved away.
    girls = (await add(desk, "девочки", division="Физкультура"))["group"]["id"]
    await fill(desk, girls, "anna")
    assert len(await members(desk)) == 3
    assert (await move(desk))["on"] == "2026-09-08"
    assert [one for one in await members(desk) if one[1] == "anna"] == [("1", "anna", FIRST, TUESDAY), ("девочки", "anna", FIRST, TUESDAY)]


async def test_whoever_cannot_be_in_a_group_is_refused_and_nothing_changes(desk: Desk) -> None:
    first, second = await divide(desk)
    await give(desk, item(desk), lesson="en1")
    await record(desk, entry(desk, "boris"), lesson="en2", login="class_teacher")
    await desk.add_pupils("Ушедший")
    await desk.change(Pupil, desk.world.people["Ушедший"], left_on=MONDAY)
    before = await desk.everything(*TABLES)
    says = {"code": "CONFLICT", "message": "lessons of the group have marks or register entries of a pupil who goes, from that day on"}
    assert await fill(desk, first) == await fill(desk, second, from_="2026-09-07") == await fill(desk, second, "anna", "boris") == says
    assert await fill(desk, first, "vera") == await fill(desk, first, "gleb") == await fill(desk, first, "Ушедший") == ABSENT
    assert await fill(desk, first, "anna", login="office2") == await fill(desk, desk.group("5A"), "anna") == ABSENT
    assert [(await fill(desk, first, login=login))["code"] for login in ("teacher", "parent", None)] == ["NOT_ALLOWED", "NOT_ALLOWED", "NOT_SIGNED_IN"]
    assert await fill(desk, first, "anna", "anna") == {"code": "BAD_INPUT", "message": "pupilIds has the same pupil twice"}
    assert await fill(desk, first, from_="2026-09-09") == {"code": "BAD_INPUT", "message": "from is tomorrow at the latest"}
    assert await desk.everything(*TABLES) == before
    assert "group" in await fill(desk, second, "anna", "boris", from_="2026-09-08")
    third = (await add(desk, "1", of="6B"))["group"]["id"]
    assert await add_course(desk, subjectId=await subject(desk), groupId=third) == ABSENT


async def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    group = (await add(desk))["group"]["id"]
    names = [f"Ученик {number:02}" for number in range(100)]
    await desk.add_pupils(*names)
    for count in (1, 30, 100):
        with desk.counted() as statements:
            assert "group" in await fill(desk, group, *names[:count])
        assert len(statements) == 8, statements
    for count in (99, 1):
        with desk.counted() as statements:
            assert "group" in await fill(desk, group, *names[:count])
        assert len(statements) == 11, statements
    await fill(desk, group, *names)
    assert (await fill(desk, group, *names, "anna"))["code"] == "TOO_MANY"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["1", "2"]), st.sets(st.sampled_from(["anna", "boris"])), st.integers(1, 8)), min_size=1, max_size=6))
async def test_whatever_is_set_nobody_is_in_two_groups_at_once(desk: Desk, steps: list[tuple[str, set[str], int]]) -> None:
    """From the day on it is as the last step says, and never is a pupil in both."""
    groups = {name: (await add(desk, name, division=str(ids.new())[-12:]))["group"] for name in "1"}
    division = groups["1"]["division"]
    groups["2"] = (await add(desk, "2", division=division))["group"]
    for name, pupils, day in steps:
        await fill(desk, groups[name]["id"], *sorted(pupils), from_=f"2026-09-{day:02}")
        keys = {ids.decode(Kind.PUPIL_GROUP, group["id"]).id: number for number, group in groups.items()}
        rows = [row for row in await desk.rows(GroupMember, "group_id", "pupil_id", "since", "until") if row[0] in keys]
        for date in (dt.date(2026, 9, number) for number in range(1, 12)):
            there = [(keys[group], pupil) for group, pupil, since, until in rows if since <= date and (until is None or until > date)]
            assert len({pupil for _, pupil in there}) == len(there)
            if date.day >= day:
                assert {pupil for group, pupil in there if group == name} == {desk.world.people[one] for one in pupils}
