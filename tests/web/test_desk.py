"""Cards at the office's desk: what is tapped there is on the open page at once, is issued by one key, and so for a whole class in a row."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import orjson
import sqlalchemy as sa
from playwright.async_api import expect

from readers.operations import PRESENT_TAP
from school import clock, ids
from school.ids import Kind
from school.registry import models
from school.registry.models import Card, CardState, DeviceKind
from tests.gateway.device import JSON, Device
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage
from tests.web.test_family import behind, thing

pytestmark = IN_A_BROWSER


@asynccontextmanager
async def at_desk(stage: Stage) -> AsyncIterator[Device]:
    """The desk's daemon, with a key that we have."""
    key = stage.world.devices["desk"]
    async with httpx.AsyncClient(base_url=stage.service.url) as client:
        device = Device(client, stage.world, DeviceKind.DESK, ids.encode(Kind.DEVICE, 1, key))
        await introduce(stage, device, key)
        yield device


async def introduce(stage: Stage, device: Device, key: UUID) -> None:
    """The service knows the key; the device goes on counting from where it was."""
    async with behind(stage) as database, database.begin() as session:
        device.counter = await session.scalar(sa.select(models.Device.counter).where(models.Device.id == key)) or 0
        device.sequence = await session.scalar(sa.select(sa.func.coalesce(sa.func.max(models.Tap.sequence), 0)).where(models.Tap.device_id == key)) or 0
        await session.execute(sa.update(models.Device).where(models.Device.id == key).values(public_key=device.public_key))


async def tap(device: Device, card: str) -> None:
    """A card at its reader: somebody's, or nobody's if the world does not know the name."""
    variables = {"input": device.tap(card), "sentAt": clock.now().isoformat()}
    body = orjson.dumps({"query": PRESENT_TAP, "variables": variables})
    answer = await device.client.post("/gateway", content=body, headers={"content-type": JSON, **device.sign(body)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["presentTap"]["__typename"] == "TapRecorded", answer.text


async def test_a_card_is_issued_by_a_tap_and_one_key(stage: Stage) -> None:
    async with at_desk(stage) as device:
        await tap(device, "left lying here")
        page = await stage.open(f"/people/{stage.person('boris')}", login="office", size=DESKTOP)
        await page.get_by_role("button", name="Выдать карту").click()
        news = page.get_by_role("region", name="Считыватель на столе").get_by_role("status")
        await expect(news).to_contain_text("Приложите карту: Borisова Boris")
        await page.wait_for_load_state("networkidle")
        whose = {"anna": "Это карта другого человека: Annaова Anna.", "boris": "Эта карта уже выдана: Borisова Boris.", "a new one": "Карта ничья"}
        for card, told in whose.items():
            await tap(device, card)
            await expect(news).to_contain_text(told)
            assert await page.get_by_role("button", name="Выдать: Borisова Boris").count() == (1 if card == "a new one" else 0)
        await expect(page.get_by_role("button", name="Выдать: Borisова Boris")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Карта выдана.")).to_be_visible()
        await expect(page.get_by_role("listitem").filter(has_text="Карта работает")).to_have_count(2)


async def test_a_class_gets_its_cards_in_a_row(stage: Stage) -> None:
    async with behind(stage) as database, database.begin() as session:
        pupils = [stage.world.people[name] for name in ("anna", "boris")]
        await session.execute(sa.update(Card).where(Card.person_id.in_(pupils)).values(state=CardState.BLOCKED, blocked_at=clock.now()))
    async with at_desk(stage) as device:
        page = await stage.open("/cards", login="office", size=DESKTOP)
        await page.get_by_label("Класс").select_option("5A")
        row = page.get_by_role("region", name="Очередь")
        await expect(row).to_contain_text("Без карты: 2 ученика")
        for name in ("Annaова Anna", "Borisова Boris"):
            await expect(page.get_by_role("status").filter(has_text=f"Приложите карту: {name}")).to_be_visible()
            await page.wait_for_load_state("networkidle")
            await tap(device, f"new for {name}")
            await expect(page.get_by_role("button", name=f"Выдать: {name}")).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(thing(page, f"{name} — выдана")).to_be_visible()
        await expect(page.get_by_text("Готово: карты есть у всех.")).to_be_visible()
