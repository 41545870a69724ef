"""One's own second factors and passkeys, and a school's rule about them, in GraphQL."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.fields import SIGNED_IN, Done, Info, Refusal, holds, mutation, no_one, query, rows
from school.identity import factors, passkeys, throttle
from school.identity.passkeys import Site
from school.identity.signing_schema import PasskeyOptions, safe_of
from school.ids import Kind


@rows(description="A passkey of this account.")
class Passkey:
    """What its owner calls it, and when it was used."""

    id: strawberry.ID
    name: str
    made_at: dt.datetime
    used_at: dt.datetime | None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a passkey."""
        return cls(id=strawberry.ID(ids.encode(Kind.PASSKEY, 0, row.id)), name=row.name, made_at=row.made_at, used_at=row.used_at)


@rows(description="How this account is protected.")
class Security:
    """Factors and passkeys."""

    totp: bool = strawberry.field(description="Whether an authenticator app is asked for.")
    recovery_codes: int = strawberry.field(description="How many are left.")
    required: bool = strawberry.field(description="Whether a school wants a second factor of this account; without one it is no member of the staff there.")
    strong: bool = strawberry.field(description="Whether this session has shown one.")
    passkeys: list[Passkey]


@rows(description="The app's secret, told once: as text, and as the address that its QR code holds. It counts once confirmTotp has seen a code.")
class TotpStarted:
    """A new app."""

    secret: str
    uri: str


@rows(description="Recovery codes, told once: each stands in for the app one time.")
class RecoveryCodes:
    """Ten of them."""

    codes: list[str]


@strawberry.input(description="What the browser's `navigator.credentials.create` has answered, as JSON, and what the owner calls it.")
class AddPasskeyInput:
    """What addPasskey takes."""

    name: str
    credential: str


@rows(description="The passkey is kept.")
class PasskeyAdded:
    """The new one."""

    passkey: Passkey


@strawberry.input(description="Whether the staff of a school must show a second factor.")
class RequireStaffFactorInput:
    """What requireStaffFactor takes."""

    school_id: strawberry.ID
    required: bool


@rows(description="The school's rule from now on.")
class StaffFactorRule:
    """Nothing more to say."""

    required: bool


@strawberry.type
class FactorQuery:
    """How the account is protected."""

    @query(SIGNED_IN, Area.ACCOUNT, no_one)
    async def my_security(self, info: Info) -> Security:
        """The second factors and passkeys of this account."""
        async with info.context.read(as_service=True) as session:
            found = await factors.standing(session, info.context.viewer)
            keys = [Passkey.from_row(row) for row in await passkeys.of_account(session, info.context.viewer)]
        return Security(totp=found.totp, recovery_codes=found.recovery_codes, required=found.required, strong=found.strong, passkeys=keys)


@strawberry.type
class FactorMutation:
    """Factors come and go."""

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def start_totp(self, info: Info) -> Annotated[TotpStarted | Refusal, strawberry.union("StartTotpResult")]:
        """A secret for an authenticator app. SIGN_IN_AGAIN: the session is older than a quarter of an hour."""
        async with info.context.begin(as_service=True) as session:
            made = await factors.start(session, info.context.viewer, safe_of(info))
        return TotpStarted(secret=made.secret, uri=made.uri)

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def confirm_totp(self, info: Info, code: str) -> Annotated[RecoveryCodes | Refusal, strawberry.union("ConfirmTotpResult")]:
        """The app shows right codes: from now on signIn asks for it. The recovery codes are told once."""
        throttle.guess(info.context)
        context = info.context
        return RecoveryCodes(codes=await factors.confirm(context.database, context.viewer, safe_of(info), code, address=context.address))

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def renew_recovery_codes(self, info: Info, code: str) -> Annotated[RecoveryCodes | Refusal, strawberry.union("RenewRecoveryCodesResult")]:
        """Ten new recovery codes, for a code of the app or one of the old."""
        throttle.guess(info.context)
        context = info.context
        return RecoveryCodes(codes=await factors.renew_recovery(context.database, context.viewer, safe_of(info), code, address=context.address))

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def remove_totp(self, info: Info, code: str) -> Annotated[Done | Refusal, strawberry.union("RemoveTotpResult")]:
        """The app is asked for no more; a code of it, or a recovery code, is needed."""
        throttle.guess(info.context)
        await factors.remove(info.context.database, info.context.viewer, safe_of(info), code, address=info.context.address)
        return Done()

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def start_passkey(self, info: Info) -> Annotated[PasskeyOptions | Refusal, strawberry.union("StartPasskeyResult")]:
        """What a browser needs to make a passkey. SIGN_IN_AGAIN: the session is older than a quarter of an hour."""
        async with info.context.begin(as_service=True) as session:
            return PasskeyOptions(options=await passkeys.start(session, info.context.viewer, Site.of(info.context.settings.public_url)))

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def add_passkey(
        self, info: Info, input: AddPasskeyInput,  # noqa: A002 - public name
    ) -> Annotated[PasskeyAdded | Refusal, strawberry.union("AddPasskeyResult")]:
        """Keep the passkey that the browser has made."""
        site = Site.of(info.context.settings.public_url)
        async with info.context.begin(as_service=True) as session:
            row = await passkeys.add(session, info.context.viewer, site, input.name, input.credential)
        return PasskeyAdded(passkey=Passkey.from_row(row))

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def remove_passkey(
        self, info: Info, id: strawberry.ID,  # noqa: A002 - public name
    ) -> Annotated[Done | Refusal, strawberry.union("RemovePasskeyResult")]:
        """A passkey lets nobody in any more."""
        async with info.context.begin(as_service=True) as session:
            await passkeys.remove(session, info.context.viewer, ids.decode(Kind.PASSKEY, id).id)
        return Done()

    @mutation(holds(*ADMINISTRATION), Area.PEOPLE)
    async def require_staff_factor(
        self, info: Info, input: RequireStaffFactorInput,  # noqa: A002 - public name
    ) -> Annotated[StaffFactorRule | Refusal, strawberry.union("RequireStaffFactorResult")]:
        """Whether a school's staff must show a second factor; whoever has not is no member of it until they do."""
        school = ids.decode(Kind.SCHOOL, input.school_id).school_id
        async with info.context.begin(as_service=True) as session:
            await factors.require_of_staff(session, info.context.viewer, school, required=input.required)
        return StaffFactorRule(required=input.required)
