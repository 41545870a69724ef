"""The machines' HTTP endpoint: a signature first, then the right to the operation, then a counter used up, then GraphQL."""

from collections.abc import Collection
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, execute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

import school.execution  # noqa: F401 - what resolves is waited for
from school import clock
from school.db import Database, is_away
from school.gateway import credentials, operations
from school.gateway.callers import Callers
from school.gateway.credentials import NEW, Turn
from school.gateway.denial import Denied, Reason
from school.gateway.documents import Document, Documents
from school.gateway.passwatch import PassWatch
from school.gateway.schema import Call, machines
from school.gateway.taps import Recorder
from school.gateway.throttle import Throttle
from school.identity.throttle import network
from school.outbox import Signal
from school.serving.errors import DatabaseAwayError, present
from school.serving.http import JSON, BadRequestError, parse_request, read_body

MOST_BYTES = 256 * 1024
"""Of a request: a hundred taps are far below."""
RETRY_SECONDS = 2


class Gateway:
    """The machines' endpoint of one process: `POST /gateway`, as docs/gateway.md has it. With `trusted`, it takes no other documents."""

    def __init__(self, database: Database, signal: Signal, *, trusted: Collection[str] | None = None) -> None:
        self._database = database
        self._watch = PassWatch(database, signal)
        self._schema = machines().graphql_schema
        self._documents = Documents(self._schema, trusted)
        self._throttle = Throttle()
        self._callers = Callers(database)
        self._recorder = Recorder(database, self._callers.admit)

    @property
    def route(self) -> Route:
        """Where it is served."""
        return Route("/gateway", self.post, methods=["POST"])

    def close(self) -> None:
        """The server stops: whoever waits is answered at once."""
        self._watch.close()

    async def post(self, request: Request) -> Response:
        """One operation of one device."""
        try:
            payload = await self._answer(request)
        except Denied as denied:
            return _deny(denied.reason.status, denied.reason.name, denied.message, denied.retry_after)
        except BadRequestError as refused:
            return _deny(refused.status, refused.code.value, refused.message)
        except ClientDisconnect:
            return Response(status_code=400)  # to nobody
        except Exception as error:  # noqa: BLE001 - the border of a request: a bug is masked and logged with an id
            if isinstance(error, DatabaseAwayError) or is_away(error):
                return _deny(503, Reason.UNAVAILABLE.name, Reason.UNAVAILABLE.sentence, RETRY_SECONDS)
            payload = {"data": None, "errors": present([GraphQLError("", original_error=error)])}  # a bug outside GraphQL is masked alike
        return _respond(payload, 500 if payload.get("data") is None else 200)

    async def _answer(self, request: Request) -> dict[str, Any]:
        self._callers.check_room()  # before the body takes memory
        body = await read_body(request, MOST_BYTES)
        signed, received_at = credentials.read(request.headers, body), clock.now()
        if signed.device == NEW:
            self._throttle.attempt(network(request.client.host if request.client else ""))
            credentials.check_time(signed, received_at)
            document, variables = self._read(body, kind=None)
            turn = None
        else:
            caller = await self._callers.identify(signed, received_at)
            document, variables = self._read(body, kind=caller.kind)
            turn = Turn(caller, signed.counter, received_at)
            if document.field not in operations.RECORDED:
                await self._callers.admit(turn)
        return await self._execute(document, variables, Call(self._database, self._watch, self._recorder, signed, received_at, turn))

    def _read(self, body: bytes, kind: str | None) -> tuple[Document, dict[str, Any] | None]:
        """The document and its variables, if this kind of device may call what it calls."""
        asked = parse_request(body)
        if asked.text is None:
            raise Denied(Reason.BAD_REQUEST, "A request has a query, a string.")
        document = self._documents.read(asked.text)
        operations.check(kind, document.field)
        return document, asked.variables

    async def _execute(self, document: Document, variables: dict[str, Any] | None, call: Call) -> dict[str, Any]:
        found = execute(self._schema, document.node, context_value=call, variable_values=variables)
        result = found if isinstance(found, ExecutionResult) else await found
        if call.turn is not None and not call.turn.spent:  # it has come to nothing; the request is not to be repeated for that
            await self._callers.admit(call.turn)
        for error in result.errors or ():
            _raise_denial(error)
        payload: dict[str, Any] = {"data": result.data}
        if result.errors:
            payload["errors"] = present(result.errors)
        return payload


def _raise_denial(error: GraphQLError) -> None:
    """What the resolver denied, and variables that do not fit the document, are answered by status."""
    if isinstance(error.original_error, Denied):
        raise error.original_error
    if error.path is None and isinstance(error.original_error, GraphQLError | None):
        raise Denied(Reason.BAD_REQUEST, str(error.message)[:200])


def _deny(status: int, code: str, message: str, retry_after: int | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return _respond({"errors": [{"message": message, "extensions": {"code": code}}]}, status, headers)


def _respond(payload: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    """Every answer carries the server's time."""
    time = str(credentials.milliseconds(clock.now()))
    return Response(orjson.dumps(payload), status, {**(headers or {}), "School-Time": time}, JSON)
