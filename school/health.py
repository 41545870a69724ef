"""Whether this process is ready, and its figures for Prometheus."""

import hmac
from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr
from starlette.exceptions import HTTPException
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


def metrics(token: SecretStr | None) -> Callable[[Request], Awaitable[Response]]:
    """The process's figures as Prometheus reads them; for whoever has no such token (None: nobody needs one) they are not there."""
    expected = None if token is None else f"Bearer {token.get_secret_value()}".encode()

    async def answer(request: Request) -> Response:
        if expected is not None and not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise HTTPException(404)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return answer
