"""`school card`: the keys that turn cards into tokens; what is done when a reader PC is stolen (docs/reader.md)."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from school import ids
from school.commands.listing import moment, show
from school.commands.start import prepare, require_migrated, with_database
from school.db import Database
from school.ids import Kind
from school.registry import card_keys
from school.registry.models import CardKey

app = typer.Typer(help="Card keys: a new one, the old ones' end.", no_args_is_help=True)
SchoolOption = Annotated[int, typer.Option("--school", help="The school's id.")]


@app.command("keys")
def list_keys(school: SchoolOption = 1) -> None:
    """Show a school's card keys, the newest first, and how many active cards are under each: those of an old one have not been presented since."""
    settings = prepare()
    require_migrated(settings)

    async def read(database: Database) -> Sequence[Any]:
        async with database.read() as session:
            return (await session.execute(card_keys.LIST.where(CardKey.school_id == school))).all()

    table = Table("id", "made (UTC)", "retired (UTC)", "cards", "reason")
    for key in with_database(settings, read):
        table.add_row(
            ids.encode(Kind.CARD_KEY, key.school_id, key.id), moment(key.made_at), moment(key.retired_at), str(key.cards), key.reason or "—")
    show(table)


@app.command("rotate-key")
def rotate_key(
    school: SchoolOption = 1, reason: Annotated[str | None, typer.Option("--reason", help="Why, for the list.")] = None,
) -> None:
    """Make a new card key. Cards work on, and each moves to it when it is presented next. Revoke a stolen device first: it would get the key, too."""
    settings = prepare()
    require_migrated(settings)

    async def rotate(database: Database) -> str:
        async with database.begin() as session:
            key = await card_keys.rotate_by_operator(session, school, ids.new(), reason)
        return ids.encode(Kind.CARD_KEY, key.school_id, key.id)

    print(with_database(settings, rotate))


@app.command("retire-key")
def retire_key(key: Annotated[str, typer.Argument(help="The key's id, from `school card keys`.")]) -> None:
    """Accept a key no more: cards that have not moved from it are unknown from now on, until the office issues them anew."""
    settings = prepare()
    require_migrated(settings)

    async def retire(database: Database) -> None:
        async with database.begin() as session:
            await card_keys.retire_by_operator(session, ids.decode(Kind.CARD_KEY, key))

    with_database(settings, retire)
    print("The key is accepted no more.")
