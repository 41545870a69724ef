"""Leaves of plans: what is written for a value of a scalar or an enum, and what is as no type promises."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLScalarType, Undefined


def serializer(kind: GraphQLScalarType | GraphQLEnumType) -> Callable[[Any], Any]:
    """Writes a value that is not of the class its type promises, as graphql-core does."""

    def serialize(value: Any) -> Any:
        serialized = None if is_odd(value) else kind.serialize(value)
        return refuse_null() if serialized is None or serialized is Undefined else serialized

    return serialize


def written_as_iso(kind: GraphQLScalarType | GraphQLEnumType) -> type | None:
    """The class whose values this scalar writes as ISO 8601."""
    moment = dt.datetime(2026, 9, 7, 8, 30, 0, 1, dt.UTC)
    value: Any = {"DateTime": moment, "Date": moment.date(), "Time": moment.time()}.get(kind.name)
    return type(value) if value is not None and kind.serialize(value) == value.isoformat() else None


def is_odd(value: Any) -> bool:
    """Whether the executor would raise it, await it or take it for null."""
    return value is Undefined or isinstance(value, Exception) or hasattr(value, "__await__")


def refuse_null() -> Any:
    """Where a value is needed."""
    raise TypeError("null")


def check_list(value: Any) -> bool:
    """Whether it is a tuple; what else may be iterated is the executor's matter."""
    return True if value.__class__ is tuple else bool(refuse_null())
