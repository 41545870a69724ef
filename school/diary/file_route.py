"""Files over HTTP: sent to the address that `prepareFile` has given, and asked for at the same; each time it is looked at who asks, as for any other data."""

from hashlib import sha256
from urllib.parse import quote
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.db import is_away
from school.diary import file_reads, files
from school.diary.file_bodies import Bodies
from school.diary.file_kinds import MEDIA, take
from school.diary.file_names import of_kind
from school.diary.file_rows import FileRow, place_of
from school.errors import Code, Refused, conflict, not_found
from school.ids import Kind, Ref
from school.registry.file_answers import ContextFor, shown, unchanged
from school.registry.photo_route import HEADERS
from school.registry.photo_schema import store_of

_STATUS = {
    Code.NOT_SIGNED_IN: 401, Code.NOT_ALLOWED: 403, Code.NOT_FOUND: 404, Code.TOO_LATE: 408, Code.CONFLICT: 409, Code.TOO_LARGE: 413,
    Code.WRONG_TYPE: 415, Code.TOO_MANY_ATTEMPTS: 429, Code.STORE_AWAY: 503, Code.NOT_OFFERED: 503,
}
"""Of refusals; of any other 400."""
log = structlog.get_logger("school.diary")


class Files:
    """The route. `reading` and `writing` make the context of whoever's session a request carries; the second refuses pages of other sites."""

    def __init__(self, reading: ContextFor, writing: ContextFor, bodies: Bodies | None = None) -> None:
        self._reading, self._writing = reading, writing
        self._bodies = Bodies() if bodies is None else bodies

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served."""
        return [Route("/files/{file}", shown(self._reading, self._show), methods=["GET"]), Route("/files/{file}", self._put, methods=["PUT"])]

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer. A file is never shown within a page: a browser saves it."""
        ref = ids.decode(Kind.FILE, request.path_params["file"])
        found = await file_reads.find(context.reader, context.viewer, ref)
        if found.kind is None or found.place is None or found.digest is None:
            raise not_found()
        if found.pupil_id is not None:
            context.note(Area.DIARY, {Ref(found.school_id, found.pupil_id)})
        headers = {**HEADERS, "etag": f'"{found.digest.hex()[:32]}"', "content-disposition": _saved_as(found.name), "x-content-type-options": "nosniff"}
        if (there := unchanged(request, headers)) is not None:
            return there
        content = await store_of(context).get(place_of(found.school_id, found.place))
        if content is None or sha256(content).digest() != found.digest:
            log.error("a file is not as it was written", missing=content is None)
            raise not_found()
        return Response(content, headers={**headers, "content-type": MEDIA[found.kind]})

    async def _put(self, request: Request) -> Response:
        try:
            taken = await self._take(request, await self._writing(request))
            return JSONResponse({"name": taken.name, "kind": taken.kind, "size": taken.kept_size})
        except Refused as refused:
            after = {} if refused.retry_after is None else {"retry-after": str(refused.retry_after)}
            return _refuse(_STATUS.get(refused.code, 400), refused.code.value, refused.message, after)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception as error:
            if not is_away(error):
                raise
            return _refuse(503, "UNAVAILABLE", "The service is resting; try again.", {"retry-after": "2"})

    async def _take(self, request: Request, context: Context) -> FileRow:
        """The file whose bytes the body is. Sending them again is harmless; others are a conflict."""
        viewer = context.viewer
        if not viewer.signed_in:
            raise Refused(Code.NOT_SIGNED_IN, "Sign in first.")
        if not viewer.allows(Area.DIARY, write=True):
            raise Refused(Code.NOT_ALLOWED, "This token is not for that.")
        ref = ids.decode(Kind.FILE, request.path_params["file"])
        announced = await _own(context, ref)
        with self._bodies.one_of(viewer.account_id) as body:
            content = await body.read(request, announced.size)
            if announced.kind is None and await self._keep(context, announced, content):
                return await _own(context, ref)
            there = await _own(context, ref)
            if there.sent != sha256(content).digest():
                raise conflict("the file has come already, with other bytes")
            return there

    async def _keep(self, context: Context, announced: FileRow, content: bytes) -> bool:
        """The bytes go into the store before a row names them, so that whatever breaks off leaves at worst bytes that nothing names."""
        store, ref = store_of(context), Ref(announced.school_id, announced.id)
        taken = await take(content)
        filled = files.Filled(
            of_kind(announced.name, taken.kind), taken.kind, sha256(content).digest(), sha256(taken.content).digest(), len(taken.content), uuid4())
        name = place_of(ref.school_id, filled.place)
        await store.put(name, taken.content)
        try:
            async with context.begin() as session:
                kept = await files.fill(session, context.viewer, ref, filled)
        except Refused:
            await store.discard(name)
            raise  # after anything else they may be named all the same, and are swept where they are not
        if not kept:
            await store.discard(name)
        return kept


async def _own(context: Context, ref: Ref) -> FileRow:
    async with context.read() as session:
        found = await files.own(session, context.viewer, ref)
    if found is None:
        raise not_found()
    return found


def _saved_as(name: str) -> str:
    """RFC 6266: the name for browsers of today, and one of plain letters."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _refuse(status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    closing = {"connection": "close"} if status == 408 else {}
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status, {**headers, **closing})

