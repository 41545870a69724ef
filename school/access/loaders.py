"""Loaders of access: a door by its key, for an operation that meets it in many places."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.access import policy
from school.access.models import Door
from school.access.queries import DOOR
from school.context import Context
from school.db import Rows
from school.ids import Ref
from school.registry.loaders import loader, wanted
from school.statements import Asking, Read

T = TypeVar("T")


@Read
def _door(viewer: Asking) -> Rows:
    return sa.select(Door.school_id, Door.id, *DOOR).where(wanted(Door.school_id, Door.id), policy.visible_doors(viewer))


def doors(context: Context, make: Callable[[Any], T]) -> DataLoader[Ref, T | None]:
    """A loader of doors that the viewer may see, each made from the columns `queries.DOOR` and `school_id`; None for another."""
    return loader(context, _door, make, keeps=lambda _row: True)
