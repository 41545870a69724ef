"""What the office does about people: finds them by keyboard, says who answers for whom, looks after cards and money; the head only looks."""

import datetime as dt

import sqlalchemy as sa
from playwright.async_api import Page, expect

from school import ids
from school.context import Role
from school.registry.account_models import Account, AccountRole, Session
from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage
from tests.web.test_family import behind, thing

pytestmark = IN_A_BROWSER


async def about(stage: Stage, name: str, *, login: str = "office") -> Page:
    """The page of somebody."""
    page = await stage.open(f"/people/{stage.person(name)}", login=login, size=DESKTOP)
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name.title())
    return page


async def test_somebody_is_found_without_a_mouse(stage: Stage) -> None:
    page = await stage.open(login="office", size=DESKTOP)
    search, found = page.get_by_role("searchbox", name="Фамилия"), page.get_by_role("list", name="Найденные").get_by_role("listitem")
    await expect(search).to_be_focused()
    await page.keyboard.type("ann", delay=20)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Annaова Anna")
    await expect(page.get_by_text("5A класс, Ш1")).to_be_visible()
    await page.go_back()
    await expect(search).to_have_value("ann")
    await search.fill("zz")
    await expect(page.get_by_text("Никого с таким именем нет.")).to_be_visible()
    await search.fill("")
    await page.get_by_label("Класс").select_option("5A")
    await expect(found).to_have_text(["AAAnnaова Anna5A класс", "BBBorisова Boris5A класс"])
    await search.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Borisова Boris")


async def test_a_guardian_is_restricted_ended_and_added(stage: Stage) -> None:
    page, theirs = await about(stage, "boris"), await stage.open(stage.page("diary", "boris"), login="other_parent")
    await expect(theirs.get_by_text("Алгебра").first).to_be_visible()
    guardian, dialog = thing(page, "Other_Parentова"), page.get_by_role("dialog")
    await expect(guardian).to_contain_text("Мама")
    await guardian.get_by_role("button", name="Ограничить").click()
    await dialog.get_by_role("button", name="Ограничить").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Снимите отметку с того, что закрыл суд.")
    await dialog.get_by_label("Дневник и отметки").uncheck()
    await dialog.get_by_role("button", name="Ограничить").click()
    await expect(dialog.get_by_text("Без решения суда")).to_be_visible()
    await dialog.get_by_label("Решение суда").fill("Мещанский суд, 2-17/2026")
    await dialog.get_by_role("button", name="Ограничить").click()
    await expect(guardian).to_contain_text("Закрыто судом: дневник и отметкиМещанский суд, 2-17/2026")
    await theirs.reload()
    await expect(theirs.get_by_text("Дневник этого ребёнка вам не открыт.")).to_be_visible()
    await guardian.get_by_role("button", name="Снять").click()
    await expect(dialog).to_contain_text("ничего о нём не видит")
    await dialog.get_by_role("button", name="Снять").click()
    await expect(page.get_by_text("Никто ещё не записан.")).to_be_visible()
    await page.get_by_role("button", name="Добавить родителя").press("Enter")
    await page.keyboard.type("other", delay=20)
    await page.keyboard.press("Enter")
    await page.get_by_label("Кем приходится").select_option("Папа")
    await page.get_by_role("button", name="Добавить", exact=True).press("Enter")
    await expect(guardian).to_contain_text("Папа")
    await expect(guardian).to_contain_text("Закрыто судом: дневник и отметки")
    await guardian.get_by_role("link").click()
    await expect(thing(page, "Borisова")).to_contain_text("5A класс")


async def test_a_card_is_blocked_and_unblocked_cash_is_taken_and_a_leaving_recorded(stage: Stage) -> None:
    page = await about(stage, "vera")
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Заблокировать").click()
    await dialog.get_by_role("button", name="Заблокировать").click()
    await expect(thing(page, "Карта заблокирована")).to_be_visible()
    await page.get_by_role("button", name="Разблокировать").click()
    await expect(dialog).to_contain_text("Убедитесь, что она у владельца в руках.")
    await dialog.get_by_role("button", name="Разблокировать").click()
    await expect(thing(page, "Карта работает")).to_be_visible()
    await page.get_by_label("Внести наличными").fill("сто")
    await expect(page.get_by_role("button", name="Внести")).to_be_disabled()
    await page.get_by_label("Внести наличными").fill("1 250,5")
    await page.get_by_role("button", name="Внести 1 250,50 ₽").click()
    await expect(page.get_by_role("status").filter(has_text="Внесено 1 250,50 ₽.")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="1 250,50 ₽").first).to_be_visible()
    named = page.get_by_role("region", name="Имя", exact=True)
    await expect(named.get_by_role("button", name="Исправить имя")).to_be_disabled()
    await named.get_by_label("Фамилия").fill("Ёлкина")
    await named.get_by_label("Причина").fill("удочерение")
    await named.get_by_role("button", name="Исправить имя").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ёлкина Vera")
    last = dt.date.today() + dt.timedelta(days=3)  # noqa: DTZ011 - the browser's own day is as near
    await page.get_by_label("Первый день не в школе").fill(last.isoformat())
    await page.get_by_role("button", name="Отметить выбытие").click()
    await expect(dialog).to_contain_text("первый день, когда ученика нет")
    await dialog.get_by_role("button", name="Да:").click()
    await expect(page.get_by_text("Выбывает")).to_be_visible()
    await expect(page.get_by_role("button", name="Исправить день")).to_be_visible()
    await page.get_by_role("link", name="Кто смотрел").click()
    await expect(thing(page, "Отмечено отчисление")).to_contain_text("Вы")


async def test_the_head_sees_no_button_that_would_be_refused(stage: Stage) -> None:
    async with behind(stage) as database, database.begin() as session:
        secret = await session.scalar(sa.select(Account.password_hash).where(Account.login == "office"))
        head = Account(id=ids.new(), login="head", password_hash=secret, made_at=dt.datetime.now(dt.UTC), disabled_at=None)
        session.add(head)
        await session.flush()
        session.add(AccountRole(account_id=head.id, school_id=1, person_id=stage.world.people["class_teacher"], role=Role.HEAD))
    page = await about(stage, "anna", login="head")
    await expect(thing(page, "Карта работает")).to_be_visible()
    await expect(thing(page, "Parentова")).to_contain_text("Мама")
    await expect(page.get_by_text("0,00 ₽")).to_be_visible()
    assert await page.get_by_role("main").get_by_role("button").all_inner_texts() == ["Заблокировать", "Перевести"]
    assert await page.get_by_role("main").get_by_role("textbox").count() == 1  # the day of a move, which the head may order
    await page.get_by_role("link", name="Кто смотрел").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Кто смотрел")


async def test_a_second_factor_is_required_by_whoever_has_shown_one(stage: Stage) -> None:
    page = await stage.open("/rules", login="office", size=DESKTOP)
    await expect(page.get_by_text("Сначала подключите второй шаг себе")).to_be_visible()
    await expect(page.get_by_role("button", name="Сделать обязательным")).to_have_count(0)
    async with behind(stage) as database, database.begin() as session:
        await session.execute(sa.update(Session).where(Session.account_id == stage.world.accounts["office"]).values(strong=True))
    await page.reload()
    for asks, told in (("Сделать обязательным", "Сейчас второй шаг обязателен."), ("Больше не требовать", "Сейчас хватает пароля.")):
        await page.get_by_role("button", name=asks).click()
        await page.get_by_role("dialog").get_by_role("button", name=asks).click()
        await expect(page.get_by_text(told)).to_be_visible()
        await expect(page.get_by_role("status").filter(has_text="Правило изменено.")).to_be_visible()
