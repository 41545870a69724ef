"""`school found`: a school from nothing, up to the code by which its office gets in."""

from typing import Annotated

import typer

from school.commands.start import prepare, require_migrated, with_database
from school.context import Role
from school.db import Database
from school.identity import invitations
from school.meals import accounts
from school.registry import schools
from school.registry.schools import Founder


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
    """Found a school: its card key, its meal accounts, the first of its office, and a code that lets them in.

    For example: school found --name "Школа № 5" --family-name Иванова --given-name Анна --time-zone Asia/Omsk
    """
    settings = prepare()
    require_migrated(settings)

    async def begin(database: Database) -> tuple[int, object, str | None]:
        async with database.begin() as session:
            person = await schools.found(
                session, number, name, short_name or name[:60], time_zone, currency, Founder(family_name, given_name, patronymic, position))
            await accounts.open_house(session, person.school_id, currency)
            made = await invitations.invite_by_operator(session, person, Role.OFFICE)
        return person.school_id, person.id, made.code

    school_id, person_id, code = with_database(settings, begin)
    print(f"School {school_id} is founded. Its office is person {person_id}, and gets in within 14 days by the code\n{code}")
