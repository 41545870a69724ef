"""`school rehearse`: a school's work through the public API, against a running service."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from school.commands.processes import run_task
from school.commands.start import FAILED, fail
from school.demo.api import RefusedError
from school.rehearsal.diary import DiaryRehearsal
from school.rehearsal.founding import RehearsalError
from school.rehearsal.year import CLASSES

app = typer.Typer(help="Rehearse a school's work through the public API.", no_args_is_help=True)


@app.callback()
def several() -> None:
    """Rehearse a school's work through the public API."""


@app.command("diary")
def diary(
    url: Annotated[str, typer.Option("--url", help="The service's address.")],
    code: Annotated[str, typer.Option("--code", help="The one-time code of a new school's office, as `school found` prints it.")],
    classes: Annotated[int, typer.Option("--classes", min=2, max=CLASSES, help="How many classes.")] = CLASSES,
    pupils: Annotated[int, typer.Option("--pupils", min=1, max=40, help="How many pupils in each.")] = 25,
    password: Annotated[str | None, typer.Option("--password", envvar="SCHOOL_REHEARSAL_PASSWORD", help="Of all logins that are made; else drawn.")] = None,
) -> None:
    """A year: people, courses, timetable, marks, a term that is closed, substitutions, a family, report cards. Everything stays in the school that it fills."""
    console, table = Console(), Table("step", "what was done", "s", title="A school's year")
    rehearsal = DiaryRehearsal(
        url, code, lambda name, done, seconds: table.add_row(name, done, f"{seconds:.1f}"), classes=classes, pupils=pupils, password=password)
    try:
        run_task(rehearsal.run)
    except (RehearsalError, RefusedError) as error:
        console.print(table)
        raise fail(f"after {', '.join(rehearsal.steps) or 'nothing'}: {error}", FAILED) from None
    console.print(table)
    office = rehearsal.client("office")
    console.print(f"Look around as {office.login}, {rehearsal.client('teacher0').login} or {rehearsal.client('parent').login}: password {rehearsal.password}")
