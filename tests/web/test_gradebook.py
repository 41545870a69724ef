"""A teacher's pages: marks by keyboard alone, of which a lost network loses none."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import Page, expect

from school import app, ids
from school.db import Database
from school.demo.api import OPERATIONS
from school.diary.models import Lesson
from school.ids import Kind
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from tests.service_process import PASSWORD
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER

CLASS = 15
"""Pupils of the class besides the two of the world."""
QUERY = (Path(app.__file__).parent / "web" / "operations" / "WebGradebook.graphql").read_text().strip()
SAVED = "Всё сохранено."
ALL_SENT = """() => new Promise(done => {
    const look = () => Object.keys(localStorage).some(key => key.startsWith('school.unsent.')) ? setTimeout(look, 50) : done()
    look()
})"""
"""Resolves when nothing waits on the device."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _class(theatre: Stage) -> AsyncIterator[None]:
    """A class of a size, and lessons of the days before."""
    database, world, today = Database(theatre.service.database_url), theatre.world, dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
    group = world.classes["5A"]
    async with database.begin() as session:
        await session.execute(sa.update(Pupil).values(enrolled_on=today - dt.timedelta(60)))
        for number in range(CLASS):
            person, name = ids.new(), f"Ученик{number:02}"
            session.add(Person(school_id=1, id=person, family_name=name, given_name="Ян", patronymic=None, sort_key=sort_key(name, "Ян")))
            await session.flush()
            session.add(Pupil(school_id=1, id=person, class_group_id=group, enrolled_on=today - dt.timedelta(60), left_on=None))
        for days in range(1, 11):
            session.add(Lesson(
                school_id=1, id=ids.new(), course_id=world.courses["5A"], class_group_id=group, on_date=today - dt.timedelta(days), bell=1, room="101",
                topic=None, cancelled_at=None))
    await database.close()
    yield


async def opened(stage: Stage, language: str = "ru") -> Page:
    """The gradebook of 5A, the last lesson's first pupil in focus."""
    page = await stage.open("/courses", login="teacher", size=DESKTOP, language=language)
    await page.get_by_role("link", name="5A · Алгебра", exact=True).click()
    await expect(page.get_by_role("gridcell").first).to_be_visible()
    return page


async def saved(page: Page) -> None:
    """Everything has been sent, and the page says so."""
    await page.evaluate(ALL_SENT)
    await expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()


async def stored(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """The pupils' marks by their family names, as the API tells them."""
    return {row["person"]["familyName"]: row["marks"] for row in await rows(stage)}


async def rows(stage: Stage) -> list[dict[str, Any]]:
    """The gradebook's rows of the last month, asked for elsewhere."""
    def ask() -> dict[str, Any]:
        today = dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
        signed = stage.service.graphql(OPERATIONS["sign_in"], {"input": {"login": "teacher", "password": PASSWORD}})
        course = ids.encode(Kind.COURSE, 1, stage.world.courses["5A"])
        return stage.service.graphql(QUERY, {"course": course, "from": str(today - dt.timedelta(30)), "to": str(today)}, signed["data"]["signIn"]["token"])

    answer = await asyncio.to_thread(ask)
    found: list[dict[str, Any]] = answer["data"]["gradebook"]["pupils"]
    return found


async def test_thirty_marks_by_keyboard_alone(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+Home")
    for column in range(2):
        for row in range(CLASS):
            await page.keyboard.press(str(2 + (row + column) % 4))
            await page.keyboard.press("Enter")
        await page.keyboard.press("Control+Home")
        await page.keyboard.press("ArrowRight")
    await saved(page)
    marks = [mark for pupil in (await stored(stage)).values() for mark in pupil]
    assert Counter(mark["value"] for mark in marks) == Counter(2 + (row + column) % 4 for row in range(CLASS) for column in range(2))
    assert {(mark["revision"], mark["weight"], mark["work"]) for mark in marks} == {(1, 1, "ANSWER")}


async def test_a_mark_is_corrected_detailed_withdrawn_and_brought_back(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+End")
    await page.keyboard.press("5")
    await page.keyboard.press("F2")
    await page.keyboard.type("4")
    await page.keyboard.press("Tab")
    await page.keyboard.type("3")
    await page.keyboard.press("Tab")
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.type("без ошибок")
    await page.keyboard.press("Enter")
    await saved(page)
    last = f"Ученик{CLASS - 1:02}"
    (mark,) = (await stored(stage))[last]
    assert (mark["value"], mark["weight"], mark["work"], mark["comment"]) == (4, 3, "TEST", "без ошибок")
    await page.keyboard.press("Delete")
    await expect(page.locator(":focus")).to_have_text("")
    await saved(page)
    assert (await stored(stage))[last] == []
    await page.keyboard.press("Control+z")
    await saved(page)
    (again,) = (await stored(stage))[last]
    assert (again["value"], again["weight"], again["work"], again["comment"]) == (4, 3, "TEST", "без ошибок")
    assert again["id"] != mark["id"]


async def test_corrections_are_listed_with_what_they_were(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+End")
    await page.keyboard.press("ArrowUp")
    for value in ("3", "5"):
        await page.keyboard.press(value)
        await saved(page)
    await page.get_by_role("button", name="Исправления").click()
    line = page.get_by_role("listitem").filter(has_text=f"Ученик{CLASS - 2:02}")
    await line.get_by_role("button", name="изменена").click()
    await expect(line.get_by_role("listitem").last).to_contain_text("Исправлена 3 → 5")
    await page.keyboard.press("Control+Home")
    await line.get_by_role("button", name="Ученик").click()
    await expect(page.locator("td:focus")).to_have_text("5")


async def test_what_was_withdrawn_is_listed_with_who_when_and_why(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+End")
    await page.get_by_role("button", name="Исправления").click()
    await page.locator("td[tabindex='0']").focus()
    await page.keyboard.press("3")
    await saved(page)
    await page.keyboard.press("F2")
    details = page.get_by_role("dialog")
    await details.get_by_label("Почему меняется").fill("чужая работа")
    await details.get_by_role("button", name="Убрать отметку").click()
    line = page.get_by_role("region", name="Снятые отметки").get_by_role("listitem").filter(has_text="чужая работа")
    await expect(line).to_contain_text("Teacher")
    assert await line.locator("s").inner_text() == "3"
    await page.keyboard.press("Control+Home")
    await line.get_by_role("button", name="Ученик").click()
    await expect(page.locator("td:focus")).to_have_text("")


async def test_the_register_by_one_key(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+End")
    for key in ("н", "j", "у"):  # the second is о where the keyboard is set to Latin
        await page.evaluate("key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))", key)
        await page.keyboard.press("ArrowUp")
    await saved(page)
    found = [(entry["kind"], entry["minutesLate"]) for row in (await rows(stage))[-3:] for entry in row["attendance"]]
    assert [kind for kind, _ in found] == ["EXCUSED", "LATE", "ABSENT"]
    assert [minutes is not None for _, minutes in found] == [False, True, False]
    await page.keyboard.press("ArrowDown")
    await page.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'н', bubbles: true }))")
    await expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    await page.get_by_role("button", name="Исправления").click()
    line = page.get_by_role("region", name="Изменения в посещаемости").get_by_role("listitem")
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text("уважительная причина → не было")
    await expect(line).to_contain_text("Teacherова")


async def test_a_column_is_pasted(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+Home")
    for _ in range(4):
        await page.keyboard.press("ArrowRight")
    await page.evaluate("""() => {
        const data = new DataTransfer()
        data.setData('text/plain', '5\\n4\\n\\n9\\nн\\n')
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
    }""")
    await expect(page.get_by_role("status").filter(has_text="Вставлено 3 клетки. Не вставлено: «9».")).to_be_visible()
    await saved(page)
    lesson = (await page.evaluate("document.activeElement.cellIndex")) - 1
    cells = [await page.get_by_role("row").nth(row).get_by_role("gridcell").nth(lesson).inner_text() for row in range(1, 6)]
    assert [cell.strip() for cell in cells] == ["5", "4", "", "", "н"]


async def test_a_lost_network_loses_no_mark_also_after_a_reload(stage: Stage) -> None:
    before = sum(len(pupil) for pupil in (await stored(stage)).values())
    page = await opened(stage)
    await page.keyboard.press("Control+Home")
    for _ in range(7):
        await page.keyboard.press("ArrowRight")
    await page.context.set_offline(True)
    for row in range(CLASS):
        await page.keyboard.press(str(2 + row % 4))
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("status").filter(has_text=f"{CLASS} записей ждут на этом устройстве")).to_be_visible()
    kept = await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('school.unsent.')).length")
    assert kept == CLASS
    await page.goto("about:blank")  # the page is gone, with all that it knew
    await page.context.set_offline(False)
    await page.goto("/account")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.evaluate(ALL_SENT)
    after = await stored(stage)
    assert sum(len(pupil) for pupil in after.values()) == before + CLASS
    assert all(mark["revision"] == 1 for pupil in list(after.values())[:3] for mark in pupil)
    stage.forgive("ERR_INTERNET_DISCONNECTED")


async def test_marks_go_by_themselves_when_the_network_is_back(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("Control+End")
    await page.keyboard.press("ArrowLeft")
    await page.context.set_offline(True)
    await page.keyboard.press("5")
    await expect(page.get_by_role("status").filter(has_text="Нет связи: 1 запись")).to_be_visible()
    await page.context.set_offline(False)
    await saved(page)
    assert any(mark["value"] == 5 for mark in (await stored(stage))[f"Ученик{CLASS - 1:02}"])
    stage.forgive("ERR_INTERNET_DISCONNECTED")


async def test_a_mark_waits_where_somebody_else_has_signed_in_meanwhile(stage: Stage) -> None:
    """A cookie is all windows': what a teacher has typed is not sent as another's."""
    other, page = await stage.open("/account", login="class_teacher"), await opened(stage)
    mine, theirs = [await one.context.cookies() for one in (page, other)]
    address = stage.service.url.replace("http:", "https:")

    async def become(cookies: list[Any]) -> None:
        await page.context.add_cookies([{"name": one["name"], "value": one["value"], "url": address, "secure": True} for one in cookies])

    before = sum(len(pupil) for pupil in (await stored(stage)).values())
    await page.keyboard.press("Control+Home")
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    await become(theirs)
    async with page.expect_response(lambda response: "giveMarks" in (response.request.post_data or "")) as answered:
        await page.keyboard.press("3")
    assert (await (await answered.value).json())["data"]["giveMarks"]["code"] == "NOT_SIGNED_IN"
    assert await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('school.unsent.')).length") == 1
    assert sum(len(pupil) for pupil in (await stored(stage)).values()) == before
    await become(mine)
    await page.evaluate(ALL_SENT)
    assert sum(len(pupil) for pupil in (await stored(stage)).values()) == before + 1


async def test_signing_out_with_unsent_marks_warns(stage: Stage) -> None:
    page = await stage.open("/account", login="teacher", size=DESKTOP)  # it is here now, also without a network
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.get_by_role("navigation").get_by_role("link", name="Журналы").click()
    await page.get_by_role("link", name="5A · Алгебра", exact=True).click()
    await expect(page.get_by_role("gridcell").first).to_be_visible()
    await page.keyboard.press("Control+Home")
    await page.context.set_offline(True)
    await page.keyboard.press("4")
    await expect(page.get_by_role("status").filter(has_text="1 запись")).to_be_visible()
    await page.get_by_role("navigation").get_by_role("link", name="Кабинет").click()
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_role("alert").filter(has_text="1 запись в журнале ещё не отправлена")).to_be_visible()
    await page.context.set_offline(False)
    await page.evaluate(ALL_SENT)
    stage.forgive("ERR_INTERNET_DISCONNECTED")


async def test_the_day_s_lessons_lead_into_the_gradebook(stage: Stage) -> None:
    page = await stage.open(login="teacher", size=DESKTOP)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Уроки сегодня")
    await page.get_by_role("link", name="5A · Алгебра", exact=True).nth(1).click()
    await expect(page.locator("td:focus")).to_be_visible()
    head = page.get_by_role("columnheader").nth(await page.evaluate("document.activeElement.cellIndex"))
    await expect(head).to_contain_text("урок 2")


async def test_a_topic_is_written_where_the_lesson_is_listed(stage: Stage) -> None:
    page = await stage.open("/lessons", login="teacher", size=DESKTOP)
    lesson = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="5A · Алгебра", exact=True)).first
    await lesson.get_by_role("button", name="Записать тему").click()
    await page.get_by_label("Тема урока").fill("Дроби и доли")
    await page.keyboard.press("Enter")
    await expect(lesson).to_contain_text("Дроби и доли")
    await expect(lesson.get_by_role("button", name="Изменить тему")).to_be_visible()
    family = await stage.open(stage.today("anna"), login="parent")
    await expect(family.get_by_text("Тема: Дроби и доли")).to_be_visible()


async def test_a_reload_without_a_network_shows_what_the_device_had(stage: Stage) -> None:
    """The service itself is away: its page comes from the worker, the gradebook from the device, and what is typed goes when the service is back."""
    page = await opened(stage)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.reload()  # what was there before its worker is kept now
    await expect(page.get_by_role("gridcell").first).to_be_visible()
    await page.keyboard.press("Control+Home")
    for _ in range(8):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("5")
    await saved(page)
    stage.service.stop()
    await page.reload()
    await expect(page.get_by_role("status").filter(has_text="Данные на")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Показано то, что запомнило это устройство")).to_be_visible()
    await page.keyboard.press("Control+Home")
    for _ in range(8):
        await page.keyboard.press("ArrowRight")
    await expect(page.locator("td:focus")).to_have_text("5")  # it was given after the gradebook was asked for
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("3")
    await expect(page.get_by_role("status").filter(has_text="1 запись")).to_be_visible()
    stage.service.come_back()
    await page.evaluate(ALL_SENT)
    await expect(page.get_by_role("status").filter(has_text="Данные на")).to_have_count(0, timeout=30_000)
    assert [mark["value"] for mark in (await rows(stage))[1]["marks"]].count(3) >= 1
    assert await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('school.kept.')).length") == 2
    await page.get_by_role("navigation").get_by_role("link", name="Кабинет").click()
    await page.get_by_role("button", name="Выйти").click()
    await expect(page.get_by_label("Логин")).to_be_visible()
    assert await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('school.kept.')).length") == 0
    stage.forgive_failed_requests()
