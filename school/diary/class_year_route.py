"""A class's year as a spreadsheet over HTTP: a link brings the file, and each time it is looked at who asks, as for any other data."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.diary import class_year_sheet, class_years
from school.diary.press import PRESS
from school.diary.register_route import KIND
from school.errors import not_found
from school.ids import Kind
from school.registry import file_answers
from school.registry.file_answers import ContextFor, language_of, shown

HEADERS = {
    "cache-control": "private, no-store", "content-disposition": 'attachment; filename="class.xlsx"', **file_answers.HEADERS,
}


class ClassYearFiles:
    """The route: a class's term, or its year. Who may not print the class's cards is answered as is who asks for none."""

    def __init__(self, context_for: ContextFor) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/report-cards/{group}/{term}.xlsx", shown(self._context_for, self._show), methods=["GET"])

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer."""
        if not context.viewer.allows(Area.DIARY):
            raise not_found()
        group, term = ids.decode(Kind.CLASS_GROUP, request.path_params["group"]), ids.decode(Kind.TERM, request.path_params["term"])
        year = await class_years.read(context.reader, context.viewer, group, term)
        context.note(Area.DIARY, {card.person for card in year.cards.cards})
        content = await PRESS.run(context.viewer.account_id, class_year_sheet.write, year, language_of(request))
        return Response(content, headers=HEADERS, media_type=KIND)
