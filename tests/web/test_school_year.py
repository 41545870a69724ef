"""The school year: the office sets terms, holidays and bells, lays out a class's week by keyboard and plans its lessons; a family's diary follows."""

import datetime as dt
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER
_TODAY = dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
NEXT = _TODAY + dt.timedelta(days=7 - _TODAY.weekday())
"""The Monday after the stage's one lesson day."""


def after(days: int) -> str:
    """So many days after that Monday."""
    return (NEXT + dt.timedelta(days=days)).isoformat()


async def choose(page: Page, label: str, option: str) -> None:
    """A course for a lesson of the week."""
    await page.get_by_label(label, exact=True).select_option(label=option)


async def test_the_office_sets_up_a_year(stage: Stage) -> None:
    page = await stage.open("/year", login="office", language="en", size=DESKTOP)
    terms, holidays, bells = (page.get_by_role("region", name=name, exact=True) for name in ("Terms", "Holidays", "Bells"))
    await terms.get_by_role("button", name="Change: I").click()
    first = terms.get_by_role("listitem").filter(has_text="I")
    await first.get_by_label("Last day").fill("2026-09-06")
    await first.get_by_role("button", name="Save").click()
    await expect(first.get_by_role("alert")).to_contain_text("lessons would lie outside it")
    await first.get_by_label("Last day").fill("2026-12-28")
    await first.get_by_role("button", name="Save").click()
    await expect(first).to_contain_text("1 September – 28 December")
    form = terms.locator("form").last
    await form.get_by_label("Name").fill("II")
    await form.get_by_label("First day").fill("2026-12-20")
    await form.get_by_label("Last day").fill("2027-03-31")
    await form.get_by_role("button", name="Add the term").click()
    await expect(terms.get_by_role("alert")).to_contain_text("never shares a day")
    await form.get_by_label("First day").fill("2027-01-11")
    await form.get_by_role("button", name="Add the term").click()
    await expect(terms.get_by_role("listitem").filter(has_text="II")).to_contain_text("11 January – 31 March")
    await holidays.get_by_label("Name").fill("Осенние каникулы")
    await holidays.get_by_label("First day").fill(after(2))
    await holidays.get_by_label("Last day").fill(after(3))
    await holidays.get_by_role("button", name="Add the holidays").press("Enter")
    await expect(holidays.get_by_role("listitem")).to_contain_text("Осенние каникулы")
    await bells.get_by_role("button", name="Add a lesson").click()
    await bells.get_by_label("Beginning of lesson 8").fill("16:00")
    await bells.get_by_label("End of lesson 8").fill("15:00")
    await bells.get_by_role("button", name="Save the bells").click()
    await expect(bells.get_by_role("alert")).to_be_visible()
    await bells.get_by_label("End of lesson 8").fill("16:45")
    await bells.get_by_role("button", name="Save the bells").click()
    await expect(bells.get_by_role("alert")).to_have_count(0)
    family = await stage.open(f"{stage.page('diary', 'anna')}?week={after(0)}", login="parent", size=PHONE)
    await expect(family.get_by_text("Осенние каникулы · ")).to_be_visible()
    await holidays.get_by_role("button", name="Withdraw: Осенние каникулы").click()
    await page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    await expect(holidays).to_contain_text("There are no holidays")


async def test_a_week_is_laid_out_and_its_lessons_are_planned(stage: Stage) -> None:
    """A clash is told where it is; the parent's open week fills by itself."""
    family = await stage.open(f"{stage.page('diary', 'anna')}?week={after(0)}", login="parent", size=PHONE)
    await family.evaluate("window.untouched = true")
    page = await stage.open("/timetable", login="office", language="en", size=DESKTOP)
    await page.get_by_label("Class", exact=True).select_option(label="5A")
    await expect(page.get_by_text("No timetable is set for this day.")).to_be_visible()
    course = "Алгебра · Teacherова Teacher"
    await choose(page, "Monday, lesson 1", course)
    await page.get_by_label("Room: Monday, lesson 1").fill("7")
    await choose(page, "Thursday, lesson 2", course)
    await expect(page.get_by_label("Room: Thursday, lesson 2")).to_have_value("7")
    await page.get_by_label("Holds from").fill(after(0))
    await page.get_by_role("button", name="Save the timetable").press("Enter")
    await expect(page.get_by_text("Since ")).to_be_visible()
    await page.get_by_label("Class", exact=True).select_option(label="6B")
    await choose(page, "Monday, lesson 1", "Алгебра · Class_Teacherова Class_Teacher")
    await page.get_by_label("Room: Monday, lesson 1").fill("7")
    await page.get_by_label("Holds from").fill(after(0))
    await page.get_by_role("button", name="Save the timetable").click()
    monday = page.get_by_role("region", name="Monday")
    await expect(monday).to_contain_text("The room is taken: 5A, Алгебра.")
    await expect(page.get_by_text("Not saved: 1 lesson clashes with others.")).to_be_visible()
    await page.get_by_role("button", name="Weeks and sharing: Monday, lesson 1").click()
    await monday.get_by_label("together with another class").check()
    await page.get_by_role("button", name="Save the timetable").click()
    await expect(page.get_by_text("Since ")).to_be_visible()
    planning = page.get_by_role("region", name="Lessons from the timetable")
    await planning.get_by_label("All classes of the school").check()
    await planning.get_by_label("Last day").fill(after(6))
    await planning.get_by_role("button", name="Plan the school's lessons").click()
    await expect(planning).to_contain_text("made: 3")
    await expect(family.get_by_role("region", name="понедельник")).to_contain_text("Алгебра")
    await expect(family.get_by_role("region", name="четверг")).to_contain_text("Алгебра")
    assert await family.evaluate("window.untouched")
    await planning.get_by_role("button", name="Plan the school's lessons").click()
    await expect(planning).to_contain_text("there already: 3")
