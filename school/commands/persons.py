"""`school person`: what an operator does when somebody asks for their data, or to be forgotten."""

import json
from pathlib import Path
from typing import Annotated

import typer

from school import ids
from school.commands.listing import absent
from school.commands.start import fail, prepare, require_migrated, with_database
from school.db import Database
from school.diary import files
from school.ids import Kind
from school.record import erasure, export
from school.registry import photos
from school.store import Store

app = typer.Typer(help="A person's data: hand it out, erase it.", no_args_is_help=True)
PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="The person's id, as the API has it.")]


@app.command("export")
def export_person(
    person: PersonArgument,
    out: Annotated[Path, typer.Option("--out", help="The file to write; one that exists is not touched.")],
) -> None:
    """Write all data on a person into a file that only you can read. That it was handed out is put into the record."""
    settings = prepare()
    require_migrated(settings)

    async def read(database: Database) -> export.Exported:
        with absent("no such person"):
            ref = ids.decode(Kind.PERSON, person)
            async with database.begin() as session:
                await export.announce(session, ref)
            async with database.read() as session:
                exported = await export.of_person(session, ref, logins=await export.accounts_of(session, ref))
                photo, handed = await photos.of_person(session, ref), await files.of_pupil(session, ref)
            return await export.attach_files(exported, Store.open(settings.store), photo, handed)

    try:
        out.touch(mode=0o600, exist_ok=False)  # before anything is said to have been handed out
    except OSError as error:
        raise fail(f"cannot write {str(out)!r}: {error.strerror}") from None
    try:
        document = with_database(settings, read).document
    except typer.Exit:
        out.unlink()
        raise
    out.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"All that is held on this person has been written to {str(out)!r}, which only you can read.")


@app.command("erase")
def erase_person(
    person: PersonArgument,
    reason: Annotated[str, typer.Option("--reason", help="Who asked for it, and when; goes into the record. No names.")],
) -> None:
    """Make a person who has left nameless, and remove their logins, cards and passages. What was bought and paid stays, for the sums."""
    settings = prepare()
    require_migrated(settings)

    async def forget(database: Database) -> dict[str, int]:
        with absent("no such person"):
            ref = ids.decode(Kind.PERSON, person)
            async with database.begin() as session:
                photo, handed = await photos.of_person(session, ref), await files.of_pupil(session, ref)
                erased = dict(await erasure.erase(session, ref, reason))
        await Store.open(settings.store).discard(*([] if photo is None else [photos.file_of(photo)]), *files.places(handed))
        return erased

    changed = with_database(settings, forget)
    for table, rows in changed.items():
        print(f"{table:<20}{rows:>8}")
    print("Erased. Backups hold the data until they expire; after a restoration, erase again.")
