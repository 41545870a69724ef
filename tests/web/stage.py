"""A school with the small world in it, served as in production, and browsers that look at it: what a test of the web app has at hand."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from school import ids
from school.db import Database
from school.demo.api import OPERATIONS
from school.diary.models import Lesson
from school.ids import Kind
from tests.databases import fresh_database
from tests.service_process import PASSWORD, Service, give_passwords
from tests.world import LOGINS, World, build

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
LOCALES = {"ru": "ru-RU", "en": "en-GB"}
SIGN_IN = {"ru": ("Логин", "Пароль", "Войти"), "en": ("Login", "Password", "Sign in")}
PHONE, DESKTOP = (390, 844), (1280, 800)


class Production(Service):
    """The service in production, whose pages may come without encryption from this machine: browsers trust it as they do https."""

    def settings(self) -> Mapping[str, str]:
        """What is set for it."""
        return {"SCHOOL_MODE": "production"}

    @property
    def url(self) -> str:
        """By its name: to an address a browser gives no cookie that is for https alone."""
        return f"http://localhost:{self.port}"

    def come_back(self) -> None:
        """Start once more at the same port."""
        self._begin()
        assert self._is_ready(), self.log.read_text()[-4000:]

    def _start(self, environment: Mapping[str, str]) -> Any:
        return super()._start({**environment, **self.settings(), "SCHOOL_ORIGINS": json.dumps([self.url])})


class Demonstration(Production):
    """The service as the demo starts it, with the file of logins and passwords that lies in its directory."""

    def settings(self) -> Mapping[str, str]:
        """As the demo's."""
        return {"SCHOOL_MODE": "demo", "SCHOOL_DEMO_LOGINS": str(self.directory / "logins.json")}


@dataclass
class Stage:
    """The service, its world, and a browser."""

    service: Production
    world: World
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def person(self, name: str, school_id: int = 1) -> str:
        """The opaque id of somebody."""
        return ids.encode(Kind.PERSON, school_id, self.world.people[name])

    def today(self, pupil: str) -> str:
        """The address of the page about a pupil's day."""
        return self.page("today", pupil)

    def page(self, name: str, pupil: str) -> str:
        """The address of a page about a pupil."""
        return f"/children/{self.person(pupil, 2 if pupil == 'gleb' else 1)}/{name}"

    async def open(
        self, path: str = "/", *, login: str | None = None, language: str = "ru", size: tuple[int, int] = PHONE, dark: bool = False,
    ) -> Page:
        """A browser of its own at an address, signed in where a login is named."""
        context = await self.browser.new_context(
            base_url=self.service.url, locale=LOCALES[language], viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light",
            timezone_id="Asia/Vladivostok", reduced_motion="reduce",
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._watch)
        await page.goto(path)
        if login is not None:
            await sign_in(page, login, language)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _watch(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.service.url).netloc:
            self.complaints.append(f"asked elsewhere: {request.url}")

    async def act(self, login: str, operation: str, **variables: Any) -> Any:
        """What somebody does elsewhere: one of the demo's operations, which production knows."""
        return await asyncio.to_thread(self._act, login, operation, variables)

    def _act(self, login: str, operation: str, variables: Mapping[str, Any]) -> Any:
        signed = self.service.graphql(OPERATIONS["sign_in"], {"input": {"login": login, "password": PASSWORD}})
        answer = self.service.graphql(OPERATIONS[operation], variables, signed["data"]["signIn"]["token"])
        (value,) = answer["data"].values()
        assert value["__typename"] != "Refusal", value
        return value

    async def give_mark(self, pupil: str, value: int, *, lesson: str = "5A-1", teacher: str = "teacher") -> None:
        """The teacher's, in the first algebra lesson of the day."""
        item = {"id": str(ids.new()), "pupilId": self.person(pupil), "value": value, "weight": 2, "work": "TEST"}
        await self.act(teacher, "marks", input={"lessonId": ids.encode(Kind.LESSON, 1, self.world.lessons[lesson]), "items": [item]})

    def forgive_failed_requests(self) -> None:
        """What a browser complains of by itself where the service was away."""
        self.complaints = [one for one in self.complaints if "ERR_CONNECTION_REFUSED" not in one and "ERR_FAILED" not in one]

    async def close_pages(self) -> list[str]:
        """Close all browsers; what they complained of."""
        for context in self.contexts:
            await context.close()
        self.contexts.clear()
        found, self.complaints = self.complaints, []
        return found


async def sign_in(page: Page, login: str, language: str = "ru", secret: str = PASSWORD) -> None:
    """As a person does."""
    name, password, button = SIGN_IN[language]
    await page.get_by_label(name, exact=False).first.fill(login)
    await page.get_by_label(password, exact=False).first.fill(secret)
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("navigation").first).to_be_visible()


@asynccontextmanager
async def staged(browser: Browser, directory: Path, kind: type[Production] = Production) -> AsyncIterator[Stage]:
    """A stage whose one lesson day is today."""
    async with fresh_database("sqlite", furnished=False) as url:
        database = Database(url)
        world = await build(database)
        await give_passwords(database, *LOGINS)
        async with database.begin() as session:
            await session.execute(sa.update(Lesson).values(on_date=dt.datetime.now(ZoneInfo("Europe/Moscow")).date()))
        await database.close()
        service = kind(url, directory)
        await asyncio.to_thread(service.__enter__)
        try:
            yield Stage(service, world, browser)
        finally:
            await asyncio.to_thread(service.stop)
