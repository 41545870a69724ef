"""GraphQL over HTTP: JSON by POST, limits before parsing, one status for each kind of no."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from strawberry.types import ExecutionResult

from school.db import is_away
from school.serving import origin
from school.serving.documents import BadDocumentError
from school.serving.errors import DatabaseAwayError, present
from school.serving.faults import Fault
from school.serving.schema import Schema
from school.serving.terms import Terms, Trusted

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
BODY_SECONDS = 10.0
ACCOUNT = "school-account"
"""The header by which a client names the account for which it acts: a cookie is all windows', and may be another's by now."""


class Asked(NamedTuple):
    """What a request asks for: a document by its text or by its id, values for its variables, and which of its operations."""

    text: str | None
    document_id: str | None
    variables: dict[str, Any] | None
    operation: str | None


class ContextFor(Protocol):
    """Makes an operation's context from the session's token, the client's address, what it says that it is, and for which account it means to act."""

    def __call__(self, token: str | None, address: str, agent: str, account: str | None) -> Awaitable[Any]:
        """The context, on which `cookie` may be left for the answer; nobody's where the session is another account's than `account`.

        Anything the database raises passes through.
        """


class BadRequestError(Exception):
    """The request is refused before GraphQL runs, or has run out of time."""

    def __init__(self, status: int, code: Fault, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def endpoint(schema: Schema, context_for: ContextFor, trusted: Trusted, terms: Terms) -> Callable[[Request], Awaitable[Response]]:
    """The POST endpoint of a schema."""

    async def answer(request: Request, media: str) -> Response:
        check_origin(request, terms)
        asked = parse_request(await read_body(request, terms.body_limit, terms.body_seconds))
        token = credential(request, terms)
        async with _in_time(terms.operation_seconds):
            try:
                document = await trusted.find(asked.text, asked.document_id)
                await schema.read(document, asked.variables)
            except BadDocumentError as error:
                return _answer(ExecutionResult(data=None, errors=error.errors), media, terms)
            headers = request.headers
            context = await context_for(token, request.client.host if request.client else "", headers.get("user-agent", ""), headers.get(ACCOUNT))
            result = await schema.answer(document, asked.variables, context, asked.operation)
        response = _answer(result, media, terms)
        if (wish := getattr(context, "cookie", None)) is not None:
            response.headers.append("set-cookie", terms.cookie.write(wish))
        return response

    async def post(request: Request) -> Response:
        media = preferred(",".join(request.headers.getlist("accept")))
        try:
            return await answer(request, media)
        except BadRequestError as error:
            return refuse(error.status, error.code, error.message, media, {"Connection": "close"} if error.status == 408 else None)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception as error:  # noqa: BLE001 - the border of a request: a bug is masked and logged with an id
            if isinstance(error, DatabaseAwayError) or is_away(error):
                return refuse(503, Fault.UNAVAILABLE, "The service is resting; try again.", media, {"Retry-After": "2"})
            return Response(orjson.dumps({"errors": present([GraphQLError("", original_error=error)])}), 500, media_type=media)

    return post


def media_type(text: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, as a header has them; names and values in small letters."""
    media, *parameters = text.lower().split(";")
    pairs = (one.partition("=") for one in parameters)
    return media.strip(), {name.strip(): value.strip().strip('"') for name, _, value in pairs}


@lru_cache(maxsize=100)
def preferred(accept: str) -> str:
    """In which of its media types an answer is sent: GraphQL's own to who names it and likes no other one better, or will have no JSON (RFC 9110, 12.5.1)."""
    likes = dict[str, float]()
    for one in accept.split(","):
        media, parameters = media_type(one)
        try:
            likes[media] = float(parameters.get("q", "1"))
        except ValueError:
            likes[media] = 0.0
    own, plain = (next((likes[one] for one in (media, "application/*", "*/*") if one in likes), 0.0) for media in (GRAPHQL, JSON))
    return GRAPHQL if own > 0 and own >= plain and (GRAPHQL in likes or not plain) else JSON


def check_origin(request: Request, terms: Terms) -> None:
    """Refuse a page of another site."""
    if not origin.is_allowed(request.headers, terms):
        raise BadRequestError(403, Fault.BAD_ORIGIN, "Requests from other sites are refused.")


def credential(request: Request, terms: Terms) -> str | None:
    """The session's token, from the header or else from the cookie: a browser sends that by itself, so its page must say that it is ours."""
    token = bearer(request)
    if token is None and (token := terms.cookie.read(request.headers)) is not None and "origin" not in request.headers:
        raise BadRequestError(403, Fault.BAD_ORIGIN, "A request with a cookie must have an Origin.")
    return token


async def read_body(request: Request, limit: int, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body; refused as soon as it is longer than `limit`, however long it claims to be, or if it takes too long to come."""
    media, parameters = media_type(request.headers.get("content-type", ""))
    if media != JSON or parameters.get("charset", "utf-8") not in {"utf-8", "utf8"}:
        raise BadRequestError(415, Fault.BAD_MEDIA_TYPE, "The body must be application/json, in UTF-8.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise BadRequestError(415, Fault.BAD_MEDIA_TYPE, "The body must not be compressed.")
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdecimal() and len(declared) < 20) or int(declared) > limit:
        raise BadRequestError(413, Fault.TOO_LARGE, f"The body must be at most {limit} bytes.")
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise BadRequestError(413, Fault.TOO_LARGE, f"The body must be at most {limit} bytes.")
    except TimeoutError:
        raise BadRequestError(408, Fault.TOO_SLOW, f"The body must come within {seconds:g} seconds.") from None
    return bytes(body)


def parse_request(body: bytes) -> Asked:
    """What a body asks for; batches and anything of another shape are refused."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequestError(400, Fault.BAD_REQUEST, "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise BadRequestError(400, Fault.BAD_REQUEST, "The body must be one object.")
    asked = Asked(data.get("query"), data.get("documentId"), data.get("variables"), data.get("operationName"))
    if not is_well_formed(asked) or not isinstance(data.get("extensions"), dict | None):
        raise BadRequestError(
            400, Fault.BAD_REQUEST, "The object has a query or a documentId, a string; variables and extensions must be objects, operationName a string.")
    return asked


def is_well_formed(asked: Asked) -> bool:
    """Whether each part has its type, and the document is given in one way."""
    return (
        (asked.text is None) != (asked.document_id is None) and isinstance(asked.text, str | None) and isinstance(asked.document_id, str | None)
        and isinstance(asked.variables, dict | None) and isinstance(asked.operation, str | None)
    )


def bearer(request: Request) -> str | None:
    """The session's token, if the request's header carries one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip()[:200] if scheme.lower() == "bearer" and token.strip() else None


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    """What takes too long, whoever it waits for, is cancelled, and its transaction rolls back."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise BadRequestError(504, Fault.TIMED_OUT, f"This took more than {seconds:g} seconds.") from None


def _answer(result: ExecutionResult, media: str, terms: Terms) -> Response:
    """Not executed at all is 400 in the GraphQL media type, and 200, as the specification wishes, in plain JSON."""
    refused = result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
    payload: dict[str, Any] = {} if refused else {"data": result.data}
    if result.errors:
        payload["errors"] = present(result.errors, closed=terms.closed)
    return Response(orjson.dumps(payload), 400 if refused and media == GRAPHQL else 200, media_type=media)


def refuse(status: int, code: Fault, message: str, media: str = JSON, headers: dict[str, str] | None = None) -> Response:
    """An answer without data."""
    body = {"errors": [{"message": message, "extensions": {"code": code.value}}]}
    return Response(orjson.dumps(body), status, headers=headers, media_type=media)
