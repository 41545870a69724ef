"""The name of a file: as it was given, without a path, without what cannot be seen, and with the ending of what the file is."""

from unicodedata import category, normalize

from school.diary.file_models import FileKind
from school.errors import Code, Refused, bad_input

LONGEST = 120
_MOST = 1000
"""Characters of a name that is looked at at all."""
_NOT_IN_NAMES = set('<>:"|?*')
"""What some systems refuse in a name."""
ENDINGS: dict[FileKind, tuple[str, ...]] = {
    FileKind.PDF: ("pdf",), FileKind.JPEG: ("jpg", "jpeg", "jfif"), FileKind.PNG: ("png",), FileKind.WEBP: ("webp",), FileKind.DOCX: ("docx",),
    FileKind.XLSX: ("xlsx",), FileKind.PPTX: ("pptx",), FileKind.ODT: ("odt",), FileKind.TEXT: ("txt", "csv", "md"),
}
"""What the name of a file of each kind may end with; the first is given to a name that ends otherwise."""
_KNOWN = {ending for endings in ENDINGS.values() for ending in endings}


def clean(name: str) -> str:
    """The last part of a path, on one line, at most 120 characters of it, its ending kept. Refused (BAD_INPUT): a name of which nothing is left."""
    if len(name) > _MOST:
        raise bad_input(f"name has at most {_MOST} characters")
    last = normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(" " if letter.isspace() else letter for letter in last if letter.isspace() or category(letter)[0] != "C")
    tidy = " ".join("".join("_" if letter in _NOT_IN_NAMES else letter for letter in seen).split()).strip(". ")
    if not tidy:
        raise bad_input("name has no letter in it")
    return _shorten(tidy)


def of_kind(name: str, kind: FileKind) -> str:
    """The name with an ending of this kind. Refused (WRONG_TYPE): one that says that the file is of another kind."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in ENDINGS[kind]:
        return name
    if ending in _KNOWN:
        raise Refused(Code.WRONG_TYPE, f"The file is not what its name says: it is {kind.upper()}.")
    return _shorten(f"{name}.{ENDINGS[kind][0]}")


def _shorten(name: str) -> str:
    """Within its column; what is cut off is cut off before the ending."""
    stem, dot, ending = name.rpartition(".")
    if len(name) <= LONGEST or not dot or len(ending) > len("jpeg"):
        return name[:LONGEST].rstrip(". ")
    return f"{stem[:LONGEST - len(ending) - 1].rstrip('. ')}.{ending}"
