"""Chance that repeats itself: a stream of numbers for each purpose, and UUIDv7s that carry the moment of their row."""

import datetime as dt
import hashlib
import random
from typing import Self
from uuid import UUID

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


class Dice(random.Random):
    """A stream of chance for one purpose: what is drawn for one does not move what is drawn for another."""

    def __new__(cls, *_purpose: object) -> Self:
        """The base class would hash all arguments."""
        return super().__new__(cls)

    def __init__(self, *purpose: object) -> None:
        super().__init__("/".join(map(str, purpose)))

    def id_at(self, moment: dt.datetime) -> UUID:
        """A UUIDv7 of this moment."""
        random_bits = self.getrandbits(74)
        high = ((moment - _EPOCH) // _MILLISECOND) << 16 | 0x7000 | random_bits >> 62
        return UUID(int=high << 64 | 1 << 63 | random_bits & (1 << 62) - 1)


def card_uid(card_id: UUID) -> bytes:
    """The invented 7-byte UID of a seeded card, by which the demo presents it; 04 is the maker's byte of real ones."""
    return b"\x04" + hashlib.sha256(b"seeded card" + card_id.bytes).digest()[:6]
