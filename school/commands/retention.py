"""`school retain`: removes what is older than its period; to be run each night."""

import datetime as dt
from typing import Annotated

import typer

from school import clock
from school.commands.start import prepare, require_migrated, with_database
from school.db import Database
from school.diary import files
from school.record import parts, retention
from school.registry import photos
from school.store import Store


def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be removed now.")] = False,
) -> None:
    """Remove what is older than its period (SCHOOL_RETENTION_DAYS may choose others), in small steps; it may be stopped anywhere and run again."""
    settings = prepare()
    require_migrated(settings)

    async def remove(database: Database) -> None:
        if not dry_run:
            await parts.make_ahead(database, dt.datetime.now(dt.UTC))
        days = retention.choose(settings.retention_days)
        async for removed in retention.apply(database, days, clock.now(), dry_run=dry_run):
            print(f"{removed.noun:<14}{removed.table:<20}{days[removed.noun]:>6} days{removed.rows:>10} rows{' would go' if dry_run else ''}", flush=True)

        if not dry_run:
            store = Store.open(settings.store)
            for noun, sweep in (("photos", photos.sweep), ("files", files.sweep)):
                print(f"{noun:<14}{'file':<20}{1:>6} hour{await sweep(database, store):>10} of no row", flush=True)

    with_database(settings, remove)
    for noun, kept in retention.KEPT.items():
        print(f"{noun:<14}kept: {kept.reason}")
