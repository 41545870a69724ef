"""Where the tests of identity ask: the registry's office with a service behind it that has keys, an address and a clock, asked from any network."""

import dataclasses
import datetime as dt
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
import strawberry
from pydantic import SecretStr
from strawberry.schema.config import StrawberryConfig

from school.context import NOBODY, Context, Viewer
from school.db import Base
from school.fields import SCALARS, check_policies
from school.identity.schema import IdentityMutation, IdentityQuery
from school.registry import viewers
from school.registry.account_models import Account
from school.registry.accounts import hash_password
from school.registry.schema import RegistryMutation, RegistryQuery
from school.serving.limits import Limits
from school.serving.schema import Schema
from school.settings import Settings
from tests.contents import contents
from tests.registry.office import Office

ORIGIN = "https://school.test"
KEY = urlsafe_b64encode(bytes(range(32))).decode()
PASSWORD = "correct horse"
WRONG = {"code": "BAD_CREDENTIALS"}
BAD_CODE = {"code": "BAD_CODE"}
APART = {"throttle", "trusted_document"}
"""What a refused attempt is meant to change, and what nobody here can."""


@strawberry.type
class Query(RegistryQuery, IdentityQuery):
    """The registry and who asks."""


@strawberry.type
class Mutation(RegistryMutation, IdentityMutation):
    """The registry and who asks."""


@cache
def schema() -> Schema:
    """The registry's and the identity's parts of the people's schema."""
    made = Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS), limits=Limits(aliases=200, same_root=200, tokens=8_000))
    check_policies(made)
    return made


def hashed() -> str:
    """PASSWORD's hash."""
    return hash_password(PASSWORD)


@dataclass(frozen=True, slots=True)
class Desk(Office):
    """As the office's, asked from an address."""

    settings: Settings = field(default_factory=lambda: Settings(public_url=ORIGIN, secret_keys=(SecretStr(KEY),)))
    address: str = "192.0.2.1"
    contexts: list[Context] = field(default_factory=list)

    def from_(self, address: str) -> "Desk":
        """The same desk, asked from elsewhere."""
        return dataclasses.replace(self, address=address)

    def with_(self, **settings: Any) -> "Desk":
        """The same desk of a service that is set otherwise."""
        return dataclasses.replace(self, settings=self.settings.model_copy(update=settings))

    async def ask(self, viewer: Viewer | str | None, document: str, **variables: Any) -> dict[str, Any]:
        """Execute as somebody: the whole answer as it goes over the wire."""
        asker = self.viewer(viewer) if isinstance(viewer, str) else viewer or NOBODY
        context = Context(asker, self.database, self.settings, self.address, agent="Tester/1.0")
        self.contexts.append(context)
        result = await schema().execute(document, variables, context)
        errors = [error.formatted for error in result.errors or ()]
        return {"data": result.data, **({"errors": errors} if errors else {})}

    async def everything(self) -> dict[str, list[str]]:
        """All rows but what counts attempts."""
        return await contents(self.database, (table for table in Base.metadata.sorted_tables if table.name not in APART))

    async def give_password(self, *logins: str) -> None:
        """Let these sign in with PASSWORD."""
        async with self.database.begin() as session:
            await session.execute(sa.update(Account).where(Account.login.in_(logins)).values(password_hash=hashed()))

    async def sign_in(self, login: str, **more: Any) -> Any:
        """The whole result of signIn with PASSWORD."""
        return await self.result(None, SIGN_IN, **({"login": login, "password": PASSWORD} | more))

    async def use(self, token: str) -> Viewer:
        """The viewer behind a token, as a request uses it."""
        return await viewers.recognise(self.database, token, idle=dt.timedelta(seconds=self.settings.session_idle_seconds))

    async def enter(self, login: str) -> Viewer:
        """Give the login its password, sign in, and be who that is."""
        await self.give_password(login)
        return await self.viewer_of((await self.sign_in(login))["token"])


SIGN_IN = """mutation($input: SignInInput!) {signIn(input: $input) {
    ... on SignedIn {token expiresAt device} ... on SecondFactorNeeded {ticket} ... on Refusal {code retryAfter}}}"""
