"""The family stream as a program follows it: one WebSocket, one subscription."""

import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import urllib3
import websockets

from school.operations import operations_of

OPERATIONS = operations_of(Path(__file__).parent)
"""All that this client sends, by name."""
AGENT = f"school watch ({socket.gethostname()})"
"""What a list of the login's sessions calls this client."""
_PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
_PATIENCE = 20.0
_MOST_BYTES = 2**20


class EndedError(Exception):
    """The service said no, or ended the stream, for this reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


def _ask(address: str, operation: str, variables: dict[str, Any], token: str | None) -> Any:
    headers = {"Content-Type": "application/json", "User-Agent": AGENT, **({"Authorization": f"Bearer {token}"} if token else {})}
    body = json.dumps({"query": OPERATIONS[operation], "variables": variables})
    answer = urllib3.request("POST", f"{address}/graphql", body=body, headers=headers, timeout=_PATIENCE, retries=False)
    if answer.status == 503:
        raise ConnectionError("the service is resting")
    try:
        told = answer.json()
        if told.get("errors"):
            raise EndedError(str(told["errors"][0].get("extensions", {}).get("code", "ERROR")), str(told["errors"][0]["message"]))
        (value,) = told["data"].values()
    except (ValueError, KeyError, AttributeError, TypeError):
        raise EndedError("GARBLED", f"what answers at {address} is not this service") from None
    return value


def sign_in(address: str, login: str, password: str) -> str:
    """A session's token; EndedError where the service says no."""
    found = _ask(address, "sign_in", {"input": {"login": login, "password": password}}, None)
    if found["__typename"] == "SecondFactorNeeded":
        raise EndedError("SECOND_FACTOR_NEEDED", "this login needs a second factor, which a terminal cannot ask for")
    if found["__typename"] == "Refusal":
        raise EndedError(found["code"], found["message"])
    token: str = found["token"]
    return token


def sign_out(address: str, token: str) -> None:
    """End the session."""
    _ask(address, "sign_out", {}, token)


@dataclass(frozen=True, slots=True)
class Family:
    """The children of a login by their ids: what the stream never tells."""

    children: dict[str, dict[str, Any]]

    @classmethod
    def ask(cls, address: str, token: str) -> Self:
        """As the service knows them."""
        found = _ask(address, "family", {}, token)
        if found is None:
            raise EndedError("NOT_SIGNED_IN", "the session has ended")
        return cls({child["id"]: child for child in found["children"]})

    def names(self) -> str:
        """All of them."""
        told = [f"{child['givenName']} {child['familyName']} ({child['school']['shortName']})" for child in self.children.values()]
        return ", ".join(told) or "no child: this login is nobody's guardian"

    def name(self, child_id: str) -> str:
        """A child's; one who came into the family later has a dash until the next start."""
        child = self.children.get(child_id)
        return f"{child['givenName']} {child['familyName']}" if child else "—"

    def zone(self, child_id: str) -> ZoneInfo:
        """The time zone of the child's school."""
        child = self.children.get(child_id)
        return ZoneInfo(child["school"]["timeZone"] if child else "UTC")


class Stream:
    """The messages of one connection, from StreamOpened on. EndedError tells why the service ended it; FELL_BEHIND simply ends: resume."""

    def __init__(self, address: str, token: str, after: str | None) -> None:
        self._url = address.replace("http", "ws", 1) + "/graphql"
        self._token = token
        self._after = after

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Connect, and follow until the end."""
        async with websockets.connect(
            self._url, subprotocols=[_PROTOCOL], open_timeout=_PATIENCE, max_size=_MOST_BYTES, user_agent_header=AGENT,
        ) as connection:
            await connection.send(json.dumps({"type": "connection_init", "payload": {"token": self._token}}))
            try:
                async for text in connection:
                    message = json.loads(text)
                    if message["type"] == "connection_ack":
                        payload = {"query": OPERATIONS["watch"], "variables": {"after": self._after}}
                        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                    elif message["type"] == "ping":
                        await connection.send(json.dumps({"type": "pong"}))
                    elif message["type"] == "next":
                        yield _read(message["payload"])
                    elif message["type"] == "error":
                        raise EndedError("ERROR", str(message["payload"][0].get("message")))
                    elif message["type"] == "complete":
                        raise ConnectionError("the service has ended the stream")
            except websockets.ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code in {4401, 4403}:
                    raise EndedError("NOT_SIGNED_IN", "the session has ended") from None
                raise


def _read(payload: dict[str, Any]) -> dict[str, Any]:
    if payload.get("errors"):
        raise EndedError("ERROR", str(payload["errors"][0].get("message")))
    update: dict[str, Any] = payload["data"]["updates"]
    if update["__typename"] == "Refusal":
        raise EndedError(update["code"], update["message"])
    if update["__typename"] == "StreamClosed":
        if update["code"] == "FELL_BEHIND":
            raise ConnectionError("fell behind")
        raise EndedError(update["code"], "the service has ended the stream")
    return update
