"""The names that everybody of a school may read and everything shows: of its staff, its subjects (by course, too), its doors.

Kept by a process until an event takes them back. Erasure changes one of them, a member's of the staff, and the office a subject's or anybody's: they tell
`registry.person_erased`, `registry.subject_renamed` and `registry.person_renamed` in their transaction, and whoever follows the feed calls `forget`. Nothing
renames a door, or gives a course another subject. A name is told for `FRESH_SECONDS` at most all the same.
"""

import time
from collections import OrderedDict
from typing import Any, NamedTuple

from school.context import MEMBERS, Viewer
from school.ids import Ref

FRESH_SECONDS = 600.0
"""Should an event be lost in whatever way: how long a name that was erased may still be told."""
MOST_KEPT = 50_000
"""Some 20 MB: the names of a city's schools whose families are at it at the same time."""


class KeptNames:
    """What was read of them, in this process; the longest kept are forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Ref, tuple[float, Any]] = OrderedDict()
        self._followed = True
        self.changes = 0

    @property
    def stamp(self) -> int | None:
        """Another one when a name was forgotten; None while changes are not heard of."""
        return self.changes if self._followed else None

    def told_to(self, viewer: Viewer) -> "Told":
        """The names for a viewer: of the schools to which they belong."""
        return Told(frozenset([grant.school_id for grant in viewer.grants if grant.role in MEMBERS]), self)

    def find(self, ref: Ref) -> Any | None:
        """What is kept under this key and fresh."""
        found = self._kept.get(ref)
        return found[1] if found is not None and time.monotonic() - found[0] < FRESH_SECONDS else None

    def keep(self, ref: Ref, named: Any, changes: int) -> None:
        """It was read, of somebody or something that all of the school may know; `changes` are as they were before that: what was read earlier may be old."""
        if changes != self.changes or not self._followed:
            return
        self._kept.pop(ref, None)
        self._kept[ref] = time.monotonic(), named
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def forget(self, school_id: int) -> None:
        """A name of this school has changed."""
        self.changes += 1
        self._kept = OrderedDict((ref, kept) for ref, kept in self._kept.items() if ref.school_id != school_id)

    def follow(self, *, followed: bool) -> None:
        """Whether changes are heard of. While they are not, nothing is kept."""
        self.changes += 1
        self._kept.clear()
        self._followed = followed


class Told(NamedTuple):
    """The names that may be told to whoever belongs to just these schools; equal for all of them."""

    schools: frozenset[int]
    names: KeptNames

    def find(self, ref: Ref) -> Any | None:
        """The one of this key, if it is kept."""
        return self.names.find(ref) if ref.school_id in self.schools else None
