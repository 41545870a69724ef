"""Registers as spreadsheets over HTTP: a link brings the file, and each time it is looked at who asks, as for any other data."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.db import is_away
from school.diary import gradebook, register_sheet, term_sheets
from school.diary.press import PRESS
from school.errors import Refused, not_found
from school.ids import Kind, Ref
from school.registry.calendar_feed_models import Language

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = {
    "cache-control": "private, no-store", "content-disposition": 'attachment; filename="register.xlsx"', "vary": "cookie, authorization",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


class RegisterFiles:
    """The route: a course's term. Who may not open the gradebook is answered as is who asks for none."""

    def __init__(self, context_for: Callable[[Request], Awaitable[Context]]) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/registers/{course}/{term}.xlsx", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._show(request, await self._context_for(request))
        except Refused as refused:
            return Response(status_code=503, headers={"retry-after": str(refused.retry_after)}) if refused.retry_after else Response(status_code=404)
        except Exception as error:
            if not is_away(error):
                raise
            return Response(status_code=503, headers={"retry-after": "2"})

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer."""
        if not context.viewer.allows(Area.DIARY):
            raise not_found()
        course, term_ref = ids.decode(Kind.COURSE, request.path_params["course"]), ids.decode(Kind.TERM, request.path_params["term"])
        term = await term_sheets.term(context.reader, context.viewer, term_ref)
        book = await gradebook.gradebook(context.reader, context.viewer, course, term.starts_on, term.ends_on)
        context.note(Area.DIARY, {Ref(row.pupil.school_id, row.pupil.id) for row in book.pupils})
        kept = register_sheet.snapshot(book, term_ref, Language.EN if request.query_params.get("language") == "en" else Language.RU)
        return Response(
            await PRESS.run(context.viewer.account_id, register_sheet.write, kept, book.course.labels), headers=HEADERS, media_type=KIND)
