"""The ways to providers and back, over HTTP: a browser is sent there, comes back, and gets its session's cookie. Nothing that it brings is followed."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from school.context import Viewer
from school.db import Database, is_away
from school.errors import Code, Refused
from school.identity import outside
from school.identity.outside import WAY_LIFE
from school.identity.providers import ProviderAwayError, Providers
from school.identity.sessions import Client, SetCookie, printable
from school.identity.signing_in import HalfWay
from school.registry.account_models import SessionKind
from school.settings import Settings

LONGEST = 4096
"""Of what a provider sends back."""
log = structlog.get_logger("school.identity")


class CookieOfSession(Protocol):
    """How the session's cookie is read and written: the transport's business."""

    def read(self, headers: Headers) -> str | None:
        """The session's token."""

    def write(self, wish: SetCookie) -> str:
        """The value of `Set-Cookie`."""


class Ways:
    """Both routes of all providers. Where nothing is configured, every way is answered as absent."""

    def __init__(self, settings: Settings, database: Database, cookie: CookieOfSession, *, secure: bool) -> None:
        self._settings, self._database, self._cookie, self._secure = settings, database, cookie, secure
        self._providers = Providers(settings.oidc)
        self._name = "__Host-school-way" if secure else "school-way"  # as `prepareProvider` sets it too

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served."""
        if not self._settings.oidc:
            return []
        return [
            Route("/signin/{provider}", self._answering(self._go), methods=["GET"]),
            Route("/signin/{provider}/callback", self._answering(self._come_back), methods=["GET"]),
        ]

    def _answering(self, step: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Every no is a way home, with its code; its words are the page's."""

        async def answer(request: Request) -> Response:
            if len(request.url.query) > LONGEST:
                return _home("?refused=BAD_INPUT")
            try:
                return await step(request)
            except Refused as refused:
                return _home(f"?refused={refused.code}")
            except ProviderAwayError as error:
                log.warning("a provider is away", reason=str(error))
                return _home("?refused=PROVIDER_AWAY")
            except Exception as error:
                if not is_away(error):
                    raise
                return _home("?refused=UNAVAILABLE")

        return answer

    async def _go(self, request: Request) -> Response:
        name, held = request.path_params["provider"], request.cookies.get(self._name)
        gone = await outside.go(
            self._database, self._providers, name, self._redirect_uri(name), prepared=request.query_params.get("with"),
            browser=held if held and len(held) == 43 else None, viewer=await self._viewer(request), address=_address(request))
        response = RedirectResponse(gone.url, 303)
        response.set_cookie(self._name, gone.browser, int(WAY_LIFE.total_seconds()), path="/", secure=self._secure, httponly=True, samesite="lax")
        return response

    async def _come_back(self, request: Request) -> Response:
        name, answer = request.path_params["provider"], request.query_params
        if len(answer.multi_items()) != len(answer):
            raise Refused(Code.BAD_CREDENTIALS, "A provider says each thing once.")
        found = await outside.come_back(
            self._database, self._providers, name, self._redirect_uri(name), answer, browser=request.cookies.get(self._name),
            viewer=await self._viewer(request), client=self._client(request))
        response = _home(f"#ticket={found.ticket}" if isinstance(found, HalfWay) else "")
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="lax")
        if found is not None and not isinstance(found, HalfWay):
            response.headers.append("set-cookie", self._cookie.write(SetCookie.of(found)))
        return response

    async def _viewer(self, request: Request) -> Viewer:
        return await outside.viewer_of(self._database, self._cookie.read(request.headers))

    def _client(self, request: Request) -> Client:
        lasts, idle = (dt.timedelta(seconds=seconds) for seconds in (self._settings.session_seconds, self._settings.session_idle_seconds))
        return Client(_address(request), printable(request.headers.get("user-agent", "")), SessionKind.BROWSER, lasts, idle)

    def _redirect_uri(self, name: str) -> str:
        return f"{self._settings.public_url}/signin/{name}/callback"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _home(more: str) -> RedirectResponse:
    """To our own start page, and nowhere else whatever the request says."""
    return RedirectResponse(f"/{more}", 303)
