"""Pictures for tests: drawn, of nobody."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image


def picture(width: int = 96, height: int = 96, colour: str = "teal", kind: str = "PNG", **more: Any) -> bytes:
    """A picture of one colour."""
    made = BytesIO()
    Image.new("RGB", (width, height), colour).save(made, kind, **more)
    return made.getvalue()


def sent(content: bytes) -> str:
    """As `setPhoto` takes it."""
    return b64encode(content).decode()


FACE = sent(picture())
