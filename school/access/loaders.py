"""Loaders of access: a door by its key, for an operation that meets it in many places."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.access import policy
from school.access.models import Door
from school.access.queries import DOOR
from school.context import Context
from school.fields import Info
from school.ids import Ref


def _doors(context: Context) -> DataLoader[Ref, Any]:
    async def load(keys: Sequence[Ref]) -> list[Any]:
        wanted = sa.tuple_(Door.school_id, Door.id).in_([(key.school_id, key.id) for key in keys])
        statement = sa.select(Door.school_id, *DOOR).where(policy.visible_doors(context.viewer), wanted)
        async with context.read() as session:
            found = {Ref(row.school_id, row.door_id): row for row in await session.execute(statement)}
        return [found.get(key) for key in keys]

    return DataLoader(load)


async def load_door_row(info: Info, key: Ref | None) -> Any:
    """The row of a door that the viewer may see, with the columns `queries.DOOR` and `school_id`; None for another."""
    return None if key is None else await info.context.loader("doors", _doors).load(key)
