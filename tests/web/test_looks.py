"""Every page for everybody: no fault that axe finds, in light and dark and both languages, and nothing that sticks out of a small phone."""

from collections.abc import Callable
from itertools import product

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from school import ids
from school.ids import Kind
from school.registry.types import school_id
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER

SMALL = (320, 640)
PAGES: dict[str, tuple[str | None, Callable[[Stage], str]]] = {
    "sign in": (None, lambda _stage: "/"),
    "today": ("parent", lambda stage: stage.today("anna")),
    "diary": ("parent", lambda stage: stage.page("diary", "anna")),
    "homework": ("parent", lambda stage: stage.page("homework", "anna")),
    "absence": ("parent", lambda stage: stage.page("absence", "anna")),
    "marks": ("parent", lambda stage: stage.page("marks", "anna")),
    "meals": ("parent", lambda stage: stage.page("meals", "anna")),
    "passes": ("parent", lambda stage: stage.page("passes", "anna")),
    "messages": ("parent", lambda _stage: "/messages"),
    "talk": ("parent", lambda stage: f"/messages/{stage.person('anna')}/{stage.person('teacher')}"),
    "teacher's messages": ("teacher", lambda _stage: "/messages"),
    "remarks": ("teacher", lambda _stage: "/remarks"),
    "announce": ("office", lambda _stage: "/announce"),
    "record": ("parent", lambda stage: stage.page("record", "anna")),
    "more": ("parent", lambda _stage: "/more"),
    "account": ("parent", lambda _stage: "/account"),
    "district": ("office", lambda _stage: "/district"),
    "school of the district": ("office", lambda _stage: f"/district/{school_id(1)}"),
    "lessons": ("teacher", lambda _stage: "/lessons"),
    "absences": ("teacher", lambda _stage: "/absences"),
    "courses": ("teacher", lambda _stage: "/courses"),
    "gradebook": ("teacher", lambda stage: f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}"),
    "term marks": ("teacher", lambda stage: f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}/terms"),
    "terms": ("office", lambda _stage: "/terms"),
    "report cards": ("class_teacher", lambda _stage: "/report-cards"),
    "register file": ("teacher", lambda stage: f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}/register"),
    "course's homework": ("teacher", lambda stage: f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}/homework"),
    "gate": ("guard", lambda _stage: "/gate"),
    "inside": ("guard", lambda _stage: "/inside"),
    "devices": ("office", lambda _stage: "/devices"),
    "doors": ("office", lambda _stage: "/doors"),
    "till": ("canteen", lambda _stage: "/till"),
    "people": ("office", lambda _stage: "/people"),
    "person": ("office", lambda stage: f"/people/{stage.person('boris')}"),
    "person's record": ("office", lambda stage: f"/people/{stage.person('boris')}/record"),
    "classes": ("office", lambda _stage: "/classes"),
    "class": ("office", lambda stage: f"/classes/{ids.encode(Kind.CLASS_GROUP, 1, stage.world.classes['5A'])}"),
    "cards": ("office", lambda _stage: "/cards"),
    "invitations": ("office", lambda _stage: "/invitations"),
    "rules": ("office", lambda _stage: "/rules"),
    "invite": (None, lambda _stage: "/invite"),
    "password": (None, lambda _stage: "/password"),
    "substitutions": ("office", lambda _stage: "/substitutions"),
    "timetable": ("office", lambda _stage: "/timetable"),
    "year": ("office", lambda _stage: "/year"),
    "statistics": ("office", lambda _stage: "/statistics"),
    "class's statistics": ("class_teacher", lambda _stage: "/statistics"),
    "at risk": ("teacher", lambda _stage: "/at-risk"),
    "photo": ("office", lambda stage: f"/people/{stage.person('anna')}/photo"),
    "no page": ("parent", lambda _stage: "/nothing"),
}
"""Each with who looks at it and where it is: a new page is added here."""
LOOKS = (("ru", True, PHONE), ("en", False, DESKTOP))
"""Languages, whether dark, sizes: each of them once."""
ALL = tuple(product(("ru", "en"), (False, True), (PHONE, DESKTOP)))
"""And all of them together, in the long run."""
Look = tuple[str, bool, tuple[int, int]]
LANGUAGES = {"ru": "Русский", "en": "English"}


async def faults(page: Page) -> list[str]:
    """What axe finds, by its rule, with the first place of each."""
    found = await Axe().run(page)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]


@pytest.mark.parametrize("looks", [LOOKS, pytest.param(ALL, marks=pytest.mark.soak)], ids=["few", "all"])
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_has_no_fault(stage: Stage, name: str, looks: tuple[Look, ...]) -> None:
    login, path = PAGES[name]
    if name in {"today", "diary", "marks"}:
        await stage.give_mark("anna", 5)
    if "homework" in name:
        await stage.act("teacher", "homework", input={
            "id": str(ids.new()), "lessonId": ids.encode(Kind.LESSON, 1, stage.world.lessons["5A-2"]), "text": "№ 214, 215", "minutes": 20,
            "links": ["https://resh.edu.ru/subject/13/"]})
    page, found = await stage.open(path(stage), login=login), {}
    for language, dark, size in looks:
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.emulate_media(color_scheme="dark" if dark else "light")
        await page.get_by_role("button", name=LANGUAGES[language]).click()
        await expect(page.locator(f"html[lang={language}][data-mantine-color-scheme={'dark' if dark else 'light'}]")).to_be_visible()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        found[language, dark, size] = await faults(page)
    assert found == {look: [] for look in looks}
    await page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
