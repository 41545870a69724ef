"""`school documents`: which documents clients that are not ours may send. In production nothing else is executed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from school.commands.listing import absent, moment, show
from school.commands.start import fail, prepare, require_migrated, with_database
from school.db import Database
from school.serving import trust

app = typer.Typer(help="Trusted documents: what clients that are not ours may send in production.", no_args_is_help=True)


@app.command("admit")
def admit(files: Annotated[list[Path], typer.Argument(help="GraphQL documents, each in a file of its own.")]) -> None:
    """Trust documents, all or none, and print by what id they may be asked for. A running service knows them within a second."""
    settings = prepare()
    require_migrated(settings)
    from school.schema import people
    documents = people(closed=True).documents
    try:
        texts = [(file.name, file.read_text(encoding="utf-8").strip()) for file in files]
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"a document cannot be read: {error}") from None

    async def write(database: Database) -> list[str]:
        async with database.begin() as session:
            return [await trust.admit(session, documents, name, text) for name, text in texts]

    for digest, (name, _) in zip(with_database(settings, write), texts, strict=True):
        print(f"sha256:{digest}  {name}")


@app.command("list")
def list_documents() -> None:
    """Show what has been admitted."""
    settings = prepare()
    require_migrated(settings)

    async def read(database: Database) -> list[tuple[str, str, str]]:
        async with database.read() as session:
            return [(f"sha256:{one.digest}", one.name, moment(one.admitted_at)) for one in await trust.admitted(session)]

    table = Table("id", "name", "admitted (UTC)")
    for row in with_database(settings, read):
        table.add_row(*row)
    show(table)


@app.command("remove")
def remove(digest: Annotated[str, typer.Argument(metavar="ID", help="The id from the list; eight of its digits are enough.")]) -> None:
    """Trust a document no more. A running service refuses it within a second."""
    settings = prepare()
    require_migrated(settings)

    async def write(database: Database) -> str:
        async with database.begin() as session:
            with absent(f"no document has been admitted whose id begins with {digest!r}"):
                return await trust.dismiss(session, digest.removeprefix("sha256:"))

    print(f"“{with_database(settings, write)}” is trusted no more.")
