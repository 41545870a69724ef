"""One's own identities at providers, in GraphQL. The way there and back is HTTP's."""

import datetime as dt
from typing import Annotated

import strawberry

from school.context import Area
from school.errors import not_found
from school.fields import ANYONE, SIGNED_IN, Done, Info, Refusal, mutation, no_one, query, rows
from school.identity import outside, providers, throttle
from school.identity.sessions import SetCookie


@rows(description="An identity of this account at a provider.")
class LinkedProvider:
    """By whose word it signs in."""

    name: str
    made_at: dt.datetime


@rows(description="Open `path` in this browser within five minutes.")
class ProviderPrepared:
    """A way that takes something along."""

    path: str


@strawberry.input(description="The provider's name; and for whoever is not signed in the code of an invitation.")
class PrepareProviderInput:
    """What prepareProvider takes."""

    provider: str
    invitation: str | None = None


@strawberry.type
class ProviderQuery:
    """By whose word the account signs in."""

    @query(SIGNED_IN, Area.ACCOUNT, no_one)
    async def my_providers(self, info: Info) -> list[LinkedProvider]:
        """The identities of this account at providers."""
        names = {provider.issuer: provider.name for provider in info.context.settings.oidc}
        async with info.context.read(as_service=True) as session:
            found = await outside.of_account(session, info.context.viewer)
        return [LinkedProvider(name=names.get(row.issuer, row.issuer), made_at=row.made_at) for row in found]


@strawberry.type
class ProviderMutation:
    """Identities come and go."""

    @mutation(ANYONE, Area.ACCOUNT)
    async def prepare_provider(
        self, info: Info, input: PrepareProviderInput,  # noqa: A002 - public name
    ) -> Annotated[ProviderPrepared | Refusal, strawberry.union("PrepareProviderResult")]:
        """Begin to sign in by a provider's word: signed in, the identity there becomes this account's; else the invitation's code is used up by it.

        A cookie lets this browser go there, and no other.
        """
        context = info.context
        throttle.guess(context)
        provider = providers.find(context.settings.oidc, input.provider)
        prepared = await outside.prepare(context.database, context.viewer, provider.name, input.invitation, address=context.address)
        context.cookie = SetCookie(prepared.browser, int(outside.PREPARED_LIFE.total_seconds()), suffix="-way")
        return ProviderPrepared(path=f"/signin/{provider.name}?with={prepared.secret}")

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def unlink_provider(self, info: Info, name: str) -> Annotated[Done | Refusal, strawberry.union("UnlinkProviderResult")]:
        """A provider's word lets this account in no more."""
        issuer = next((provider.issuer for provider in info.context.settings.oidc if provider.name == name), name)
        if "\0" in issuer:
            raise not_found()
        async with info.context.begin(as_service=True) as session:
            await outside.unlink(session, info.context.viewer, issuer)
        return Done()
