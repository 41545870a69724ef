"""The people's API as the demo's people use it: GraphQL over HTTP, signed in with their own passwords."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import urllib3

from school.operations import operations_of

_ATTEMPTS = 5
_PAUSE_SECONDS = 0.3
OPERATIONS = operations_of(Path(__file__).parent)
"""All that the demo's people send, by name."""


class RefusedError(Exception):
    """The service said no, for this reason, to this login."""

    def __init__(self, code: str, message: str, who: str) -> None:
        super().__init__(f"{code}: {message} ({who})")
        self.code = code


class Client:
    """Somebody with a login. Its requests may run in parallel; each may be repeated, for its writes carry ids of their own."""

    def __init__(self, pool: urllib3.PoolManager, url: str, login: str, password: str, operations: Mapping[str, str] = OPERATIONS) -> None:
        self.login = login
        self._pool, self._operations = pool, operations
        self._root, self._url = url, f"{url}/graphql"
        self._password = password
        self._token: str | None = None
        self._signing_in = asyncio.Lock()

    async def ask(self, operation: str, **variables: Any) -> Any:
        """The value of the operation's one field. RefusedError where it is a `Refusal` or the answer has errors."""
        return await self._send(operation, variables, await self._signed_in())

    async def as_nobody(self, operation: str, **variables: Any) -> Any:
        """As `ask`, without signing in."""
        return await self._send(operation, variables, None)

    async def fetch(self, address: str) -> bytes:
        """A file that the service has for this login, by its path or whole address. RefusedError where it has none."""
        return await self._file("GET", address)

    async def send(self, address: str, content: bytes) -> None:
        """A file's bytes, to where the service wants them. RefusedError where it does not take them."""
        await self._file("PUT", address, content)

    async def _file(self, method: str, address: str, content: bytes | None = None) -> bytes:
        path, headers = address.removeprefix(self._root), {"Authorization": f"Bearer {await self._signed_in()}"}
        answer = await asyncio.to_thread(self._pool.request, method, f"{self._root}{path}", body=content, headers=headers)
        if answer.status != 200:
            raise RefusedError(str(answer.status), path, self.login)
        return answer.data

    async def _signed_in(self) -> str:
        async with self._signing_in:
            if self._token is None:
                found = await self._send("sign_in", {"input": {"login": self.login, "password": self._password}}, None)
                if "ticket" in found:
                    raise RefusedError("SECOND_FACTOR_NEEDED", "somebody has given this login a second factor, and plays it from now on", self.login)
                self._token = found["token"]
            return self._token

    async def _send(self, operation: str, variables: Mapping[str, Any], token: str | None) -> Any:
        body = orjson.dumps({"query": self._operations[operation], "variables": variables})
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        for attempt in range(_ATTEMPTS):
            try:
                answer = await asyncio.to_thread(self._pool.request, "POST", self._url, body=body, headers=headers)
                if answer.status != 503:
                    return self._value(orjson.loads(answer.data))
            except urllib3.exceptions.HTTPError:
                if attempt == _ATTEMPTS - 1:
                    raise
            except RefusedError as error:
                if error.code != "TIMED_OUT" or attempt == _ATTEMPTS - 1:  # which took too long, and has changed nothing
                    raise
            await asyncio.sleep(_PAUSE_SECONDS * 2**attempt)
        raise RefusedError("UNAVAILABLE", "the service is away", self.login)

    def _value(self, answer: dict[str, Any]) -> Any:
        if answer.get("errors"):
            first = answer["errors"][0]
            raise RefusedError(first.get("extensions", {}).get("code", "ERROR"), first["message"], self.login)
        (value,) = answer["data"].values()
        if isinstance(value, dict) and value.get("__typename") == "Refusal":
            raise RefusedError(value["code"], value["message"], self.login)
        return value
