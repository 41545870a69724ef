"""One browser for all tests of the web app; a stage for each module of them; no page of any may complain."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.web.stage import ARGUMENTS, CHROMIUM, Stage, staged
from tests.web.windows import Windows


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser: Browser) -> Windows:
    """Of all stages."""
    return Windows(browser)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theatre(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The stage of a module."""
    async with staged(windows, tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage(theatre: Stage) -> AsyncIterator[Stage]:
    """The same for one test, whose pages have neither errors nor warnings on their consoles, and ask nobody else for anything."""
    yield theatre
    assert await theatre.windows.leave() == []
