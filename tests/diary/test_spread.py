"""One entry over all lessons of a child: what is written, what stays, and who may."""

import asyncio
import datetime as dt

import pytest

from school import ids
from school.diary import attendance
from school.diary import spread as spreading
from school.diary.models import Attendance, AttendanceKind, Lesson
from school.ids import Kind, Ref
from school.registry.models import Pupil
from tests.diary.absence import spread
from tests.diary.desk import NOON, Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_marks import ABSENT
from tests.diary.test_term_marks import CLOSE, term
from tests.world import MONDAY

TUESDAY, SATURDAY = str(MONDAY + dt.timedelta(days=1)), str(MONDAY - dt.timedelta(days=2))


async def entries(desk: Desk, pupil: str = "anna") -> dict[str, tuple[str, bool]]:
    """Kind, and whether there is a reason, by lesson."""
    names = {id_: name for name, id_ in desk.world.lessons.items()}
    found = await desk.rows(Attendance, "lesson_id", "pupil_id", "kind", "reason_id")
    return {names[lesson]: (str(kind), reason is not None) for lesson, one, kind, reason in found if one == desk.world.people[pupil]}


async def test_a_reason_is_spread_and_overwrites_nobody_who_was_seen(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    for name, after, bell in (("saturday", -2, 1), ("third", 0, 3), ("fourth", 0, 4), ("cancelled", 0, 5), ("tuesday", 1, 1)):
        await desk.add_lesson(name, on_date=MONDAY + dt.timedelta(days=after), bell=bell, cancelled_at=NOON if name == "cancelled" else None)
    await record(desk, entry(desk, "anna", "PRESENT"))
    await record(desk, entry(desk, "anna", "LATE", 4), lesson="5A-2")
    await record(desk, entry(desk, "anna", "ABSENT"), lesson="third")
    before = len(await desk.events())
    assert await spread(desk, ill, **{"from": SATURDAY, "to": TUESDAY}) == {
        "__typename": "AbsenceSpread", "written": 3, "unchanged": 0, "ahead": 1, "contradictions": [
            {"lesson": {"id": desk.lesson("5A-1")}, "attendance": {"kind": "PRESENT", "minutesLate": None}},
            {"lesson": {"id": desk.lesson("5A-2")}, "attendance": {"kind": "LATE", "minutesLate": 4}}]}
    assert await entries(desk) == {
        "saturday": ("excused", True), "5A-1": ("present", False), "5A-2": ("late", False), "third": ("excused", True), "fourth": ("excused", True)}
    told = [(payload["date"], payload["kind"], payload["old_kind"]) for _, _, payload in (await desk.events())[before:]]
    assert told == [("2026-09-05", "excused", None), ("2026-09-07", "excused", "absent"), ("2026-09-07", "excused", None)]
    everything = await desk.everything()
    again = await spread(desk, ill, **{"from": SATURDAY, "to": TUESDAY})
    assert (again["written"], again["unchanged"], len(again["contradictions"])) == (0, 3, 2)
    assert await desk.everything() == everything


async def test_some_bells_another_reason_and_the_office(desk: Desk) -> None:
    ill, none = await desk.add_reason("Болезнь", "Б"), await desk.add_reason("Без причины", "Н", excused=False)
    assert (await spread(desk, ill, bells=[2]))["written"] == 1
    assert await entries(desk) == {"5A-2": ("excused", True)}
    assert (await spread(desk, none, login="office"))["written"] == 2
    assert await entries(desk) == {"5A-1": ("absent", True), "5A-2": ("absent", True)}
    assert {by for (by,) in await desk.rows(Attendance, "by")} == {desk.world.people["office"]}


async def test_days_of_no_pupil_have_no_entry(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    await desk.add_lesson("saturday", on_date=MONDAY - dt.timedelta(days=2))
    await desk.change(Pupil, desk.world.people["anna"], enrolled_on=MONDAY)
    assert (await spread(desk, ill, **{"from": SATURDAY}))["written"] == 2
    assert set(await entries(desk)) == {"5A-1", "5A-2"}


async def test_a_spread_is_refused(desk: Desk) -> None:
    ill, old, other = await desk.add_reason("Болезнь", "Б"), await desk.add_reason("Карантин", "К", retired=True), await desk.add_reason("Б", "Б", school_id=2)
    no_such = {"__typename": "Refusal", **ABSENT}
    assert await spread(desk, other) == await spread(desk, ill, "vera") == no_such
    assert await spread(desk, ill, login="teacher") == await spread(desk, ill, login="office2") == no_such
    assert await spread(desk, ids.encode(Kind.ABSENCE_REASON, 1, ids.new())) == no_such
    assert (await spread(desk, old))["message"] == "the reason is not in use any more"
    assert (await spread(desk, ill, to=SATURDAY))["message"] == "to must not lie before from"
    assert (await spread(desk, ill, to=str(MONDAY + dt.timedelta(days=31))))["code"] == "TOO_MANY"
    for login in ("parent", "anna", "guard"):
        assert (await spread(desk, ill, login=login))["code"] == "NOT_ALLOWED"
    assert not any((await desk.everything()).values())


async def test_nothing_is_spread_over_a_closed_term(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    await desk.ask("office", CLOSE, term=term(desk))
    before = await desk.everything()
    assert (await spread(desk, ill))["code"] == "CLOSED"
    assert await desk.everything() == before


async def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    ill = await desk.add_reason("Болезнь", "Б")
    async with desk.database.begin() as session:
        session.add_all(
            Lesson(school_id=1, id=ids.new(), course_id=desk.world.courses["5A"], class_group_id=desk.world.classes["5A"],
                   on_date=MONDAY - dt.timedelta(days=day), bell=bell, room=None, topic=None, cancelled_at=None) for day in range(1, 7) for bell in range(1, 8))
    await desk.change(Pupil, desk.world.people["anna"], enrolled_on=MONDAY - dt.timedelta(days=30))
    for from_, written in ((MONDAY, 2), (MONDAY - dt.timedelta(days=30), 42)):
        with desk.counted() as statements:
            assert (await spread(desk, ill, **{"from": str(from_)}))["written"] == written
        assert len(statements) == 6, statements


@pytest.mark.parametrize("first", ["spread", "teacher"])
async def test_a_teacher_who_sees_the_child_at_the_same_moment_is_right(desk: Desk, first: str) -> None:
    """With real commits: whoever comes first, the child was there, and both are told so."""
    reason = ids.decode(Kind.ABSENCE_REASON, await desk.add_reason("Болезнь", "Б"))
    anna, leader, teacher = Ref(1, desk.world.people["anna"]), desk.world.viewers["class_teacher"], desk.world.viewers["teacher"]

    async def spreads() -> None:
        async with desk.database.begin(leader.identity()) as session:
            await spreading.spread(session, leader, anna, MONDAY, MONDAY, None, reason)

    async def sees() -> None:
        async with desk.database.begin(teacher.identity()) as session:
            await attendance.record_many(session, teacher, Ref(1, desk.world.lessons["5A-1"]), [attendance.NewEntry(anna, AttendanceKind.PRESENT)])

    await asyncio.gather(*(one() for one in ((spreads, sees) if first == "spread" else (sees, spreads))))
    assert await entries(desk) == {"5A-1": ("present", False), "5A-2": ("excused", True)}
