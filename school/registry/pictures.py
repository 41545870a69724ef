"""Pictures: what somebody sends is decoded, which alone proves that it is one, and drawn anew: upright, a square of a face's size, and nothing else in it."""

import asyncio
import binascii
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO

from PIL import Image

from school.errors import Code, Refused

KIND = "image/webp"
"""Of what is drawn."""
SIDE, LEAST_SIDE = 512, 64
"""Pixels: of the square at most, for nothing is enlarged, and of what it is cut from at least."""
MOST_BYTES = 5 * 1024 * 1024
"""Of a picture that is sent, which as base64 is a third more and must fit into a request's body."""
MOST_PIXELS, MOST_PIXELS_OF_OTHERS = 40_000_000, 20_000_000
"""Of a JPEG, of which a decoder makes a small picture at once, and of the others: some 120 and 160 MB of memory, for one at a time."""
MOST_SCANS = 100
"""Of a progressive JPEG: each costs a pass over the whole, and a small file may have very many."""
MOST_WAITING, MOST_PAGES_WAITING = 8, 40
"""Pictures that wait to be drawn; an office sends one face after another, families send pages of homework in one evening."""
PAGE = 3200
"""Pixels of the longer side of a page, at most: a sheet of A4 at some 270 dots an inch."""
_JPEGS = {"JPEG", "MPO"}  # phones put a second picture behind the first one
_QUALITY = 82
_HEAD = 0.3
"""Where in a tall picture a face is looked for: so much of what is cut off, is cut off above."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation that a camera may note (EXIF 2.32, tag 274)."""

Image.MAX_IMAGE_PIXELS = None  # Pillow would warn of some and refuse others: here it is refused by kind
_drawing = ThreadPoolExecutor(1, thread_name_prefix="picture")
_waiting = 0
_pages_waiting = 0


async def draw(text: str) -> bytes:
    """The face of a picture in base64, as WebP, drawn in a thread, one at a time.

    Refused: TOO_LARGE (bytes or pixels, before it is decoded); NOT_A_PICTURE (no whole JPEG, PNG or WebP of at least 64 × 64); TOO_MANY_ATTEMPTS.
    """
    global _waiting
    if len(text) > MOST_BYTES // 3 * 4 + 4:
        raise _too_large()
    if _waiting >= MOST_WAITING:
        raise Refused(Code.TOO_MANY_ATTEMPTS, "Too many pictures at once; try again.", retry_after=2)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_drawing, lambda: cut(_decode(text)))
    finally:
        _waiting -= 1


async def redraw(content: bytes) -> bytes:
    """A picture as a page that is read: whole, upright, 3200 pixels long at most, of its own kind, and nothing but the picture. As `draw`, in the same thread.

    Refused: TOO_LARGE (pixels); NOT_A_PICTURE; TOO_MANY_ATTEMPTS.
    """
    global _pages_waiting
    if _pages_waiting >= MOST_PAGES_WAITING:
        raise Refused(Code.TOO_MANY_ATTEMPTS, "Too many pictures at once; try again.", retry_after=5)
    _pages_waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_drawing, lambda: whole(content))
    finally:
        _pages_waiting -= 1


def cut(content: bytes) -> bytes:
    """The same of the picture's own bytes, here and now."""
    if len(content) > MOST_BYTES:
        raise _too_large()
    return _made(content, lambda picture: ("WEBP", _square(_upright(picture))))


def whole(content: bytes) -> bytes:
    """What `redraw` gives, here and now."""
    return _made(content, _page)


def _made(content: bytes, make: Callable[[Image.Image], tuple[str, Image.Image]]) -> bytes:
    """What is made of a picture, written anew in the format that goes with it."""
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            _check(picture, content)
            kind, drawn = make(picture)
    except Refused:
        raise
    except Exception as error:  # a decoder raises whatever it stumbles over
        raise _no_picture() from error
    made = BytesIO()
    drawn.save(made, kind, quality=_QUALITY)
    return made.getvalue()


def _page(picture: Image.Image) -> tuple[str, Image.Image]:
    """Made small before it is turned: the whole of a large picture is held once."""
    kind, turn = "JPEG" if picture.format in _JPEGS else str(picture.format), _turn(picture)
    mode = "RGBA" if kind != "JPEG" and _is_clear(picture) else "RGB"
    picture.draft("RGB", (PAGE * 5 // 8, PAGE * 5 // 8))
    drawn = picture if picture.mode == mode else picture.convert(mode)
    drawn.thumbnail((PAGE, PAGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    drawn = drawn if turn is None else drawn.transpose(turn)
    bare = Image.new(mode, drawn.size)
    bare.paste(drawn)
    return kind, bare


def _decode(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise _no_picture() from None


def _check(picture: Image.Image, content: bytes) -> None:
    """By the head alone."""
    width, height = picture.size
    jpeg = picture.format in _JPEGS
    if width * height > (MOST_PIXELS if jpeg else MOST_PIXELS_OF_OTHERS):
        raise _too_large()
    if min(width, height) < LEAST_SIDE or (jpeg and content.count(b"\xff\xda") > MOST_SCANS):
        raise _no_picture()


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """What sets it upright. A camera that writes its notes wrongly is taken to have been held straight."""
    with suppress(Exception):
        return _TURNS.get(picture.getexif().get(274, 1))
    return None


def _upright(picture: Image.Image) -> Image.Image:
    """As the camera was held."""
    turn = _turn(picture)
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    return picture if turn is None else picture.transpose(turn)


def _is_clear(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


def _square(picture: Image.Image) -> Image.Image:
    """A new picture of the middle, or the upper middle, on white; of the old one's profiles, notes and texts nothing comes along."""
    width, height = picture.size
    edge = min(width, height)
    left, top = (width - edge) / 2, (height - edge) * _HEAD
    side = min(SIDE, edge)
    clear = _is_clear(picture)
    small = picture.convert("RGBA" if clear else "RGB").resize(
        (side, side), Image.Resampling.LANCZOS, box=(left, top, left + edge, top + edge), reducing_gap=2.0)
    face = Image.new("RGB", (side, side), "white")
    face.paste(small, mask=small.getchannel("A") if clear else None)
    return face


def _too_large() -> Refused:
    return Refused(Code.TOO_LARGE, f"A picture has at most {MOST_BYTES} bytes, {MOST_PIXELS} pixels as JPEG, {MOST_PIXELS_OF_OTHERS} as PNG or WebP.")


def _no_picture() -> Refused:
    return Refused(Code.NOT_A_PICTURE, f"A whole JPEG, PNG or WebP of at least {LEAST_SIDE} × {LEAST_SIDE} pixels is needed.")
