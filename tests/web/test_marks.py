"""A child's marks by subject: the average, each mark, and what a changed one was before."""

import uuid

from playwright.async_api import expect

from school import ids
from school.db import Database
from school.diary import corrections
from school.diary.mark_rows import Content
from school.diary.models import WorkKind
from school.ids import Kind, Ref
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def give(stage: Stage, value: int, weight: int) -> uuid.UUID:
    """A mark of Anna's in algebra."""
    mark = ids.new()
    item = {"id": str(mark), "pupilId": stage.person("anna"), "value": value, "weight": weight, "work": "ANSWER"}
    await stage.act("teacher", "marks", input={"lessonId": ids.encode(Kind.LESSON, 1, stage.world.lessons["5A-1"]), "items": [item]})
    return mark


async def correct(stage: Stage, mark: uuid.UUID, content: Content, reason: str) -> None:
    """As the teacher does it; the demo's people have no operation for it."""
    database = Database(stage.service.database_url)
    async with database.begin() as session:
        await corrections.correct(session, stage.world.viewers["teacher"], Ref(1, mark), 1, content, reason)
    await database.close()


async def test_the_average_is_exact_and_a_mark_tells_what_it_was(stage: Stage) -> None:
    page = await stage.open(stage.page("marks", "anna"), login="parent", language="en", size=DESKTOP)
    await expect(page.get_by_text("No marks yet.")).to_be_visible()
    await give(stage, 5, 1)
    mark = await give(stage, 3, 2)
    algebra = page.get_by_role("group").filter(has=page.get_by_role("heading", name="Алгебра"))
    await expect(algebra).to_contain_text("3.67")
    await correct(stage, mark, Content(4, 2, WorkKind.TEST, "after the retake"), "the retake")
    await page.reload()
    await expect(algebra).to_contain_text("4.33")
    await algebra.locator("summary").press("Enter")
    await expect(algebra.get_by_text("Exactly 13/3: 2 marks of this term, from 2 to 5")).to_be_visible()
    corrected = algebra.get_by_role("listitem").filter(has_text="after the retake")
    await expect(corrected).to_contain_text("test, counts 2 times")
    await corrected.get_by_role("button", name="changed").press("Enter")
    await expect(corrected.get_by_role("listitem").filter(has_text="Given 3")).to_be_visible()
    change = corrected.get_by_role("listitem").filter(has_text="Corrected")
    await expect(change).to_contain_text("3 → 4")
    await expect(change).to_contain_text("answer → test")
    await expect(change).to_contain_text("— → after the retake")
    await expect(change).to_contain_text("the retake")
    await corrected.get_by_role("button", name="I have read this").click()
    await expect(corrected.first).to_contain_text("You read it on")
    await page.reload()
    await algebra.locator("summary").press("Enter")
    await expect(corrected.first).to_contain_text("You read it on")
    await expect(algebra.get_by_role("button", name="I have read this")).to_have_count(1)


async def test_earlier_marks_come_when_they_are_wanted(stage: Stage) -> None:
    """A hundred come first, of all subjects."""
    for value in (4, 5):
        items = [{"id": str(ids.new()), "pupilId": stage.person("vera"), "value": value, "weight": 1, "work": "ANSWER"} for _ in range(60)]
        await stage.act("class_teacher", "marks", input={"lessonId": ids.encode(Kind.LESSON, 1, stage.world.lessons["6B-1"]), "items": items})
    page = await stage.open(stage.page("marks", "vera"), login="parent", language="en", size=PHONE)
    await page.locator("summary").click()
    marks = page.get_by_role("listitem").filter(has_text="answer")
    await expect(marks).to_have_count(100)
    await page.get_by_role("button", name="Show earlier ones").click()
    await expect(marks).to_have_count(120)
    await expect(page.get_by_role("button", name="Show earlier ones")).to_have_count(0)
