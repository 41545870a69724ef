"""Registers written by a teacher and by an absence that is spread, at the same moment: what either replaces is kept, whoever comes first."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.clock import Clock
from school.context import Viewer
from school.db import Database
from school.diary import attendance
from school.diary import spread as spreading
from school.diary.attendance_models import ReplacedAttendance
from school.diary.models import Attendance, AttendanceKind
from school.ids import Kind, Ref
from tests.diary.desk import NOON, Desk
from tests.races.test_taps import waiting
from tests.world import MONDAY, build


@pytest.mark.parametrize("begun", [False, True], ids=["nothing was there", "an absence was there"])
@pytest.mark.parametrize("first", ["teacher", "leader", "both are the office"])
async def test_what_is_replaced_meanwhile_is_kept_and_told(postgresql_url: str, first: str, *, begun: bool) -> None:
    """Row locks are PostgreSQL's: who waits for one reads only then what is there."""
    database = Database(postgresql_url)
    desk = Desk(database, await build(database))
    clock.use(Clock(NOON, NOON, 0))
    reasons = [ids.decode(Kind.ABSENCE_REASON, await desk.add_reason(name, name)) for name in "БС"]
    anna, lesson = Ref(1, desk.world.people["anna"]), Ref(1, desk.world.lessons["5A-1"])

    def spread(reason: Ref) -> Callable[[AsyncSession, Viewer], Awaitable[object]]:
        return lambda session, viewer: spreading.spread(session, viewer, anna, MONDAY, MONDAY, 1 << 1, reason)

    def record(session: AsyncSession, viewer: Viewer) -> Awaitable[object]:
        return attendance.record_many(session, viewer, lesson, [attendance.NewEntry(anna, AttendanceKind.ABSENT)])

    runs = {
        "teacher": (("teacher", record), ("class_teacher", spread(reasons[0]))), "leader": (("class_teacher", spread(reasons[0])), ("teacher", record)),
        "both are the office": (("office", spread(reasons[0])), ("office", spread(reasons[1])))}[first]

    async def write(login: str, run: Callable[[AsyncSession, Viewer], Awaitable[object]]) -> None:
        viewer = desk.world.viewers[login]
        async with database.begin(viewer.identity()) as session:
            await run(session, viewer)

    try:
        if begun:
            other = ids.decode(Kind.ABSENCE_REASON, await desk.add_reason("Другая", "Д"))
            await write("office", spread(other))
        (login, run), later = runs
        viewer = desk.world.viewers[login]
        async with asyncio.timeout(30), database.begin(viewer.identity()) as session:
            await run(session, viewer)
            second = asyncio.create_task(write(*later))
            while not await waiting(database):
                assert not second.done()
                await asyncio.sleep(0.005)  # the server does not announce who waits
        await second
        kept = await desk.rows(ReplacedAttendance, "reason_id", "kind")
        told = [(payload["old_kind"], payload["kind"]) for _, _, payload in await desk.events()]
        [(last,)] = await desk.rows(Attendance, "kind")
        assert len(set(kept)) == len(kept) == len(told) - 1, "each entry but the last was replaced"
        assert [old for old, _ in told] == [None, *(new for _, new in told[:-1])]
        assert told[-1][1] == last
    finally:
        clock.use(Clock())
        await database.close()
