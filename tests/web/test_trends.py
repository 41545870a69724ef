"""How marks go: who may need help, for those who teach them, and a child's own weeks, for the family."""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from playwright.async_api import expect

from school import ids
from school.db import Database
from school.diary.models import Lesson
from school.registry.models import Pupil
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def test_a_fall_is_told_to_the_teacher_and_a_trend_to_the_family(stage: Stage) -> None:
    database, world, today = Database(stage.service.database_url), stage.world, dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
    async with database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == world.people["anna"]).values(enrolled_on=today - dt.timedelta(60)))
        before = Lesson(
            school_id=1, id=ids.new(), course_id=world.courses["5A"], class_group_id=world.classes["5A"], on_date=today - dt.timedelta(35), bell=1,
            room="101", topic=None, cancelled_at=None)
        session.add(before)
    await database.close()
    world.lessons["before"] = before.id
    for lesson, value in (("before", 5), ("before", 5), ("5A-1", 4), ("5A-1", 4)):
        await stage.give_mark("anna", value, lesson=lesson)
    page = await stage.open("/at-risk", login="teacher", size=DESKTOP)
    anna = page.get_by_role("listitem").filter(has_text="Annaова")
    await expect(anna).to_contain_text("было 5,00, за четыре недели 4,00")
    await expect(page.get_by_role("group", name="По неделям").get_by_role("row")).to_have_count(3)
    await anna.get_by_role("link", name="5A · Алгебра").click()
    await expect(page.get_by_role("gridcell").first).to_be_visible()
    office = await stage.open("/at-risk", login="office", language="en", size=PHONE)
    await expect(office.get_by_role("listitem").filter(has_text="Annaова")).to_contain_text("was 5.00, of the last four weeks 4.00")
    family = await stage.open(stage.page("marks", "anna"), login="parent", size=PHONE)
    algebra = family.get_by_role("group").filter(has=family.get_by_role("heading", name="Алгебра"))
    await algebra.locator("summary").press("Enter")
    weeks = algebra.get_by_role("region", name="Среднее по неделям").get_by_role("listitem")
    await expect(weeks).to_have_count(2)
    await expect(weeks.first).to_contain_text("5,00")
