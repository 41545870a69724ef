"""From the office's slip to a parent who sees the child: invited, accepted in another window, one login for two children, and a password that was lost."""

from playwright.async_api import Page, expect

from school.context import Role
from school.identity import invitations
from school.ids import Ref
from tests.service_process import PASSWORD
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage, sign_in
from tests.web.test_family import behind, thing

pytestmark = IN_A_BROWSER

SECRET = "eleven brown owls"


async def add_guardian(stage: Stage, page: Page, pupil: str, guardian: str) -> None:
    """The office lets somebody answer for a pupil."""
    await page.goto(f"/people/{stage.person(pupil)}")
    await page.get_by_role("button", name="Добавить родителя").click()
    await page.get_by_role("searchbox").fill(guardian)
    await page.get_by_role("list", name="Найденные").get_by_role("button", name=guardian).click()
    await page.get_by_role("button", name="Добавить", exact=True).click()
    await expect(thing(page, guardian)).to_contain_text("Мама")


async def printed(page: Page) -> str:
    """The code on the one slip."""
    slip = page.get_by_role("article")
    await expect(slip).to_have_count(1)
    return await slip.get_by_role("code").inner_text()


async def test_a_guardian_is_invited_accepts_in_another_window_and_sees_the_child(stage: Stage) -> None:
    page, theirs = await stage.open(login="office", size=DESKTOP), await stage.open("/invite")
    await add_guardian(stage, page, "anna", "Canteenова")
    await thing(page, "Canteenова").get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Canteenова Canteen")
    await page.get_by_role("button", name="Пригласить: Родитель").click()
    code = await printed(page)
    await expect(page.get_by_role("article")).to_contain_text("/invite")
    await theirs.get_by_label("Код").fill("ZZZZ-ZZZZ-ZZZZ")
    await theirs.get_by_role("button", name="Дальше").click()
    await expect(theirs.get_by_role("alert")).to_contain_text("Такого кода нет")
    await theirs.get_by_label("Код").fill(code.lower().replace("-", " "))
    await theirs.get_by_role("button", name="Дальше").click()
    await expect(theirs.get_by_text("Вас приглашают. Роль: Родитель.")).to_be_visible()
    tries = (("office", SECRET, "Такой логин уже занят."), ("newcomer", "1234567890", "подбирают одним из первых"), ("newcomer", SECRET, None))
    for login, secret, told in tries:
        await theirs.get_by_label("Логин").fill(login)
        await theirs.locator("input[name=password]").fill(secret)
        await theirs.get_by_role("button", name="Начать").click()
        if told:
            await expect(theirs.get_by_role("alert")).to_contain_text(told)
    await expect(theirs.get_by_role("heading", level=1)).to_have_text("Anna Annaова")
    assert "invite" not in theirs.url
    await page.goto("/invitations")
    await expect(page.get_by_role("heading", name="Ещё не использованы")).to_be_visible()
    await expect(page.get_by_text("Неиспользованных приглашений нет.")).to_be_visible()


async def test_a_code_adds_to_a_login_that_is_there_already(stage: Stage) -> None:
    async with behind(stage) as database, database.begin() as session:
        code = (await invitations.invite_by_operator(session, Ref(1, stage.world.people["class_teacher"]), Role.HEAD)).code
    page = await stage.open(f"/invite#{code}", size=DESKTOP)
    await page.get_by_role("button", name="У меня уже есть логин").click()
    await page.get_by_label("Логин").fill("other_parent")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.get_by_role("button", name="Войти").click()
    await expect(page.get_by_text("Вы вошли как other_parent.")).to_be_visible()
    await page.get_by_role("button", name="Принять").click()
    await expect(page.get_by_role("link", name="Люди")).to_be_visible()


async def test_the_parents_of_a_class_get_their_slips_at_once_and_one_is_cancelled(stage: Stage) -> None:
    page = await stage.open(login="office", size=DESKTOP)
    await add_guardian(stage, page, "vera", "Guardова")
    await page.goto("/invitations")
    await page.get_by_role("combobox", name="Класс").select_option("6B")
    await page.get_by_role("button", name="Сделать коды").click()
    await page.get_by_role("dialog").get_by_role("button", name="Сделать коды").click()
    slips = page.get_by_role("article")
    await expect(slips).to_have_count(1)
    await expect(slips).to_contain_text("Guardова GuardРодитель, 6B класс")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", name="Ещё не использованы")).to_be_hidden()
    await expect(slips).to_be_visible()
    await page.emulate_media(media="screen")
    await page.get_by_role("button", name="Листки у меня").click()
    await expect(slips).to_have_count(0)
    await thing(page, "Guardова").get_by_role("button", name="Отменить").click()
    await page.get_by_role("dialog").get_by_role("button", name="Отменить приглашение").click()
    await expect(page.get_by_text("Неиспользованных приглашений нет.")).to_be_visible()


async def test_a_lost_password_is_set_anew_by_a_slip(stage: Stage) -> None:
    page = await stage.open(f"/people/{stage.person('divorced')}", login="office", size=DESKTOP)
    await page.get_by_role("button", name="Пригласить: Родитель").click()
    await expect(page.get_by_role("alert")).to_contain_text("Вход в этой роли у человека уже есть.")
    await page.get_by_role("button", name="Сбросить пароль").click()
    await page.get_by_role("dialog").get_by_role("button", name="Сбросить пароль").click()
    code = await printed(page)
    theirs = await stage.open(f"/password#{code}")
    await theirs.locator("input[name=password]").fill(SECRET)
    await theirs.get_by_role("button", name="Задать пароль").click()
    await expect(theirs.get_by_text("Новый пароль задан.")).to_be_visible()
    await theirs.get_by_role("button", name="Войти").click()
    await sign_in(theirs, "divorced", secret=SECRET)
    await expect(theirs.get_by_role("heading", level=1)).to_have_text("Vera Veraова")
