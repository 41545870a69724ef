"""Pictures of the main pages, for the README and for whoever wants to see them all (`make screenshots`): an invented school on a school day's afternoon."""

import asyncio
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, StorageState, async_playwright, expect

from school import clock
from school.clock import Clock
from school.db import Database, migrate
from school.seed.build import build
from school.seed.logins import make_passwords
from school.seed.plan import Size
from school.store import Store
from tests.service_process import Service
from tests.web.stage import ARGUMENTS, CHROMIUM, DESKTOP, PHONE, sign_in
from tests.web.windows import LOCALES

SEEDED_ON = dt.date(2026, 11, 27)
AFTERNOON = dt.datetime(2026, 11, 26, 15, tzinfo=dt.timezone(dt.timedelta(hours=3)))
"""Of the last day of which the seed knows everything."""
PAGES = {
    "sign-in": (None, "/"),
    "today": ("parent", "/"),
    "diary": ("parent", "/children/:child/diary"),
    "homework": ("parent", "/children/:child/homework"),
    "absence": ("parent", "/children/:child/absence"),
    "marks": ("parent", "/children/:child/marks"),
    "meals": ("parent", "/children/:child/meals"),
    "passes": ("parent", "/children/:child/passes"),
    "messages": ("parent", "/messages"),
    "talk": ("parent", "/messages"),
    "teachers-messages": ("teacher", "/messages"),
    "remarks": ("teacher", "/remarks"),
    "announce": ("office", "/announce"),
    "record": ("parent", "/children/:child/record"),
    "account": ("parent", "/account"),
    "lessons": ("teacher", "/lessons"),
    "absences": ("classteacher", "/absences"),
    "courses": ("teacher", "/courses"),
    "gradebook": ("teacher", "/courses"),
    "course-homework": ("teacher", "/courses"),
    "register-file": ("teacher", "/courses"),
    "at-risk": ("teacher", "/at-risk"),
    "gate": ("guard", "/gate"),
    "inside": ("guard", "/inside"),
    "devices": ("office", "/devices"),
    "doors": ("office", "/doors"),
    "rules": ("office", "/rules"),
    "till": ("canteen", "/till"),
    "people": ("office", "/people"),
    "person": ("office", "/people"),
    "classes": ("office", "/classes"),
    "cards": ("office", "/cards"),
    "invitations": ("office", "/invitations"),
    "invite": (None, "/invite"),
    "substitutions": ("office", "/substitutions"),
    "timetable": ("office", "/timetable"),
    "year": ("office", "/year"),
    "terms": ("head", "/terms"),
    "report-cards": ("head", "/report-cards"),
    "statistics": ("head", "/statistics"),
    "class-statistics": ("classteacher", "/statistics"),
    "district": ("district", "/district?months=1"),
    "district-school": ("district", "/district"),
}
"""By name: as whom, and where, `:child` being the first of the account's. A new page is added here."""
BEHIND = {"gradebook": "#page li a", "course-homework": "#page li a:nth-of-type(2)", "register-file": "#page li a",
          "gate": "#page nav a:last-child", "inside": "#page section button", "person": "#page li:nth-child(2) a",
          "till": "#page li:last-child a", "talk": "[aria-labelledby=threads] li a", "district-school": "#page tbody a"}
"""What leads on to it, where its address is not known beforehand, or opens what is folded."""
FURTHER = {"register-file": "#page a[href$='/register']"}
"""And what does from there."""
SHOWN = {"gradebook": "[role=gridcell]", "register-file": "#page h2, #page select", "course-homework": "#page li",
         "gate": "#page section time", "inside": "#page section li", "person": "#page h2", "till": "#page [data-key]",
         "talk": "#page textarea", "district-school": "#page tbody"}
"""What is there then."""


async def main(folder: Path, *names: str) -> None:
    """Each page, or each of these, on a phone and on a wide screen, in both languages."""
    passwords, states = make_passwords(), dict[str | None, StorageState]()
    with tempfile.TemporaryDirectory(prefix="school-screenshots-") as scratch:
        service = await _school(Path(scratch), passwords)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            with service:
                for name, (login, path) in PAGES.items() if not names else ((name, PAGES[name]) for name in names):
                    for language in LOCALES:
                        for size in (PHONE, DESKTOP):
                            page = await _open(browser, f"{service.url}{path}", language, size, states.get(login))
                            if login is not None and login not in states:
                                await sign_in(page, login, language, passwords[login])
                                states[login] = await page.context.storage_state()
                            if ":child" in path:
                                await page.goto(f"{service.url}{path.replace(':child', await _child(page, service.url))}")
                            if name in BEHIND:
                                await page.locator(BEHIND[name]).first.click()
                                if name in FURTHER:
                                    await page.locator(FURTHER[name]).click()
                                await expect(page.locator(SHOWN[name]).first).to_be_visible()
                            await _keep(page, folder / f"{name}-{language}-{size[0]}.png")
            await browser.close()


async def _school(scratch: Path, passwords: dict[str, str]) -> Service:
    """The demo's schools and clock, a few classes of each, not served yet."""
    url = f"sqlite+aiosqlite:///{scratch}/school.db"
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    await build(database, passwords, SEEDED_ON, size=Size.SMALL, store=Store.open(f"{scratch}/files"))
    await database.close()
    logins = scratch / "logins.json"
    logins.write_text(json.dumps(passwords))
    return Service(url, scratch, environment={"SCHOOL_CLOCK": Clock(clock.real(), AFTERNOON, 1).format(), "SCHOOL_DEMO_LOGINS": str(logins)})


async def _open(browser: Browser, address: str, language: str, size: tuple[int, int], state: StorageState | None) -> Page:
    context = await browser.new_context(
        locale=LOCALES[language], viewport={"width": size[0], "height": size[1]}, timezone_id="Europe/Moscow", reduced_motion="reduce",
        storage_state=state,
        color_scheme="dark" if language == "en" and size == DESKTOP else "light")
    page = await context.new_page()
    await page.goto(address)
    return page


async def _child(page: Page, url: str) -> str:
    """The child about whom the account's first page is."""
    await page.goto(url)
    await page.wait_for_url("**/children/*/today")
    return urlsplit(page.url).path.split("/")[2]


async def _keep(page: Page, path: Path) -> None:
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".mantine-Loader-root")).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    picture = await page.screenshot(path=path, animations="disabled")
    await page.context.close()
    print(f"{path}: {len(picture) // 1000} kB")  # noqa: T201 - it is a command


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
