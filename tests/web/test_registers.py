"""A register as a spreadsheet: saved, changed, shown as it would be, and taken back."""

import datetime as dt
import io
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import expect
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from school import ids
from school.db import Database
from school.ids import Kind
from school.registry.models import Pupil
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _class(theatre: Stage) -> AsyncIterator[None]:
    """Pupils who have been there for a while."""
    database = Database(theatre.service.database_url)
    async with database.begin() as session:
        await session.execute(sa.update(Pupil).values(enrolled_on=dt.datetime.now(dt.UTC).date() - dt.timedelta(60)))
    await database.close()
    yield


async def test_a_register_is_saved_changed_and_taken_back(stage: Stage) -> None:
    """What the file changes is shown before anything is written; a file that is none is refused in words."""
    course = ids.encode(Kind.COURSE, 1, stage.world.courses["6B"])
    page = await stage.open(f"/courses/{course}", login="class_teacher", language="en", size=DESKTOP)
    await page.get_by_role("link", name="Spreadsheet").click()
    await page.get_by_label("Term").select_option(label="I")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Save").click()
    path = await (await started.value).path()
    chosen = page.locator("input[type=file]")
    await chosen.set_input_files({"name": "register.xlsx", "mimeType": "text/plain", "buffer": b"a letter"})
    await expect(page.get_by_role("alert")).to_contain_text("This is no register that was saved here.")
    for cells, wrong in (({"B2": "9 хм"}, True), ({"B2": "5t*2 p"}, False)):
        with TemporaryDirectory() as folder:
            changed = Path(folder) / "register.xlsx"
            changed.write_bytes(_changed(path.read_bytes(), cells))
            await chosen.set_input_files(changed)
            await expect(page.get_by_text("not understood: “хм”" if wrong else "2 entries change")).to_be_visible()
            await expect(page.get_by_role("alert")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="5t*2")
    await expect(row).to_contain_text("Veraова Vera")
    await page.get_by_role("button", name="Write 2 changes").click()
    await expect(page.get_by_role("status").filter(has_text="2 changes written.")).to_be_visible()
    await page.get_by_role("link", name="Gradebook", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="Veraова")).to_contain_text("5")


def _changed(content: bytes, cells: dict[str, str]) -> bytes:
    """A file as a program for spreadsheets writes it, with these cells."""
    source, target = CalamineWorkbook.from_filelike(io.BytesIO(content)), io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        for name in source.sheet_names:
            sheet = book.add_worksheet(name)
            for row, values in enumerate(source.get_sheet_by_name(name).to_python(skip_empty_area=False)):
                for column, value in enumerate(values):
                    sheet.write_string(row, column, str(value))
        for cell, value in cells.items():
            book.worksheets()[0].write_string(cell, value)
    return target.getvalue()
