"""The names of schools' staff, which everybody of a school may read and every mark and lesson shows: kept for a minute."""

import time
from collections import OrderedDict
from typing import Any

from school.context import MEMBERS, Viewer
from school.ids import Ref

FRESH_SECONDS = 60.0
"""How long a name that has changed, or was erased, may still be told."""
MOST_KEPT = 50_000
"""Some 20 MB: the staff of a city's schools whose families are at it at the same time."""


class StaffNames:
    """What was read of them, in this process; the longest kept are forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Ref, tuple[float, Any]] = OrderedDict()

    def find(self, viewer: Viewer, ref: Ref) -> Any | None:
        """The person, if the viewer belongs to the school and the name is fresh."""
        for grant in viewer.grants:
            if grant.school_id == ref.school_id and grant.role in MEMBERS:
                found = self._kept.get(ref)
                return found[1] if found is not None and time.monotonic() - found[0] < FRESH_SECONDS else None
        return None

    def keep(self, ref: Ref, person: Any) -> None:
        """It was read now, of somebody of the staff."""
        self._kept.pop(ref, None)
        self._kept[ref] = time.monotonic(), person
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
