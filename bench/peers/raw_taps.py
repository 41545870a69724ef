"""The limit for taps: what comes is JSON and no GraphQL, in front of ours stands nothing but ASGI. The same signature, the same coalescers, the same SQL."""

import os
from typing import Any

import orjson

from school import clock
from school.db import Database
from school.gateway import credentials
from school.gateway.callers import Callers
from school.gateway.credentials import Turn
from school.gateway.denial import Denied
from school.gateway.taps import Recorder, Refusal
from school.registry.models import Outcome
from school.registry.taps import Sending, Verdict, read
from school.registry.texts import moment


class App:
    """ASGI, as thin as it gets."""

    def __init__(self) -> None:
        database = Database(os.environ["BENCH_DATABASE_URL"])
        self._callers = Callers(database)
        self._recorder = Recorder(database, self._callers.admit)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """A signed list of taps; an answer for each."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body")
        try:
            status, answer = 200, await self._record({name.decode(): value.decode() for name, value in scope["headers"]}, body)
        except Denied as denied:
            status, answer = denied.reason.status, []
        text = orjson.dumps(answer)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _record(self, headers: dict[str, str], body: bytes) -> list[dict[str, Any]]:
        signed, now = credentials.read(headers, body), clock.now()
        caller = await self._callers.identify(signed, now)
        asked = orjson.loads(body)
        taps = [
            read(one["sequence"], one["reader"], one["token"], one["keyId"], one["at"], one["ageMs"],
                 Verdict(Outcome[one["verdict"]["outcome"]], one["verdict"]["reason"], one["verdict"]["dataVersion"]))
            for one in asked["inputs"]
        ]
        found = await self._recorder.submit(Turn(caller, signed.counter, now), taps, Sending(moment(asked["sentAt"], "sentAt"), now))
        return [
            {"__typename": "Refusal", "code": one.code, "message": one.message} if isinstance(one, Refusal)
            else {"__typename": "TapRecorded", "sequence": one.tap.sequence, "outcome": one.tap.outcome.name, "reason": one.tap.reason} for one in found
        ]


app = App()
