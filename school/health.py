"""Whether this process is ready, and its figures for Prometheus."""

from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from school.db import Database, is_away


def healthz(database: Database) -> Callable[[Request], Awaitable[Response]]:
    """200 when the database answers, 503 when it is away."""

    async def answer(_request: Request) -> Response:
        try:
            async with database.read() as session:
                await session.execute(sa.text("SELECT 1"))
        except Exception as error:
            if not is_away(error):
                raise
            return JSONResponse({"status": "database away"}, 503, headers={"Retry-After": "2"})
        return JSONResponse({"status": "ready"})

    return answer


async def metrics(_request: Request) -> Response:
    """The process's figures as Prometheus reads them."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
