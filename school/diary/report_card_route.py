"""Report cards over HTTP: a link brings the file, and each time it is looked at who asks, as for any other data."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school import ids
from school.context import Area, Context
from school.db import is_away
from school.diary import report_card_file, report_cards
from school.errors import Refused, not_found
from school.ids import Kind
from school.registry.calendar_feed_models import Language

HEADERS = {
    "cache-control": "private, no-store", "content-disposition": 'attachment; filename="report-cards.pdf"', "vary": "cookie, authorization",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


class ReportCardFiles:
    """The route: of a person or a class by its opaque id. Who may not read a card is answered as is who asks for none."""

    def __init__(self, context_for: Callable[[Request], Awaitable[Context]]) -> None:
        self._context_for = context_for

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/report-cards/{whose}/{term}.pdf", self._answer, methods=["GET"])

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
        whose, kind = request.path_params["whose"], ids.kind_of(request.path_params["whose"])
        if kind not in (Kind.PERSON, Kind.CLASS_GROUP):
            raise not_found()
        language = Language.EN if request.query_params.get("language") == "en" else Language.RU
        cards = await report_cards.read(
            context.reader, context.viewer, ids.decode(kind, whose), kind, ids.decode(Kind.TERM, request.path_params["term"]))
        context.note(Area.DIARY, {card.person for card in cards.cards})
        return Response(await report_card_file.write(cards, language, context.viewer.account_id), headers=HEADERS, media_type="application/pdf")
