"""Registers as spreadsheets over HTTP: a link brings the file, and each time it is looked at who asks, as for any other data."""


from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.diary import gradebook, register_sheet, term_sheets
from school.diary.press import PRESS
from school.errors import not_found
from school.ids import Kind, Ref
from school.registry import file_answers
from school.registry.file_answers import ContextFor, language_of, shown

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = {
    "cache-control": "private, no-store", "content-disposition": 'attachment; filename="register.xlsx"', **file_answers.HEADERS,
}


class RegisterFiles:
    """The route: a course's term. Who may not open the gradebook is answered as is who asks for none."""

    def __init__(self, context_for: ContextFor) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/registers/{course}/{term}.xlsx", shown(self._context_for, self._show), methods=["GET"])

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer."""
        if not context.viewer.allows(Area.DIARY):
            raise not_found()
        course, term_ref = ids.decode(Kind.COURSE, request.path_params["course"]), ids.decode(Kind.TERM, request.path_params["term"])
        term = await term_sheets.term(context.reader, context.viewer, term_ref)
        book = await gradebook.gradebook(context.reader, context.viewer, course, term.starts_on, term.ends_on)
        context.note(Area.DIARY, {Ref(row.pupil.school_id, row.pupil.id) for row in book.pupils})
        kept = register_sheet.snapshot(book, term_ref, language_of(request))
        return Response(
            await PRESS.run(context.viewer.account_id, register_sheet.write, kept, book.course.labels), headers=HEADERS, media_type=KIND)
