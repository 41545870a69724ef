"""Registers as a whole: lessons whose register was not taken, and how one child attended."""

import datetime as dt
from typing import Any

from school import clock, ids
from school.clock import Clock
from school.diary.models import Lesson
from school.registry.models import Pupil
from tests.diary.absence import spread
from tests.diary.desk import Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_marks import ABSENT
from tests.world import MONDAY

UNFILLED = """query($from: Date!, $to: Date!, $first: Int! = 50, $after: String) { lessonsWithoutRegister(from: $from, to: $to, first: $first, after: $after) {
  edges { node { lesson { id subject { name } classGroup { name } } pupils missing } } pageInfo { hasNextPage endCursor } } }"""
CHILD = """query($child: ID!, $from: Date!, $to: Date!) { childAttendance(childId: $child, from: $from, to: $to) {
  minutesLate counts { present late absent excused } reasons { count reason { sign } }
  subjects { subject { name } counts { present late absent excused } } } }"""
DAYS = {"from": str(MONDAY - dt.timedelta(days=3)), "to": str(MONDAY)}


async def unfilled(desk: Desk, login: str, **values: Any) -> list[tuple[str, int, int]]:
    """Lessons with how many pupils have them and how many lack an entry."""
    names = {desk.lesson(name): name for name in desk.world.lessons}
    found = await desk.ask(login, UNFILLED, **{**DAYS, **values})
    return [(names[edge["node"]["lesson"]["id"]], edge["node"]["pupils"], edge["node"]["missing"]) for edge in found["edges"]]


async def test_lessons_without_a_whole_register(desk: Desk) -> None:
    """Those that are over, by who has to do with them; newest first."""
    await desk.add_lesson("friday", on_date=MONDAY - dt.timedelta(days=3))
    await desk.add_lesson("cancelled", bell=3, cancelled_at=clock.now())
    await desk.add_lesson("later", bell=7)  # 14:30 to 15:15, and it is 15:00
    await record(desk, entry(desk, "anna"), entry(desk, "boris"))
    await record(desk, entry(desk, "anna"), lesson="5A-2")
    mine = [("5A-2", 2, 1), ("friday", 2, 2)]
    assert await unfilled(desk, "teacher") == mine
    assert sorted(await unfilled(desk, "class_teacher")) == sorted(await unfilled(desk, "office")) == sorted([*mine, ("6B-1", 1, 1), ("6B-2", 1, 1)])
    assert await unfilled(desk, "teacher2") == [("2-5A-2", 2, 2), ("2-5A-1", 2, 2)]
    assert await unfilled(desk, "teacher", to=DAYS["from"]) == [("friday", 2, 2)]
    after = dt.datetime(2026, 9, 7, 12, 15, tzinfo=dt.UTC)
    clock.use(Clock(after, after, 0))
    assert (await unfilled(desk, "teacher"))[0] == ("later", 2, 2)


async def test_only_those_who_have_a_lesson_are_missing_in_it(desk: Desk) -> None:
    await desk.change(Pupil, desk.world.people["anna"], left_on=MONDAY)
    await record(desk, entry(desk, "boris"))
    assert await unfilled(desk, "teacher") == [("5A-2", 1, 1)]
    await desk.change(Pupil, desk.world.people["boris"], enrolled_on=MONDAY + dt.timedelta(days=1))
    assert await unfilled(desk, "teacher") == []


async def test_pages_and_limits(desk: Desk) -> None:
    found = await desk.ask("office", UNFILLED, first=3, **DAYS)
    assert (len(found["edges"]), found["pageInfo"]["hasNextPage"]) == (3, True)
    rest = await desk.ask("office", UNFILLED, first=3, after=found["pageInfo"]["endCursor"], **DAYS)
    assert (len(rest["edges"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    assert (await desk.error("office", UNFILLED, **{"from": "2026-08-01", "to": str(MONDAY)}))[0] == "TOO_MANY"
    assert (await desk.error("parent", UNFILLED, **DAYS))[0] == "NOT_ALLOWED"


async def test_the_number_of_statements_does_not_grow(desk: Desk) -> None:
    with desk.counted() as few:
        await desk.ask("office", UNFILLED, **DAYS)
    async with desk.database.begin() as session:
        session.add_all(
            Lesson(school_id=1, id=ids.new(), course_id=desk.world.courses["5A"], class_group_id=desk.world.classes["5A"], on_date=MONDAY, bell=bell,
                   room=None, topic=None, cancelled_at=None) for bell in range(1, 6) for _ in range(8))
    desk.names.__init__()  # type: ignore[misc]
    with desk.counted() as many:
        assert len((await desk.ask("office", UNFILLED, **DAYS))["edges"]) == 44
    assert len(many) == len(few) <= 3


async def test_a_childs_figures(desk: Desk) -> None:
    """Computed by hand: 5 lessons, of which one is another course's."""
    ill, none = await desk.add_reason("Болезнь", "Б"), await desk.add_reason("Без причины", "Н", excused=False)
    for name, bell in (("third", 3), ("fourth", 4)):
        await desk.add_lesson(name, bell=bell)
    await record(desk, entry(desk, "anna", "LATE", 7))
    await record(desk, entry(desk, "anna"), lesson="5A-2")
    await spread(desk, ill, bells=[3])
    await spread(desk, none, bells=[4])
    counts = {"present": 1, "late": 1, "absent": 1, "excused": 1}
    whole = {
        "minutesLate": 7, "counts": counts, "reasons": [{"count": 1, "reason": {"sign": "Б"}}, {"count": 1, "reason": {"sign": "Н"}}],
        "subjects": [{"subject": {"name": "Алгебра"}, "counts": counts}]}
    asked = {"child": desk.person("anna"), **DAYS}
    for login in ("parent", "anna", "teacher", "class_teacher", "office"):
        assert await desk.ask(login, CHILD, **asked) == whole
    empty = {"minutesLate": 0, "counts": dict.fromkeys(counts, 0), "reasons": [], "subjects": []}
    assert await desk.ask("other_parent", CHILD, **{**asked, "child": desk.person("boris")}) == empty
    assert await desk.ask("parent", CHILD, **{**asked, "to": DAYS["from"]}) == empty
    for login in ("other_parent", "teacher2", "guard"):
        assert await desk.error(login, CHILD, **asked) == tuple(ABSENT.values())
    assert (await desk.error("parent", CHILD, **{**asked, "from": "2025-09-06"}))[0] == "TOO_MANY"
    with desk.counted() as statements:
        await desk.ask("parent", CHILD, **asked)
    assert len(statements) == 2
