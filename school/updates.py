"""The family stream's interface: what every update about a child has in common. Each domain adds its own kinds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
import strawberry

from school import ids
from school.context import Area
from school.db import Column
from school.fields import ROWS


@dataclass(frozen=True, slots=True)
class Published:
    """A row of the feed about a pupil, as a domain turns it into its update. Ids in `payload` are plain UUID texts."""

    cursor: str
    school_id: int
    child_id: UUID
    kind: str
    payload: Mapping[str, Any]
    occurred_at: dt.datetime
    late: bool

    def id(self, kind: ids.Kind, key: str) -> strawberry.ID:
        """The opaque id of the object whose UUID stands in the payload under `key`."""
        return strawberry.ID(ids.encode(kind, self.school_id, UUID(self.payload[key])))

    def ref(self, key: str) -> ids.Ref:
        """The key of that object."""
        return ids.Ref(self.school_id, UUID(self.payload[key]))


_AREAS = {"diary": Area.DIARY, "meals": Area.MEALS, "access": Area.ACCESS, "day": Area.ACCESS, "identity": Area.ACCOUNT}
"""Lateness is told from passages."""
_WHO_IS_WHO = ("registry.guardianship_", "registry.staff_", "registry.photo_", "registry.pupil_enrolled", "registry.person_renamed")
"""Of the registry's; the others tell what a card opens."""


def area_of(kind: str) -> Area:
    """What kind of data an event about a child tells; of the registry, a guardianship tells who is who, and a card what it opens."""
    return _AREAS.get(kind.partition(".")[0]) or (Area.PEOPLE if kind.startswith(_WHO_IS_WHO) else Area.ACCESS)


def told_of(kind: Column, area: Area) -> sa.ColumnElement[bool]:
    """The same of a column: the rows whose kind tells this kind of data."""
    parts = [kind.startswith(f"{prefix}.", autoescape=True) for prefix, found in _AREAS.items() if found is area]
    ties = sa.or_(kind.startswith("registry.guardianship_", autoescape=True), kind == "registry.person_renamed")
    if area is Area.PEOPLE:
        return ties
    if area is Area.ACCESS:
        parts.append(sa.not_(sa.or_(ties, *(kind.startswith(f"{prefix}.", autoescape=True) for prefix in _AREAS))))
    return sa.or_(sa.false(), *parts)


@strawberry.interface(description="Something that happened to a child. Resume after `cursor`; `late` tells that the news itself came late.")
class Update:
    """One event of the family stream."""

    __policy__ = ROWS
    cursor: str
    child_id: strawberry.ID
    occurred_at: dt.datetime
    late: bool

    @classmethod
    def from_published(cls, row: Published, **values: Any) -> Self:
        """The common fields from the row, the others from the domain."""
        child = strawberry.ID(ids.encode(ids.Kind.PERSON, row.school_id, row.child_id))
        return cls(cursor=row.cursor, child_id=child, occurred_at=row.occurred_at, late=row.late, **values)
