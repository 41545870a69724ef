"""The office goes over to the next school year: what stands in the way, what becomes of each class, and the report cards of last year."""

from playwright.async_api import expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def test_the_office_starts_the_next_year(stage: Stage) -> None:
    """The world's only term ends on 30 December."""
    page = await stage.open("/year", login="office", language="en", size=DESKTOP)
    part = page.get_by_role("region", name="Next school year")
    await part.get_by_label("First day of the year").fill("2026-12-31")
    await expect(part.get_by_role("note")).to_contain_text("Not all terms of the old year are closed.")
    start = part.get_by_role("button", name="Start the school year")
    await expect(start).to_be_disabled()
    terms = await stage.open("/terms", login="office", language="en", size=DESKTOP)
    await terms.get_by_role("button", name="Close the term").click()
    await terms.get_by_role("dialog").get_by_role("button", name="Close the term").click()
    await expect(terms.get_by_text("Closed since")).to_be_visible()
    await page.reload()
    await part.get_by_label("First day of the year").fill("2026-12-31")
    await part.get_by_label("Last grade of the school").select_option("6")
    await part.get_by_label("New classes").fill("1А; Б")
    await expect(part.get_by_text("A class is written like 1A, 10B")).to_be_visible()
    await part.get_by_label("New classes").fill("1А")
    classes = part.get_by_role("list", name="What becomes of the classes").get_by_role("listitem")
    await expect(classes).to_have_text(["5A→ 6A2 pupils", "6Bleaves the school1 pupil"])
    await start.press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Start the school year").click()
    await expect(part.get_by_role("status")).to_contain_text("2 went on, 1 left.")
    await expect(classes).to_have_text(["1Аends: nobody is in it0 pupils", "6Aleaves the school2 pupils"])
    await expect(start).to_be_disabled()
    cards = await stage.open("/report-cards", login="class_teacher", language="en", size=DESKTOP)
    await expect(cards.get_by_role("link", name="5A, PDF")).to_be_visible()
    async with cards.expect_download() as download:
        await cards.get_by_role("link", name="All of 5A in the term, XLSX").click()
    assert (await (await download.value).path()).read_bytes()[:2] == b"PK"
    family = await stage.open(stage.page("marks", "anna"), login="parent", size=PHONE)
    await expect(family.get_by_role("heading", level=1)).to_be_visible()


async def test_a_phone_tells_what_is_in_the_way(stage: Stage) -> None:
    page = await stage.open("/year", login="office", language="ru", size=PHONE)
    part = page.get_by_role("region", name="Следующий учебный год")
    await expect(part.get_by_role("note")).to_contain_text("Пока начать нельзя")
