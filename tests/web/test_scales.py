"""Grades that are words: the office says which, a teacher types them, a family reads them with what they are on another scale."""

import re

import sqlalchemy as sa
from playwright.async_api import Page, expect

from school import ids
from school.db import Database
from school.diary.models import CourseScale, GradingScale
from school.ids import Kind
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def press(page: Page, letter: str) -> None:
    """A key of the Russian keyboard."""
    await page.evaluate("key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))", letter)


async def test_pass_and_fail_are_typed_by_their_letters_and_read_as_words(stage: Stage) -> None:
    office = await stage.open("/rules", login="office", size=DESKTOP)
    scales = office.get_by_role("region", name="Шкалы отметок")
    await scales.get_by_label("Название шкалы").fill("Зачёт")
    await scales.get_by_role("spinbutton", name="От", exact=True).fill("0")
    await scales.get_by_role("spinbutton", name="До", exact=True).fill("1")
    await scales.get_by_label("Слова или буквы").fill("0 незачёт, 1 зачёт")
    await scales.get_by_label("Отметки входят в среднее").uncheck()
    await scales.get_by_role("button", name="Добавить шкалу").click()
    await expect(scales.get_by_text("0–1 · 0 незачёт, 1 зачёт · без среднего")).to_be_visible()
    await scales.get_by_label("Отметки шкалы").select_option("Зачёт")
    await scales.get_by_label("Показывать и по шкале").select_option("5")
    await scales.get_by_label("Что чему соответствует").fill("зачёт 5")
    await scales.get_by_role("button", name="Сохранить соответствие").click()
    await expect(scales.get_by_text("По шкале «5»: зачёт → 5")).to_be_visible()
    await scales.get_by_role("button", name="Изменить: 5").click()
    five = scales.get_by_role("listitem").filter(has=office.get_by_role("button", name="Изменить: 5"))
    await five.get_by_label("Проходной балл").fill("3")
    await five.get_by_role("button", name="Сохранить").click()
    await expect(five).to_contain_text("проходной балл 3")

    database, course = Database(stage.service.database_url), stage.world.courses["5A"]
    async with database.begin() as session:
        old = await session.scalar(sa.select(CourseScale.scale_id).where(CourseScale.id == course))
        new = sa.select(GradingScale.id).where(GradingScale.name == "Зачёт").scalar_subquery()
        await session.execute(sa.update(CourseScale).where(CourseScale.id == course).values(scale_id=new))
    page = await stage.open(f"/courses/{ids.encode(Kind.COURSE, 1, course)}", login="teacher", size=DESKTOP)
    cells = page.get_by_role("gridcell")
    await expect(cells.first).to_be_visible()
    await page.keyboard.press("Control+End")
    await page.keyboard.press("ArrowUp")
    await press(page, "з")
    await page.keyboard.press("ArrowDown")
    for letter in "не":
        await press(page, letter)
    await expect(cells.filter(has_text=re.compile("^зач"))).to_have_count(1)
    await expect(cells.filter(has_text=re.compile("^нез"))).to_have_count(1)
    await press(page, "н")  # by itself it is the register's
    await page.keyboard.press("Enter")
    await expect(cells.filter(has_text=re.compile("^незн"))).to_have_count(1)
    await expect(page.get_by_role("status").filter(has_text="Всё сохранено.")).to_be_visible()

    family = await stage.open(stage.page("marks", "anna"), login="parent", size=PHONE)
    algebra = family.get_by_role("group").filter(has=family.get_by_role("heading", name="Алгебра"))
    await algebra.locator("summary").press("Enter")
    await expect(algebra.get_by_text("зачёт (5)")).to_be_visible()
    async with database.begin() as session:
        await session.execute(sa.text("UPDATE mark SET scale_id = NULL"))
        await session.execute(sa.update(CourseScale).where(CourseScale.id == course).values(scale_id=old))
        await session.execute(sa.text("UPDATE mark SET withdrawn_at = given_at WHERE value < 2"))
    await database.close()


async def test_a_second_try_is_given_in_the_window_of_a_cell_and_strikes_the_first(stage: Stage) -> None:
    await stage.give_mark("anna", 2)
    page = await stage.open(f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}", login="teacher", size=DESKTOP)
    await expect(page.get_by_role("gridcell").first).to_be_visible()
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("End")
    await page.keyboard.press("F2")
    await page.get_by_label("Отметка", exact=True).fill("5")
    await page.get_by_label("Пересдача отметки").select_option(index=1)
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.locator("td [data-struck]")).to_have_text(re.compile("^2"))
    await expect(page.get_by_role("status").filter(has_text="Всё сохранено.")).to_be_visible()
    family = await stage.open(stage.page("marks", "anna"), login="parent", size=PHONE)
    algebra = family.get_by_role("group").filter(has=family.get_by_role("heading", name="Алгебра"))
    await expect(algebra.locator("summary")).to_contain_text("5,00")
    await algebra.locator("summary").press("Enter")
    await expect(algebra.get_by_text("Пересдача вместо «2»")).to_be_visible()
    await expect(algebra.get_by_text("Пересдана, в среднее не входит")).to_be_visible()
