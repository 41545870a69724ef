"""Objects that stand for a row: each field is made of columns when it is asked for, so that a statement need bring no others."""

from collections.abc import Callable
from typing import Any, Self, TypeVar

import strawberry

from school import ids
from school.ids import Kind

T = TypeVar("T")


class FromRow:
    """A field that is made of these columns of its object's row, or is one, as a descriptor. A plan (`school.serving`) writes the same as code.

    `keeps`: as of `fields.query`, it stays the same until an event is told.
    """

    def __init__(self, make: Callable[..., Any] | None, columns: tuple[str, ...], description: str | None, *, keeps: bool = True) -> None:
        self.make, self.columns, self.description, self.keeps = make, columns, description, keeps

    def __set_name__(self, owner: type, name: str) -> None:
        self.columns = self.columns or (name,)

    def __get__(self, holder: Any, owner: type) -> Any:
        if holder is None:
            return self
        values = [getattr(holder.row, name) for name in self.columns]
        return values[0] if self.make is None else self.make(*values)


def column(name: str | None = None, *, description: str | None = None) -> Any:
    """The column of this name, or of the field's."""
    return FromRow(None, () if name is None else (name,), description)


def made(make: Callable[..., Any], *columns: str, description: str | None = None, keeps: bool = True) -> Any:
    """What a function makes of columns; of the one of the field's name where none is named."""
    return FromRow(make, columns, description, keeps=keeps)


def opaque(kind: Kind, name: str = "id") -> Any:
    """The opaque id of a tenant's row whose key stands in the column `name`."""
    return FromRow(ids.encoder(kind), ("school_id", name), None)


class OfRow:
    """What has such fields. Its `row` has at least the columns that are asked for; a resolver of it declares those that it reads."""

    row: Any

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """The object of a row."""
        made = cls.__new__(cls)
        made.row = row
        return made


def declare(cls: type[T], make: Callable[[type[T]], type[T]]) -> type[T]:
    """The class as `make`, Strawberry's decorator, makes it, which sees these fields without a default."""
    fields = {name: one for name, one in vars(cls).items() if isinstance(one, FromRow)}
    for name, one in fields.items():
        if one.description is None:
            delattr(cls, name)
        else:
            setattr(cls, name, strawberry.field(description=one.description))
    found = make(cls)
    for name, one in fields.items():
        setattr(found, name, one)
    return found


def wanted(info: Any, kind: type, *always: str) -> frozenset[str] | None:
    """The columns of which the fields are made that an operation asks of objects of this type, and what is `always` read; None where they may be any."""
    by_type: dict[type, frozenset[str] | None] | None = getattr(info, "wanted", None)
    found = None if by_type is None else by_type.get(kind, frozenset())
    return None if found is None else found.union(always)
