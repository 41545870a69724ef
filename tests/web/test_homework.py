"""Homework: a teacher sets one for two pupils of three, whose families see it and the third's does not; it is ticked; the hour of the school holds."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import Page, expect

from school import ids
from school.db import Database
from school.diary.models import Lesson
from school.ids import Kind
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER
TODAY = dt.datetime.now(ZoneInfo("Europe/Moscow")).date()


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def days(theatre: Stage) -> None:
    """A third pupil in 5A, an algebra lesson tomorrow, and one of the day before yesterday with homework nobody has ticked."""
    database, world = Database(theatre.service.database_url), theatre.world
    async with database.begin() as session:
        vasya = Person(school_id=1, id=ids.new(), family_name="Третьев", given_name="Вася", patronymic=None, sort_key=sort_key("Третьев", "Вася"))
        session.add(vasya)
        await session.flush()
        session.add(Pupil(school_id=1, id=vasya.id, class_group_id=world.classes["5A"], enrolled_on=TODAY - dt.timedelta(days=60), left_on=None))
        for name, days in (("tomorrow", 1), ("past", 2)):
            lesson = Lesson(
                school_id=1, id=ids.new(), course_id=world.courses["5A"], class_group_id=world.classes["5A"], on_date=TODAY + dt.timedelta(days=days), bell=3,
                room="7", topic=None, cancelled_at=None)
            session.add(lesson)
            world.lessons[name] = lesson.id
    await database.close()
    await theatre.act("teacher", "homework", input={"id": str(ids.new()), "lessonId": ids.encode(Kind.LESSON, 1, world.lessons["past"]), "text": "Параграф 9"})
    database = Database(theatre.service.database_url)
    async with database.begin() as session:
        await session.execute(sa.update(Lesson).where(Lesson.id == world.lessons["past"]).values(on_date=TODAY - dt.timedelta(days=2)))
    await database.close()


def course(stage: Stage) -> str:
    """The address of the algebra of 5A's homework."""
    return f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}/homework"


async def begin(page: Page) -> None:
    """Open the form and say what to do."""
    await page.get_by_role("button", name="Set homework").click()
    await expect(page.get_by_label("What to do")).to_be_focused()
    await page.get_by_label("What to do").fill("Revise fractions")
    await page.get_by_label("How long it takes, minutes").fill("25")


async def test_homework_for_some_is_seen_by_their_families_alone_and_ticked(stage: Stage) -> None:
    page = await stage.open("/courses", login="teacher", language="en", size=DESKTOP)
    await page.get_by_role("link", name="Homework: 5A · Алгебра").click()
    await begin(page)
    await expect(page.get_by_role("status").filter(has_text="The class has nothing to do for that day yet.")).to_contain_text("With this one: 25 min.")
    await page.get_by_label("Links").fill("resh.edu.ru")
    await expect(page.get_by_text("This will not open: resh.edu.ru")).to_be_visible()
    await page.get_by_label("Links").fill("https://resh.edu.ru/subject/13/")
    await page.get_by_label("Some pupils").check()
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_text("Tick at least one pupil.")).to_be_visible()
    for name in ("Annaова", "Третьев"):
        await page.get_by_label(name).check()
    await page.get_by_role("button", name="Set", exact=True).click()
    line = page.get_by_role("listitem").filter(has_text="Revise fractions")
    await expect(line).to_contain_text("for 2 pupils")
    await expect(line.get_by_role("button", name="Done: 0 of 2")).to_be_visible()

    family = await stage.open(stage.page("homework", "anna"), login="parent", language="en", size=PHONE)
    tomorrow = family.get_by_role("region").filter(has_text="tomorrow")
    task = tomorrow.get_by_role("listitem").filter(has_text="Revise fractions").first
    await expect(task).to_contain_text("25 min")
    await expect(task).to_contain_text("personal")
    await expect(task.get_by_role("link")).to_have_attribute("href", "https://resh.edu.ru/subject/13/")
    await expect(tomorrow).to_contain_text("about 25 min left")
    other = await stage.open(stage.page("homework", "boris"), login="other_parent", language="en", size=PHONE)
    await expect(other.get_by_role("region").filter(has_text="Overdue")).to_contain_text("Параграф 9")
    await expect(other.get_by_text("Revise fractions")).to_have_count(0)

    pupil = await stage.open(stage.page("homework", "anna"), login="anna", language="en", size=PHONE)
    tick = pupil.get_by_role("region").filter(has_text="tomorrow").get_by_role("checkbox")
    await tick.check()
    await expect(tick).to_be_checked()
    await expect(task.get_by_role("checkbox")).to_be_checked()
    await expect(tomorrow).not_to_contain_text("left")
    await page.reload()
    await line.get_by_role("button", name="Done: 1 of 2").click()
    await expect(line.get_by_role("listitem").filter(has_text="Annaова")).to_contain_text("done")
    await expect(line.get_by_role("listitem").filter(has_text="Третьев")).to_contain_text("not ticked")


async def test_work_is_handed_in_and_its_answer_is_seen(stage: Stage) -> None:
    lesson = ids.encode(Kind.LESSON, 1, stage.world.lessons["tomorrow"])
    await stage.act("teacher", "homework", input={
        "id": str(ids.new()), "lessonId": lesson, "text": "Solve № 12", "pupilIds": [stage.person("boris")]})
    pupil = await stage.open(stage.page("homework", "boris"), login="other_parent", language="en", size=PHONE)
    task = pupil.get_by_role("region").filter(has_text="tomorrow").get_by_role("listitem").filter(has_text="Solve № 12")
    await task.get_by_role("button", name="Hand in: Алгебра").click()
    await task.get_by_label("Your work").fill("x = 5")
    await task.get_by_role("button", name="Send").click()
    await expect(task).to_contain_text("Handed in, waits for the teacher")
    await expect(task.get_by_role("checkbox")).to_be_checked()
    page = await stage.open(course(stage), login="teacher", language="en", size=DESKTOP)
    line = page.locator("#page li").filter(has_text="Solve № 12").first
    await line.get_by_role("button", name="Done: 1 of 1 · 1 to answer").click()
    await expect(line).to_contain_text("x = 5")
    await line.get_by_role("button", name="Return").click()
    await expect(line.get_by_text("Write what is to be done better.")).to_be_visible()
    await line.get_by_label("Answer to").fill("Where is the proof?")
    await line.get_by_role("button", name="Return").click()
    await expect(line.get_by_role("button", name="Done: 1 of 1", exact=True)).to_be_visible()
    await expect(task).to_contain_text("Returned to be done better")
    await expect(task).to_contain_text("Where is the proof?")
    await task.get_by_role("button", name="Hand in again: Алгебра").click()
    await task.get_by_label("Your work").fill("x = 5, for 5 = 5")
    await task.get_by_role("button", name="Send").click()
    await expect(task).to_contain_text("Handed in, waits for the teacher")
    await page.reload()
    await line.get_by_role("button", name="1 to answer").click()
    await line.get_by_role("button", name="Accept").click()
    await expect(task).to_contain_text("Accepted")
    await expect(task.get_by_role("button")).to_have_count(0)


async def test_what_is_overdue_stands_on_top_and_a_slip_is_taken_back(stage: Stage) -> None:
    page = await stage.open(stage.page("homework", "boris"), login="other_parent", language="en", size=PHONE)
    overdue = page.get_by_role("region").filter(has_text="Overdue: 1 task")
    tick = overdue.get_by_role("checkbox", name="Done: Алгебра")
    await tick.check()
    again = page.get_by_role("region").filter(has_text="Overdue: 0 tasks").get_by_role("checkbox")
    await expect(again).to_be_checked()
    await again.uncheck()
    await expect(overdue.get_by_role("checkbox")).not_to_be_checked()
    await tick.check()
    await expect(page.get_by_text("Overdue: 0 tasks")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("Overdue")).to_have_count(0)


async def test_a_teacher_corrects_and_takes_back(stage: Stage) -> None:
    lesson = ids.encode(Kind.LESSON, 1, stage.world.lessons["tomorrow"])
    await stage.act("teacher", "homework", input={"id": str(ids.new()), "lessonId": lesson, "text": "№ 214", "minutes": 15})
    page = await stage.open(course(stage), login="teacher", language="en", size=PHONE)
    line = page.get_by_role("listitem").filter(has_text="№ 214")
    await line.get_by_role("button", name="Correct").click()
    form = page.get_by_role("listitem").filter(has=page.get_by_label("What to do"))
    await form.get_by_label("What to do").fill("№ 215")
    await form.get_by_role("button", name="Save").click()
    corrected = page.get_by_role("listitem").filter(has_text="№ 215")
    await expect(corrected).to_contain_text("15 min")
    await corrected.get_by_role("button", name="corrected").click()
    await expect(corrected.locator("s")).to_have_text("№ 214")
    family = await stage.open(stage.page("homework", "anna"), login="parent", language="en", size=PHONE)
    task = family.get_by_role("listitem").filter(has_text="№ 215")
    await task.get_by_role("button", name="corrected").click()
    await expect(task.locator("s")).to_have_text("№ 214")
    await corrected.get_by_role("button", name="Take back").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    await expect(corrected).to_have_count(0)


async def test_after_the_school_s_hour_it_is_too_late(stage: Stage) -> None:
    """The hour is one that has passed today, whenever that is: midnight."""
    office = await stage.open("/rules", login="office", language="en", size=DESKTOP)
    rule = office.get_by_role("region", name="Until what hour homework is set")
    await expect(rule).to_contain_text("Homework is set at any time")
    await rule.get_by_label("Hour").fill("00:00")
    await rule.get_by_role("button", name="Set").click()
    await expect(rule).to_contain_text("Homework is set until 00:00")
    page = await stage.open(course(stage), login="teacher", language="en", size=PHONE)
    await begin(page)
    await expect(page.get_by_text("This school sets homework until 00:00 on the school day before.")).to_be_visible()
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Too late: homework for that day is set until 00:00 on the school day before.")
    await rule.get_by_role("button", name="Lift it").click()
    await expect(rule).to_contain_text("Homework is set at any time")
    await page.get_by_role("button", name="Set", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text="Revise fractions").first).to_be_visible()
