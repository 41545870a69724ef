"""Getting in and out: with a password, back to where one wanted to be, and out again when the session has ended elsewhere."""

from playwright.async_api import expect

from tests.service_process import PASSWORD
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import Stage, sign_in

pytestmark = IN_A_BROWSER


async def test_a_wrong_password_is_told_and_opens_nothing(stage: Stage) -> None:
    page = await stage.open("/", language="en")
    await page.get_by_label("Login").fill("parent")
    await page.locator("input[name=password]").fill("not this one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("There is no such login, or the password is another one.")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await page.context.cookies() == []


async def test_one_is_where_one_wanted_to_be(stage: Stage) -> None:
    page = await stage.open("/account")
    await sign_in(page, "parent")
    await expect(page.get_by_role("heading", name="Кабинет")).to_be_visible()
    (cookie,) = await page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == ("__Host-school", True, True, "Lax")
    assert await page.evaluate("Object.keys(localStorage)") == ["school.device"]


async def test_the_page_of_sign_in_knows_nobody_in_production(stage: Stage) -> None:
    page = await stage.open("/")
    await expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    assert await page.locator("#demo-logins").count() == 0
    await expect(page.get_by_role("heading", name="Это демонстрация")).to_have_count(0)


async def test_signing_out_ends_the_session(stage: Stage) -> None:
    page = await stage.open("/account", login="parent")
    before = await page.context.cookies()
    async with page.expect_response(lambda response: "WebSignOut" in (response.request.post_data or "")) as answered:
        await page.get_by_role("button", name="Выйти").click()
    await (await answered.value).finished()  # the page may know before, by its socket
    await expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    assert await page.context.cookies() == []
    address = stage.service.url.replace("http:", "https:")
    await page.context.add_cookies([{"name": one["name"], "value": one["value"], "url": address, "secure": True} for one in before])
    await page.reload()
    await expect(page.get_by_role("heading", name="Вход")).to_be_visible()


async def test_a_session_that_was_ended_elsewhere_is_over_here_and_one_comes_back_to_the_page(stage: Stage) -> None:
    here, there = await stage.open(stage.today("anna"), login="parent"), await stage.open("/account", login="parent")
    await expect(here.get_by_role("heading", level=1)).to_have_text("Anna Annaова")
    address = here.url
    await there.get_by_role("button", name="Завершить все остальные сеансы").click()
    await expect(here.get_by_role("heading", name="Вход")).to_be_visible(timeout=15_000)
    assert here.url == address
    await sign_in(here, "parent")
    await expect(here.get_by_role("heading", level=1)).to_have_text("Anna Annaова")
    assert PASSWORD not in await here.content()
