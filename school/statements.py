"""Reads that are built and compiled once for each kind of viewer, and then only given values: building a statement anew costs more than running it."""

import re
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Concatenate, NamedTuple, Protocol
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles, visitors
from sqlalchemy.sql.elements import ColumnElement

MOST_KEPT = 64
"""Compiled forms of one read: for so many kinds of viewers and ways to ask."""


KEY = "key_"
"""How the columns are called that a page goes on from."""


class Asking(Protocol):
    """Who asks, as far as a statement may look while it is built: at whether, never at which. Two of one shape have the same statements with other values."""

    @property
    def shape(self) -> Hashable:
        """All that the others tell."""

    @property
    def signed_in(self) -> bool:
        """Whether anybody does."""

    def has(self, *roles: Any) -> bool:
        """Whether one of the roles is held in any school."""

    def opens(self, area: Any) -> bool:
        """Whether data of this kind may be read of any child of the family."""


class Service:
    """The service itself, which asks for nobody."""

    shape: Hashable = None
    signed_in = False

    def has(self, *_roles: Any) -> bool:
        """It has none."""
        return False

    def opens(self, _area: Any) -> bool:
        """It has no children."""
        return False


SERVICE = Service()


class OfViewer(sa.BindParameter[Any]):
    """A value of the viewer's in a visible-to clause: found anew for each viewer where the statement is kept."""

    inherit_cache = True

    def __init__(self, name: str, find: Callable[[Any], Any], viewer: Asking, kind: Any) -> None:
        super().__init__(f"viewer_{name}", callable_=lambda: find(viewer), type_=kind)
        self.find = find


class Many(sa.TypeDecorator[Any]):
    """A list of values as one parameter: an array, and on SQLite its JSON."""

    impl = sa.String
    cache_ok = True

    def __init__(self, item: type[int | UUID]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """SQLAlchemy's hook."""
        if dialect.name != "postgresql":
            return sa.String()
        item: sa.types.TypeEngine[Any] = sa.Uuid() if self.item is UUID else sa.Integer()
        return dialect.type_descriptor(postgresql.ARRAY(item))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """SQLAlchemy's hook."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps([one.hex if isinstance(one, UUID) else one for one in value]).decode()


class any_of(ColumnElement[bool]):  # noqa: N801 - a function of SQL, called as one
    """Whether a column has one of the values of a `Many`."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's hook
        ("column", visitors.InternalTraversal.dp_clauseelement), ("values", visitors.InternalTraversal.dp_clauseelement)]
    type = sa.Boolean()

    def __init__(self, column: Any, values: Any) -> None:
        self.column = coercions.expect(roles.ExpressionElementRole, column)
        self.values = values

    def self_group(self, against: Any = None) -> "any_of":
        """It is a condition already: SQLite's compiler would compare it with 1, and use no index."""
        del against
        return self


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: Any, **words: Any) -> str:
    return f"{compiler.process(element.column, **words)} = ANY ({compiler.process(element.values, **words)})"


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: Any, **words: Any) -> str:
    column, values = (compiler.process(one, **words) for one in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled of elements


class Prepared:
    """A compiled statement: its text for the driver, its parameters in order, and how its rows are made."""

    __slots__ = ("_columns", "_parameters", "_row", "rows", "text", "types")

    def __init__(self, name: str, statement: Any, dialect: sa.Dialect) -> None:
        columns = list(statement.selected_columns if isinstance(statement, sa.Select) else statement.exported_columns)
        once, places = _each_once(columns)
        if len(once) < len(columns):
            statement = statement.with_only_columns(*once, maintain_column_froms=True)
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.text: str = compiled.string
        binds, constants = dict(compiled.binds), compiled.params
        self._parameters = [(one, binds.get(one), _bind_processor(binds.get(one), dialect), constants.get(one)) for one in compiled.positiontup or ()]
        self._row: Any = namedtuple(  # type: ignore[misc]  # noqa: PYI024
            name, [column.key or f"column_{place}" for place, column in enumerate(columns)], rename=True)
        self._columns = [(place, _result_processor(once[place].type, dialect)) for place in places]
        self.types = [_brought(column) for column in once]
        """Of the columns that the driver brings."""
        self.rows = self.maker(range(len(once)))
        """Named rows of what the driver has brought."""

    def maker(self, places: Sequence[int]) -> Callable[[Iterable[Sequence[Any]]], list[Any]]:
        """A function that makes named rows of records in which this statement's columns stand in these places: written out, for it runs once for every row."""
        names: dict[str, Any] = {"new": tuple.__new__, "row": self._row}
        values = []
        for number, (place, process) in enumerate(self._columns):
            names[f"p{number}"] = process
            values.append(f"r[{places[place]}]" if process is None else f"p{number}(r[{places[place]}])")
        as_it_is = [f"r[{place}]" for place in range(len(values))]
        made = "r" if values == as_it_is and len(self.types) == len(values) and list(places) == list(range(len(values))) else f"({', '.join(values)},)"
        return eval(f"lambda records: [new(row, {made}) for r in records]", names)  # type: ignore[no-any-return]  # noqa: S307 - of our own writing

    def values(self, viewer: Any, given: dict[str, Any], known: dict[str, Any]) -> list[Any]:
        """The parameters for one viewer and what was asked for; KeyError names one that is missing. `known`: the viewer's own that were found before."""
        made = []
        for name, bind, process, constant in self._parameters:
            if isinstance(bind, OfViewer):
                if name not in known:
                    known[name] = bind.find(viewer) if process is None else process(bind.find(viewer))
                made.append(known[name])
            else:
                value = given[name] if bind is not None and bind.required else constant
                made.append(value if process is None else process(value))
        return made


def _each_once(columns: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The columns without those that are another one under another name, as what a page goes on from may be; and where each of all stands among them."""
    once, places = list[Any](), list[int]()
    for column in columns:
        known = next((place for place, other in enumerate(once) if _is_same(column, other)), None)
        places.append(len(once) if known is None else known)
        if known is None:
            once.append(column)
    return once, places


def _is_same(column: Any, other: Any) -> bool:
    column, other = (one.element if isinstance(one, sa.Label) else one for one in (column, other))
    return isinstance(column, sa.Column) and isinstance(other, sa.Column) and column.name == other.name and bool(column.compare(other))


def _brought(column: Any) -> Any:
    """A column's type as the driver has it: of what is reckoned (a count, a sum) PostgreSQL makes more than SQLAlchemy says, up to a NUMERIC."""
    element = column.element if isinstance(column, sa.Label) else column
    return sa.BigInteger() if isinstance(column.type, sa.Integer) and not isinstance(element, sa.Column) else column.type


def _result_processor(kind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    """SQLAlchemy's own, where it is not known to do nothing, or a table."""
    if isinstance(kind, sa.Enum) and kind.enum_class is not None and kind.values_callable is not None:
        members: dict[str | None, Any] = dict(zip(kind.values_callable(kind.enum_class), kind.enum_class, strict=True))
        return (members | {None: None}).__getitem__
    if dialect.name == "postgresql" and getattr(kind, "comes_as_it_is", False):
        return None
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found


def _bind_processor(bind: Any, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    return None if bind is None else bind.type.dialect_impl(dialect).bind_processor(dialect)


class Read:
    """A read by the function that builds it: from who asks, and from what else changes its text. Its other values are parameters, made by `given`."""

    def __init__(self, build: Callable[Concatenate[Asking, ...], Any]) -> None:
        self._build = build
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()
        self.__doc__ = build.__doc__

    def prepare(self, viewer: Asking, shape: Hashable, how: tuple[Any, ...], dialect: sa.Dialect, columns: frozenset[str] | None = None) -> Prepared:
        """Compiled for viewers of this shape, with all columns or these; what a page goes on from is always among them, and one where nothing would be."""
        key = shape, how, dialect.name, columns
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = Prepared(self._build.__name__.strip("_"), self._select(viewer, how, columns), dialect)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    def _select(self, viewer: Asking, how: tuple[Any, ...], columns: frozenset[str] | None) -> Any:
        statement = self._build(viewer, *how)
        if columns is None:
            return statement
        there = list(statement.selected_columns)
        some = [one for one in there if one.key in columns or (one.key or "").startswith(KEY)]
        return statement.with_only_columns(*(some or there[:1]), maintain_column_froms=True)  # a row of none there is not


class Merged:
    """Several statements of PostgreSQL as one; its parameters are theirs, one after the other.

    It brings the rows of each with its number, their values in columns that the statements share by type: rows as elements of arrays would cost both sides
    more. The parts of a UNION ALL come one after the other, each in its own order.
    """

    def __init__(self, statements: Sequence[Prepared], dialect: sa.Dialect) -> None:
        shared, places = list[str](), list[list[int]]()
        for one in statements:
            free, mine = list(enumerate(shared)), list[int]()
            for name in (_type_name(kind, dialect) for kind in one.types):
                place = next((place for place in free if place[1] == name), None)
                if place is None:
                    shared.append(name)
                    mine.append(len(shared))
                else:
                    free.remove(place)
                    mine.append(place[0] + 1)
            places.append(mine)
        parts, offset = list[str](), 0
        for number, (one, mine) in enumerate(zip(statements, places, strict=True)):
            shifted = re.sub(r"\$(\d+)", lambda found, by=offset: f"${int(found[1]) + by}", one.text)  # type: ignore[misc]
            values = (f"c{mine.index(place)}{_REALLY.get(name, '')}" if place in mine else f"NULL::{name}" for place, name in enumerate(shared, 1))
            parts.append(f"SELECT {number}, {', '.join(values)} FROM ({shifted}) q ({', '.join(f'c{place}' for place in range(len(mine)))})")  # noqa: S608
            offset += max((int(found) for found in re.findall(r"\$(\d+)", one.text)), default=0)
        self.text = " UNION ALL ".join(parts)
        self._makers = [one.maker(mine) for one, mine in zip(statements, places, strict=True)]

    def rows(self, records: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """The named rows of each statement."""
        parts: list[list[Any]] = [[] for _ in self._makers]
        for record in records:
            parts[record[0]].append(record)
        return [make(part) for make, part in zip(self._makers, parts, strict=True)]


_REALLY = {"BIGINT": "::BIGINT"}
"""A column of a UNION has the widest type of all its parts: one sum that is a NUMERIC would make decimals of the others' whole numbers."""


def _type_name(kind: Any, dialect: sa.Dialect) -> str:
    """A column's type as it is cast to: texts of all lengths are one. SQLAlchemy's CompileError where a statement does not tell it."""
    name: str = kind.compile(dialect=dialect)
    return "TEXT" if name.startswith("VARCHAR") else name


def given(name: str, kind: Any = None) -> Any:
    """A parameter that is given with each read."""
    return sa.bindparam(name, type_=kind, required=True)


class Whom(NamedTuple):
    """Whom a statement is about, as parameters of it."""

    school_id: Any
    id: Any


THIS_PERSON = Whom(given("school_id", sa.Integer()), given("person_id", sa.Uuid()))
"""The person that a read names. A visible-to clause of these, instead of the rows' columns, is decided once for a statement, and no row's matter."""
