"""What an operator's terminal shows: ids are whole, for they must be of use, names are nobody's markup, and what there is not is called by its name."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table

from school.errors import Code, Refused

WIDEST = 300
"""More than the longest row of any list; a narrower terminal folds it."""


def moment(value: dt.datetime | None) -> str:
    """To the second, in UTC; a dash for what has not happened."""
    return "—" if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


def show(table: Table) -> None:
    """Print a list."""
    Console(width=WIDEST, markup=False, emoji=False, highlight=False).print(table)


def tell(facts: Mapping[str, str]) -> None:
    """Print facts, one a line, each behind what it is."""
    for name, fact in facts.items():
        print(f"{name:<8}{fact}")


@contextlib.contextmanager
def absent(what: str) -> Iterator[None]:
    """An operator may know of everything, and so is told what there is not, where the API has one answer for all."""
    try:
        yield
    except Refused as refused:
        if refused.code is not Code.NOT_FOUND:
            raise
        raise Refused(Code.NOT_FOUND, what) from None
