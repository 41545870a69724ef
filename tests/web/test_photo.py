"""The page of a photo: the office chooses a picture, moves it, keeps it, and takes it away again."""

from io import BytesIO

from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Page, expect

from tests.web.marks import IN_A_BROWSER
from tests.web.stage import DESKTOP, Stage

pytestmark = IN_A_BROWSER


def portrait() -> FilePayload:
    """A tall photo of a red circle on green, the circle above the middle."""
    tall, made = Image.new("RGB", (900, 1200), "green"), BytesIO()
    ImageDraw.Draw(tall).ellipse((300, 300, 600, 600), fill="red")
    tall.save(made, "JPEG")
    return {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": made.getvalue()}


async def colour(page: Page, x: int, y: int) -> list[int]:
    """Of a pixel of what is about to be sent."""
    found: list[int] = await page.evaluate("([x, y]) => [...document.querySelector('canvas').getContext('2d').getImageData(x, y, 1, 1).data]", [x, y])
    return found[:3]


async def test_a_photo_is_chosen_moved_kept_and_taken_away(stage: Stage) -> None:
    page = await stage.open(f"/people/{stage.person('anna')}/photo", login="office", size=DESKTOP)
    await expect(page.get_by_role("heading", name="Фотография")).to_be_visible()
    face = page.locator("main img")
    await expect(face).to_have_count(0)
    await expect(page.get_by_role("button", name="Снять сейчас")).to_be_hidden()
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Выбрать фото").press("Enter")
    await (await choosing.value).set_files({"name": "list.xlsx", "mimeType": "image/jpeg", "buffer": b"no picture"})
    await expect(page.get_by_role("alert")).to_contain_text("не открылся как снимок")

    await page.locator("input[type=file]").first.set_input_files(portrait())
    await expect(page.get_by_role("img", name="Так фотография будет выглядеть")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert (await colour(page, 256, 200))[0] > 200
    await page.get_by_label("Крупнее").fill("2")
    await page.get_by_label("Выше или ниже").fill("1")
    assert (await colour(page, 256, 256))[1] > 100, "further below is the background"
    await page.get_by_label("Выше или ниже").fill("0.3")
    await page.get_by_role("button", name="Сохранить").press("Enter")
    await expect(face).to_be_visible()
    await expect(page.get_by_role("button", name="Заменить фото")).to_be_visible()
    assert await face.evaluate("one => one.decode().then(() => one.naturalWidth)") == 512
    kept = await face.get_attribute("src")
    await page.reload()
    await expect(face).to_have_attribute("src", kept or "")

    await page.get_by_role("button", name="Удалить фото").click()
    await page.get_by_role("dialog").get_by_role("button", name="Удалить фото").click()
    await expect(page.get_by_role("button", name="Выбрать фото")).to_be_visible()
    await expect(face).to_have_count(0)
    gone = await page.request.get(f"{stage.service.url}{kept}")
    assert gone.status == 404
