"""The office's statistics: plots that are read without seeing them, tables beneath, and figures to take along."""

import datetime as dt
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import Page, expect

from school import ids
from school.db import Database
from school.diary.models import Attendance, AttendanceKind, Lesson, Mark, WorkKind
from school.meals import ledger
from school.meals.ledger import Movement
from school.meals.models import MealAccount, TransferKind
from school.money import Money
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER

YESTERDAY = dt.datetime.now(ZoneInfo("Europe/Moscow")).date() - dt.timedelta(days=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _two_days(theatre: Stage) -> AsyncIterator[None]:
    """Yesterday Anna was there and Boris was not; today she came late, got a five and bought a lunch."""
    database, world, now = Database(theatre.service.database_url), theatre.world, dt.datetime.now(dt.UTC)
    people = world.people
    async with database.begin() as session:
        before = Lesson(
            school_id=1, id=ids.new(), course_id=world.courses["5A"], class_group_id=world.classes["5A"], on_date=YESTERDAY, bell=1, room=None, topic=None,
            cancelled_at=None)
        session.add(before)
        await session.flush()
        session.add_all(
            Attendance(school_id=1, lesson_id=lesson, pupil_id=people[pupil], kind=kind, minutes_late=minutes, by=people["teacher"], at=now)
            for lesson, pupil, kind, minutes in (
                (before.id, "anna", AttendanceKind.PRESENT, None), (before.id, "boris", AttendanceKind.ABSENT, None),
                (world.lessons["5A-1"], "anna", AttendanceKind.LATE, 5), (world.lessons["6B-1"], "vera", AttendanceKind.EXCUSED, None)))
        session.add(Mark(
            school_id=1, id=ids.new(), pupil_id=people["anna"], lesson_id=world.lessons["5A-1"], course_id=world.courses["5A"], value=5, weight=1,
            work=WorkKind.TEST, comment=None, revision=1, given_by=people["teacher"], given_at=now, withdrawn_at=None))
        await session.execute(sa.update(MealAccount).where(MealAccount.person_id == people["anna"]).values(balance=20_000))
        await ledger.post(session, Movement(
            ref=ids.Ref(1, ids.new()), kind=TransferKind.SALE, person_id=people["anna"], amount=Money(12_050, "RUB"), digest=bytes(32),
            by=people["canteen"], till_id=world.tills["till"]))
    await database.close()
    yield


async def opened(stage: Stage) -> Page:
    """The office's page, with all of its figures."""
    page = await stage.open("/statistics", login="office", size=DESKTOP)
    await expect(page.get_by_role("heading", level=1, name="Статистика")).to_be_visible()
    await expect(page.get_by_role("group", name="График:")).to_have_count(3)
    return page


async def cells(page: Page, table: str, panel: str) -> list[list[str]]:
    """What a table of a panel tells, without spaces that do not break."""
    rows = page.locator("section", has=page.get_by_role("heading", level=2, name=panel)).get_by_role("table", name=table).get_by_role("row")
    found = [[cell.replace("\u00a0", " ").strip() for cell in await row.locator("th, td").all_inner_texts()] for row in await rows.all()]
    return found[1:]


async def test_each_plot_has_a_table_of_its_figures(stage: Stage) -> None:
    page = await opened(stage)
    days = await cells(page, "По дням", "Посещаемость")
    assert [row[1:] for row in days] == [["50 %", "1", "0", "1", "0"], ["50 %", "0", "1", "0", "1"]]
    assert await cells(page, "По классам", "Посещаемость") == [["5A", "66,7 %", "1", "1", "1", "0"], ["6B", "0 %", "0", "0", "0", "1"]]
    assert [row[1:] for row in await cells(page, "По неделям", "Отметки")] == [["5,00", "1", "1"]]
    assert await cells(page, "По предметам", "Отметки") == [["Алгебра", "5,00", "1", "1"]]
    assert [row[1:] for row in await cells(page, "По дням", "Питание")] == [["1", "120,50 ₽"]]
    table = page.get_by_role("table", name="По дням").first
    assert ((await table.bounding_box()) or {})["width"] > 100
    await page.get_by_role("button", name="Показать таблицу").first.click()
    await expect(page.get_by_role("button", name="Скрыть таблицу")).to_have_attribute("aria-expanded", "true")


async def test_a_plot_is_read_by_keys(stage: Stage) -> None:
    page = await opened(stage)
    await page.get_by_role("group", name="График: доля").focus()
    said = page.locator("section", has_text="Посещаемость").locator("[aria-live]")
    await page.keyboard.press("ArrowRight")
    await expect(said).to_contain_text("Без причины 50")
    await page.keyboard.press("End")
    await expect(said).to_contain_text("По уважительной причине 50")
    await page.keyboard.press("Home")
    await expect(said).to_contain_text("Опоздали 0")


async def test_a_class_and_other_days(stage: Stage) -> None:
    page = await opened(stage)
    await page.get_by_label("Класс", exact=True).select_option("6B")
    await expect(page.get_by_text("Класс 6B").first).to_be_visible()
    await expect(page.get_by_text("За эти дни данных нет.")).to_have_count(1)  # 6B has no marks
    assert await cells(page, "По классам", "Посещаемость") == [["6B", "0 %", "0", "0", "0", "1"]]
    await page.get_by_role("button", name="90 дней").click()
    await page.get_by_role("button", name="Раньше").click()
    await expect(page.get_by_text("За эти дни данных нет.")).to_have_count(3)
    await page.get_by_role("button", name="Позже").click()
    await expect(page.get_by_role("group", name="График:")).to_have_count(2)


async def test_a_class_teacher_has_the_own_class_alone(stage: Stage) -> None:
    page = await stage.open("/courses", login="class_teacher", size=DESKTOP)
    await page.get_by_role("link", name="Статистика моего класса").click()
    await expect(page.get_by_role("group", name="График:")).to_have_count(2)
    await expect(page.get_by_text("Класс 5A").first).to_be_visible()
    assert await cells(page, "По классам", "Посещаемость") == [["5A", "66,7 %", "1", "1", "1", "0"]]
    assert await cells(page, "По предметам", "Отметки") == [["Алгебра", "5,00", "1", "1"]]
    await expect(page.get_by_role("heading", name="Питание")).to_have_count(0)
    page = await stage.open("/statistics", login="teacher", size=DESKTOP)
    await expect(page.get_by_text("Вы не классный руководитель")).to_be_visible()


async def test_figures_are_copied_and_printed(stage: Stage) -> None:
    page = await opened(stage)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    section = page.locator("section", has=page.get_by_role("heading", level=2, name="Питание"))
    await section.get_by_role("button", name="Скопировать как CSV").click()
    await expect(section.get_by_role("status")).to_have_text("Скопировано.")
    head, line = (await page.evaluate("navigator.clipboard.readText()")).split("\n")
    assert head.strip() == "День;Буфет: продаж;Буфет: сумма"
    assert line.split(";")[1:] == ["1", "120,50 ₽"]
    frame = section.get_by_role("group", name="По дням", exact=True)
    assert ((await frame.bounding_box()) or {})["height"] <= 1
    await page.emulate_media(media="print")
    assert ((await frame.bounding_box()) or {})["height"] > 30
    await expect(section.get_by_role("button", name="Скопировать как CSV")).to_be_hidden()


async def test_plots_fit_a_narrower_window(stage: Stage) -> None:
    page = await opened(stage)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.wait_for_function("document.querySelector('canvas').getBoundingClientRect().width <= 370")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
