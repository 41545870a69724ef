"""What is served beside the two APIs, and to whom."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from school.app import create, create_gateway
from school.settings import BadSettingError, Mode, Settings, load

TOKEN = "figures-for-one-collector"
FIGURES = (200, "text/plain; version=1.0.0; charset=utf-8")
ABSENT = (404, "text/plain; charset=utf-8")


async def get(served: Starlette, path: str, **headers: str) -> httpx.Response:
    """An answer, as it is."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://made.up") as client:
        return await client.get(path, headers=headers)


@pytest.fixture(params=[create, create_gateway])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Starlette]:
    """Makes the application, whose database is not asked."""
    return lambda mode, token=None: request.param(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/absent.db", mode=mode, metrics_token=token))


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_slash_too_many_is_no_place(make: Callable[..., Starlette], mode: Mode) -> None:
    """A redirect would send people to whatever Host the request names."""
    served = make(mode)
    for path in ("/graphql/", "/gateway/", "/healthz/", "/metrics/"):
        answer = await get(served, path)
        assert (answer.status_code, answer.text, answer.headers.get("location")) == (404, "Not Found", None), path


@pytest.mark.parametrize(("mode", "token", "sent", "expected"), [
    (Mode.DEMO, None, "", FIGURES), (Mode.DEMO, TOKEN, "", ABSENT), (Mode.DEMO, TOKEN, f"Bearer {TOKEN}", FIGURES),
    (Mode.PRODUCTION, None, "", ABSENT), (Mode.PRODUCTION, None, "Bearer ", ABSENT), (Mode.PRODUCTION, None, "Bearer None", ABSENT),
    (Mode.PRODUCTION, TOKEN, "", ABSENT), (Mode.PRODUCTION, TOKEN, TOKEN, ABSENT), (Mode.PRODUCTION, TOKEN, f"Bearer {TOKEN}x", ABSENT),
    (Mode.PRODUCTION, TOKEN, f"Bearer {TOKEN[:-1]}", ABSENT), (Mode.PRODUCTION, TOKEN, f"Bearer {TOKEN}", FIGURES),
])
async def test_figures_are_for_whoever_has_their_token(
    make: Callable[..., Starlette], mode: Mode, token: str | None, sent: str, expected: tuple[int, str],
) -> None:
    """For anybody else they are as absent as what is not there; nobody's address helps, for a proxy lends everybody its own."""
    answer = await get(make(mode, token), "/metrics", authorization=sent)
    assert (answer.status_code, answer.headers["content-type"]) == expected
    assert ("school_feed_rows_published_total" in answer.text) == (expected == FIGURES)


@pytest.mark.parametrize("token", ["", "short", "fifteen letters"])
def test_a_token_that_could_be_guessed_stops_the_start(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("SCHOOL_METRICS_TOKEN", token)
    with pytest.raises(BadSettingError, match=r"^SCHOOL_METRICS_TOKEN: ") as caught:
        load()
    assert not token or token not in str(caught.value)
