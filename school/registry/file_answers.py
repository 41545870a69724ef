"""Somebody's files over HTTP: each time one is asked for it is looked at who asks, and whoever may not see it is answered as is who asks for none."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from school.context import Context
from school.db import is_away
from school.errors import Refused
from school.registry.calendar_feed_models import Language

ContextFor = Callable[[Request], Awaitable[Context]]
"""Makes the context of whoever's session a request carries."""
HEADERS = {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "vary": "cookie, authorization"}
"""No file is shown as a page of ours, nor one's to another."""


def shown(context_for: ContextFor, show: Callable[[Request, Context], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """What answers a request: as `show` does, which raises Refused. 503 with a hint where it may be tried again, and 404 for everything else."""
    async def answer(request: Request) -> Response:
        try:
            return await show(request, await context_for(request))
        except Refused as refused:
            return _later(refused.retry_after) if refused.retry_after else Response(status_code=404)
        except Exception as error:
            if not is_away(error):
                raise
            return _later(2)

    return answer


def unchanged(request: Request, headers: Mapping[str, str]) -> Response | None:
    """The answer to whoever has this file already, by its `etag`."""
    return Response(status_code=304, headers=headers) if headers["etag"] in request.headers.get("if-none-match", "").split(", ") else None


def language_of(request: Request) -> Language:
    """In which language a file is asked for; in Russian where it is not said."""
    return Language.EN if request.query_params.get("language") == "en" else Language.RU


def _later(seconds: int) -> Response:
    return Response(status_code=503, headers={"retry-after": str(seconds)})
