"""The people's client: what the service could not do just now it asks for again, and nothing else."""

from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from school.demo import api
from school.demo.api import Client, RefusedError

DONE = 200, {"data": {"ask": {"id": "1"}}}
AWAY = 503, {"errors": [{"message": "away"}]}


def failed(code: str) -> tuple[int, Any]:
    """An answer with an error."""
    return 504, {"data": None, "errors": [{"message": "no", "extensions": {"code": code}}]}


@pytest.mark.parametrize(("answers", "told", "asked"), [
    ([AWAY, failed("TIMED_OUT"), DONE], {"id": "1"}, 3), ([failed("TIMED_OUT")] * 9, "TIMED_OUT", 5), ([failed("NOT_FOUND"), DONE], "NOT_FOUND", 1),
])
async def test_what_took_too_long_is_asked_again(monkeypatch: pytest.MonkeyPatch, answers: list[tuple[int, Any]], told: Any, asked: int) -> None:
    monkeypatch.setattr(api, "_PAUSE_SECONDS", 0)
    sent: list[bytes] = []

    def request(_method: str, _url: str, body: bytes, headers: Any) -> Any:  # noqa: ARG001 - urllib3's
        sent.append(body)
        status, answer = answers[len(sent) - 1]
        return SimpleNamespace(status=status, data=orjson.dumps(answer))

    client = Client(SimpleNamespace(request=request), "http://school.test", "login", "password", {"ask": "{ask {id}}"})  # type: ignore[arg-type]
    try:
        found: Any = await client.as_nobody("ask")
    except RefusedError as error:
        found = error.code
    assert (found, len(sent), len(set(sent))) == (told, asked, 1)
