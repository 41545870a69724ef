"""Lists on an operator's terminal: ids are whole, for they must be of use, and names are nobody's markup."""

import datetime as dt

from rich.console import Console
from rich.table import Table

WIDEST = 300
"""More than the longest row of any list; a narrower terminal folds it."""


def moment(value: dt.datetime | None) -> str:
    """To the second, in UTC; a dash for what has not happened."""
    return "—" if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


def show(table: Table) -> None:
    """Print a list."""
    Console(width=WIDEST, markup=False, emoji=False, highlight=False).print(table)
