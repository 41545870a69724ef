"""Bells: the office adds those of a shortened day and gives them to today; a family's open diary follows. A class is given another building's."""

import datetime as dt
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def test_a_day_is_shortened_and_taken_back(stage: Stage) -> None:
    family = await stage.open(stage.page("diary", "anna"), login="parent", size=PHONE)
    second = family.get_by_role("listitem").filter(has_text="Алгебра").nth(1)
    await expect(second).to_contain_text("09:30")
    await family.evaluate("window.untouched = true")
    page = await stage.open("/year", login="office", language="en", size=DESKTOP)
    others, days = (page.get_by_role("region", name=name, exact=True) for name in ("Other bells", "Days with other bells"))
    await expect(others).to_contain_text("All classes have the regular bells.")
    await others.get_by_role("button", name="New bells").press("Enter")
    await others.get_by_label("Name").fill("Сокращённый день")
    for label, time in (("End of lesson 1", "09:10"), ("Beginning of lesson 2", "09:05"), ("End of lesson 2", "10:00")):
        await others.get_by_label(label).fill(time)
    await others.get_by_role("button", name="Add the bells").press("Enter")
    await expect(others.get_by_role("alert")).to_contain_text("the next begins when it has ended")
    await others.get_by_label("Beginning of lesson 2").fill("09:20")
    await others.get_by_role("button", name="Add the bells").press("Enter")
    await expect(others.get_by_role("listitem")).to_contain_text("Сокращённый день1–7 · 08:30–15:15")
    await days.get_by_label("Day").fill(dt.datetime.now(ZoneInfo("Europe/Moscow")).date().isoformat())
    await days.get_by_label("Have instead").select_option(label="Сокращённый день")
    await days.get_by_role("button", name="Change the day's bells").press("Enter")
    await expect(days.get_by_role("listitem")).to_contain_text("Regular bells → Сокращённый день")
    await expect(second).to_contain_text("09:20")
    await expect(family.get_by_text("Сокращённый день")).to_be_visible()
    await others.get_by_role("button", name="Use no more: Сокращённый день").click()
    await page.get_by_role("dialog").get_by_role("button", name="Use no more").click()
    await expect(others.get_by_role("alert")).to_contain_text("give it others first")
    await days.get_by_role("button", name="Take back").click()
    await expect(days).to_contain_text("All days to come have their usual bells.")
    await expect(second).to_contain_text("09:30")
    assert await family.evaluate("window.untouched")
    await page.goto(f"{page.url.removesuffix('/year')}/classes")
    await page.get_by_role("link", name="5A", exact=True).click()
    bells = page.get_by_role("region", name="Bells", exact=True)
    await bells.get_by_label("Usual bells").select_option(label="Сокращённый день")
    await bells.get_by_role("button", name="Give these bells").click()
    await expect(bells.get_by_role("alert")).to_have_count(0)
    await expect(second).to_contain_text("09:20")
