"""Passkeys on the account's page and on that of sign-in, with an authenticator that the browser plays."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.service_process import PASSWORD
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import Demonstration, Stage, staged
from tests.web.windows import Windows

pytestmark = IN_A_BROWSER


class OfAName(Demonstration):
    """One that knows its own address: passkeys are bound to its name."""

    def settings(self) -> Mapping[str, str]:
        """What is set for it."""
        return {**super().settings(), "SCHOOL_PUBLIC_URL": self.url}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theatre(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A demo's: in production an address begins with https."""
    directory = tmp_path_factory.mktemp("passkeys")
    (directory / "logins.json").write_text(json.dumps({"parent": PASSWORD}))
    async with staged(windows, directory, OfAName) as stage:
        yield stage


async def authenticator(page: Page) -> None:
    """A device that knows its owner, and says so at once."""
    browser = await page.context.new_cdp_session(page)
    await browser.send("WebAuthn.enable")
    await browser.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True}})


async def test_a_passkey_is_added_signs_in_and_is_removed(stage: Stage) -> None:
    page = await stage.open("/account", login="parent", fresh=True)
    await authenticator(page)
    keys = page.get_by_role("region", name="Ключи входа")
    for name, told in (("Мой телефон", None), ("Он же", "На этом устройстве ключ уже есть.")):
        await keys.get_by_role("button", name="Добавить ключ").click()
        await keys.get_by_label("Как назвать этот ключ").fill(name)
        await keys.get_by_role("button", name="Создать ключ").click()
        if told:
            await expect(keys.get_by_role("alert")).to_have_text(told)
            await keys.get_by_role("button", name="Не надо").click()
        else:
            await expect(keys.get_by_role("listitem")).to_contain_text(name)
    await page.get_by_role("button", name="Выйти").first.click()
    await page.get_by_role("button", name="Ключ вместо пароля").click()
    await expect(page.get_by_role("navigation").first).to_be_visible()
    await page.goto("/account")
    await expect(keys.get_by_role("listitem")).to_contain_text("вход")
    await keys.get_by_role("button", name="Удалить: Мой телефон").click()
    await page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    await expect(keys.get_by_role("listitem")).to_have_count(0)
    await page.get_by_role("button", name="Выйти").first.click()
    await page.get_by_role("button", name="Ключ вместо пароля").click()
    await expect(page.get_by_role("alert")).to_have_text("Этот ключ больше не подходит. Войдите с паролем.")
