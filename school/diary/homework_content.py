"""What a homework says: text, minutes and links, as they are taken."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from school.diary.texts import required_text
from school.errors import Code, Refused, bad_input

LONGEST_TEXT = 4000
LONGEST_LINK = 500
MOST_LINKS = 10
MOST_MINUTES = 600


class Content(NamedTuple):
    """What the pupils are told: these are the columns of `Homework` that a correction changes. `minutes` is how long it should take."""

    text: str
    minutes: int | None = None
    links: tuple[str, ...] = ()


def checked(text: str, minutes: int | None, links: Sequence[str]) -> Content:
    """The same, trimmed. Refused: a text that is empty or longer than 4000 characters, minutes outside 1–600, a link that is no https address (BAD_INPUT),
    more than ten links (TOO_MANY).
    """
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise bad_input(f"minutes lies between 1 and {MOST_MINUTES}")
    if len(links) > MOST_LINKS:
        raise Refused(Code.TOO_MANY, f"links holds at most {MOST_LINKS} addresses")
    return Content(required_text(text, "text", LONGEST_TEXT), minutes, tuple(dict.fromkeys(_link(link) for link in links)))


def _link(link: str) -> str:
    """An address as a browser opens it: https, a host by its name, nobody's password in it, nothing that cannot be seen."""
    link = link.strip()
    if len(link) > LONGEST_LINK:
        raise bad_input(f"a link has at most {LONGEST_LINK} characters")
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or "." not in host or parts.scheme != "https" or "@" in parts.netloc or "\\" in link or not link.isprintable() or " " in link:
        raise bad_input("a link must be an address that begins with https://")
    return link
