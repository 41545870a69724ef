"""The loader of photos' addresses: those of a list are one statement, and each is told to who may see that photo."""

from uuid import UUID

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.context import Area, Context
from school.db import Rows
from school.fields import Info
from school.ids import Ref
from school.registry.photo_models import Photo
from school.registry.photos import address_of
from school.registry.policy import visible_photos
from school.statements import Asking, Many, Read, any_of, given


@Read
def _names(viewer: Asking) -> Rows:
    return sa.select(Photo.school_id, Photo.person_id, Photo.name).where(
        any_of(Photo.school_id, given("schools", Many(int))), any_of(Photo.person_id, given("ids", Many(UUID))), Photo.name.is_not(None),
        visible_photos(viewer))


def _addresses(context: Context) -> DataLoader[Ref, str | None]:
    async def load(persons: list[Ref]) -> list[str | None]:
        keys = {"schools": sorted({ref.school_id for ref in persons}), "ids": sorted({ref.id for ref in persons})}
        found = {
            Ref(row.school_id, row.person_id): address_of(row.school_id, row.name)
            for row in await context.reader.all(_names, context.viewer, **keys)
        }
        return [found.get(person) for person in persons]

    return DataLoader(load_fn=load, max_batch_size=500)


def load_photo(info: Info, person: Ref) -> str | None:
    """The address of a person's photo; None where there is none, or none for this viewer, or for a program's token that is not for who is who."""
    return info.context.load("photo", _addresses, person) if info.context.viewer.allows(Area.PEOPLE) else None
