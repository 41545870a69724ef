"""The district's pages: its schools beside one another, and each by itself, in figures behind which there are five pupils or more."""

import datetime as dt
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import expect

from school import ids
from school.context import Role
from school.db import Database
from school.diary.models import Attendance, AttendanceKind, Lesson, Mark, WorkKind
from school.registry.account_models import Account, AccountRole
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER

LAST_MONTH = dt.datetime.now(ZoneInfo("Europe/Moscow")).date().replace(day=1) - dt.timedelta(days=10)
CLASS = 12
"""Half of them were there and have a five; the others were not, and have a four."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _last_month(theatre: Stage) -> AsyncIterator[None]:
    """A lesson of last month with its register and marks; and who works for the district of both schools."""
    database, world, now = Database(theatre.service.database_url), theatre.world, dt.datetime.now(dt.UTC)
    course, group, teacher = world.courses["5A"], world.classes["5A"], world.people["teacher"]
    async with database.begin() as session:
        lesson = Lesson(school_id=1, id=ids.new(), course_id=course, class_group_id=group, on_date=LAST_MONTH, bell=1, room=None, topic=None, cancelled_at=None)
        session.add(lesson)
        await session.flush()
        for number in range(CLASS):
            person, name = ids.new(), f"Ученик{number:02}"
            session.add(Person(school_id=1, id=person, family_name=name, given_name="Ян", patronymic=None, sort_key=sort_key(name, "Ян")))
            await session.flush()
            session.add(Pupil(school_id=1, id=person, class_group_id=group, enrolled_on=LAST_MONTH, left_on=None))
            await session.flush()
            kind = AttendanceKind.PRESENT if number < 6 else AttendanceKind.ABSENT
            session.add(Attendance(school_id=1, lesson_id=lesson.id, pupil_id=person, kind=kind, minutes_late=None, by=teacher, at=now))
            session.add(Mark(
                school_id=1, id=ids.new(), pupil_id=person, lesson_id=lesson.id, course_id=course, value=5 if number < 6 else 4, weight=1,
                work=WorkKind.TEST, comment=None, revision=1, given_by=teacher, given_at=now, withdrawn_at=None))
        secret = await session.scalar(sa.select(Account.password_hash).where(Account.login == "office"))
        officer = Account(id=ids.new(), login="district", password_hash=secret, made_at=now, disabled_at=None)
        session.add(officer)
        await session.flush()
        for school, name in ((1, "office"), (2, "office2")):
            session.add(AccountRole(account_id=officer.id, school_id=school, person_id=world.people[name], role=Role.DISTRICT))
    await database.close()
    yield


async def test_the_district_begins_at_its_schools_and_looks_at_one(stage: Stage) -> None:
    page = await stage.open("/", login="district", size=DESKTOP)
    await page.wait_for_url("**/district")
    await page.get_by_role("button", name="1 месяц").click()
    table = page.get_by_role("table", name="По школам")
    await expect(table.get_by_role("row")).to_have_count(3)
    link = table.get_by_role("link").first
    row = table.get_by_role("row").nth(1)
    assert (await row.get_by_role("cell").all_inner_texts())[:2] == ["50\u00a0%", "50\u00a0%"]
    name = await link.inner_text()
    await link.click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert page.url.endswith("?months=1")
    attendance = page.get_by_role("table", name="По месяцам").first
    assert (await attendance.get_by_role("row").nth(1).get_by_role("cell").all_inner_texts()) == ["50\u00a0%", "50\u00a0%", "0\u00a0%", "0\u00a0%"]
    await expect(page.get_by_text("Цифра, за которой меньше пяти учеников, скрыта")).to_be_visible()
    grades = page.get_by_role("table", name="По параллелям")
    assert (await grades.get_by_role("row", name="5").get_by_role("cell").all_inner_texts())[0] == "50\u00a0%"
    assert "Ученик0" not in await page.locator("#page").inner_text()


async def test_a_school_that_is_not_the_district_s_is_not_there(stage: Stage) -> None:
    page = await stage.open("/district/nothing", login="district", size=DESKTOP)
    await expect(page.get_by_role("alert")).to_contain_text("Этого здесь нет или это не для вас.")
