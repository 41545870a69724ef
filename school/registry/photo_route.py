"""Photos over HTTP: an `<img>` asks for one, and each time it is looked at who asks, as for any other data."""

from hashlib import sha256

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.errors import not_found
from school.ids import Kind, Ref
from school.registry import file_answers, photos, pictures
from school.registry.file_answers import ContextFor, shown, unchanged
from school.registry.photo_schema import store_of

HEADERS = {
    "cache-control": "private, no-cache",  # a browser may keep it, and asks each time whether it may still show it
    **file_answers.HEADERS,
}
log = structlog.get_logger("school.registry")


class Photos:
    """The route. Who may not see a photo is answered as is who asks for none."""

    def __init__(self, context_for: ContextFor) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/photos/{photo}", shown(self._context_for, self._show), methods=["GET"])

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer."""
        photo = ids.decode(Kind.PHOTO, request.path_params["photo"])
        found = await photos.find(context.reader, context.viewer, photo)
        context.note(Area.PEOPLE, {Ref(found.school_id, found.person_id)})
        headers = {**HEADERS, "etag": f'"{found.digest.hex()[:32]}"'}
        if (there := unchanged(request, headers)) is not None:
            return there
        content = await store_of(context).get(photos.file_of(photo))
        if content is None or sha256(content).digest() != found.digest:
            log.error("a photo's file is not as it was written", missing=content is None)
            raise not_found()
        return Response(content, headers=headers, media_type=pictures.KIND)

