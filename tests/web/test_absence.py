"""A guardian reports an absence, a teacher's register shows it, the class teacher answers, and the guardian sees it at once."""

import datetime as dt

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import expect

from school.clock import school_date
from school.db import Database
from school.diary import reasons
from school.registry.models import Pupil
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _reasons(theatre: Stage) -> None:
    """The school's usual reasons; pupils have been there for a while."""
    database = Database(theatre.service.database_url)
    today = school_date(dt.datetime.now(dt.UTC), "Europe/Moscow")
    async with database.begin() as session:
        session.add_all(reasons.usual(1))
        await session.execute(sa.update(Pupil).values(enrolled_on=today - dt.timedelta(days=30)))
    await database.close()


async def test_a_guardian_reports_and_hears_the_answer(stage: Stage) -> None:
    parent = await stage.open(stage.page("diary", "anna"), login="parent")
    await parent.get_by_role("link", name="Пропуски").click()
    await expect(parent.get_by_text("Сообщений ещё не было.")).to_be_visible()
    await parent.get_by_label("Пояснение").fill("температура 38")
    await parent.get_by_label("Причина").select_option(label="Болезнь")
    await parent.get_by_role("button", name="Отправить").click()
    notices = parent.get_by_role("region", name="Сообщения школе")
    await expect(notices.get_by_role("listitem")).to_contain_text("отправлено")
    await expect(notices.get_by_role("listitem")).to_contain_text("Болезнь · «температура 38»")
    await parent.evaluate("window.untouched = true")

    teacher = await stage.open("/courses", login="teacher", size=DESKTOP)
    await teacher.get_by_role("link", name="5A · Алгебра", exact=True).click()
    row = teacher.get_by_role("row").filter(has_text="Annaова")
    cells = row.get_by_role("gridcell")
    await expect(cells.filter(has_text="Б?")).to_have_count(2)
    await cells.first.click()
    await expect(teacher.get_by_text("семья сообщила об отсутствии: Болезнь")).to_be_visible()
    await expect(teacher.get_by_text("температура")).to_have_count(0)

    leader = await stage.open("/absences", login="class_teacher", size=DESKTOP)
    waiting = leader.get_by_role("region", name="Ждут ответа").get_by_role("listitem")
    await expect(waiting).to_contain_text("Annaова Anna · 5A")
    await expect(waiting).to_contain_text("«температура 38»")
    await waiting.get_by_role("button", name="Принять").click()
    await expect(notices.get_by_role("listitem")).to_contain_text("принято")
    answered = leader.get_by_role("region", name="Отвеченные и отозванные").get_by_role("listitem")
    await teacher.keyboard.press("p")
    await expect(teacher.get_by_text("Всё сохранено.")).to_be_visible()
    await answered.get_by_role("button", name="Внести в журнал").click()
    await expect(answered.get_by_role("status")).to_contain_text("Записан 1 урок.")
    await expect(answered.get_by_role("status")).to_contain_text("Не записан 1 урок: учитель видел ученика.")
    figures = parent.get_by_role("region", name="Посещаемость в цифрах")
    await expect(figures).to_contain_text("Болезнь: 1 урок")
    assert await parent.evaluate("window.untouched")
    day = await stage.open(stage.today("anna"), login="parent")
    await expect(day.get_by_text("Болезнь", exact=True)).to_be_visible()


async def test_a_guardian_takes_a_notice_back_and_is_told_why_one_is_declined(stage: Stage) -> None:
    parent = await stage.open(stage.page("absence", "boris"), login="other_parent", language="en")
    for which in ("Tomorrow", "Other days"):
        await parent.get_by_label(which, exact=False).first.check()
        await parent.get_by_label("Reason").select_option(label="Семейные обстоятельства")
        await parent.get_by_role("button", name="Send").click()
        await expect(parent.get_by_role("status").filter(has_text="The school has your notice.")).to_be_visible()
    notices = parent.get_by_role("region", name="Notices to the school").get_by_role("listitem")
    await expect(notices).to_have_count(2)
    await notices.last.get_by_role("button", name="Withdraw").click()
    await parent.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    await expect(notices.last).to_contain_text("withdrawn")
    office = await stage.open("/absences", login="office", size=DESKTOP, language="en")
    waiting = office.get_by_role("region", name="Waiting for an answer").get_by_role("listitem").filter(has_text="Borisова")
    await waiting.get_by_role("button", name="Decline", exact=True).click()
    await waiting.get_by_label("Why").fill("в этот день контрольная")
    await waiting.get_by_role("button", name="Decline the notice").click()
    await expect(notices.first).to_contain_text("declined")
    await expect(notices.first).to_contain_text("«в этот день контрольная»")
    await expect(notices.first.get_by_role("button")).to_have_count(0)


async def test_lessons_without_a_register_are_listed(stage: Stage) -> None:
    database = Database(stage.service.database_url)
    async with database.begin() as session:
        await session.execute(sa.text("UPDATE bell SET starts_at = '00:00:00.000000', ends_at = '00:00:01.000000'"))
    await database.close()
    page = await stage.open("/lessons", login="teacher", language="en")
    unfilled = page.get_by_role("region", name="Register not taken").get_by_role("listitem")
    await expect(unfilled.first).to_contain_text("5A · Алгебра")
    await unfilled.first.get_by_role("link").click()
    await expect(page.get_by_role("gridcell").first).to_be_visible()


async def test_the_office_adds_and_retires_a_reason(stage: Stage) -> None:
    page = await stage.open("/rules", login="office", size=DESKTOP)
    part = page.get_by_role("region", name="Причины пропусков")
    await part.get_by_label("Название").fill("Карантин")
    await part.get_by_label("Знак в журнале").fill("К")
    await part.get_by_role("button", name="Добавить причину").click()
    line = part.get_by_role("listitem").filter(has_text="Карантин")
    await line.get_by_role("button", name="Больше не использовать").click()
    await expect(line).to_contain_text("не используется")
    await part.get_by_label("Название").fill("Болезнь")
    await part.get_by_label("Знак в журнале").fill("Я")
    await part.get_by_role("button", name="Добавить причину").click()
    await expect(part.get_by_role("alert")).to_have_text("Такое название или такой знак уже есть.")


async def test_a_class_teacher_enters_what_was_told_by_telephone(stage: Stage) -> None:
    page = await stage.open("/absences", login="class_teacher", language="en", size=DESKTOP)
    part = page.get_by_role("region", name="An absence without a notice")
    await part.get_by_role("button", name="Enter an absence").click()
    enter = part.get_by_role("button", name="Enter into the registers")
    await expect(enter).to_be_disabled()
    await part.get_by_label("Pupil").select_option(label="Borisова Boris")
    await part.get_by_label("Reason").select_option(label="Болезнь")
    await enter.click()
    await expect(part.get_by_role("status")).to_contain_text("entered")
    other = await stage.open("/absences", login="teacher", language="en", size=DESKTOP)
    await other.get_by_role("button", name="Enter an absence").click()
    await expect(other.get_by_text("you lead no class")).to_be_visible()
