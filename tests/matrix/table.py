"""The table of permissions, as docs/permissions.md declares it: read into cells, and rows written as they stand there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.matrix.town import ROLES

FILE = Path(__file__).parents[2] / "docs" / "permissions.md"
KINDS = ("gate", "canteen", "desk", "later kind", "stranger", "unknown", "revoked")
"""Who asks the machines' API."""
PEOPLE = ("Queries", "Mutations", "Subscriptions", "Photos", "Files", "Report cards", "Registers", "Types")
MACHINES = ("Operations", "Types of the machines")
Cells = Mapping[str, str]
"""By who asks."""


@dataclass
class Table:
    """The sections: each row's cells by its name, and of a type the fields that its row names."""

    sections: dict[str, dict[str, Cells]] = field(default_factory=dict)
    fields: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)

    def names(self, section: str) -> set[str]:
        """All `Type.field` that a section of types declares, in a row of their own or in their type's."""
        found = set()
        for name in self.sections[section]:
            found |= {f"{name}.{one}" for one in self.fields[section].get(name, ())} if "." not in name else {name}
        return found

    def cells(self, section: str, kind: str, one: str) -> Cells:
        """The cells of a type's field: its own row's, else its type's."""
        rows = self.sections[section]
        return rows.get(f"{kind}.{one}") or (rows[kind] if kind in rows and one in self.fields[section].get(kind, ()) else {})


def columns(section: str) -> Sequence[str]:
    """Who asks, in the order of a section's columns."""
    return KINDS if section in MACHINES else ROLES


def read(text: str | None = None) -> Table:
    """The whole file."""
    table, section = Table(), ""
    for line in (FILE.read_text(encoding="utf-8") if text is None else text).splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").strip()
            if section in (*PEOPLE, *MACHINES):
                table.sections[section], table.fields[section] = {}, {}
        elif section in table.sections and line.startswith("| `"):
            name, *cells = (cell.strip().strip("`") for cell in line.strip().strip("|").split("|"))
            if section in {"Types", "Types of the machines"}:
                table.fields[section][name] = frozenset(cells.pop().split())
            assert len(cells) == len(columns(section)), f"{section}: {name} has {len(cells)} cells"
            assert name not in table.sections[section], f"{section}: {name} stands there twice"
            table.sections[section][name] = dict(zip(columns(section), cells, strict=True))
    return table


def row(name: str, section: str, cells: Cells, fields: Sequence[str] | None = None) -> str:
    """A row as it stands in the file."""
    shown = [f"`{cells[one]}`" if cells.get(one) else "" for one in columns(section)]
    return f"| `{name}` | {' | '.join([*shown, *([] if fields is None else [' '.join(fields)])])} |".replace("|  |", "| |").replace("|  |", "| |")
