"""Markers: texts and ids that belong to one pupil, and whose of them each of those who ask may meet. Declared here once more, apart from all policies."""

from collections.abc import Collection, Mapping

from tests.matrix.town import TARGETS, Town

HERE = ("boris", "anna", "egor")
"""Of the first school."""
_COURSES = ("5A", "physics", "7B", "2-5A")
_DIARY = {f"{noun} of {course}" for noun in ("marks", "homework", "own homework", "work") for course in _COURSES} | {"notice", "remark", "announcement"}
"""Not the threads: they are their two sides' alone."""
_MEALS = {"account", "money", "sale"}
_ACCESS = {"card", "tap", "passage"}
_CLASS = {f"homework of {course}" for course in ("5A", "physics")} | {"announcement"}
"""Homework is set for a class, and an announcement made to it: a classmate's parents read the same. What is set for one pupil they do not."""

Allowed = Mapping[str, Collection[str]]
"""By pupil, the kinds of markers."""


def _here(*kinds: str) -> Allowed:
    return {name: set(kinds) for name in HERE}


_FAMILY: Allowed = {"boris": {"name", "id", "photo"} | _DIARY | _MEALS | _ACCESS, "anna": _CLASS}
_TAUGHT = {"name", "id", "photo", "passage", "marks of 5A", "announcement"}
"""Of a passage, a teacher learns that the child came late by it."""
_SCHOOL: Allowed = _here("name", "id", "photo", "till tap", "rule", *_DIARY, *_MEALS, *_ACCESS)
ALLOWED: Mapping[str, Allowed] = {
    "guardian": {**_FAMILY, "boris": {*_FAMILY["boris"], "thread"}}, "pupil": _FAMILY,
    "without diary": {"boris": {"name", "id", "photo"} | _MEALS | _ACCESS},
    "without meals": {"boris": {"name", "id", "photo", "thread"} | _DIARY | _ACCESS, "anna": _CLASS},
    "without access": {"boris": {"name", "id", "photo", "thread"} | _DIARY | _MEALS, "anna": _CLASS},
    "teacher": {
        "boris": _TAUGHT | {"homework of 5A", "own homework of 5A", "work of 5A", "remark", "thread"},
        "anna": _TAUGHT | {"homework of 5A", "own homework of 5A", "work of 5A"}},
    "class teacher": {
        name: _TAUGHT | {"marks of physics", "own homework of 5A", "own homework of physics", "work of 5A", "work of physics", "notice", "remark"} | _CLASS
        for name in ("boris", "anna")},
    "canteen": _here("name", "id", "photo", "sale", "till tap"),
    "guard": _here("name", "id", "photo", "tap", "passage", "rule"),
    "office": _SCHOOL, "head": _SCHOOL,
    "token for the diary": {"boris": {"id", "thread"} | _DIARY, "anna": _CLASS},
}
"""Who is not named may meet none."""


def leaks(town: Town, role: str, body: bytes) -> list[str]:
    """The markers in an answer that this asker may not meet."""
    allowed, text = ALLOWED.get(role, {}), body.decode()
    return [f"{marker} ({kind} of {of})" for marker, (kind, of) in town.markers.items() if marker in text and kind not in allowed.get(of, ())]


assert {name for allowed in ALLOWED.values() for name in allowed} <= set(TARGETS.values())
