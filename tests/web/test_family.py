"""What a family sees of a child beside the day: money for meals, the doors, the cards, and who looked."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

from school import ids
from school.db import Database
from school.meals import refunds
from school.registry.models import Outcome
from tests.access.gatehouse import Gatehouse
from tests.meals.canteen import Canteen, rubles
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


@asynccontextmanager
async def behind(stage: Stage) -> AsyncIterator[Database]:
    """The database under the service: what happens at a till and at a gate."""
    database = Database(stage.service.database_url)
    try:
        yield database
    finally:
        await database.close()


def thing(page: Page, text: str) -> Locator:
    """The newest entry of a list that says this."""
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=text).first


async def test_money_that_went_and_came_back_is_told_beside_each_other(stage: Stage) -> None:
    async with behind(stage) as database:
        canteen = Canteen(database, stage.world)
        for roubles in range(1, 31):
            await canteen.fund("anna", rubles(roubles))
        page = await stage.open(stage.page("meals", "anna"), login="parent")
        balance = page.get_by_role("status", name="На счёте")
        await expect(balance).to_contain_text("465,00 ₽")
        await expect(balance).to_contain_text("В минус счёт уйти не может.")
        await expect(page.get_by_text("Раньше ничего нет")).to_be_visible()
        sold = await canteen.sell(await canteen.present("anna"), rubles(65))
        lunch = thing(page, "Обед")
        await expect(lunch).to_contain_text("−65,00 ₽стало 400,00 ₽")
        await expect(balance).to_contain_text("400,00 ₽")
        async with database.begin() as session:
            await refunds.refund(session, canteen.viewer("canteen"), ids.new(), sold.ref)
        await expect(lunch).to_contain_text("отменена")
        await expect(lunch).to_contain_text("+65,00 ₽стало 465,00 ₽")
        await expect(balance).to_contain_text("465,00 ₽")
        await expect(page.get_by_role("main").get_by_text("Покупка отменена")).to_have_count(0)
    assert await page.get_by_role("main").get_by_role("listitem").filter(has_text="Счёт пополнен").count() == 30
    await page.reload()
    await expect(thing(page, "Счёт пополнен")).to_be_visible()
    assert await page.get_by_role("main").get_by_role("listitem").filter(has_text="Счёт пополнен").count() == 28
    await page.get_by_role("button", name="Показать ранее").click()
    await expect(page.get_by_text("Раньше ничего нет")).to_be_visible()
    assert await page.get_by_role("main").get_by_role("listitem").filter(has_text="Счёт пополнен").count() == 30
    await expect(page.get_by_role("heading", name="Пополнить")).to_have_count(0)  # which is a demonstration's


async def test_a_refused_card_says_why_and_a_lost_one_is_blocked_by_the_family(stage: Stage) -> None:
    async with behind(stage) as database:
        gate = Gatehouse(database, stage.world)
        await gate.enter("anna", ago=dt.timedelta(minutes=30))
        page = await stage.open(stage.page("passes", "anna"), login="parent", language="en", size=DESKTOP)
        child = await stage.open(stage.page("passes", "anna"), login="anna")
        await expect(thing(page, "Came to school")).to_contain_text("Главный вход")
        await expect(thing(child, "Карта работает")).to_be_visible()
        await page.get_by_role("button", name="Block").click()
        asked = page.get_by_role("dialog", name="Block the card?")
        await asked.get_by_role("button", name="Leave it").click()
        await expect(asked).to_have_count(0)
        await expect(page.get_by_role("button", name="Block")).to_be_focused()
        await page.get_by_role("button", name="Block").press("Enter")
        await expect(asked.get_by_text("opens no door and pays for no meal")).to_be_visible()
        await asked.get_by_role("button", name="Block the card").press("Enter")
        await expect(thing(page, "The card is blocked")).to_contain_text("Only the school's office can unblock it.")
        await expect(page.get_by_role("button", name="Block")).to_have_count(0)
        await expect(thing(child, "Карта заблокирована")).to_contain_text("заблокирована")
        await gate.receive(gate.tap("anna", outcome=Outcome.REFUSE, reason="CARD_BLOCKED"))
        await expect(thing(page, "Was not let through")).to_contain_text("the card is blocked")
        await expect(thing(child, "Не пропустили")).to_contain_text("карта заблокирована")


async def test_what_a_phone_has_no_room_for_is_behind_more(stage: Stage) -> None:
    page = await stage.open(stage.page("meals", "anna"), login="parent")
    places = page.get_by_role("navigation", name="Разделы").get_by_role("link")
    assert await places.count() <= 5
    await places.filter(has_text="Ещё").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ещё")
    await page.get_by_role("main").get_by_role("link", name="Проходы").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Проходы")
    await expect(page.get_by_text("Anna Annaова")).to_be_visible()
    await expect(places.filter(has_text="Ещё")).to_have_attribute("aria-current", "page")


async def test_who_looked_at_a_child_and_who_changed_what_is_told_in_words(stage: Stage) -> None:
    await stage.give_mark("vera", 5, lesson="6B-1", teacher="class_teacher")
    await stage.open(stage.page("meals", "vera"), login="parent", language="en")
    page = await stage.open(stage.page("record", "vera"), login="parent", language="en")
    given, read = thing(page, "Gave a mark"), thing(page, "Read: meals and money")
    while not (await given.count() and await read.count()):  # the record of reads is written each second
        await page.reload()
        await expect(page.get_by_role("heading", level=2).or_(page.get_by_role("heading", level=3)).first).to_be_visible()
    await expect(given).to_contain_text("Class_Teacherова Class_Teacher class_teacher")
    await expect(read).to_contain_text("You")
    await page.get_by_label("Others only, without mine").check()
    await expect(read).to_have_count(0)
    await expect(given).to_be_visible()
