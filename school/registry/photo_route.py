"""Photos over HTTP: an `<img>` asks for one, and each time it is looked at who asks, as for any other data."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.db import is_away
from school.errors import Code, Refused, not_found
from school.ids import Kind, Ref
from school.registry import photos, pictures
from school.registry.photo_schema import store_of

HEADERS = {
    "cache-control": "private, no-cache",  # a browser may keep it, and asks each time whether it may still show it
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "vary": "cookie, authorization",
}
log = structlog.get_logger("school.registry")


class Photos:
    """The route. Who may not see a photo is answered as is who asks for none. `context_for` makes the context of whoever's session a request carries."""

    def __init__(self, context_for: Callable[[Request], Awaitable[Context]]) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/photos/{photo}", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._show(request, await self._context_for(request))
        except Refused as refused:
            return _away() if refused.code is Code.STORE_AWAY else Response(status_code=404)
        except Exception as error:
            if not is_away(error):
                raise
            return _away()

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer."""
        photo = ids.decode(Kind.PHOTO, request.path_params["photo"])
        found = await photos.find(context.reader, context.viewer, photo)
        context.note(Area.PEOPLE, {Ref(found.school_id, found.person_id)})
        headers = {**HEADERS, "etag": f'"{found.digest.hex()[:32]}"'}
        if headers["etag"] in request.headers.get("if-none-match", "").split(", "):
            return Response(status_code=304, headers=headers)
        content = await store_of(context).get(photos.file_of(photo))
        if content is None or sha256(content).digest() != found.digest:
            log.error("a photo's file is not as it was written", missing=content is None)
            raise not_found()
        return Response(content, headers=headers, media_type=pictures.KIND)


def _away() -> Response:
    return Response(status_code=503, headers={"retry-after": "2"})
