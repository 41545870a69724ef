"""The office sets up its school: staff and pupils from a list, subjects, a class, its courses; and moves a pupil to another class."""

from playwright.async_api import expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, PHONE, Stage

pytestmark = IN_A_BROWSER


async def test_a_class_is_set_up_from_nothing(stage: Stage) -> None:
    page = await stage.open("/classes", login="office", language="en", size=DESKTOP)
    classes = page.get_by_role("list", name="The school's classes").get_by_role("listitem")
    await expect(classes).to_have_text(["5AClass_Teacherова Class_Teacher2 pupils · 1 course", "6Bno class teacher1 pupil · 1 course"])
    staff, subjects, fresh = (page.get_by_role("region", name=name) for name in ("New staff", "Subjects", "A new class"))
    await staff.get_by_label("Staff").fill("Кюри Мария Владиславовна, учитель химии\nБезотчества")
    await expect(staff.get_by_role("status")).to_contain_text("Безотчества")
    await expect(staff.get_by_role("button")).to_be_disabled()
    await staff.get_by_label("Staff").fill("Кюри Мария Владиславовна, учитель химии")
    await staff.get_by_role("button").click()
    await expect(staff.get_by_text("1 person is added.")).to_be_visible()
    await subjects.get_by_label("A new subject").fill("Химия")
    await subjects.get_by_role("button", name="Add the subject").click()
    await expect(subjects.get_by_text("Химия")).to_be_visible()
    await subjects.get_by_label("A new subject").fill("Химия")
    await subjects.get_by_role("button", name="Add the subject").click()
    await expect(subjects.get_by_role("alert")).to_have_text("There is a subject of this name already, maybe a retired one.")
    await fresh.get_by_label("Year").fill("7")
    await fresh.get_by_label("Letter").fill("В")
    await fresh.get_by_label("Class teacher").select_option(label="Кюри Мария Владиславовна, учитель химии")
    await fresh.get_by_label("Letter").press("Enter")
    await classes.filter(has_text="7В").get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Class 7В")
    pupils, taught = page.get_by_role("region", name="Enrol into the class"), page.get_by_role("region", name="Courses")
    await pupils.get_by_label("Pupils").fill("Ёлкина Яна Олеговна\nМамедов\tАли Гасан оглы")
    await pupils.get_by_role("button").click()
    await expect(pupils.get_by_text("2 people are added.")).to_be_visible()
    await expect(page.get_by_role("link", name="2 pupils")).to_be_visible()
    form = taught.get_by_role("form", name="A new course")
    await form.get_by_label("Subject").select_option(label="Химия")
    await form.get_by_label("Teacher").select_option(label="Кюри Мария Владиславовна, учитель химии")
    await form.get_by_role("button").click()
    course = taught.get_by_role("listitem")
    await expect(course).to_contain_text("Химия5")
    await course.get_by_label("Teacher: Химия").select_option(label="Teacherова Teacher, teacher")
    await course.get_by_role("button", name="Appoint").click()
    await expect(course.get_by_role("button", name="Appoint")).to_have_count(0)
    await course.get_by_role("button", name="Close: Химия").click()
    await expect(course).to_contain_text("closed")
    await page.get_by_role("link", name="2 pupils").click()
    await expect(page.get_by_role("link", name="Ёлкина Яна Олеговна")).to_be_visible()


async def test_a_pupil_moves_and_the_family_s_page_is_of_the_new_class(stage: Stage) -> None:
    family = await stage.open(stage.page("diary", "boris"), login="other_parent", language="en", size=PHONE)
    page = await stage.open(f"/people/{stage.person('boris')}", login="office", language="en", size=DESKTOP)
    move = page.get_by_role("region", name="Move to another class")
    await move.get_by_label("To which class").select_option(label="6B")
    await move.get_by_role("button").click()
    await expect(move.get_by_text("In class 6B now.")).to_be_visible()
    await expect(page.get_by_text("6B").first).to_be_visible()
    await family.reload()
    await expect(family.get_by_text("6B").first).to_be_visible()


async def test_somebody_new_answers_for_a_pupil(stage: Stage) -> None:
    page = await stage.open(f"/people/{stage.person('boris')}", login="office", language="en", size=DESKTOP)
    await page.get_by_role("button", name="Add a parent").click()
    form = page.get_by_role("region", name="Add a parent")
    await form.get_by_role("button", name="Add somebody new").click()
    await form.get_by_label("Family name").fill("Новикова")
    await form.get_by_label("Given name").fill("Нина")
    await form.get_by_label("Given name").press("Enter")
    await expect(page.get_by_role("link", name="Новикова Нина")).to_be_visible()
