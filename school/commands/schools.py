"""`school found` and `school list`: a school from nothing, up to the code by which its office gets in, and which schools there are."""

from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.commands.listing import show, tell
from school.commands.start import prepare, require_migrated, with_database
from school.context import Role
from school.db import Database
from school.diary import reasons
from school.errors import Code, Refused
from school.identity import invitations
from school.identity.invitations import Made
from school.ids import Kind, Ref
from school.meals import accounts
from school.registry import schools
from school.registry.models import Person, School
from school.registry.names import full_name
from school.registry.schools import LARGEST_ID, Founder

_NUMBER = typer.Option("--school", min=1, max=LARGEST_ID, help="The school's number, from `school list`.")
SchoolOption = Annotated[int, _NUMBER]
AnySchoolOption = Annotated[int | None, _NUMBER]


async def require_school(session: AsyncSession, number: int) -> None:
    """Refused: NOT_FOUND, which names the school."""
    if await session.get(School, number) is None:
        raise Refused(Code.NOT_FOUND, f"no school {number}")


async def letter_of(session: AsyncSession, made: Made) -> dict[str, str]:
    """What goes into the letter to somebody who is invited."""
    invited = made.row
    row = (await session.execute(
        sa.select(Person.family_name, Person.given_name, Person.patronymic, School.name, School.time_zone).join(School, School.id == Person.school_id)
        .where(Person.school_id == invited.school_id, Person.id == invited.person_id))).one()
    return {
        "name": full_name(row.family_name, row.given_name, row.patronymic), "person": ids.encode(Kind.PERSON, invited.school_id, invited.person_id),
        "role": invited.role.value, "school": f"{invited.school_id}, {row.name}",
        "until": f"{invited.expires_at.astimezone(ZoneInfo(row.time_zone)):%Y-%m-%d %H:%M}, {row.time_zone}", "code": made.code or "told before",
    }


def found(
    name: Annotated[str, typer.Option("--name", help="The school's full name.")],
    family_name: Annotated[str, typer.Option("--family-name", help="Of whoever gets in first.")],
    given_name: Annotated[str, typer.Option("--given-name", help="Of whoever gets in first.")],
    short_name: Annotated[str | None, typer.Option("--short-name", help="As it is spoken of; the name if not given.")] = None,
    patronymic: Annotated[str | None, typer.Option("--patronymic", help="Of whoever gets in first.")] = None,
    position: Annotated[str, typer.Option("--position", help="What they are at the school.")] = "Секретарь",
    time_zone: Annotated[str, typer.Option("--time-zone", help="The school's time zone.")] = "Europe/Moscow",
    currency: Annotated[str, typer.Option("--currency", help="In which meals are paid.")] = "RUB",
    number: Annotated[int | None, typer.Option("--id", help="The school's number; the next free one if not given.")] = None,
) -> None:
    """Found a school: card key, meal accounts, usual reasons of absence, the first of its office, and a code that lets them in (`school account accept`).

    For example: school found --name "Школа № 5" --family-name Иванова --given-name Анна --time-zone Asia/Omsk
    """
    settings = prepare()
    require_migrated(settings)

    async def begin(database: Database) -> tuple[Ref, dict[str, str]]:
        async with database.begin() as session:
            person = await schools.found(
                session, number, name, short_name or name[:60], time_zone, currency, Founder(family_name, given_name, patronymic, position))
            await accounts.open_house(session, person.school_id, currency)
            session.add_all(reasons.usual(person.school_id))
            return person, await letter_of(session, await invitations.invite_by_operator(session, person, Role.OFFICE))

    person, letter = with_database(settings, begin)
    print(f"School {person.school_id} is founded. The first of its office:")
    tell(letter)


def list_schools() -> None:
    """Show the schools, and how many persons are known in each."""
    settings = prepare()
    require_migrated(settings)
    people = sa.select(sa.func.count()).where(Person.school_id == School.id).scalar_subquery().label("people")

    async def read(database: Database) -> Sequence[Any]:
        async with database.read() as session:
            return (await session.execute(sa.select(School.id, School.name, people).order_by(School.id))).all()

    table = Table("id", "name", "people")
    for row in with_database(settings, read):
        table.add_row(str(row.id), row.name, str(row.people))
    show(table)
