"""The office's page of doors: what stands at them, and who may pass when, each change said in words before it is made."""

from playwright.async_api import expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


async def test_the_office_adds_a_door_binds_a_reader_and_lets_a_class_pass(stage: Stage) -> None:
    page = await stage.open("/doors", login="office", size=DESKTOP)
    await page.get_by_role("button", name="Новая дверь").click()
    await page.get_by_label("Название").fill("Двор")
    await page.get_by_role("button", name="Добавить дверь").click()
    doors = page.get_by_role("region", name="Двери и считыватели")
    yard = doors.get_by_role("listitem").filter(has_text="Двор")
    await expect(yard).to_contain_text("Считывателя нет")

    await doors.get_by_role("button", name="Привязать считыватель").click()
    reader = doors.get_by_label("Считыватель", exact=True)
    await reader.select_option(index=1)
    await doors.get_by_label("Дверь").select_option(label="Двор")
    await doors.get_by_label("В какую сторону").select_option(label="выход")
    await expect(doors.get_by_role("status")).to_contain_text("Станет: «Двор», выход")
    await doors.get_by_role("button", name="Привязать", exact=True).click()
    await expect(yard).to_contain_text("выход: ")

    rules = page.get_by_role("region", name="Кто и когда проходит")
    await rules.get_by_role("button", name="Новое правило").click()
    form = rules.get_by_role("form", name="Новое правило")
    await form.get_by_label("Для кого").select_option(label="один класс")
    await expect(form.get_by_role("button", name="Добавить правило")).to_be_disabled()
    await form.get_by_label("Класс").select_option(label="5A")
    await form.get_by_label("Дверь").select_option(label="Двор")
    await form.get_by_label("В какую сторону").select_option(label="выход")
    await form.get_by_label("пятница").uncheck()
    await form.get_by_label("С", exact=True).fill("13:00")
    await form.get_by_label("До (00:00").fill("00:00")
    await form.get_by_label("Последний день").fill("2027-05-31")
    words = "«Двор» · выход · пн–чт · 13:00–24:00 · по 31 мая 2027 включительно"
    await expect(form.get_by_role("status")).to_contain_text(words)
    await form.get_by_role("button", name="Добавить правило").click()
    await expect(rules.get_by_role("status")).to_contain_text("Правило действует.")
    line = rules.get_by_role("listitem").filter(has_text=words)
    await expect(line).to_contain_text("Класс 5A")

    await line.get_by_role("button", name="Отменить").click()
    asked = page.get_by_role("dialog")
    await expect(asked).to_contain_text(words)
    await asked.get_by_role("button", name="Отменить").click()
    await expect(line).to_have_count(0)
    await rules.get_by_role("button", name="Отменённые правила").click()
    await expect(rules.get_by_role("list", name="Отменённые правила").get_by_role("listitem").filter(has_text=words)).to_contain_text("отменено")


async def test_a_rule_for_one_person_is_found_by_name(stage: Stage) -> None:
    page = await stage.open("/doors", login="office", size=DESKTOP)
    rules = page.get_by_role("region", name="Кто и когда проходит")
    await rules.get_by_role("button", name="Новое правило").click()
    form = rules.get_by_role("form", name="Новое правило")
    await form.get_by_label("Для кого").select_option(label="один человек")
    await form.get_by_label("Фамилия").fill("Boris")
    await form.get_by_role("list", name="Найденные").get_by_role("button").first.click()
    await form.get_by_role("button", name="Добавить правило").click()
    await expect(rules.get_by_role("status")).to_contain_text("Все двери · вход и выход · пн–пт · 07:00–20:00")
