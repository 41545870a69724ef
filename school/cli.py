"""The command `school`: serve, and what an operator does around it."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from school import clock
from school.commands import accounts, cards, devices, documents, persons, rehearse, retention, schools, watch
from school.commands.processes import run_server, run_task
from school.commands.start import fail, prepare, reaching, require_migrated, require_postgresql, require_store, with_database
from school.db import Database, migrate
from school.seed.plan import TIME_ZONE, Size
from school.store import Store

app = typer.Typer(
    help="E-diary, meal cards and entry passes for schools.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,  # a pretty trace shows local variables, and passwords are among them
)
app.add_typer(devices.app, name="device")
app.add_typer(cards.app, name="card")
app.add_typer(accounts.app, name="account")
app.add_typer(persons.app, name="person")
app.add_typer(documents.app, name="documents")
app.add_typer(rehearse.app, name="rehearse")


@app.command("serve")
def serve() -> None:
    """Serve both APIs, the relay and the feed in this process, until Ctrl-C."""
    settings = prepare()
    require_migrated(settings)
    require_store(settings)
    from school.app import create
    run_server(create(settings), settings)


@app.command("gateway")
def serve_gateway() -> None:
    """Serve the machines' API alone, beside other processes on one PostgreSQL."""
    settings = prepare()
    require_postgresql(settings, "gateway")
    require_migrated(settings)
    from school.app import create_gateway
    run_server(create_gateway(settings), settings)


@app.command("relay")
def relay() -> None:
    """Number events and run the reactions, beside other processes on one PostgreSQL."""
    settings = prepare()
    require_postgresql(settings, "relay")
    require_migrated(settings)
    from school.app import run_relay
    run_task(lambda: run_relay(settings))


@app.command("migrate")
def migrate_database() -> None:
    """Bring the database to this version."""
    settings = prepare()
    with reaching():
        migrate(settings.database_url)


@app.command("seed")
def seed(
    size: Annotated[Size, typer.Option("--size", help="How much.")] = Size.FULL,
    number: Annotated[int, typer.Option("--number", help="Another number makes other people.")] = 1284,
    day: Annotated[dt.datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The seeding day; today if not given.")] = None,
) -> None:
    """Put two invented schools into an empty database, and print a login for each role."""
    settings = prepare()
    require_migrated(settings)
    from school.seed.build import build
    from school.seed.logins import LOGINS, make_passwords
    passwords = make_passwords()
    today = day.date() if day else clock.school_date(clock.now(), TIME_ZONE)

    async def fill(database: Database) -> int:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Seeding")
            return await build(
                database, passwords, today, size=size, number=number, tell=lambda done, steps: progress.update(task, completed=done, total=steps),
                store=Store.open(settings.store))

    print(f"{with_database(settings, fill)} rows")
    for login, password in passwords.items():
        print(f"{login:<14}{password:<18}{LOGINS[login]}")


@app.command("schema")
def print_schema(
    write: Annotated[Path | None, typer.Option("--write", help="Write both APIs, and the web app's types, into this checkout instead.")] = None,
    gateway: Annotated[bool, typer.Option("--gateway", help="Print the machines' API.")] = False,
) -> None:
    """Print the people's API in the schema language."""
    from graphql import build_schema

    from school.commands.typescript import types_of
    from school.gateway.schema import sdl
    from school.schema import people
    own = people().as_str()
    texts = {"schema.graphql": own.rstrip() + "\n", "gateway.graphql": sdl().rstrip() + "\n", "web/src/api/schema.d.ts": types_of(build_schema(own))}
    if write is None:
        print(texts["gateway.graphql" if gateway else "schema.graphql"], end="")
        return
    if not write.is_dir():
        raise fail(f"no folder {str(write)!r}")
    for name, text in texts.items():
        if (write / name).parent.is_dir():
            (write / name).write_text(text)


@app.command("demo")
def play_demo(
    speed: Annotated[float, typer.Option("--speed", min=1, max=3600, help="How many times faster than life.")] = 60,
    directory: Annotated[Path, typer.Option("--dir", help="Where the demo keeps everything.")] = Path("demo"),
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The server's port; another one is taken where it is in use.")] = 8000,
    reset: Annotated[bool, typer.Option("--reset", help="Throw everything away first, the readers' state included.")] = False,
    size: Annotated[Size, typer.Option("--size", help="How much is seeded.")] = Size.FULL,
    stop_after_day: Annotated[bool, typer.Option("--stop-after-day", help="End when the school day is over.")] = False,
) -> None:
    """Run a whole school on this machine: server, gates, canteen, and a school day that plays."""
    from school.demo.stage import Wishes, run
    raise typer.Exit(run(Wishes(directory, speed, port, size, reset, stop_after_day)))


app.command("watch")(watch.watch)
app.command("found")(schools.found)
app.command("list")(schools.list_schools)
app.command("retain")(retention.retain)


def main() -> None:
    """The entry point."""
    app()
