"""`school account`: what an operator does about logins, where no office may."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
import typer
from cryptography.fernet import Fernet
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.commands.listing import absent, show, tell
from school.commands.schools import AnySchoolOption, letter_of, require_school
from school.commands.start import prepare, require_migrated, with_database
from school.context import NOBODY, Role
from school.db import Database
from school.errors import Code, Refused
from school.identity import factors, invitations, passwords
from school.identity.models import Totp
from school.ids import Kind
from school.registry.account_models import Account, AccountRole
from school.registry.accounts import canonical
from school.registry.models import Person

MOST_LISTED = 1000
_HERE = "127.0.0.1"
"""From where codes are tried by command: they are counted as those from this machine."""

app = typer.Typer(help="Logins: the list, invitations, lost passwords and factors, closing.", no_args_is_help=True)
LoginArgument = Annotated[str, typer.Argument(help="The account's login.")]
Act = Callable[[AsyncSession, UUID], Awaitable[str]]


@app.command("invite")
def invite(
    person: Annotated[str, typer.Option("--person", help="The person's id, as the API has it.")],
    role: Annotated[Role, typer.Option("--role", help="What the person is at the school.")],
) -> None:
    """Print a one-time code, good for 14 days, that gives a person's account a role: also those that no office gives, head and district."""
    settings = prepare()
    require_migrated(settings)

    async def make(database: Database) -> dict[str, str]:
        with absent("no such person"):
            ref = ids.decode(Kind.PERSON, person)
        async with database.begin() as session:
            known = await session.get(Person, (ref.school_id, ref.id)) is not None
            with absent(f"this person can be no {role} of the school" if known else "no such person"):
                return await letter_of(session, await invitations.invite_by_operator(session, ref, role))

    tell(with_database(settings, make))


@app.command("accept")
def accept(
    code: Annotated[str, typer.Argument(help="The invitation's code.")],
    login: Annotated[str, typer.Option("--login", help="By what name to sign in.")],
) -> None:
    """Make the account of whoever is invited, where that is done at this terminal and not in an application. Asks for its password."""
    settings = prepare()
    require_migrated(settings)
    password = typer.prompt(f"Password of {login}", hide_input=True, confirmation_prompt=True)
    with_database(settings, lambda database: invitations.accept(database, NOBODY, code, login, password, address=_HERE))
    print(f"You can sign in as {canonical(login)}.")


@app.command("list")
def list_accounts(school: AnySchoolOption = None) -> None:
    """Show the first 1,000 logins, of all schools or of one: what each is in which school, and whether it is disabled."""
    settings = prepare()
    require_migrated(settings)
    asked = sa.true() if school is None else Account.id.in_(sa.select(AccountRole.account_id).where(AccountRole.school_id == school))
    shown = Account.id.in_(sa.select(Account.id).where(asked).order_by(Account.login).limit(MOST_LISTED))
    rows = (
        sa.select(Account.login, Account.disabled_at, AccountRole.school_id, AccountRole.role).distinct()
        .outerjoin(AccountRole, AccountRole.account_id == Account.id).where(shown).order_by(Account.login, AccountRole.school_id, AccountRole.role))

    async def read(database: Database) -> dict[tuple[str, bool], list[str]]:
        roles = defaultdict[tuple[str, bool], list[str]](list)
        async with database.read() as session:
            if school is not None:
                await require_school(session, school)
            for row in await session.execute(rows):
                roles[row.login, row.disabled_at is not None] += [] if row.role is None else [f"{row.role} of {row.school_id}"]
        return roles

    table = Table("login", "roles", "state")
    for (login, disabled), roles in with_database(settings, read).items():
        table.add_row(login, ", ".join(roles) or "—", "disabled" if disabled else "open")
    show(table)


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
        had = await session.get(Totp, account_id) is not None
        await factors.forget(session, account_id)
        return "Forgotten." if had else "There was none: this login has no authenticator app."

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
                raise Refused(Code.NOT_FOUND, f"no account has the login {login!r}")
            return await act(session, account_id)

    print(with_database(settings, run))
