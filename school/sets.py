"""Sets of rows that statements bring along: however many, the text is the same and compiled once. It runs past the ORM, in a session's transaction or not."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from school.statements import Asking, Merged, Prepared, Read, given

Values = Sequence[Sequence[Any]]


class Service:
    """Who asks where nobody in particular does."""

    shape = ()
    signed_in = False

    def has(self, *_roles: Any) -> bool:
        """None."""
        return False

    def opens(self, _area: Any) -> bool:
        """Nobody's."""
        return False


SERVICE: Asking = Service()


class RowSet:
    """Values of these columns as a table: arrays on PostgreSQL, JSON on SQLite. Numbers are whole."""

    def __init__(self, name: str, columns: Mapping[str, Any]) -> None:
        self.name, self._given = name, columns

    @classmethod
    def of(cls, name: str, table: Any, *columns: str) -> "RowSet":
        """Of a mapped table's columns: all of them, unless some are named."""
        return cls(name, {column.key: column for column in table.__table__.columns if not columns or column.key in columns})

    @cached_property
    def columns(self) -> Mapping[str, Any]:
        """The columns' types, found at their first use: until all tables are known, a key that refers to another table has none."""
        return {name: _plain(kind) for name, kind in self._given.items()}

    def table(self, dialect: str) -> Any:
        """What a statement joins, inserts or copies from."""
        if dialect == "sqlite":
            each = sa.func.json_each(given(f"{self.name}_rows", sa.Text())).table_valued("value", name=f"{self.name}_each")
            extracted = ((column, kind, sa.func.json_extract(each.c.value, sa.literal_column(f"'$[{place}]'")))
                         for place, (column, kind) in enumerate(self.columns.items()))
            return sa.select(*(
                sa.type_coerce(sa.func.from_hex(found) if _is_binary(kind) else found, kind).label(column) for column, kind, found in extracted
            )).subquery(self.name)
        arrays = [given(f"{self.name}_{column}", postgresql.ARRAY(kind, dimensions=1)) for column, kind in self.columns.items()]
        return sa.func.unnest(*arrays).table_valued(*(sa.column(column, kind) for column, kind in self.columns.items()), name=self.name).render_derived()

    def values(self, rows: Values, dialect: sa.Dialect) -> dict[str, Any]:
        """The parameters that `table` is given these rows by."""
        if dialect.name != "sqlite":
            columns: Any = zip(*rows, strict=True) if rows else [()] * len(self.columns)
            return {f"{self.name}_{column}": list(values) for column, values in zip(self.columns, columns, strict=True)}
        processors = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in self.columns.values()]
        made = [[value if process is None or value is None else process(value) for process, value in zip(processors, row, strict=True)] for row in rows]
        return {f"{self.name}_rows": orjson.dumps(made, default=_hex).decode()}


def _plain(kind: Any) -> Any:
    """A text's length is the table's business: a cast to it would cut what is too long."""
    kind = kind.type if isinstance(kind, sa.Column) else kind
    return sa.Text() if type(kind) is sa.String else kind


def _hex(value: bytes | memoryview) -> str:
    return value.hex()


def _is_binary(kind: Any) -> bool:
    return isinstance(kind, sa.LargeBinary)


class Asked(NamedTuple):
    """A statement, built for a dialect by its name, with its values and the set of rows that it is given."""

    read: Read
    of: RowSet
    rows: Values


class Work(NamedTuple):
    """A transaction in which statements are run by their text: of a session, or of the service's own without one (`Database.work`)."""

    dialect: sa.Dialect
    run: Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
    """Gives the rows that the statement brings, if it does."""


async def fetch(session: AsyncSession | Work, *asked: Asked) -> list[list[Any]]:
    """The rows of each, in one round trip: none of them sees what another one locks."""
    work = await join(session)
    dialect = work.dialect
    prepared = tuple(one.read.prepare(SERVICE, SERVICE.shape, (dialect.name,), dialect) for one in asked)
    values = [made.values(SERVICE, one.of.values(one.rows, dialect), {}) for made, one in zip(prepared, asked, strict=True)]
    if dialect.name == "sqlite" or len(asked) == 1:
        return [made.rows(await work.run(made.text, given_)) for made, given_ in zip(prepared, values, strict=True)]
    merged = _merged(prepared, dialect)
    return merged.rows(await work.run(merged.text, [value for row in values for value in row]))


async def find(session: AsyncSession | Work, statement: Read, **values: Any) -> list[Any]:
    """The rows of a statement that is given single values."""
    work = await join(session)
    prepared = statement.prepare(SERVICE, SERVICE.shape, (work.dialect.name,), work.dialect)
    return prepared.rows(await work.run(prepared.text, prepared.values(SERVICE, values, {})))


async def join(session: AsyncSession | Work) -> Work:
    """The session's transaction, in which all that the session knows is written."""
    if isinstance(session, Work):
        return session
    connection = await _connect(session)

    async def run_(text: str, values: Sequence[Any]) -> Sequence[Any]:
        found = await connection.exec_driver_sql(text, tuple(values))
        return found.all() if found.returns_rows else []

    return Work(connection.dialect, run_)


async def _connect(session: AsyncSession) -> AsyncConnection:
    if session.new or session.dirty or session.deleted:
        await session.flush()
    kept: AsyncConnection | None = session.info.get("connection")
    if kept is None or not kept.in_transaction():  # to ask the session each time costs as much as a statement
        kept = session.info["connection"] = await session.connection()
    return kept


@lru_cache(maxsize=100)
def _merged(prepared: tuple[Prepared, ...], dialect: sa.Dialect) -> Merged:
    return Merged(prepared, dialect)


async def run(session: AsyncSession | Work, statement: Read, of: RowSet, rows: Values) -> None:
    """Carry out a statement that brings nothing, such as an INSERT of all these rows."""
    if rows:
        work = await join(session)
        prepared = statement.prepare(SERVICE, SERVICE.shape, (work.dialect.name,), work.dialect)
        await work.run(prepared.text, prepared.values(SERVICE, of.values(rows, work.dialect), {}))


class Addition:
    """An INSERT of many rows of a mapped table, given by their columns' names; of those that are not there yet, if it may be `repeated`."""

    def __init__(self, table: Any, *columns: str, repeated: bool = False) -> None:
        self._set = RowSet.of("added", table, *columns)
        self._table, self._repeated = table.__table__, repeated
        self._statement = Read(self._build)

    def _build(self, _service: Any, dialect: str) -> Any:
        insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
        rows = sa.select(*self._set.table(dialect).c).where(sa.true())  # without a condition SQLite would take a conflict's clause for a join's
        statement = insert(self._table).from_select(list(self._set.columns), rows, include_defaults=False)
        return statement.on_conflict_do_nothing() if self._repeated else statement

    async def run(self, session: AsyncSession | Work, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add them, in one statement."""
        await run(session, self._statement, self._set, [[row[column] for column in self._set.columns] for row in rows])


class Change:
    """An UPDATE of these columns of many rows of a mapped table, each given by its key and the new values."""

    def __init__(self, table: Any, key: Sequence[str], *columns: str) -> None:
        self._set = RowSet.of("changed", table, *key, *columns)
        self._table, self._key, self._columns = table.__table__, key, columns
        self._statement = Read(self._build)

    def _build(self, _service: Any, dialect: str) -> Any:
        of, changed = self._table, self._set.table(dialect)
        same = (of.c[column] == changed.c[column] for column in self._key)
        return sa.update(of).where(*same).values({column: changed.c[column] for column in self._columns})

    async def run(self, session: AsyncSession | Work, rows: Sequence[Mapping[str, Any]]) -> None:
        """Change them, in one statement."""
        await run(session, self._statement, self._set, [[row[column] for column in self._set.columns] for row in rows])
