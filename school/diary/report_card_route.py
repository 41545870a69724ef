"""Report cards over HTTP: a link brings the file, and each time it is looked at who asks, as for any other data."""


from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.diary import report_card_file, report_cards
from school.errors import not_found
from school.ids import Kind
from school.registry import file_answers
from school.registry.file_answers import ContextFor, language_of, shown

HEADERS = {
    "cache-control": "private, no-store", "content-disposition": 'attachment; filename="report-cards.pdf"', **file_answers.HEADERS,
}


class ReportCardFiles:
    """The route: of a person or a class by its opaque id. Who may not read a card is answered as is who asks for none."""

    def __init__(self, context_for: ContextFor) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/report-cards/{whose}/{term}.pdf", shown(self._context_for, self._show), methods=["GET"])

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer."""
        if not context.viewer.allows(Area.DIARY):
            raise not_found()
        whose, kind = request.path_params["whose"], ids.kind_of(request.path_params["whose"])
        if kind not in (Kind.PERSON, Kind.CLASS_GROUP):
            raise not_found()
        language = language_of(request)
        cards = await report_cards.read(
            context.reader, context.viewer, ids.decode(kind, whose), kind, ids.decode(Kind.TERM, request.path_params["term"]))
        context.note(Area.DIARY, {card.person for card in cards.cards})
        return Response(await report_card_file.write(cards, language, context.viewer.account_id), headers=HEADERS, media_type="application/pdf")
