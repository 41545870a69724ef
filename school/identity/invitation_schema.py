"""Invitations, and passwords that the office takes back, in GraphQL."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import Area, Role
from school.fields import ANYONE, ROWS, Done, Info, Refusal, each, holds, mutation, no_one, query, rows
from school.identity import invitations, passwords, throttle
from school.ids import Kind, Ref
from school.registry import loaders
from school.registry.types import Person, RoleName, school_id

OFFICE = holds(Role.OFFICE)


@rows(description="An invitation that was printed for a person.")
class Invitation:
    """To what, and until when."""

    id: strawberry.ID
    person_id: strawberry.ID
    role: Annotated[Role, RoleName]
    made_at: dt.datetime
    expires_at: dt.datetime

    @query(ROWS)
    def person(self, info: Info) -> Person | None:
        """For whom it is."""
        return loaders.load_person(info, ids.decode(Kind.PERSON, self.person_id))

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of an invitation."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.INVITATION, row.school_id, row.id)),
            person_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.person_id)), role=row.role, made_at=row.made_at, expires_at=row.expires_at,
        )


@rows(description="An invitation and its code, told once, to be printed: null when the same `id` comes again.")
class Invited:
    """Twelve letters in three groups."""

    invitation: Invitation
    one_time_code: str | None

    @classmethod
    def from_made(cls, made: invitations.Made) -> Self:
        """From what was made."""
        return cls(invitation=Invitation.from_row(made.row), one_time_code=made.code)


@rows(description="Invitations of a class's guardians, to be printed at once.")
class ClassInvited:
    """One for each guardian who has no account yet."""

    invited: list[Invited]


@rows(description="To which school and role a code invites. It names nobody.")
class InvitationInfo:
    """What its holder is told before accepting."""

    school_id: strawberry.ID
    school_name: str
    role: Annotated[Role, RoleName]

    @classmethod
    def from_info(cls, found: invitations.Info) -> Self:
        """From what a code opens."""
        return cls(school_id=school_id(found.school_id), school_name=found.school_name, role=found.role)


@rows(description="The role is the account's from now on.")
class InvitationAccepted:
    """Sign in to use it."""

    invitation: InvitationInfo


@rows(description="The password is taken back. The code, told once, lets its owner set a new one within three days.")
class PasswordReset:
    """To be printed."""

    one_time_code: str


@strawberry.input(description="Whom to invite to which role. `id` is a UUIDv7 of the client's: repeating is harmless.")
class InviteInput:
    """What invite takes."""

    id: str
    person_id: strawberry.ID
    role: Annotated[Role, RoleName]


@strawberry.input(description="A code, and for whoever is not signed in the login and password of the account to be made.")
class AcceptInvitationInput:
    """What acceptInvitation takes."""

    code: str
    login: str | None = None
    password: str | None = None


@strawberry.type
class InvitationQuery:
    """What was printed, and what a code is for."""

    @query(OFFICE, Area.PEOPLE, each(lambda invitation: invitation.person_id))
    async def invitations(self, info: Info) -> list[Invitation]:
        """The open invitations of the viewer's schools, those that expire first on top; at most 500."""
        async with info.context.read() as session:
            return [Invitation.from_row(row) for row in await invitations.outstanding(session, info.context.viewer)]

    @query(ANYONE, Area.ACCOUNT, no_one)
    async def invitation_info(self, info: Info, code: str) -> InvitationInfo:
        """To which school and role a code invites. BAD_CODE: unknown, used, expired or void."""
        throttle.guess(info.context)
        return InvitationInfo.from_info(await invitations.info(info.context.database, code, address=info.context.address))


@strawberry.type
class InvitationMutation:
    """Invitations are made, cancelled and accepted."""

    @mutation(OFFICE, Area.PEOPLE)
    async def invite(
        self, info: Info, input: InviteInput,  # noqa: A002 - public name
    ) -> Annotated[Invited | Refusal, strawberry.union("InviteResult")]:
        """Invite a person to a role that they have at the school: a code to be printed, good for 14 days. The one before it is void."""
        person = ids.decode(Kind.PERSON, input.person_id)
        async with info.context.begin() as session:
            return Invited.from_made(await invitations.invite(session, info.context.viewer, ids.client_id(input.id), person, input.role))

    @mutation(OFFICE, Area.PEOPLE)
    async def invite_guardians(
        self, info: Info, class_group_id: strawberry.ID,
    ) -> Annotated[ClassInvited | Refusal, strawberry.union("InviteGuardiansResult")]:
        """Invite all guardians of a class who have no account yet: codes to be printed. Those printed before are void."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id)
        async with info.context.begin() as session:
            made = await invitations.invite_guardians(session, info.context.viewer, group)
        return ClassInvited(invited=[Invited.from_made(one) for one in made])

    @mutation(OFFICE, Area.PEOPLE)
    async def cancel_invitation(
        self, info: Info, id: strawberry.ID,  # noqa: A002 - public name
    ) -> Annotated[Done | Refusal, strawberry.union("CancelInvitationResult")]:
        """Make a code void."""
        async with info.context.begin() as session:
            await invitations.cancel(session, info.context.viewer, ids.decode(Kind.INVITATION, id))
        return Done()

    @mutation(ANYONE, Area.ACCOUNT)
    async def accept_invitation(
        self, info: Info, input: AcceptInvitationInput,  # noqa: A002 - public name
    ) -> Annotated[InvitationAccepted | Refusal, strawberry.union("AcceptInvitationResult")]:
        """Use a code up: signed in, this account gets the role too; else an account is made. BAD_CODE: unknown, used, expired or void."""
        context = info.context
        throttle.guess(context)
        found = await invitations.accept(context.database, context.viewer, input.code, input.login, input.password, address=context.address)
        return InvitationAccepted(invitation=InvitationInfo.from_info(found))

    @mutation(OFFICE, Area.PEOPLE)
    async def reset_password(self, info: Info, person_id: strawberry.ID) -> Annotated[PasswordReset | Refusal, strawberry.union("ResetPasswordResult")]:
        """Take a pupil's or a guardian's account back from whoever has it: its password, passkeys and providers go, its sessions and tokens end.

        A code to be printed lets its owner set a new password.
        """
        person: Ref = ids.decode(Kind.PERSON, person_id)
        async with info.context.begin(as_service=True) as session:
            return PasswordReset(one_time_code=await passwords.reset(session, info.context.viewer, person))
