"""Windows of the browser. One that has shown the app shows it again for a third of what a new one takes: what a test leaves serves the next."""

from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request

LOCALES = {"ru": "ru-RU", "en": "en-GB"}
NOTHING = "/icon.svg"
"""A page of the app's without its scripts."""


@dataclass
class Windows:
    """Those of a test session, each with cookies and a memory of its own. `complaints`: of the pages that were shown in them."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _used: dict[Page, tuple[str, str]] = field(default_factory=dict)
    _left: dict[tuple[str, str], list[Page]] = field(default_factory=lambda: defaultdict(list))

    async def take(self, url: str, language: str, *, fresh: bool = False) -> Page:
        """An empty one for the app at this address. `fresh`: that was never there."""
        left = self._left[url, language]
        page = left.pop() if left and not fresh else await self._new(url, language)
        self._used[page] = url, language
        return page

    async def _new(self, url: str, language: str) -> Page:
        context = await self.browser.new_context(base_url=url, locale=LOCALES[language], timezone_id="Asia/Vladivostok", reduced_motion="reduce")
        page = await context.new_page()

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                self.complaints.append(f"{message.type}: {message.text}")

        def watch(request: Request) -> None:
            if urlsplit(request.url).netloc != urlsplit(url).netloc:
                self.complaints.append(f"asked elsewhere: {request.url}")

        page.on("console", hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", watch)
        return page

    async def leave(self) -> list[str]:
        """Empty all that were taken, but for the app's files; what their pages have complained of."""
        found = self.complaints[:]
        for page, place in self._used.items():
            try:
                await page.context.set_offline(False)
                await page.context.clear_permissions()
                await page.goto(NOTHING)
                await page.evaluate("localStorage.clear()")
                await page.context.clear_cookies()
            except Error:  # its service is away
                await page.context.close()
            else:
                self._left[place].append(page)
        self._used.clear()
        self.complaints.clear()
        return found
