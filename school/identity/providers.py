"""OpenID providers: where they are, and what an ID token of theirs says (OpenID Connect Core, code flow with PKCE). Nothing here knows an account."""

import asyncio
import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
import structlog
import urllib3
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from school.errors import Code, Refused
from school.settings import Provider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key of the provider's alone: neither none, nor one by a secret that we hold, too."""
LARGEST_ANSWER = 256 * 1024
REMEMBERED, ASKED_AGAIN = 3600.0, 60.0
"""Seconds for which a provider's keys and addresses are remembered, and after which a key that is unknown is asked for again."""
LEEWAY = 60
"""Seconds by which a provider's clock may differ."""
_AT_ONCE = 4
log = structlog.get_logger("school.identity")


class ProviderAwayError(Exception):
    """The provider does not answer, or not as one."""


@dataclass(frozen=True, slots=True)
class Way:
    """To a provider: the address that the browser goes to, and what is compared when it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for, by its own name for them, and whether it has asked for a second factor."""

    issuer: str
    subject: str
    strong: bool


@dataclass(slots=True)
class _Known:
    metadata: Mapping[str, Any]
    keys: KeySet
    at: float


def find(configured: tuple[Provider, ...], name: str) -> Provider:
    """The provider of this name among those of the settings. Refused: NOT_OFFERED."""
    for provider in configured:
        if provider.name == name:
            return provider
    raise Refused(Code.NOT_OFFERED, "There is no such provider.")


class Providers:
    """The providers of the settings, and what is remembered of them. One for a process."""

    def __init__(self, configured: tuple[Provider, ...]) -> None:
        self._configured = configured
        self._known: dict[str, _Known] = {}
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=3, read=5), maxsize=_AT_ONCE, block=True)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def find(self, name: str) -> Provider:
        """The provider of this name. Refused: NOT_OFFERED."""
        return find(self._configured, name)

    async def open(self, provider: Provider, redirect_uri: str) -> Way:
        """A way there. ProviderAwayError."""
        known = await self._learn(provider)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        query = urlencode({
            "response_type": "code", "client_id": provider.client_id, "redirect_uri": redirect_uri, "scope": "openid", "state": state, "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256",
        })
        place = str(known.metadata["authorization_endpoint"])
        return Way(f"{place}{'&' if '?' in place else '?'}{query}", state, nonce, verifier)

    async def close(self, provider: Provider, answer: Mapping[str, str], redirect_uri: str, nonce: str, verifier: str) -> Vouched:
        """Whom the provider vouches for, by what the browser has brought back; `state` has been compared.

        Refused: BAD_CREDENTIALS (it does not, or another one does, or what it says is not to be believed). ProviderAwayError.
        """
        known = await self._learn(provider)
        told = answer.get("iss")
        if (told is None and known.metadata.get("authorization_response_iss_parameter_supported")) or told not in {None, provider.issuer}:
            raise _refused("issuer")  # RFC 9207: an answer of another provider's
        if "code" not in answer or "error" in answer:
            raise _refused("provider")
        token = await self._exchange(provider, known, {
            "grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect_uri, "code_verifier": verifier})
        claims = await self._verify(provider, known, token, nonce)
        methods = claims.get("amr") or []
        return Vouched(provider.issuer, claims["sub"], bool(set(provider.strong_amr) & {str(method) for method in methods}))

    async def _exchange(self, provider: Provider, known: _Known, form: dict[str, str]) -> str:
        methods = known.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        secret, headers = provider.client_secret.get_secret_value(), {}
        if "client_secret_basic" in methods:
            pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": provider.client_id, "client_secret": secret}
        status, found = await self._ask("POST", known.metadata["token_endpoint"], form, headers)
        token = found.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise _refused("code")
        return token

    async def _verify(self, provider: Provider, known: _Known, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            read = jwt.decode(token, known.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            if time.monotonic() - known.at < ASKED_AGAIN:
                raise _refused(type(error).__name__) from None
            known = await self._learn(provider, again=True)  # its keys may have changed
            try:
                read = jwt.decode(token, known.keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                raise _refused("signature") from None
        options = {"iss": {"essential": True, "value": provider.issuer}, "aud": {"essential": True, "value": provider.client_id}}
        claims = CodeIDToken(read.claims, read.header, options, {"nonce": nonce, "client_id": provider.client_id})
        try:
            claims.validate(int(time.time()), LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused(type(error).__name__) from None
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255 or "\0" in claims["sub"]:
            raise _refused("subject")
        return dict(claims)

    async def _learn(self, provider: Provider, *, again: bool = False) -> _Known:
        known = self._known.get(provider.name)
        if known is not None and not again and time.monotonic() - known.at < REMEMBERED:
            return known
        _, metadata = await self._ask("GET", f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != provider.issuer:
            raise ProviderAwayError(f"{provider.name}: it calls itself otherwise")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(str(metadata.get(name))).scheme not in {"https", urlsplit(provider.issuer).scheme}:
                raise ProviderAwayError(f"{provider.name}: no {name}")
        _, keys = await self._ask("GET", metadata["jwks_uri"])
        try:
            usable = [key for key in keys["keys"] if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]
            known = _Known(metadata, KeySet.import_key_set({"keys": usable}), time.monotonic())
        except (JoseError, KeyError, TypeError, ValueError, AttributeError):
            raise ProviderAwayError(f"{provider.name}: no keys") from None
        self._known[provider.name] = known
        return known

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        async with self._turns:
            try:
                status, body = await asyncio.to_thread(self._send, method, url, form, headers or {})
                found = orjson.loads(body)
            except (urllib3.exceptions.HTTPError, orjson.JSONDecodeError, UnicodeError) as error:
                raise ProviderAwayError(f"{urlsplit(url).hostname}: {type(error).__name__}") from None
        if not isinstance(found, dict) or len(body) > LARGEST_ANSWER or (method == "GET" and status != 200):
            raise ProviderAwayError(f"{urlsplit(url).hostname}: status {status}")
        return status, found

    def _send(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """One request, of whose answer no more is read than is allowed, and which goes nowhere else."""
        body = None if form is None else urlencode(form).encode()
        more = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._pool.request(
            method, url, body=body, headers={"Accept": "application/json", "Accept-Encoding": "identity", **more, **headers}, redirect=False,
            preload_content=False)
        try:
            return answer.status, answer.read(LARGEST_ANSWER + 1, decode_content=False)
        finally:
            answer.close()


def _refused(reason: str) -> Refused:
    log.warning("a provider's word was not taken", reason=reason)
    return Refused(Code.BAD_CREDENTIALS, "The provider does not vouch for you here.")
