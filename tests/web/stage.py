"""A school with the small world in it, served as in production, and browsers that look at it: what a test of the web app has at hand."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from playwright.async_api import Page, expect

from school import ids
from school.db import Database
from school.demo.api import OPERATIONS
from school.diary.models import Lesson
from school.ids import Kind
from tests.databases import fresh_database
from tests.ports import is_taken
from tests.service_process import PASSWORD, Service, give_passwords
from tests.web.windows import Windows
from tests.world import LOGINS, World, build

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
SIGN_IN = {"ru": ("Логин", "Пароль", "Войти"), "en": ("Login", "Password", "Sign in")}
PHONE, DESKTOP = (390, 844), (1280, 800)
expect.set_options(timeout=20_000)  # milliseconds: the machine may have others to serve
PORTS: list[int] = []
"""Where stages were, the last at last."""


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

    def choose_port(self) -> int:
        """The last stage's, unless somebody has taken it: to a browser it is the same place."""
        if not PORTS or is_taken(PORTS[-1]):
            PORTS.append(super().choose_port())
        return PORTS[-1]

    def _start(self, environment: Mapping[str, str]) -> Any:
        return super()._start({**environment, **self.settings(), "SCHOOL_ORIGINS": json.dumps([self.url])})


class Demonstration(Production):
    """The service as the demo starts it, with the file of logins and passwords that lies in its directory."""

    def settings(self) -> Mapping[str, str]:
        """As the demo's."""
        return {"SCHOOL_MODE": "demo", "SCHOOL_DEMO_LOGINS": str(self.directory / "logins.json")}


@dataclass
class Stage:
    """The service, its world, and windows of a browser."""

    service: Production
    world: World
    windows: Windows

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
        self, path: str = "/", *, login: str | None = None, language: str = "ru", size: tuple[int, int] = PHONE, dark: bool = False, fresh: bool = False,
    ) -> Page:
        """A browser of its own at an address, signed in where a login is named. `fresh`: one that was never here."""
        page = await self.windows.take(self.service.url, language, fresh=fresh)
        if login is not None:
            await page.context.add_cookies([await asyncio.to_thread(self._cookie, login)])
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.emulate_media(color_scheme="dark" if dark else "light", media="null")
        await page.goto(path)
        if login is not None:
            await expect(page.get_by_role("navigation").first).to_be_visible()
        return page

    def _cookie(self, login: str) -> Any:
        """A new session's, as the page of sign-in is given it; test_signing_in.py signs in as a person does."""
        asked = {"query": OPERATIONS["sign_in"], "variables": {"input": {"login": login, "password": PASSWORD, "cookie": True}}}
        answer = self.service.http.request("POST", f"{self.service.url}/graphql", json=asked, headers={"Origin": self.service.url})
        told = answer.headers["Set-Cookie"]
        name, value = told.partition(";")[0].split("=")
        secure = "; Secure" in told
        address = self.service.url.replace("http:", "https:") if secure else self.service.url
        return {"name": name, "value": value, "url": address, "httpOnly": True, "sameSite": "Lax", "secure": secure}

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

    def forgive(self, *words: str) -> None:
        """What a browser complains of by itself where there is no network, or no service."""
        self.windows.complaints[:] = [one for one in self.windows.complaints if not any(word in one for word in words)]

    def forgive_failed_requests(self) -> None:
        """Where the service was away."""
        self.forgive("ERR_CONNECTION_REFUSED", "ERR_FAILED")


async def sign_in(page: Page, login: str, language: str = "ru", secret: str = PASSWORD) -> None:
    """As a person does."""
    name, password, button = SIGN_IN[language]
    await page.get_by_label(name, exact=False).first.fill(login)
    await page.get_by_label(password, exact=False).first.fill(secret)
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("navigation").first).to_be_visible()


@asynccontextmanager
async def staged(windows: Windows, directory: Path, kind: type[Production] = Production) -> AsyncIterator[Stage]:
    """A stage whose one lesson day is today."""
    async with fresh_database("sqlite") as url:
        database = Database(url)
        world = await build(database)
        await give_passwords(database, *LOGINS)
        async with database.begin() as session:
            await session.execute(sa.update(Lesson).values(on_date=dt.datetime.now(ZoneInfo("Europe/Moscow")).date()))
        await database.close()
        service = kind(url, directory)
        await asyncio.to_thread(service.__enter__)
        try:
            yield Stage(service, world, windows)
        finally:
            await asyncio.to_thread(service.stop)
