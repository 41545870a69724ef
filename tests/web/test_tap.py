"""A card at a reader of a real pcscd, the reader daemon, the service in production: it appears on the open pages of the parent and of the guard."""

from pathlib import Path

from playwright.async_api import expect

from school.db import Database
from school.registry.models import DeviceKind
from tests.flows.test_tap import pcsc, until_ready
from tests.pcsc_harness import VirtualReaders
from tests.service_process import device_code, gate_bindings, reader_daemon
from tests.web.marks import IN_A_BROWSER
from tests.web.readers import open_doors
from tests.web.stage import DESKTOP, Stage
from tests.world import uid

pytestmark = IN_A_BROWSER


async def test_a_card_at_a_real_reader_appears_on_open_pages(stage: Stage, virtual_readers: VirtualReaders, tmp_path: Path) -> None:
    database, state = Database(stage.service.database_url), tmp_path / "gate"
    await open_doors(database)
    code = await device_code(database, DeviceKind.GATE, "Gate PC", gate_bindings(stage.world))
    await database.close()
    state.mkdir()
    with reader_daemon(state, f"http://127.0.0.1:{stage.service.port}", code, pcsc(virtual_readers, {"in": "Gate A", "out": "Gate B"})):
        parent = await stage.open(stage.today("anna"), login="parent")
        guard = await stage.open("/gate", login="guard", size=DESKTOP)
        await expect(guard.get_by_role("status").filter(has_text="Связь есть")).to_be_visible()
        for page in (parent, guard):
            await page.evaluate("window.untouched = true")
        await until_ready(state)
        virtual_readers.tap("Gate A", uid("anna"))
        await expect(parent.get_by_role("listitem").filter(has_text="Вход в школу")).to_be_visible(timeout=15_000)
        await expect(guard.get_by_role("region", name="Последняя карта")).to_contain_text("Annaова Anna")
        assert [await page.evaluate("window.untouched") for page in (parent, guard)] == [True, True]
