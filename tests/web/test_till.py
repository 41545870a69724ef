"""The canteen's till: a card that is presented shows by itself, a sale is made once whatever the network does, and a family sees it at once."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from school.db import Database
from school.registry.models import Outcome
from tests.meals.canteen import Canteen, audit, rubles
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def canteen(stage: Stage) -> AsyncIterator[Canteen]:
    """The canteen behind the service, whose books are right at the end of each test."""
    database = Database(stage.service.database_url)
    yield Canteen(database, stage.world)
    assert await audit(database) == []
    await database.close()


def customer(page: Page, name: str = "Покупатель") -> Locator:
    """Who stands at the till."""
    return page.get_by_role("status", name=name)


async def ring_up(page: Page, keys: str) -> None:
    """By touch."""
    for key in keys:
        await page.get_by_role("button", name={",": "Запятая"}.get(key, key), exact=True).click()


async def test_a_sale_is_seen_by_the_family_at_once_and_can_be_undone(stage: Stage, canteen: Canteen) -> None:
    """Two windows: the canteen's and the parent's."""
    await canteen.fund("anna", rubles(300))
    till = await stage.open(login="canteen", size=DESKTOP)
    await expect(till.get_by_role("heading", level=1)).to_have_text("Буфет")
    parent = await stage.open(stage.page("meals", "anna"), login="parent")
    balance = parent.get_by_role("status", name="На счёте")
    await expect(balance).to_contain_text("300,00 ₽")
    await expect(customer(till)).to_have_text("Приложите карту к считывателю")
    await canteen.present("anna", announce=True)
    await expect(customer(till)).to_contain_text("Annaова Anna")
    await expect(customer(till)).to_contain_text("5A")
    await expect(customer(till)).to_contain_text("300,00 ₽")
    await expect(customer(till)).to_contain_text("Денег достаточно")
    serve = till.get_by_role("button", name="Выдано")
    await expect(serve).to_be_disabled()
    await ring_up(till, "120,5")
    await expect(till.get_by_text("Останется 179,50 ₽")).to_be_visible()
    await serve.click()
    await expect(till.get_by_text("Выдано: Annaова Anna, 120,50 ₽")).to_be_visible()
    await expect(balance).to_contain_text("179,50 ₽")
    await expect(customer(till)).to_have_text("Приложите карту к считывателю")
    sold = till.get_by_role("listitem").filter(has_text="120,50 ₽")
    await sold.get_by_role("button", name="Отменить").click()
    await till.get_by_role("dialog").get_by_role("button", name="Отменить покупку").click()
    await expect(sold).to_contain_text("отменена")
    await expect(balance).to_contain_text("300,00 ₽")


async def test_whoever_cannot_pay_is_told_why(stage: Stage, canteen: Canteen) -> None:
    till = await stage.open(login="canteen", language="en")
    await expect(till.get_by_role("heading", level=1)).to_have_text("Буфет")
    await canteen.fund("boris", rubles(50))
    await canteen.present("boris", announce=True)
    standing = customer(till, "Customer")
    await expect(standing).to_contain_text("Little money left")
    await till.keyboard.type("70")
    await expect(till.get_by_text("20.00 short")).to_be_visible()
    await expect(till.get_by_role("button", name="Served")).to_be_disabled()
    await till.keyboard.press("Escape")
    await canteen.present("teacher", announce=True)
    await expect(standing).to_contain_text("No meal account: nothing can be sold")
    await canteen.present("boris", outcome=Outcome.REFUSE, reason="CARD_BLOCKED", announce=True)
    await expect(standing).to_contain_text("The card is refused: the card is blocked")


async def test_who_is_served_stays_until_the_next_one_s_turn(stage: Stage, canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(100))
    await canteen.fund("boris", rubles(100))
    till = await stage.open(login="canteen")
    await expect(till.get_by_role("heading", level=1)).to_have_text("Буфет")
    await canteen.present("anna", announce=True)
    await expect(customer(till)).to_contain_text("Anna")
    await ring_up(till, "10")
    await canteen.present("boris", announce=True)
    await expect(till.get_by_role("region", name="Ждут").get_by_role("button")).to_contain_text(["Boris"])
    await expect(customer(till)).to_contain_text("Anna")
    await till.keyboard.press("Enter")
    await expect(customer(till)).to_contain_text("Boris")
    await expect(till.get_by_role("region", name="Ждут")).to_have_count(0)


async def test_a_dish_is_one_press(stage: Stage, canteen: Canteen) -> None:
    """What the till has sold most is there as buttons."""
    await canteen.fund("anna", rubles(300))
    await canteen.sell(await canteen.present("anna"), rubles(65))
    till = await stage.open(login="canteen", size=DESKTOP)
    await canteen.present("anna", announce=True)
    await expect(customer(till)).to_contain_text("Anna")
    dish = till.get_by_role("group", name="Чаще всего").get_by_role("button", name="Обед 65,00 ₽")
    await dish.click()
    await dish.click()
    await ring_up(till, "5")
    await expect(till.get_by_role("status", name="Сумма")).to_have_text("135,00 ₽")
    await till.keyboard.press("Backspace")
    await till.keyboard.press("Backspace")
    await expect(till.get_by_role("status", name="Сумма")).to_have_text("65,00 ₽")
    await dish.click()
    await till.get_by_role("button", name="Выдано").click()
    await expect(till.get_by_text("Выдано: Annaова Anna, 130,00 ₽")).to_be_visible()
    await expect(till.get_by_role("listitem").filter(has_text="130,00 ₽")).to_contain_text("Обед × 2")


async def test_a_sale_whose_answer_is_lost_is_made_once(stage: Stage, canteen: Canteen) -> None:
    """The service has sold, and the answer does not arrive: the till asks the same again, also after a reload."""
    await canteen.fund("anna", rubles(200))
    before = await canteen.balance("anna")
    till = await stage.open(login="canteen")
    await expect(till.get_by_role("heading", level=1)).to_have_text("Буфет")
    await canteen.present("anna", announce=True)
    await expect(customer(till)).to_contain_text("Anna")
    asked = list[str]()

    async def lose(route: Route) -> None:
        body = route.request.post_data or ""
        if "WebSell" in body:
            asked.append(body)
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await till.route("**/graphql", lose)
    await ring_up(till, "40")
    await till.get_by_role("button", name="Выдано").click()
    await expect(till.get_by_text("Ответа ещё нет")).to_be_visible()
    assert await canteen.balance("anna") == before - 4000
    await till.reload()
    await expect(till.get_by_text("Ответа ещё нет")).to_be_visible()
    await till.unroute("**/graphql", lose)
    await expect(till.get_by_text("Выдано: ")).to_be_visible(timeout=15_000)
    assert await canteen.balance("anna") == before - 4000
    assert len(asked) > 1
    assert len(set(asked)) == 1
    stage.forgive_failed_requests()


async def test_who_forgot_the_card_is_found_and_served_and_the_family_reads_so(stage: Stage, canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    till = await stage.open(login="canteen")
    await expect(till.get_by_role("heading", level=1)).to_have_text("Буфет")
    parent = await stage.open(stage.page("meals", "anna"), login="parent")
    await till.get_by_role("button", name="Забыли карту").click()
    asked = till.get_by_role("dialog", name="Забыли карту")
    name, find = asked.get_by_label("Фамилия"), asked.get_by_role("button", name="Найти")
    await name.fill("An 5A")
    await expect(find).to_be_disabled()
    await name.fill("Nobody")
    await find.click()
    await expect(asked.get_by_text("Никого со счётом на питание не нашлось.")).to_be_visible()
    await name.fill("anna 5а")
    await name.press("Enter")
    await asked.get_by_role("button", name="Annaова Anna, 5A").click()
    await expect(asked).to_have_count(0)
    await expect(customer(till)).to_contain_text("без карты")
    await till.keyboard.type("33,3")
    await till.keyboard.press("Enter")
    await expect(till.get_by_text("Выдано: Annaова Anna, 33,30 ₽")).to_be_visible()
    await expect(till.get_by_role("listitem").filter(has_text="33,30 ₽")).to_contain_text("без карты")
    await expect(parent.get_by_role("main").get_by_role("listitem").filter(has_text="33,30 ₽").first).to_contain_text("без карты")
    await till.get_by_role("button", name="Забыли карту").click()
    await name.press("Escape")
    await expect(asked).to_have_count(0)
