"""Pictures: proved by decoding, cut to a face, and stripped of all that a camera wrote beside them."""

import struct
import zlib
from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from school.errors import Code, Refused
from school.registry import pictures
from tests.faces import picture, sent


def opened(content: bytes) -> Image.Image:
    """What was drawn."""
    face = Image.open(BytesIO(content))
    face.load()
    assert face.format == "WEBP"
    return face


def code(content: bytes) -> Code:
    """What it is refused with."""
    with pytest.raises(Refused) as caught:
        pictures.cut(content)
    return caught.value.code


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says that it is so large."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("size", "side"), [((1200, 800), 512), ((800, 1200), 512), ((300, 200), 200), ((64, 64), 64)])
def test_a_picture_becomes_a_square(kind: str, size: tuple[int, int], side: int) -> None:
    face = opened(pictures.cut(picture(*size, kind=kind)))
    assert (face.size, face.mode) == ((side, side), "RGB")


def test_nothing_that_a_camera_wrote_comes_along() -> None:
    exif = Image.Exif()
    exif[271] = "Camera of Иванов".encode().decode("latin-1")
    exif.get_ifd(34853)[2] = (55.0, 45.0, 21.0)  # where it was taken
    profile = b"a profile with a name in it"
    content = picture(400, 400, kind="JPEG", exif=exif.tobytes(), icc_profile=profile, comment=b"a comment")
    assert b"Camera" in content
    face = opened(pictures.cut(content))
    assert not face.getexif()
    assert {"icc_profile", "exif", "xmp", "comment"} & face.info.keys() == set()
    texts = PngInfo()
    texts.add_text("Author", "Somebody")
    assert not {"Author"} & opened(pictures.cut(picture(pnginfo=texts))).info.keys()


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_face_stands_upright_however_the_camera_was_held(turn: int) -> None:
    upright = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(upright).rectangle((0, 0, 60, 30), fill="black")  # the upper left
    noted = upright if turn == 1 else upright.transpose(_BACK[turn])
    exif, made = Image.Exif(), BytesIO()
    exif[274] = turn
    noted.save(made, "JPEG", exif=exif.tobytes(), quality=95)
    face = opened(pictures.cut(made.getvalue())).convert("L")
    dark = [place for place in ((10, 10), (190, 10), (10, 190), (190, 190)) if int(face.getpixel(place)) < 100]  # type: ignore[arg-type]
    assert dark == [(10, 10)]
    assert int(face.getpixel((50, 10))) < 100 < int(face.getpixel((10, 50)))  # type: ignore[arg-type]


_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}


def test_of_a_tall_picture_the_upper_part_stays() -> None:
    tall = Image.new("RGB", (100, 300), "white")
    ImageDraw.Draw(tall).rectangle((0, 60, 100, 159), fill="black")  # 0.3 of what is too much lies above
    made = BytesIO()
    tall.save(made, "PNG")
    face = opened(pictures.cut(made.getvalue())).convert("L")
    assert [int(face.getpixel((50, y))) < 60 for y in (3, 50, 96)] == [True] * 3  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_becomes_colours_on_white(mode: str) -> None:
    made = BytesIO()
    Image.new(mode, (80, 80)).save(made, "PNG")
    face = opened(pictures.cut(made.getvalue()))
    assert face.mode == "RGB"
    if mode in {"LA", "RGBA"}:
        assert face.getpixel((40, 40)) == (255, 255, 255)


def test_print_shops_colours_are_taken() -> None:
    made = BytesIO()
    Image.new("CMYK", (80, 80)).save(made, "JPEG")
    assert opened(pictures.cut(made.getvalue())).mode == "RGB"


def test_bombs_are_refused_before_they_are_decoded() -> None:
    assert code(claiming(6000, 6000)) is Code.TOO_LARGE
    assert code(claiming(2**31 - 1, 2**31 - 1)) is Code.TOO_LARGE
    assert code(b"\xff" * (pictures.MOST_BYTES + 1)) is Code.TOO_LARGE
    assert code(picture(96, 96, kind="JPEG") + b"\xff\xda" * 101) is Code.NOT_A_PICTURE


def test_a_large_photo_of_a_phone_is_taken() -> None:
    content = picture(7200, 5400, kind="JPEG", quality=30)
    assert opened(pictures.cut(content)).size == (512, 512)


@pytest.mark.parametrize("content", [
    b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", picture(63, 500), picture(kind="GIF"), picture(kind="BMP"),
    picture(kind="TIFF"), picture(kind="PDF"), picture(200, 200, kind="JPEG")[:300], picture()[:-60], claiming(100, 100), claiming(0, 0),
    b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 64,
], ids=["nothing", "text", "SVG", "a strip", "GIF", "BMP", "TIFF", "PDF", "half a JPEG", "most of a PNG", "only a head", "of no size", "of a size beyond"])
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    assert code(content) is Code.NOT_A_PICTURE


async def test_what_is_no_base64_is_no_picture() -> None:
    for text in ("", "!", "data:image/png;base64," + sent(picture()), sent(picture())[:-1] + "\n", "Ж", b64encode(b"no").decode()):
        with pytest.raises(Refused) as caught:
            await pictures.draw(text)
        assert caught.value.code is Code.NOT_A_PICTURE
    with pytest.raises(Refused) as caught:
        await pictures.draw("A" * (pictures.MOST_BYTES * 2))
    assert caught.value.code is Code.TOO_LARGE


async def test_too_many_at_once_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_WAITING", 0)
    with pytest.raises(Refused) as caught:
        await pictures.draw(sent(picture()))
    assert (caught.value.code, caught.value.retry_after) == (Code.TOO_MANY_ATTEMPTS, 2)
    monkeypatch.undo()
    assert opened(await pictures.draw(sent(picture()))).size == (96, 96)
