"""Access's kinds of update in the family stream."""

from collections.abc import Callable
from typing import Annotated

import strawberry

from school.access import events
from school.access.models import Direction
from school.access.types import DirectionName, Door, Verdict, load_door
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.models import Outcome
from school.updates import Published, Update


@strawberry.interface(description="The child's card was presented at a door.")
class AccessUpdate(Update):
    """What every update of access has."""

    __policy__ = ROWS
    verdict: Verdict
    suspect: bool = strawberry.field(description="The device's clock was not believed: `occurredAt` is a guess.")
    door_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def door(self, info: Info) -> Door | None:
        """Where; null at a reader that stands for no door."""
        return load_door(info, self.door_ref)


@rows(description="The child went in or out.")
class Passed(AccessUpdate):
    """access.passed"""

    passage_id: strawberry.ID
    direction: Annotated[Direction, DirectionName]


@rows(description="The child's card was refused, and why. The child has neither entered nor left by it.")
class PassRefused(AccessUpdate):
    """access.refused"""

    tap_id: strawberry.ID
    direction: Annotated[Direction, DirectionName] | None


def _verdict(row: Published) -> Verdict:
    return Verdict(outcome=Outcome(row.payload["verdict"]), reason=row.payload["reason"], data_version=row.payload["data_version"])


def _passed(row: Published) -> Passed:
    return Passed.from_published(
        row, passage_id=row.id(Kind.PASSAGE, "passage_id"), direction=Direction(row.payload["direction"]), door_ref=row.ref("door_id"),
        verdict=_verdict(row), suspect=row.payload["suspect"],
    )


def _refused(row: Published) -> PassRefused:
    at_door = row.payload["door_id"] is not None
    return PassRefused.from_published(
        row, tap_id=row.id(Kind.TAP, "tap_id"), direction=Direction(row.payload["direction"]) if at_door else None,
        door_ref=row.ref("door_id") if at_door else None, verdict=_verdict(row), suspect=row.payload["suspect"],
    )


UPDATES: dict[str, Callable[[Published], Update]] = {events.PASSED: _passed, events.REFUSED: _refused}
"""From an event's kind to its update."""

TYPES: tuple[type[Update], ...] = (Passed, PassRefused)
"""The types behind `UPDATES`: a schema has to name them, for fields return only their interface."""
