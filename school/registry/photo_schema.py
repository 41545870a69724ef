"""Photos in GraphQL: the office gives somebody a photo, and takes it away."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Area, Context, Role
from school.errors import Code, Refused
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind
from school.registry import photos, pictures
from school.store import Store


@strawberry.input(description="A person of the school, and a picture of their face: a JPEG, PNG or WebP in base64.")
class PhotoInput:
    """Whose photo, and the picture."""

    person_id: strawberry.ID
    content: str


@rows(description="A person's photo as it is now.")
class PhotoSaved:
    """Whose it is, and its address; null once it was removed."""

    person_id: strawberry.ID
    photo: str | None


PhotoResult = Annotated[PhotoSaved | Refusal, strawberry.union("PhotoResult")]


@strawberry.type
class PhotoMutation:
    """Mutations of photos."""

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def set_photo(self, info: Info, input: PhotoInput) -> PhotoResult:  # noqa: A002 - public name
        """Give a person this photo instead of the one they had. It is cut to a square of their upper middle, and nothing but the picture is kept.

        Refused: TOO_LARGE, NOT_A_PICTURE, TOO_MANY_ATTEMPTS, STORE_AWAY.
        """
        context, person = info.context, ids.decode(Kind.PERSON, input.person_id)
        store = store_of(context)
        async with context.read() as session:
            await photos.check(session, context.viewer, person)
        content, photo = await pictures.draw(input.content), photos.new_name(person.school_id)
        await store.put(photos.file_of(photo), content)
        try:
            async with context.begin() as session:
                unnamed = await photos.put(session, context.viewer, person, photo, content)
        except Refused:
            await store.discard(photos.file_of(photo))
            raise  # after anything else it may be named all the same, and is swept where it is not
        if unnamed is not None:
            await store.discard(photos.file_of(unnamed))
        return PhotoSaved(person_id=input.person_id, photo=photos.address_of(*photo))

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def remove_photo(self, info: Info, person_id: strawberry.ID) -> PhotoResult:
        """Take a person's photo away, for good. Removing none is harmless."""
        context, person = info.context, ids.decode(Kind.PERSON, person_id)
        store = store_of(context)
        async with context.begin() as session:
            unnamed = await photos.remove(session, context.viewer, person)
        if unnamed is not None:
            await store.discard(photos.file_of(unnamed))
        return PhotoSaved(person_id=person_id, photo=None)


def store_of(context: Context) -> Store:
    """The store of files of this process."""
    if context.store is None:
        raise Refused(Code.NOT_OFFERED, "This process has no store of files.")
    return context.store
