"""The demonstration explains itself: who one can be stands on the page of sign-in, one press each."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.service_process import PASSWORD
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import Demonstration, Stage, staged
from tests.web.windows import Windows

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theatre(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A demo's, with two of its logins."""
    directory = tmp_path_factory.mktemp("demo")
    (directory / "logins.json").write_text(json.dumps({"parent": PASSWORD, "teacher": PASSWORD}))
    async with staged(windows, directory, Demonstration) as stage:
        yield stage


async def test_one_is_somebody_by_one_press(stage: Stage) -> None:
    page = await stage.open("/")
    await expect(page.get_by_role("heading", name="Это демонстрация")).to_be_visible()
    await page.get_by_role("button", name="teacher Учитель математики").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Уроки сегодня")
    assert [one["name"] for one in await page.context.cookies()] == ["school"]


async def test_a_guardian_puts_pretended_money_on_the_account(stage: Stage) -> None:
    page = await stage.open(stage.page("meals", "anna"), login="parent")
    await page.get_by_role("button", name="+100,00 ₽").click()
    await expect(page.get_by_role("status", name="На счёте")).to_contain_text("100,00 ₽")
    await expect(page.get_by_role("main").get_by_role("listitem").filter(has_text="Счёт пополнен")).to_contain_text("+100,00 ₽")
