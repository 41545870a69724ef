"""Loaders of access: a door by its key, for an operation that meets it in many places."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.access import policy
from school.access.models import Door
from school.access.queries import DOOR
from school.context import Context
from school.ids import Ref

T = TypeVar("T")


def doors(context: Context, make: Callable[[Any], T]) -> DataLoader[Ref, T | None]:
    """A loader of doors that the viewer may see, each made from the columns `queries.DOOR` and `school_id`; None for another."""

    async def load(keys: Sequence[Ref]) -> list[T | None]:
        wanted = sa.tuple_(Door.school_id, Door.id).in_([(key.school_id, key.id) for key in keys])
        statement = sa.select(Door.school_id, *DOOR).where(policy.visible_doors(context.viewer), wanted)
        async with context.read() as session:
            found = {Ref(row.school_id, row.door_id): make(row) for row in await session.execute(statement)}
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load, max_batch_size=500)
