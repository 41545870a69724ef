"""The end of a term: a teacher decides by keyboard, a parent sees it at once, the office closes and opens again."""

from pathlib import Path

from playwright.async_api import Page, expect
from pypdf import PdfReader

from school import ids
from school.ids import Kind
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def sheet(stage: Stage) -> Page:
    """The teacher's own page of 5A's algebra."""
    course = ids.encode(Kind.COURSE, 1, stage.world.courses["5A"])
    page = await stage.open(f"/courses/{course}/terms", login="teacher", language="en", size=DESKTOP)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Term marks · 5A · Алгебра")
    return page


async def test_a_teacher_decides_by_keyboard_and_the_parent_sees_it_at_once(stage: Stage) -> None:
    for value in (5, 5, 4):
        await stage.give_mark("anna", value)
    await stage.give_mark("boris", 3)
    family = await stage.open(stage.page("marks", "anna"), login="parent", language="en", size=PHONE)
    algebra = family.get_by_role("group").filter(has=family.get_by_role("heading", name="Алгебра"))
    await algebra.locator("summary").press("Enter")
    await algebra.get_by_role("button", name="Another 2").press("Enter")
    await expect(algebra.get_by_text("With 2 the average becomes 4.29, which makes 4.")).to_be_visible()
    # each mark counts twice: (28 + 2 + 5n) / (7 + n) ≥ 9/2 needs n ≥ 3
    await expect(algebra.get_by_text("For a 5 it takes 3 × 5 more.")).to_be_visible()
    page = await sheet(stage)
    anna = page.get_by_role("row").filter(has_text="Annaова")
    await expect(anna).to_contain_text("4.67")
    field = anna.get_by_role("textbox")
    await field.press("9")
    await expect(anna).to_contain_text("2 to 5, or n/a")
    await expect(page.get_by_role("button", name="Give term marks", exact=True)).to_be_disabled()
    await field.fill("4")
    await expect(anna).to_contain_text("not by average")
    await expect(page.get_by_role("row").filter(has_text="Borisова").get_by_role("textbox")).to_be_focused()
    await page.get_by_role("button", name="Fill in by average").click()
    await expect(page.get_by_role("row").filter(has_text="Borisова").get_by_role("textbox")).to_have_value("3")
    await page.get_by_role("button", name="Give 2 term marks").click()
    await expect(page.get_by_text("2 term marks given.")).to_be_visible()
    decided = family.get_by_role("region", name="Term marks").get_by_role("row").filter(has_text="Алгебра")
    await expect(decided).to_contain_text("4")
    await expect(decided).to_contain_text("4.67")
    await field.fill("5")
    await page.get_by_label("Why it is changed").fill("the olympiad")
    await page.get_by_role("button", name="Give 1 term mark").click()
    await expect(decided.get_by_role("cell").first).to_contain_text("5")
    await decided.get_by_role("button", name="changed").click()
    await expect(decided.get_by_role("listitem")).to_have_count(2)
    await expect(decided.get_by_role("listitem").first).to_contain_text("the olympiad")
    await anna.get_by_role("button", name="changed").click()
    await expect(anna.get_by_role("listitem").last).to_contain_text("4")
    async with family.expect_download() as started:
        await family.get_by_role("link", name="Report card, I, PDF").click()
    assert "Алгебра 3 4.67 5" in text_of(await (await started.value).path())


async def test_a_class_teacher_prints_the_cards_of_the_own_class(stage: Stage) -> None:
    page = await stage.open("/courses", login="class_teacher", size=DESKTOP)
    await page.get_by_role("link", name="Табели класса (PDF)").click()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Табели 5A, PDF").click()
    text = text_of(await (await started.value).path())
    assert [name for name in ("Annaова Anna", "Borisова Boris", "Veraова Vera") if f"Ученик {name}" in text] == ["Annaова Anna", "Borisова Boris"]
    other = await stage.open("/courses", login="teacher", size=PHONE)
    await expect(other.get_by_role("link", name="Домашние задания").first).to_be_visible()
    await expect(other.get_by_role("link", name="Табели класса (PDF)")).to_have_count(0)
    await other.goto("/report-cards")
    await expect(other.get_by_text("вы не ведёте ни одного класса")).to_be_visible()


async def test_on_a_phone_one_decides_without_scrolling_aside(stage: Stage) -> None:
    course = ids.encode(Kind.COURSE, 1, stage.world.courses["5A"])
    page = await stage.open(f"/courses/{course}/terms", login="teacher", size=PHONE)
    await expect(page.get_by_role("row").filter(has_text="Annaова").get_by_role("textbox")).to_be_in_viewport(ratio=1)
    fill, places = page.get_by_role("button", name="Заполнить по среднему"), page.get_by_role("navigation").last
    below, above = await fill.bounding_box(), await places.bounding_box()
    assert below is not None
    assert above is not None
    assert below["y"] + below["height"] <= above["y"]


def text_of(path: Path) -> str:
    """What a PDF says."""
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


async def test_the_office_closes_a_term_and_opens_one_gradebook_again(stage: Stage) -> None:
    page = await sheet(stage)
    office = await stage.open("/terms", login="office", language="en", size=DESKTOP)
    await expect(office.get_by_role("heading", level=2)).to_contain_text("Term marks are given in")
    await office.get_by_role("button", name="Close the term").click()
    await office.get_by_role("dialog").get_by_role("button", name="Close the term").click()
    await expect(office.get_by_text("Closed since")).to_be_visible()
    field = page.get_by_role("row").filter(has_text="Borisова").get_by_role("textbox")
    await field.fill("2")
    await page.get_by_role("button", name="Give 1 term mark").click()
    await expect(page.get_by_text("The term is closed. The office or the head can open it again.")).to_be_visible()
    await expect(field).to_have_value("2")
    await office.get_by_label("Gradebook").select_option(label="5A · Алгебра")
    await office.get_by_label("Reason").fill("a mistake")
    await office.get_by_role("button", name="Open again").click()
    await expect(office.get_by_text("It is open.")).to_be_visible()
    await expect(office.get_by_text("a mistake")).to_be_visible()
    await page.get_by_role("button", name="Give 1 term mark").click()
    await expect(page.get_by_text("1 term mark given.")).to_be_visible()
