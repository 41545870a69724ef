"""A child's diary: the week with what happens in it, the weeks around it, and what there is to do."""

import datetime as dt

import sqlalchemy as sa
from playwright.async_api import expect

from school import ids
from school.db import Database
from school.diary.models import Lesson
from school.ids import Kind
from school.registry.models import Guardianship
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import Stage

pytestmark = IN_A_BROWSER


async def test_a_week_shows_what_happens_in_it_and_its_neighbours_are_a_press_away(stage: Stage) -> None:
    page = await stage.open(stage.page("diary", "anna"), login="parent", language="en")
    today = page.get_by_role("region").filter(has_text="today")
    first = today.get_by_role("listitem").filter(has_text="08:30")
    await expect(first).to_contain_text("Алгебра")
    await expect(first).to_contain_text("room 101 · Teacherова Teacher")
    await page.evaluate("window.untouched = true")
    await stage.give_mark("anna", 4)
    await expect(first.get_by_role("listitem").filter(has_text="Mark 4: test")).to_be_visible()
    await stage.act("teacher", "register", input={
        "lessonId": ids.encode(Kind.LESSON, 1, stage.world.lessons["5A-1"]),
        "items": [{"pupilId": stage.person("anna"), "kind": "LATE", "minutesLate": 5}],
    })
    await expect(first).to_contain_text("5 minutes late")
    await page.get_by_role("link", name="The week after").click()
    await expect(page.get_by_text("There are no lessons in this week.")).to_be_visible()
    await page.get_by_role("link", name="This week").click()
    await expect(first).to_contain_text("5 minutes late")
    await page.get_by_role("link", name="The week before").press("Enter")
    await expect(page.get_by_text("There are no lessons in this week.")).to_be_visible()
    await page.go_back()
    await expect(first).to_be_visible()
    assert await page.evaluate("window.untouched")


async def test_homework_appears_under_its_day(stage: Stage) -> None:
    page = await stage.open(stage.page("diary", "anna"), login="parent", language="en")
    await page.get_by_role("link", name="Homework").click()
    await expect(page.get_by_text("Nothing to do for the next days.")).to_be_visible()
    lesson = ids.encode(Kind.LESSON, 1, stage.world.lessons["5A-2"])
    await stage.act("teacher", "homework", input={"id": str(ids.new()), "lessonId": lesson, "text": "№ 214, 215"})
    today = page.get_by_role("region").filter(has_text="today")
    await expect(today.get_by_role("listitem")).to_contain_text("№ 214, 215")
    await expect(today.get_by_role("checkbox", name="Done: Алгебра")).not_to_be_checked()


async def test_a_cancelled_lesson_is_shown_as_such(stage: Stage) -> None:
    database = Database(stage.service.database_url)
    async with database.begin() as session:
        await session.execute(sa.update(Lesson).where(Lesson.id == stage.world.lessons["6B-2"]).values(cancelled_at=dt.datetime.now(dt.UTC)))
    await database.close()
    page = await stage.open(stage.page("diary", "vera"), login="parent")
    lessons = page.get_by_role("region").filter(has_text="сегодня").get_by_role("listitem")
    await expect(lessons.filter(has_text="отменён")).to_contain_text("09:30")
    await expect(lessons.filter(has_text="Алгебра")).to_have_count(2)


async def test_a_withheld_diary_is_not_asked_for(stage: Stage) -> None:
    database = Database(stage.service.database_url)
    async with database.begin() as session:
        await session.execute(sa.update(Guardianship).where(Guardianship.guardian_id == stage.world.people["divorced"]).values(diary=False))
    await database.close()
    page = await stage.open(stage.page("diary", "vera"), login="divorced")
    for name in ("diary", "homework", "marks"):
        await page.goto(stage.page(name, "vera"))
        await expect(page.get_by_text("Дневник этого ребёнка вам не открыт.")).to_be_visible()
        await expect(page.get_by_role("alert")).to_have_count(0)
