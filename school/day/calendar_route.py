"""Calendar feeds over HTTP: a program that nobody has signed in asks at a secret address, and each time it is looked at what its account may see."""

from collections.abc import Callable
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from school.context import Area, Context
from school.db import is_away
from school.diary import calendar, calendar_file
from school.errors import Code, Refused
from school.identity import calendar_feeds, throttle
from school.ids import Ref
from school.registry.accounts import digest_of
from school.registry.file_answers import unchanged

KIND = "text/calendar; charset=utf-8"
HEADERS = {
    "cache-control": "private, no-cache", "content-disposition": 'inline; filename="lessons.ics"', "x-robots-tag": "noindex",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


class Calendars:
    """The route. Every address that shows nothing is answered alike, whyever. `make_context` makes a context of nobody, by network address and program."""

    def __init__(self, make_context: Callable[[str, str], Context]) -> None:
        self._make_context = make_context

    @property
    def route(self) -> BaseRoute:
        """To be served."""
        return Route("/calendar/{secret}.ics", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        context = self._make_context(request.client.host if request.client else "", "")
        try:
            return await self._show(request, context)
        except Refused as refused:
            if refused.code is Code.TOO_MANY_ATTEMPTS:
                return Response(status_code=429, headers={"retry-after": str(refused.retry_after or 1)})
            return Response(status_code=404)
        except Exception as error:
            if not is_away(error):
                raise
            return Response(status_code=503, headers={"retry-after": "60"})

    async def _show(self, request: Request, context: Context) -> Response:
        """The record comes before the answer; who has what there is already, is shown nothing, and programs ask each hour."""
        secret, database = request.path_params["secret"], context.database
        try:
            feed, context.viewer = await calendar_feeds.find(database.reader(), secret)
        except Refused:
            await throttle.attempt(database, (throttle.UNKNOWN_CALENDAR, throttle.network(context.address)))
            raise
        await throttle.attempt(database, (throttle.CALENDAR, digest_of(secret).hex()))
        person = Ref(feed.school_id, feed.person_id)
        timetable = await calendar.read(context.reader, context.viewer, person, feed.time_zone)
        content = calendar_file.write(timetable, feed.language, feed.person_id, feed.made_at)
        if calendar_feeds.is_due(feed):
            async with database.begin() as session:
                await calendar_feeds.touch(session, feed)
        headers = {**HEADERS, "etag": f'"{sha256(content).hexdigest()[:32]}"'}
        if (there := unchanged(request, headers)) is not None:
            return there
        if person in context.viewer.family(Area.DIARY):
            context.note(Area.DIARY, {person})
        return Response(content, headers=headers, media_type=KIND)
