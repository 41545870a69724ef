"""`school card`: the keys that turn cards into tokens; what is done when a reader PC is stolen (docs/reader.md)."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from school import ids
from school.commands.listing import absent, moment, show
from school.commands.schools import SchoolOption, require_school
from school.commands.start import prepare, require_migrated, with_database
from school.db import Database
from school.errors import conflict
from school.ids import Kind
from school.registry import card_keys
from school.registry.models import CardKey

app = typer.Typer(help="Card keys: a new one, the old ones' end.", no_args_is_help=True)


@app.command("keys")
def list_keys(school: SchoolOption = 1) -> None:
    """Show a school's card keys, the newest first, and how many active cards are under each: those of an old one have not been presented since."""
    settings = prepare()
    require_migrated(settings)

    async def read(database: Database) -> Sequence[Any]:
        async with database.read() as session:
            await require_school(session, school)
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
            await require_school(session, school)
            key = await card_keys.rotate_by_operator(session, school, ids.new(), reason)
        return ids.encode(Kind.CARD_KEY, key.school_id, key.id)

    print(f"School {school} has a new card key, {with_database(settings, rotate)}. Each card moves to it when it is presented next: see `school card keys`.")


@app.command("retire-key")
def retire_key(
    key: Annotated[str, typer.Argument(help="The key's id, from `school card keys`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Also where cards stop working by it.")] = False,
) -> None:
    """Accept a key no more: cards that have not moved from it are unknown from now on, until the office issues them anew."""
    settings = prepare()
    require_migrated(settings)

    async def retire(database: Database) -> int:
        async with database.begin() as session:
            with absent("no such card key"):
                ref = ids.decode(Kind.CARD_KEY, key)
                cards = await card_keys.cards_under(session, ref)
                if cards and not yes and ref.id in (await card_keys.key_ids(session, ref.school_id))[1:]:
                    raise conflict(f"active cards under this key: {cards}. They would be unknown until the office issues them anew: --yes if that is meant")
                await card_keys.retire_by_operator(session, ref, cards=cards)
        return cards

    print(f"The key is accepted no more. Active cards under it, to be issued anew: {with_database(settings, retire)}.")
