"""Names of people: how they are shown and how they sort."""

_ALPHABET = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_ORDER = {letter: chr(0x0430 + place) for place, letter in enumerate(_ALPHABET)}

LAST = "\U0010ffff"
"""Sorts behind every letter."""


def sort_key(*parts: str | None) -> str:
    """A text that sorts by code point as Russian collation does: ё stands between е and ж. Made here, so that both databases agree."""
    return "\x1f".join("".join(_ORDER.get(letter, letter) for letter in (part or "").casefold()) for part in parts)


def full_name(family_name: str, given_name: str, patronymic: str | None) -> str:
    """Фамилия Имя Отчество."""
    return " ".join(part for part in (family_name, given_name, patronymic) if part)
