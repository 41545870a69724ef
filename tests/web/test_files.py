"""Files on the pages: a teacher gives a sheet, a family hands in a page, a guardian adds a certificate, which the class teacher opens."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import FilePayload, Page, expect

from school import ids
from school.db import Database
from school.diary import reasons
from school.diary.models import Lesson
from school.ids import Kind
from school.registry.models import Pupil
from tests.diary.shelf import PDF, document
from tests.faces import picture
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER
TODAY = dt.datetime.now(ZoneInfo("Europe/Moscow")).date()


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def days(theatre: Stage) -> None:
    """An algebra lesson tomorrow, the school's reasons, pupils who have been there for a while."""
    database, world = Database(theatre.service.database_url), theatre.world
    async with database.begin() as session:
        session.add_all(reasons.usual(1))
        session.add(Lesson(
            school_id=1, id=ids.new(), course_id=world.courses["5A"], class_group_id=world.classes["5A"], on_date=TODAY + dt.timedelta(days=1), bell=3,
            room="7", topic=None, cancelled_at=None))
        await session.execute(sa.update(Pupil).values(enrolled_on=TODAY - dt.timedelta(days=30)))
    await database.close()


def file(name: str, content: bytes, kind: str = "application/octet-stream") -> FilePayload:
    """As a browser chooses it."""
    return {"name": name, "mimeType": kind, "buffer": content}


async def saved(page: Page, name: str) -> bytes:
    """What a browser saves of a link."""
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name=name).click()
    download = await downloading.value
    assert download.suggested_filename == name
    return (await download.path()).read_bytes()


async def test_a_sheet_is_given_and_a_page_handed_in(stage: Stage) -> None:
    teacher = await stage.open(f"/courses/{ids.encode(Kind.COURSE, 1, stage.world.courses['5A'])}/homework", login="teacher", language="en", size=DESKTOP)
    await teacher.get_by_role("button", name="Set homework").click()
    await teacher.get_by_label("What to do").fill("Fill in the sheet")
    choose = teacher.locator("input[type=file]").first
    await choose.set_input_files([file("лист.docx", document()), file("game.docx", b"MZ" + bytes(60))])
    chosen = teacher.get_by_role("list", name="Files").get_by_role("listitem")
    await expect(chosen.filter(has_text="game.docx").get_by_role("alert")).to_contain_text("Such files are not taken")
    stage.forgive("415")
    await expect(chosen.filter(has_text="лист.docx")).to_contain_text("1 kB")
    await teacher.get_by_role("button", name="Set", exact=True).click()
    await expect(teacher.get_by_text("leave out those that were not taken")).to_be_visible()
    await teacher.get_by_role("button", name="Leave out: game.docx").click()
    await teacher.get_by_role("button", name="Set", exact=True).click()
    line = teacher.get_by_role("listitem").filter(has_text="Fill in the sheet")
    await line.get_by_role("button", name="Add a file").click()
    await line.locator("input[type=file]").first.set_input_files(file("more.pdf", PDF))
    await line.get_by_role("button", name="Add", exact=True).click()
    await expect(line.get_by_role("link", name="more.pdf")).to_be_visible()
    await line.get_by_role("button", name="Remove the file: more.pdf").click()
    await teacher.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(line.get_by_role("link", name="more.pdf")).to_have_count(0)

    family = await stage.open(stage.page("homework", "anna"), login="parent", size=PHONE)
    task = family.get_by_role("listitem").filter(has_text="Fill in the sheet").first
    assert await saved(family, "лист.docx") == document()
    await task.get_by_role("button", name="Сдать работу: Алгебра").click()
    await task.get_by_role("button", name="Отправить").click()
    await expect(task.get_by_text("Напишите ответ или прикрепите файл.")).to_be_visible()
    await task.locator("input[type=file]").first.set_input_files(file("IMG_7.jpg", picture(900, 600, kind="JPEG"), "image/jpeg"))
    await expect(task.get_by_role("list", name="Файлы").last).to_contain_text("кБ")
    await task.get_by_role("button", name="Отправить").click()
    await expect(task).to_contain_text("Сдано, ждёт ответа учителя")
    await expect(task.get_by_role("link", name="IMG_7.jpg")).to_be_visible()
    await line.get_by_role("button", name="Done: 0 of").click()
    assert (await saved(teacher, "IMG_7.jpg"))[:3] == b"\xff\xd8\xff"


async def test_a_certificate_is_sent_with_a_notice_and_another_added(stage: Stage) -> None:
    parent = await stage.open(stage.page("absence", "anna"), login="parent", size=PHONE)
    await parent.get_by_label("Причина").select_option(label="Болезнь")
    await parent.locator("input[type=file]").first.set_input_files(file("справка.pdf", PDF))
    await expect(parent.get_by_role("list", name="Файлы")).to_contain_text("кБ")
    await parent.get_by_role("button", name="Отправить").click()
    notice = parent.get_by_role("region", name="Сообщения школе").get_by_role("listitem").first
    await expect(notice.get_by_role("link", name="справка.pdf")).to_be_visible()
    await notice.get_by_role("button", name="Приложить документ").click()
    await notice.locator("input[type=file]").first.set_input_files(file("ещё.pdf", PDF))
    await notice.get_by_role("button", name="Приложить", exact=True).click()
    await expect(notice.get_by_role("link", name="ещё.pdf")).to_be_visible()
    leader = await stage.open("/absences", login="class_teacher", size=DESKTOP)
    await expect(leader.get_by_role("link", name="ещё.pdf")).to_be_visible()
    assert await saved(leader, "справка.pdf") == PDF
