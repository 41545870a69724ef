"""The limit: asyncpg alone sends the statements that the service was seen to send, and the rows go out as JSON. No GraphQL, no ORM, no rights of its own.

BENCH_STATEMENTS is a file with the transactions, each a list of statements with their parameters as PostgreSQL's texts. The bearer's token takes the place of
the recorded one; what the service computes between two statements is recorded, too, so this does less than any server could.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from school.row_security import AS_SYSTEM_FOR_GOOD

TRANSACTIONS: list[list[tuple[str, list[str | None]]]] = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_text())
RECORDED = bytes.fromhex(os.environ["BENCH_DIGEST"])


class Script:
    """The statements on one connection, prepared once, with the parameters as asyncpg wants them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._steps: list[tuple[str, asyncpg.prepared_stmt.PreparedStatement | None, list[Any]]] = []

    async def prepare(self) -> None:
        """Prepare what has rows; what begins and ends a transaction is sent as it is."""
        for transaction in TRANSACTIONS:
            for sql, texts in transaction:
                if sql.rstrip(";").split()[0].upper() in {"BEGIN", "COMMIT", "ROLLBACK"}:
                    self._steps.append((sql, None, []))
                    continue
                statement = await self.connection.prepare(sql)
                values = [
                    await self.connection.fetchval(f"SELECT CAST($1::text AS {kind.name})", text)
                    for kind, text in zip(statement.get_parameters(), texts, strict=True)
                ]
                self._steps.append((sql, statement, values))

    async def run(self, digest: bytes) -> list[list[list[Any]]]:
        """The rows of all statements."""
        found = []
        for sql, statement, values in self._steps:
            if statement is None:
                await self.connection.execute(sql)
            else:
                found.append([list(row.values()) for row in await statement.fetch(*(digest if value == RECORDED else value for value in values))])
        return found


class App:
    """ASGI, as thin as it gets."""

    def __init__(self) -> None:
        self._idle: list[Script] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, its body read and not looked at."""
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        token = next((value for name, value in scope["headers"] if name == b"authorization"), b"").removeprefix(b"Bearer ")
        script = self._idle.pop() if self._idle else await self._open()
        body = orjson.dumps(await script.run(hashlib.sha256(token).digest()), default=_text)
        self._idle.append(script)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _open(self) -> Script:
        connection = await asyncpg.connect(os.environ["BENCH_DATABASE_URL"].replace("postgresql+asyncpg", "postgresql"))
        await connection.execute(AS_SYSTEM_FOR_GOOD)
        script = Script(connection)
        await script.prepare()
        return script


def _text(value: Any) -> str:
    """asyncpg's UUID is a subclass, which orjson leaves to us."""
    return value.hex() if isinstance(value, bytes) else str(value)


app = App()
