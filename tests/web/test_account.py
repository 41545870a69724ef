"""One's own account: another password, and an app whose codes are asked for beside it."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.service_process import PASSWORD
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import Production, Stage, sign_in, staged
from tests.web.windows import Windows

pytestmark = IN_A_BROWSER

NEW = "quite another secret"


class WithKeys(Production):
    """Production that can keep an app's secret."""

    def settings(self) -> Mapping[str, str]:
        """With a key for what is kept."""
        return {**super().settings(), "SCHOOL_SECRET_KEYS": json.dumps([urlsafe_b64encode(bytes(32)).decode()])}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theatre(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Of this module."""
    async with staged(windows, tmp_path_factory.mktemp("stage"), WithKeys) as stage:
        yield stage


async def test_a_new_password_ends_the_other_sessions(stage: Stage) -> None:
    elsewhere = await stage.open("/account", login="stranger")
    page = await stage.open("/account", login="stranger", language="en")
    await expect(page.get_by_role("button", name="End all other sessions")).to_be_visible()
    old, new, change = page.get_by_label("Password now"), page.get_by_label("New password"), page.get_by_role("button", name="Change the password")
    for tried, fresh, answer in (("a wrong one", NEW, "The password is another one now."), (PASSWORD, "1234567890", "among the first that are tried")):
        await old.fill(tried)
        await new.fill(fresh)
        await change.click()
        await expect(page.get_by_role("alert")).to_contain_text(answer)
    await new.fill(NEW)
    await change.click()
    await expect(page.get_by_role("status").filter(has_text="The password is changed.")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.get_by_role("button", name="End all other sessions")).to_have_count(0)
    await elsewhere.reload()
    await expect(elsewhere.get_by_role("button", name="Войти")).to_be_visible()
    await sign_in(elsewhere, "stranger", secret=NEW)


async def test_an_app_is_added_and_taken_away(stage: Stage) -> None:
    page = await stage.open("/account", login="other_parent")
    await page.get_by_role("button", name="Подключить приложение").click()
    secret = "".join((await page.get_by_role("code").inner_text()).split())
    assert secret in str(await page.get_by_role("link", name="Открыть в приложении").get_attribute("href"))
    code, confirm = page.get_by_label("Код из приложения"), page.get_by_role("button", name="Подключить", exact=True)
    await code.fill("000000")
    await confirm.click()
    await expect(page.get_by_role("alert")).to_contain_text("Код не подошёл")
    await code.fill(pyotp.TOTP(secret).now())
    await confirm.click()
    codes = page.get_by_role("status").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    recovery = await codes.first.inner_text()
    await page.get_by_role("button", name="Я их сохранил(а)").click()
    await expect(page.get_by_text("Осталось 10 кодов восстановления.")).to_be_visible()
    await page.get_by_role("button", name="Отключить приложение").click()
    await code.fill(recovery)
    await page.get_by_role("button", name="Отключить приложение").click()
    await expect(page.get_by_role("button", name="Подключить приложение")).to_be_visible()


async def test_a_calendar_gets_an_address_of_its_own(stage: Stage) -> None:
    page = await stage.open("/account", login="other_parent", language="en")
    boris = page.get_by_role("region", name="Borisова Boris")
    await boris.get_by_role("button", name="New address").click()
    address = await boris.get_by_label("Calendar address").input_value()
    await expect(boris.get_by_role("link", name="Open in this device's calendar")).to_have_attribute("href", address.replace("http:", "webcal:"))
    answer = stage.service.http.request("GET", address)
    assert (answer.status, answer.data.count(b"BEGIN:VEVENT"), "SUMMARY:Алгебра" in answer.data.decode()) == (200, 2, True)
    await page.reload()
    await expect(boris.get_by_text("last read")).to_be_visible()
    await expect(boris.get_by_label("Calendar address")).to_have_count(0)
    await boris.get_by_role("button", name="Take back").click()
    await expect(boris.get_by_role("button", name="Take back")).to_have_count(0)
    assert stage.service.http.request("GET", address).status == 404
    own = await stage.open("/account", login="teacher")
    await expect(own.get_by_role("region", name="Мои уроки").get_by_role("button", name="Новый адрес")).to_be_visible()
