"""The guards' pages: each card at the door appears by itself with its verdict and reason, after a while without a network, too; who is in the
school; and the office's page of the devices at the doors."""

import datetime as dt
import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from school import clock
from school.registry.models import DeviceKind
from tests.gateway.device import base64
from tests.web.marks import IN_A_BROWSER
from tests.web.readers import Served, standing
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


NOT_NOW = {"outcome": "REFUSE", "reason": "NOT_NOW", "dataVersion": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gate(theatre: Stage) -> AsyncIterator[Served]:
    """The gate of the main door, with a card in its journal that it has not told of."""
    async with standing(theatre, "gate") as device:
        device.journal.append(device.tap("vera", "in", ago=dt.timedelta(minutes=10), verdict=NOT_NOW))
        yield device


async def watching(stage: Stage, login: str = "guard", language: str = "ru", size: tuple[int, int] = DESKTOP) -> Page:
    """The monitor, which tells that it is connected."""
    page = await stage.open("/gate", login=login, language=language, size=size)
    await expect(page.get_by_role("status").filter(has_text="Связь есть" if language == "ru" else "Connected")).to_be_visible()
    await page.evaluate("window.untouched = true")
    return page


async def test_a_card_appears_with_its_verdict_at_the_guard_s_and_the_parent_s(stage: Stage, gate: Served) -> None:
    monitor = await watching(stage)
    await expect(monitor.get_by_text("У этой двери ещё не прикладывали ни одной карты.")).to_be_visible()
    parent = await stage.open(stage.today("anna"), login="parent", language="en", size=PHONE)
    await expect(parent.get_by_text("Алгебра").first).to_be_visible()
    assert (await gate.present(gate.tap("anna", "in")))["outcome"] == "ADMIT"
    newest = monitor.get_by_role("region", name="Последняя карта")
    await expect(newest).to_contain_text("Вход")
    await expect(newest).to_contain_text("Annaова Anna")
    await expect(newest).to_contain_text("5A класс")
    await expect(parent.get_by_role("listitem").filter(has_text="Came to school")).to_be_visible()
    assert await monitor.evaluate("window.untouched")


async def test_a_refused_card_says_why(stage: Stage, gate: Served) -> None:
    monitor = await watching(stage, login="office", language="en", size=PHONE)
    newest = monitor.get_by_role("region", name="The latest card")
    await gate.present(gate.tap("nobody at all", "in"))
    await expect(newest).to_contain_text("Refused")
    await expect(newest).to_contain_text("Unknown card")
    await expect(newest).to_contain_text("the school has no such card")
    await gate.present(gate.tap("guard", "out"))
    await expect(newest).to_contain_text("Out")
    await expect(newest).to_contain_text("Guardова Guard")
    await expect(newest).to_contain_text("the entry was not seen")
    await expect(monitor.get_by_role("listitem").first).to_contain_text("Unknown card")
    await expect(monitor.get_by_role("listitem").first).to_contain_text("Refused")


async def test_what_a_gate_kept_comes_late_in_its_place(stage: Stage, gate: Served) -> None:
    monitor = await watching(stage)
    await gate.present(gate.tap("boris", "in"))
    newest = monitor.get_by_role("region", name="Последняя карта")
    await expect(newest).to_contain_text("Borisова Boris")
    lines = await monitor.get_by_role("listitem").count()
    await gate.submit(*gate.journal)
    late = monitor.get_by_role("listitem").filter(has_text="Veraова Vera")
    await expect(late).to_contain_text("сейчас проход не разрешён")
    await expect(late).to_contain_text("узнали только в")
    await expect(monitor.get_by_role("listitem")).to_have_count(lines + 1)
    await expect(newest).to_contain_text("Borisова Boris")


async def test_the_monitor_says_since_when_it_is_blind_and_catches_up(stage: Stage, gate: Served) -> None:
    monitor = await watching(stage)
    newest = monitor.get_by_role("region", name="Последняя карта")
    await expect(newest).to_contain_text("Borisова Boris")
    lines = await monitor.get_by_role("listitem").count()
    stage.service.stop()
    await expect(monitor.get_by_role("status").filter(has_text="Связи нет с")).to_be_visible(timeout=15_000)
    stage.service.come_back()
    await gate.present(gate.tap("vera", "in"))
    await gate.present(gate.tap("office", "in"))
    await expect(newest).to_contain_text("Officeова Office", timeout=30_000)
    await expect(monitor.get_by_role("listitem")).to_have_count(lines + 2)
    await expect(monitor.get_by_role("status").filter(has_text="Связь есть")).to_be_visible()
    assert await monitor.evaluate("window.untouched")
    stage.forgive_failed_requests()


async def test_who_is_inside_changes_by_itself_and_anybody_is_found(stage: Stage, gate: Served) -> None:
    await gate.present(gate.tap("boris", "in"))
    page = await stage.open("/inside", login="guard", language="en", size=DESKTOP)
    group = page.get_by_role("region", name="Class 5A")
    inside = group.get_by_text("2 of 2")
    await expect(inside).to_be_visible()
    await group.get_by_role("button").click()
    boris = group.get_by_role("listitem").filter(has_text="Borisова Boris")
    await expect(boris).to_have_attribute("data-inside", "true")
    await gate.present(gate.tap("boris", "out"))
    await expect(boris).to_have_attribute("data-inside", "false", timeout=15_000)
    await expect(group.get_by_text("1 of 2")).to_be_visible()
    await expect(group.get_by_role("heading", level=3)).to_have_text(["Not inside: 1", "Inside: 1"])
    await page.get_by_role("searchbox").fill("vera")
    found = page.get_by_role("region", name="Found").get_by_role("listitem")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("Class 6B")
    await page.get_by_role("searchbox").fill("nobody")
    await expect(page.get_by_text("Nobody whose family name begins with “nobody”.")).to_be_visible()


async def test_a_teacher_sees_the_own_classes(stage: Stage) -> None:
    page = await stage.open("/inside", login="teacher", size=DESKTOP)
    await expect(page.get_by_role("region", name="5A класс")).to_be_visible()
    await expect(page.get_by_role("region", name="6B класс")).to_have_count(0)
    await expect(page.get_by_role("region", name="Сотрудники")).to_have_count(0)
    await page.emulate_media(media="print")
    await page.get_by_role("button", name="Показать всех по именам").wait_for(state="hidden")
    await expect(page.get_by_text("Ш1, ")).to_be_visible()


async def test_what_is_wrong_with_a_device_comes_first(stage: Stage, gate: Served) -> None:
    slow = (clock.now() - dt.timedelta(minutes=4, seconds=30)).isoformat()
    readers = [{"name": "in", "state": "OK"}, {"name": "out", "state": "ABSENT"}]
    assert (await gate.call("heartbeat", input=gate.report(queueDepth=37, sentAt=slow, readers=readers)))["__typename"] == "Heartbeat"
    page = await stage.open("/devices", login="office", size=DESKTOP)
    troubles = page.get_by_role("region", name="gate").get_by_role("list").first.get_by_role("listitem")
    await expect(troubles).to_have_text(["37 касаний карт ждут отправки", "Часы отстают на 4 мин", "Считыватель «out» не подключён"])
    await expect(page.get_by_role("region", name="desk").get_by_text("Ни разу не выходило на связь")).to_be_visible()


async def test_a_code_is_shown_once_and_admits_a_device(stage: Stage, gate: Served) -> None:
    page = await stage.open("/devices", login="office", language="en", size=PHONE)
    await page.get_by_role("button", name="New device").click()
    await page.get_by_label("Name").fill("Second gate")
    await page.get_by_role("button", name="Make a code").click()
    told = page.get_by_role("dialog").locator("output")
    await expect(told).to_have_text(re.compile(r"^([0-9A-Z]{4}-){2}[0-9A-Z]{4}$"))
    code = await told.inner_text()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    codes = page.get_by_role("region", name="Codes that wait")
    await expect(codes).to_contain_text("Second gate")
    await page.reload()
    await expect(codes).to_contain_text("Second gate")
    assert code not in await page.content()
    second = Served(gate.client, gate.world, DeviceKind.GATE)
    enrolment = {"code": code, "publicKey": base64(second.public_key), "software": "test 2", "sentAt": clock.now().isoformat()}
    assert (await second.call("enrol", input=enrolment))["__typename"] == "Enrolled"
    device = page.get_by_role("region", name="Second gate")
    await expect(device).to_be_visible(timeout=30_000)  # the page asks every quarter of a minute
    await expect(codes).to_have_count(0)
    await device.get_by_role("button", name="Turn away").click()
    await page.get_by_role("dialog").get_by_role("button", name="Turn away").click()
    await expect(page.get_by_text("Turned away: 1")).to_be_visible()
    await expect(device).to_be_hidden()


async def test_a_code_that_is_cancelled_waits_no_more(stage: Stage) -> None:
    page = await stage.open("/devices", login="office", size=DESKTOP)
    await page.get_by_role("region", name="desk").get_by_role("button", name="Код на замену").click()
    await page.get_by_role("dialog").get_by_role("button", name="Готово").click()
    codes = page.get_by_role("region", name="Коды, которые ждут")
    await expect(codes).to_contain_text("на замену")
    await codes.get_by_role("button", name="Отменить код").click()
    await expect(codes).to_have_count(0)
