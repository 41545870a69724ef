"""A parent's page of the day: what happens appears by itself, also after a while without a network; one child at a time."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Response, expect

from school import app, ids
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER

SITE = Path(app.__file__).parent / "web" / "site"
BUDGET = 160_000
"""Bytes of scripts and styles, packed by gzip, of the first page that a parent sees; 170,000 are allowed, so that there is room."""


async def test_a_mark_appears_without_a_reload(stage: Stage) -> None:
    page = await stage.open(stage.today("anna"), login="parent", language="en", size=DESKTOP)
    await expect(page.get_by_text("Алгебра").first).to_be_visible()
    await page.evaluate("window.untouched = true")
    await stage.give_mark("anna", 5)
    mark = page.get_by_role("listitem").filter(has_text="Mark 5: test")
    await expect(mark.last).to_be_visible()
    await expect(mark.last).to_contain_text("counts 2 times")
    assert await page.evaluate("window.untouched")


async def test_money_that_comes_in_is_shown_at_once_and_in_the_day(stage: Stage) -> None:
    page = await stage.open(stage.today("anna"), login="parent")
    balance = page.get_by_text("Деньги на питание").locator("..")
    await expect(balance).to_contain_text("0,00 ₽")
    child, amount = stage.person("anna"), {"minor": 12350, "currency": "RUB"}
    await stage.act("office", "top_up", input={"id": str(ids.new()), "childId": child, "amount": amount, "method": "CASH"})
    await expect(balance).to_contain_text("123,50 ₽")
    await expect(page.get_by_role("listitem").filter(has_text="Счёт пополнен")).to_contain_text("123,50 ₽")


async def test_another_child_is_one_press_away_and_remembered(stage: Stage) -> None:
    page = await stage.open(login="parent")
    await page.get_by_role("link", name="Gleb").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Gleb Glebова")
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Gleb Glebова")
    await expect(page.get_by_role("link", name="Gleb")).to_have_attribute("aria-current", "page")


async def test_somebody_else_s_child_is_no_page(stage: Stage) -> None:
    page = await stage.open(stage.today("boris"), login="parent")
    await expect(page.get_by_role("heading", name="Такой страницы нет.")).to_be_visible()
    await page.get_by_role("link", name="К началу").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Vera Veraова")


async def test_a_pupil_sees_their_own_day(stage: Stage) -> None:
    page = await stage.open(login="anna")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Anna Annaова")
    await expect(page.get_by_role("navigation", name="Дети")).to_have_count(0)


async def test_the_first_page_is_within_its_budget(stage: Stage) -> None:
    page, sizes = await stage.open(login="parent", fresh=True), dict[str, int]()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()

    def weigh(response: Response) -> None:
        path = urlsplit(response.url).path
        if path.endswith((".js", ".css")):
            sizes[path] = (SITE / f"{path}.gz".lstrip("/")).stat().st_size

    page.on("response", weigh)
    await page.reload()
    await expect(page.get_by_text("Алгебра").first).to_be_visible()
    print(f"a parent's first page: {sum(sizes.values()):,} bytes of {BUDGET:,}: {sizes}")  # noqa: T201 - the figure is wanted
    assert 0 < sum(sizes.values()) <= BUDGET, sizes


async def test_what_happens_without_a_network_is_caught_up_with(stage: Stage) -> None:
    """The service itself goes away and comes back: sockets break, questions fail, and the page says so."""
    page = await stage.open(stage.today("anna"), login="parent", language="en")
    await expect(page.get_by_text("Алгебра").first).to_be_visible()
    stage.service.stop()
    await expect(page.get_by_role("status").filter(has_text="No connection")).to_be_visible(timeout=15_000)
    stage.service.come_back()
    await stage.give_mark("anna", 4)
    await expect(page.get_by_role("listitem").filter(has_text="Mark 4: test").last).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("status").filter(has_text="No connection")).to_have_count(0)
    stage.forgive_failed_requests()


async def test_a_page_that_was_never_loaded_opens_when_the_network_is_back(stage: Stage) -> None:
    page = await stage.open(stage.today("anna"), login="parent", language="en", fresh=True)
    await expect(page.get_by_text("Алгебра").first).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_role("navigation").last.get_by_role("link", name="Marks").click()
    await expect(page.get_by_role("alert").filter(has_text="has not been loaded yet")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Marks")
    stage.forgive("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Unable to preload CSS", "dynamically imported module")


async def test_the_app_opens_without_a_network(stage: Stage) -> None:
    page = await stage.open(stage.today("anna"), login="parent", language="en", fresh=True)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.reload()  # what was there before its worker is kept now
    await expect(page.get_by_text("Алгебра").first).to_be_visible()
    stage.service.stop()
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text("There is no connection to the service.")
    kept = await page.evaluate("caches.open('school').then(cache => cache.keys()).then(keys => keys.map(key => new URL(key.url).pathname))")
    assert [path for path in kept if path not in {"/", "/icon.svg"} and not path.startswith("/assets/")] == []
    stage.service.come_back()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Anna Annaова")
    stage.forgive_failed_requests()
