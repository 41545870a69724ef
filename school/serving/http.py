"""GraphQL over HTTP: JSON by POST, limits before parsing, one status for each kind of no."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from school.db import is_away
from school.serving import origin
from school.serving.errors import DatabaseAwayError, present
from school.serving.schema import Schema

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
OVER_HTTP = {OperationType.QUERY, OperationType.MUTATION}


class ContextFor(Protocol):
    """Makes an operation's context from the session's token and the client's address."""

    def __call__(self, token: str | None, address: str) -> Awaitable[Any]:
        """The context; anything the database raises passes through."""


class BadRequestError(Exception):
    """The request is refused before GraphQL runs."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def endpoint(schema: Schema, context_for: ContextFor, *, body_limit: int, origins: tuple[str, ...]) -> Callable[[Request], Awaitable[Response]]:
    """The POST endpoint of a schema."""

    async def post(request: Request) -> Response:
        media = GRAPHQL if GRAPHQL in request.headers.get("accept", "") else JSON
        try:
            check_origin(request, origins)
            body = await read_body(request, body_limit)
            query, variables, operation = parse_request(body)
            context = await context_for(bearer(request), request.client.host if request.client else "")
            result = await _execute(schema, query, variables, operation, context)
            return _answer(result, media)
        except BadRequestError as error:
            return refuse(error.status, error.code, error.message, media)
        except Exception as error:
            if not isinstance(error, DatabaseAwayError) and not is_away(error):
                raise
            return refuse(503, "UNAVAILABLE", "The service is resting; try again.", media, {"Retry-After": "2"})

    return post


def check_origin(request: Request, origins: tuple[str, ...]) -> None:
    """Refuse a page of another site."""
    if not origin.is_allowed(request.headers, origins):
        raise BadRequestError(403, "BAD_ORIGIN", "Requests from other sites are refused.")


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body; refused as soon as it is longer than `limit`, however long it claims to be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise BadRequestError(415, "BAD_MEDIA_TYPE", "The body must be application/json.")
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise BadRequestError(413, "TOO_LARGE", f"The body must be at most {limit} bytes.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BadRequestError(413, "TOO_LARGE", f"The body must be at most {limit} bytes.")
    return bytes(body)


def parse_request(body: bytes) -> tuple[str, dict[str, Any] | None, str | None]:
    """Document, variables and operation name; batches and anything of another shape are refused."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequestError(400, "BAD_REQUEST", "The body is not JSON.") from None
    if not isinstance(data, dict) or not isinstance(data.get("query"), str):
        raise BadRequestError(400, "BAD_REQUEST", "The body must be an object with a query.")
    variables, operation = data.get("variables"), data.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(operation, str | None):
        raise BadRequestError(400, "BAD_REQUEST", "variables must be an object, operationName a string.")
    return data["query"], variables, operation


def bearer(request: Request) -> str | None:
    """The session's token, if the request carries one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip()[:200] if scheme.lower() == "bearer" and token.strip() else None


async def _execute(schema: Schema, query: str, variables: dict[str, Any] | None, operation: str | None, context: Any) -> ExecutionResult:
    try:
        return await schema.execute(
            query, variable_values=variables, operation_name=operation, context_value=context, allowed_operation_types=OVER_HTTP)
    except (CannotGetOperationTypeError, MissingQueryError):
        return ExecutionResult(data=None, errors=[GraphQLError("The document does not say which operation to run.")])
    except InvalidOperationTypeError:
        return ExecutionResult(data=None, errors=[GraphQLError("Subscriptions are served over WebSocket only.")])


def _answer(result: ExecutionResult, media: str) -> Response:
    """Not executed at all is 400 in the GraphQL media type, and 200, as the specification wishes, in plain JSON."""
    refused = result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
    payload: dict[str, Any] = {} if refused else {"data": result.data}
    if result.errors:
        payload["errors"] = present(result.errors)
    return Response(orjson.dumps(payload), 400 if refused and media == GRAPHQL else 200, media_type=media)


def refuse(status: int, code: str, message: str, media: str = JSON, headers: dict[str, str] | None = None) -> Response:
    """An answer without data."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status, headers=headers, media_type=media)
