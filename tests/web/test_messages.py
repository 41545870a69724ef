"""School and family write to each other: each hears of the other's message on an open page; remarks, announcements, and that they were read."""

from playwright.async_api import expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage
from tests.web.test_gradebook import opened

pytestmark = IN_A_BROWSER


async def test_a_guardian_writes_the_open_page_of_the_teacher_shows_it_and_the_answer_comes_back(stage: Stage) -> None:
    teacher = await stage.open("/messages", login="teacher", language="en", size=DESKTOP)
    await expect(teacher.get_by_text("Nothing has been written yet.")).to_be_visible()
    await teacher.evaluate("window.untouched = true")
    parent = await stage.open("/messages", login="parent", language="en")
    await parent.get_by_role("button", name="Write").click()
    await parent.get_by_role("region", name="To whom to write about Anna").get_by_role("link", name="Teacherова Teacher Алгебра", exact=True).click()
    await expect(parent.get_by_role("heading", name="Teacherова Teacher")).to_be_visible()
    await parent.get_by_label("Message").fill("Anna is ill today.\nShe will be back on Monday.")
    await parent.get_by_role("button", name="Send").click()
    await expect(parent.get_by_role("listitem").filter(has_text="Anna is ill today.")).to_contain_text("You")
    thread = teacher.get_by_role("region", name="Conversations").get_by_role("listitem")
    await expect(thread).to_contain_text("Anna is ill today.")
    await expect(thread).to_contain_text("5A")
    await expect(thread).to_contain_text("1")
    await parent.evaluate("window.untouched = true")
    await thread.get_by_role("link").click()
    await expect(parent.get_by_role("listitem").filter(has_text="Anna is ill today.")).to_contain_text("read")
    await teacher.get_by_label("Message").fill("Get well soon!")
    await teacher.get_by_label("Message").press("Control+Enter")
    answer = parent.get_by_role("listitem").filter(has_text="Get well soon!")
    await expect(teacher.get_by_label("Message")).to_be_focused()
    await expect(answer).to_contain_text("Teacherова Teacher")
    await teacher.get_by_role("listitem").filter(has_text="Get well soon!").get_by_role("button", name="Take back").click()
    await expect(parent.get_by_role("listitem").filter(has_text="Message withdrawn")).to_be_visible()
    assert await teacher.evaluate("window.untouched")
    assert await parent.evaluate("window.untouched")


async def test_what_is_unread_is_counted_in_the_navigation(stage: Stage) -> None:
    teacher = await stage.open(f"/messages/{stage.person('boris')}/{stage.person('teacher')}", login="teacher", language="en")
    await teacher.get_by_label("Message").fill("Boris did very well.")
    await teacher.get_by_role("button", name="Send").click()
    await expect(teacher.get_by_role("listitem").filter(has_text="Boris did very well.")).to_be_visible()
    parent = await stage.open("/account", login="other_parent", language="en", size=DESKTOP)
    place = parent.get_by_role("navigation", name="Sections").get_by_role("link", name="Messages")
    await expect(place).to_contain_text("1")
    await place.click()
    await parent.get_by_role("region", name="Conversations").get_by_role("link", name="Teacherова Teacher").click()
    await expect(parent.get_by_text("Boris did very well.")).to_be_visible()
    await expect(place).not_to_contain_text("1")


async def test_remarks_and_an_announcement_reach_the_open_page_and_are_acknowledged(stage: Stage) -> None:
    parent = await stage.open("/messages", login="parent", language="en")
    await expect(parent.get_by_role("heading", level=1)).to_be_visible()
    teacher = await stage.open("/remarks", login="teacher", language="en")
    await teacher.get_by_label("Class").select_option("5A")
    await teacher.get_by_label("Annaова Anna").check()
    await teacher.get_by_label("Borisова Boris").check()
    await teacher.get_by_label("Text").fill("Helped to prepare the lesson.")
    await teacher.get_by_role("button", name="Record for 2 pupils").click()
    await expect(teacher.get_by_text("Recorded for 2 pupils. The families know already.")).to_be_visible()
    remark = parent.get_by_role("listitem").filter(has_text="Helped to prepare the lesson.")
    await expect(remark).to_contain_text("Praise")
    office = await stage.open("/announce", login="office", language="en", size=DESKTOP)
    await office.get_by_label("Title").fill("Parents' evening")
    await office.get_by_label("Text").fill("On Wednesday at six.")
    day = await office.get_by_label("Confirm by").get_attribute("min")
    assert day is not None
    await office.get_by_label("Confirm by").fill(day)
    await office.get_by_role("button", name="Announce").click()
    announcement = office.get_by_role("article", name="Parents' evening")
    await expect(announcement.get_by_role("button", name="Read by 0 of 3")).to_be_visible()
    received = parent.get_by_role("article", name="Parents' evening")
    await expect(received).to_contain_text("the whole school")
    await received.get_by_role("button", name="I have read this").click()
    await expect(received).to_contain_text("You read it on")
    await announcement.get_by_role("button", name="Read by 2 of 3").click()
    await expect(announcement).to_contain_text("Not yetBorisова Boris")
    await remark.get_by_role("button", name="I have read this").click()
    await expect(remark).to_contain_text("You read it on")
    await teacher.get_by_role("status").get_by_role("button", name="Take back").click()
    await expect(remark).to_have_count(0)
    await announcement.get_by_role("button", name="Take back: Parents' evening").click()
    await office.get_by_role("dialog").get_by_role("button", name="Take back").click()
    await expect(announcement).to_have_count(0)
    await expect(received).to_have_count(0)


async def test_the_office_remarks_on_any_class_and_teachers_announce_to_those_that_they_lead(stage: Stage) -> None:
    office = await stage.open("/messages", login="office", language="en")
    await office.get_by_role("link", name="Praise or concern").click()
    await office.get_by_label("Class").select_option("5A")
    await office.get_by_label("Annaова Anna").check()
    await office.get_by_label("Text").fill("Won the city's olympiad.")
    await office.get_by_role("button", name="Record for 1 pupil").click()
    await expect(office.get_by_text("Recorded for 1 pupil.")).to_be_visible()
    leader = await stage.open("/messages", login="class_teacher", language="en")
    await leader.get_by_role("link", name="New announcement").click()
    await expect(leader.get_by_label("To whom").get_by_role("option")).to_have_text(["Choose a class", "5A"])
    teacher = await stage.open("/messages", login="teacher", language="en")
    await expect(teacher.get_by_role("link", name="Praise or concern")).to_be_visible()
    await expect(teacher.get_by_role("button", name="Write")).to_be_visible()
    await expect(teacher.get_by_role("link", name="New announcement")).to_have_count(0)


async def test_a_pupil_is_praised_in_a_lesson_and_it_is_taken_back(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("F2")
    window = page.get_by_role("dialog")
    await window.get_by_role("button", name="Замечание или благодарность").click()
    await window.get_by_label("Благодарность").check()
    await window.get_by_label("Текст").fill("Помог соседу по парте.")
    await window.get_by_role("button", name="Отправить семье").click()
    made = window.get_by_role("listitem").filter(has_text="Благодарность: Помог соседу по парте.")
    await expect(made).to_be_visible()
    await made.get_by_role("button", name="Отозвать").click()
    await expect(made).to_have_count(0)
