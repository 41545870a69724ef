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

from school.db import Column, Rows
from school.errors import Code, Refused, bad_input
from school.fields import ROWS

T = TypeVar("T")
LONGEST = 100
"""The most that one page may hold."""


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """As the Relay specification has it; pages go forward only, so there is never a previous one."""

    __policy__ = ROWS
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One object of a page with its cursor.")
class Edge(Generic[T]):
    """As the Relay specification has it."""

    __policy__ = ROWS
    cursor: str
    node: T


@strawberry.type(description="A page of a long list.")
class Connection(Generic[T]):
    """As the Relay specification has it."""

    __policy__ = ROWS
    edges: list[Edge[T]]
    page_info: PageInfo


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, with a cursor for each."""

    rows: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool

    def connect(self, node: Callable[[Any], T]) -> Connection[T]:
        """The connection, each node made from its row."""
        edges = [Edge(cursor=cursor, node=node(row)) for row, cursor in zip(self.rows, self.cursors, strict=True)]
        return Connection(edges=edges, page_info=PageInfo(
            has_next_page=self.has_next, has_previous_page=False,
            start_cursor=edges[0].cursor if edges else None, end_cursor=edges[-1].cursor if edges else None,
        ))


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
    check_first(first)
    if after is not None:
        bound = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(decode(after, key), key, strict=True)))
        statement = statement.where(sa.tuple_(*key) < bound if descending else sa.tuple_(*key) > bound)
    statement = statement.add_columns(*(column.label(f"_key_{place}") for place, column in enumerate(key)))
    statement = statement.order_by(*(column.desc() if descending else column for column in key)).limit(first + 1)
    found = (await session.execute(statement)).all()
    shown = found[:first]
    return Page(shown, [_encode(row[-len(key):]) for row in shown], len(found) > first)


def _encode(values: Sequence[Any]) -> str:
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
