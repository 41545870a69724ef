"""The office divides a class into groups, and a teacher and families see whose a course is."""

from playwright.async_api import Locator, Page, expect

from school import ids
from school.ids import Kind
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def add(groups: Locator, division: str, name: str) -> Locator:
    """A new group's line."""
    form = groups.get_by_role("form", name="A new group")
    await form.get_by_label("Divided for").fill(division)
    await form.get_by_label("Name of the group").fill(name)
    await form.get_by_label("Name of the group").press("Enter")
    line = groups.get_by_role("region", name=division).get_by_role("listitem").filter(has_text=name)
    await expect(line).to_be_visible()
    return line


async def choose(line: Locator, page: Page, name: str, pupil: str) -> None:
    """One more pupil of a group, by the keyboard."""
    await line.get_by_role("button", name=f"Pupils: {name}").press("Enter")
    form = page.get_by_role("form", name=f"Pupils of the group: {name}")
    await form.get_by_label(pupil).press("Space")
    await form.get_by_role("button", name="Save").press("Enter")
    await expect(form).to_have_count(0)


async def test_a_class_is_divided_and_a_course_is_a_group_s(stage: Stage) -> None:
    address = f"/classes/{ids.encode(Kind.CLASS_GROUP, 1, stage.world.classes['5A'])}"
    page = await stage.open(address, login="office", language="en", size=DESKTOP)
    groups, taught = page.get_by_role("region", name="Groups", exact=True), page.get_by_role("region", name="Courses")
    first, second = [await add(groups, "English", name) for name in ("group 1", "group 2")]
    await choose(first, page, "group 1", "Annaова Anna")
    await expect(first).to_contain_text("1 pupil · 0 courses")
    await second.get_by_role("button", name="Pupils: group 2").click()
    await expect(second.get_by_text("now: group 1")).to_be_visible()
    await second.get_by_role("button", name="Pupils: group 2").click()
    await choose(second, page, "group 2", "Borisова Boris")
    await expect(second).to_contain_text("1 pupil · 0 courses")
    await groups.get_by_role("form", name="A new group").get_by_label("Name of the group").fill("group 1")
    await groups.get_by_role("button", name="Add the group").click()
    await expect(groups.get_by_role("alert")).to_have_text("There is a group of this name in the division already, maybe a closed one.")
    form = taught.get_by_role("form", name="A new course")
    await form.get_by_label("Subject").select_option(label="Алгебра")
    await form.get_by_label("Group").select_option(label="English · group 1")
    await form.get_by_label("Teacher").select_option(label="Teacherова Teacher, teacher")
    await form.get_by_role("button").click()
    await expect(taught.get_by_role("listitem").filter(has_text="Алгебра · group 1")).to_be_visible()
    await expect(first).to_contain_text("1 pupil · 1 course")
    await first.get_by_role("button", name="Close: group 1").click()
    await expect(first.get_by_role("alert")).to_have_text("The group still has courses. Close them first.")
    teacher = await stage.open("/courses", login="teacher", language="en", size=PHONE)
    await teacher.get_by_role("link", name="5A · Алгебра · group 1", exact=True).click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("5A · Алгебра · group 1")
