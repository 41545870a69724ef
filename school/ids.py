"""Opaque ids: what clients hold. A noun's kind, its school and its UUID in 28 characters; clients must not look inside."""

import struct
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable
from enum import IntEnum, unique
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import uuid_utils.compat

from school.errors import bad_input, not_found


@unique
class Kind(IntEnum):
    """What an id stands for; a number is never used again for another noun."""

    SCHOOL = 1
    CLASS_GROUP = 2
    PERSON = 3
    GUARDIANSHIP = 4
    CARD = 5
    DEVICE = 6
    SUBJECT = 7
    COURSE = 8
    TERM = 9
    ACCOUNT = 10
    SESSION = 11
    INVITATION = 12
    PASSKEY = 13
    PHOTO = 14
    CALENDAR_FEED = 15
    CARD_KEY = 18
    DEVICE_CODE = 19
    LESSON = 20
    HOMEWORK = 21
    MARK = 22
    ATTENDANCE = 23
    SUBSTITUTION = 24
    SUBMISSION = 28
    ABSENCE_REASON = 30
    ABSENCE_NOTICE = 31
    FILE = 33
    REMARK = 34
    THREAD = 35
    MESSAGE = 36
    ANNOUNCEMENT = 37
    HOLIDAY = 38
    TIMETABLE = 39
    BELL_SCHEDULE = 55
    MEAL_ACCOUNT = 40
    TRANSFER = 41
    TILL = 42
    PUPIL_GROUP = 45
    DOOR = 60
    DOOR_RULE = 61
    PASSAGE = 62
    TAP = 63
    GRADING_SCALE = 70
    OWN_WORK = 71
    SCHOOL_YEAR = 72
    EVENT = 80


_LAYOUT = struct.Struct(">BI16s")
MOST_KNOWN = 4096
"""Ids of one kind that an encoder remembers."""
_FOR_ADDRESSES = bytes.maketrans(b"+/", b"-_")


class Ref(NamedTuple):
    """The key of a tenant's row: its school and its id."""

    school_id: int
    id: UUID


def new() -> UUID:
    """A fresh UUIDv7: its time leads, so that rows made together lie together."""
    return uuid_utils.compat.uuid7()


class _OfSchool(dict[UUID, str]):
    """The opaque ids of one school's rows of one kind that were asked for lately."""

    def __init__(self, kind: Kind, school_id: int, count: Callable[[], None]) -> None:
        super().__init__()
        self._head, self._count = struct.pack(">BI", kind, school_id), count

    def __missing__(self, id: UUID) -> str:  # noqa: A002 - the column's name
        self._count()
        made = self[id] = b2a_base64(self._head + id.bytes, newline=False).translate(_FOR_ADDRESSES).decode()
        return made


class Encoder(dict[int, _OfSchool]):
    """Makes the opaque ids of a kind's rows: by call, or as a plan reads them, `encoder[school_id][id]`.

    Those made lately are known, at most `MOST_KNOWN` (1 MB): the rows of an answer are mostly those of the one before, and looking an id up takes a fifth of
    the time of making it.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind, self._count = kind, 0

    def __missing__(self, school_id: int) -> _OfSchool:
        made = self[school_id] = _OfSchool(self._kind, school_id, self._another)
        return made

    def __call__(self, school_id: int, id: UUID) -> str:  # noqa: A002 - as above
        """The opaque id of a row."""
        return self[school_id][id]

    def maybe(self, school_id: int, id: UUID | None) -> str | None:  # noqa: A002 - as above
        """The same of what may be missing."""
        return None if id is None else self[school_id][id]

    def _another(self) -> None:
        self._count += 1
        if self._count > MOST_KNOWN:
            self.clear()
            self._count = 1


_ENCODERS = {int(kind): Encoder(kind) for kind in Kind}


def encode(kind: Kind, school_id: int, id: UUID) -> str:  # noqa: A002 - as above
    """The opaque id of a row."""
    return _ENCODERS[kind._value_][school_id][id]


def encoder(kind: Kind) -> Encoder:
    """`encode` for many ids of one kind."""
    return _ENCODERS[kind]


def decode(kind: Kind, text: str) -> Ref:
    """The key behind an opaque id; what is malformed or of another kind is answered as absent."""
    if len(text) != 28:
        raise not_found()
    return _decode(kind, text)


def kind_of(text: str) -> Kind | None:
    """What an opaque id says that it stands for; None where it says nothing known. `decode` decides whether it is one."""
    try:
        return Kind(urlsafe_b64decode(text[:4].encode("ascii"))[0])
    except (ValueError, IndexError):
        return None


@lru_cache(maxsize=4096)
def _decode(kind: Kind, text: str) -> Ref:
    try:
        found, school_id, raw = _LAYOUT.unpack(urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, struct.error):
        raise not_found() from None
    if found != kind or encode(kind, school_id, UUID(bytes=raw)) != text or school_id > 2**31 - 1:
        raise not_found()
    return Ref(school_id, UUID(bytes=raw))


def client_id(text: str) -> UUID:
    """An id made by a client so that it may repeat a write: a UUIDv7 in canonical form, else refused."""
    try:
        value = UUID(text)
    except ValueError:
        raise bad_input("id must be a UUIDv7 in canonical form") from None
    if value.version != 7 or str(value) != text.lower():
        raise bad_input("id must be a UUIDv7 in canonical form")
    return value
