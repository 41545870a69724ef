"""Substitutions: the office changes a lesson, and a parent's open page says so by itself; who is away is replaced in one go."""

from playwright.async_api import Page, expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


async def reasoned(page: Page) -> Page:
    """With a reason, without which nothing is changed."""
    await page.get_by_label("Reason").fill("Illness")
    return page


async def test_a_parent_s_open_page_says_what_the_office_has_changed(stage: Stage) -> None:
    parent = await stage.open(stage.today("anna"), login="parent")
    await parent.evaluate("window.untouched = true")
    office = await stage.open("/substitutions", login="office", language="en", size=DESKTOP)
    plan = office.get_by_role("region", name="Changes of the timetable")
    await expect(plan).to_contain_text("All as in the timetable.")
    lesson = office.get_by_role("region", name="5A").get_by_role("button").filter(has_text="Алгебра").first
    await lesson.focus()
    await lesson.press("Enter")
    await expect(office.get_by_role("button", name="Cancel the lesson")).to_be_disabled()
    await reasoned(office)
    await office.get_by_role("button", name="Cancel the lesson").click()
    await expect(plan).to_contain_text("✕ cancelled")
    await expect(office.get_by_text("1 lesson is changed, and families know.")).to_be_visible()
    await expect(parent.get_by_text("отменён")).to_be_visible()
    await lesson.click()
    await office.get_by_role("button", name="As in the timetable").click()
    await expect(plan).to_contain_text("All as in the timetable.")
    await expect(parent.get_by_text("отменён")).to_have_count(0)
    await lesson.click()
    await office.get_by_label("Room", exact=True).fill("актовый зал")
    await office.get_by_label("Lesson", exact=True).select_option("6")
    await office.get_by_role("button", name="Save", exact=True).click()
    await expect(parent.get_by_text("перенесён с 08:30")).to_be_visible()
    await expect(parent.get_by_text("другой кабинет")).to_be_visible()
    assert await parent.evaluate("window.untouched")
    await office.get_by_role("button", name="Who changed what, and why").click()
    await expect(office.get_by_text("Officeова Office · Illness")).to_have_count(3)
    await office.get_by_role("region", name="5A").get_by_role("button").filter(has_text="moved from").click()
    await office.get_by_role("button", name="As in the timetable").click()
    await expect(plan).to_contain_text("All as in the timetable.")


async def test_who_is_away_is_replaced_in_one_go_and_a_clash_is_named(stage: Stage) -> None:
    """The colleague teaches at the same moments: only without their own lessons are they free."""
    office = await reasoned(await stage.open("/substitutions", login="office", language="en"))
    await office.get_by_label("Who is away").select_option(label="Teacherова Teacher")
    away = office.get_by_role("region", name="Away: Teacherова Teacher")
    first = away.get_by_role("combobox").first
    await expect(first).to_have_value("cancel")
    colleague = office.get_by_role("region", name="6B").get_by_role("button").first
    await colleague.click()
    await office.get_by_role("button", name="Cancel the lesson").last.click()
    await first.select_option(label="Class_Teacherова Class_Teacher")
    await away.get_by_role("button", name="Save the substitutions").click()
    await expect(away).to_contain_text("No lesson of this day is left without a substitute.")
    plan = office.get_by_role("region", name="Changes of the timetable")
    await expect(plan).to_contain_text("Class_Teacherова Class_Teacher instead of Teacherова Teacher")
    teacher = await stage.open("/lessons", login="class_teacher", language="en")
    await expect(teacher.get_by_text("substitute for Teacherова Teacher")).to_be_visible()
    await teacher.get_by_role("link", name="5A · Алгебра", exact=True).click()
    await expect(teacher.get_by_role("row").filter(has_text="Annaова")).to_be_visible()
    await expect(teacher.get_by_text("You substitute here: you can only write in your own lesson.")).to_be_visible()
    await teacher.keyboard.press("5")  # in the lesson that the link is of
    await expect(teacher.get_by_role("status").filter(has_text="All is saved.")).to_be_visible()
    await expect(teacher.get_by_role("gridcell").filter(has_text="5")).to_have_count(1)
    await teacher.get_by_role("link", name="Homework").click()
    await expect(teacher.get_by_role("button", name="Set homework")).to_be_visible()
    await office.get_by_role("region", name="6B").get_by_role("button").first.click()
    await office.get_by_role("button", name="As in the timetable").click()
    await expect(office.get_by_role("alert")).to_contain_text("The teacher gives another lesson then.")
