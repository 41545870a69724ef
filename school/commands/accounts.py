"""`school account`: what an operator does about logins, where no office may."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
import typer
from cryptography.fernet import Fernet
from sqlalchemy.ext.asyncio import AsyncSession

from school.commands.start import prepare, require_migrated, with_database
from school.context import Role
from school.db import Database
from school.errors import not_found
from school.identity import factors, invitations, passwords
from school.ids import Ref
from school.registry.account_models import Account
from school.registry.accounts import canonical

app = typer.Typer(help="Logins: invitations, lost passwords and factors, closing.", no_args_is_help=True)
LoginArgument = Annotated[str, typer.Argument(help="The account's login.")]
Act = Callable[[AsyncSession, UUID], Awaitable[str]]


@app.command("invite")
def invite(
    person: Annotated[UUID, typer.Option("--person", help="The person's id.")],
    role: Annotated[Role, typer.Option("--role", help="What the person is at the school.")],
    school: Annotated[int, typer.Option("--school", help="The school's number.")] = 1,
) -> None:
    """Print a one-time code, good for 14 days, that gives a person's account a role: also those that no office gives, head and district."""
    settings = prepare()
    require_migrated(settings)

    async def make(database: Database) -> str | None:
        async with database.begin() as session:
            return (await invitations.invite_by_operator(session, Ref(school, person), role)).code

    print(with_database(settings, make))


@app.command("reset")
def reset(login: LoginArgument) -> None:
    """Take an account back from whoever has it: its password, passkeys and providers go, all sessions and tokens end.

    Prints a one-time code, good for three days, by which its owner sets a new password.
    """
    _act(login, passwords.take_away)


@app.command("disable")
def disable(login: LoginArgument) -> None:
    """Let nobody in by this login from now on; its sessions end."""

    async def close(session: AsyncSession, account_id: UUID) -> str:
        await passwords.disable(session, account_id)
        return "Disabled."

    _act(login, close)


@app.command("enable")
def enable(login: LoginArgument) -> None:
    """Let its owner in again."""

    async def open_(session: AsyncSession, account_id: UUID) -> str:
        await passwords.enable(session, account_id)
        return "Enabled."

    _act(login, open_)


@app.command("forget-factor")
def forget_factor(login: LoginArgument) -> None:
    """Ask for the authenticator app no more: its owner has lost it, and the recovery codes too. Make sure that it is the owner."""

    async def forget(session: AsyncSession, account_id: UUID) -> str:
        await factors.forget(session, account_id)
        return "Forgotten."

    _act(login, forget)


@app.command("key")
def make_key() -> None:
    """Print a new key for SCHOOL_SECRET_KEYS; put it first, and keep the old ones behind it."""
    print(Fernet.generate_key().decode())


def _act(login: str, act: Act) -> None:
    settings = prepare()
    require_migrated(settings)

    async def run(database: Database) -> str:
        async with database.begin() as session:
            account_id = await session.scalar(sa.select(Account.id).where(Account.login == canonical(login)))
            if account_id is None:
                raise not_found()
            return await act(session, account_id)

    print(with_database(settings, run))
