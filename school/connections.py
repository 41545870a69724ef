"""Long lists: Relay connections over keyset pages, forward only. A page costs the same however deep it lies."""

import datetime as dt
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import Viewer
from school.db import Column, Rows
from school.errors import Code, Refused, bad_input
from school.fields import ROWS, Info, query
from school.reading import Reader
from school.statements import KEY, Read, given

T = TypeVar("T")
LONGEST = 100
"""The most that one page may hold."""


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """As the Relay specification has it; pages go forward only, so there is never a previous one."""

    __policy__ = ROWS
    has_next_page: bool
    has_previous_page: bool
    ends: strawberry.Private[tuple[Sequence[Any], Sequence[Any]] | None]

    @query(ROWS)
    def start_cursor(self, info: Info) -> str | None:
        """The first object's."""
        del info
        return None if self.ends is None else encode(self.ends[0])

    @query(ROWS)
    def end_cursor(self, info: Info) -> str | None:
        """The last object's."""
        del info
        return None if self.ends is None else encode(self.ends[1])


@strawberry.type(description="One object of a page with its cursor.")
class Edge(Generic[T]):
    """As the Relay specification has it."""

    __policy__ = ROWS
    node: T
    key: strawberry.Private[Sequence[Any]]

    @query(ROWS)
    def cursor(self, info: Info) -> str:
        """Where the page after this object begins."""
        del info
        return encode(self.key)


@strawberry.type(description="A page of a long list.")
class Connection(Generic[T]):
    """As the Relay specification has it."""

    __policy__ = ROWS
    edges: list[Edge[T]]
    page_info: PageInfo


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, with the key of each, of which a cursor is made when somebody asks for it."""

    rows: Sequence[Any]
    keys: Sequence[Sequence[Any]]
    has_next: bool

    def connect(self, node: Callable[[Any], T]) -> Connection[T]:
        """The connection, each node made from its row."""
        edges = [Edge(node=node(row), key=key) for row, key in zip(self.rows, self.keys, strict=True)]
        ends = (self.keys[0], self.keys[-1]) if edges else None
        return Connection(edges=edges, page_info=PageInfo(has_next_page=self.has_next, has_previous_page=False, ends=ends))


def check_first(first: int) -> int:
    """The length of a page: 1 to 100, else refused."""
    if first < 1:
        raise bad_input("first must be at least 1")
    if first > LONGEST:
        raise Refused(Code.TOO_MANY, f"first must be at most {LONGEST}")
    return first


async def page(
    session: AsyncSession, statement: Rows, key: Sequence[Column], *, first: int, after: str | None, descending: bool = False,
) -> Page:
    """One page of a statement, ordered by `key`, whose columns together are unique and not null."""
    values = _page_values(key, first, after)
    statement = paged(statement, key, after=after is not None, descending=descending)
    return _page((await session.execute(statement, values)).all(), len(key), first)


def paged(statement: Rows, key: Sequence[Column], *, after: bool, descending: bool = False) -> Rows:
    """A page of a statement, for `read_page`, as for `page`."""
    if after:
        bound = sa.tuple_(*(given(f"after_{place}", column.type) for place, column in enumerate(key)))
        statement = statement.where(sa.tuple_(*key) < bound if descending else sa.tuple_(*key) > bound)
    statement = statement.add_columns(*(column.label(f"{KEY}{place}") for place, column in enumerate(key)))
    return statement.order_by(*(column.desc() if descending else column for column in key)).limit(given("limit", sa.Integer()))


async def read_page(
    reader: Reader, read: Read, viewer: Viewer, key: Sequence[Column], *how: Any, first: int, after: str | None,
    columns: Any = None, **values: Any,
) -> Page:
    """One page of a read, whose function takes the viewer, whether the page comes after another (`after`), and `how`; it gives what `paged` makes."""
    found = await reader.all(read, viewer, after is not None, *how, columns=columns, **_page_values(key, first, after), **values)
    return _page(found, len(key), first)


def _page_values(key: Sequence[Column], first: int, after: str | None) -> dict[str, Any]:
    check_first(first)
    bounds = [] if after is None else decode(after, key)
    return {"limit": first + 1, **{f"after_{place}": value for place, value in enumerate(bounds)}}


def _page(found: Sequence[Any], width: int, first: int) -> Page:
    shown = found[:first]
    return Page(shown, [row[-width:] for row in shown], len(found) > first)


def encode(values: Sequence[Any]) -> str:
    """A cursor."""
    texts = orjson.dumps(list(values), default=str)  # asyncpg's UUID is a subclass, which orjson leaves to us
    return urlsafe_b64encode(texts).decode().rstrip("=")


def _moment(text: str) -> dt.datetime:
    """A moment, in UTC; ValueError without an offset, OverflowError at the ends of the calendar."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(dt.UTC)


_READERS: dict[type, Callable[[str], Any]] = {
    dt.datetime: _moment, dt.date: dt.date.fromisoformat, dt.time: dt.time.fromisoformat, UUID: UUID,
}


def _bits(kind: sa.Integer) -> int:
    """How wide a column of whole numbers is; PostgreSQL fails where a parameter is wider."""
    return 16 if isinstance(kind, sa.SmallInteger) else 64 if isinstance(kind, sa.BigInteger) else 32


def _read(value: Any, column: Column) -> Any:
    """A value as its column holds it; ValueError, TypeError or OverflowError where the column could not hold it."""
    kind = column.type.python_type
    if kind in _READERS:
        if not isinstance(value, str):
            raise TypeError("not a text")
        value = _READERS[kind](value)
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):  # true is an int, too
        raise TypeError("another kind")
    if isinstance(value, str):
        value.encode()  # a lone surrogate cannot be sent
        if "\0" in value:
            raise ValueError("PostgreSQL keeps no NUL")
    if isinstance(column.type, sa.Integer):
        limit = 1 << _bits(column.type) - 1
        if not -limit <= value < limit:
            raise OverflowError("wider than its column")
    return value


def decode(cursor: str, key: Sequence[Column]) -> list[Any]:
    """The key's values in a cursor; one that this list did not make is refused."""
    try:
        if len(cursor) > 1000:
            raise ValueError("too long")  # noqa: TRY301 - one refusal for all
        values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_read(value, column) for value, column in zip(values, key, strict=True)]
    except (ValueError, TypeError, OverflowError):
        raise Refused(Code.BAD_CURSOR, "This cursor does not belong to this list.") from None
