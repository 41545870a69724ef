"""Errors on their way out: refusals keep their code, bugs are masked and logged with an id."""

import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
import structlog
from graphql import GraphQLError

from school.db import is_away
from school.errors import Refused

log = structlog.get_logger("school.serving")


class DatabaseAwayError(Exception):
    """The database cannot be reached: the whole request is answered 503."""


def present(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """What a client is told. DatabaseAwayError when that is the reason of one of them."""
    return [dict(error.formatted) for error in mask(errors)]


def mask(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """The errors as a client may see them; what they hide is logged. DatabaseAwayError as in `present`."""
    return [_mask(error) for error in errors]


def _mask(error: GraphQLError) -> GraphQLError:
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    if isinstance(original, Refused):
        error = GraphQLError(original.message, error.nodes, path=error.path, extensions={"code": original.code.value})
    elif isinstance(original, ValueError) and error.path is None and error.nodes:  # nothing ran: a scalar does not take what the document or a variable says
        error = GraphQLError(error.message, error.nodes, extensions={"code": "BAD_DOCUMENT"})
    elif original is not None and is_away(original):
        raise DatabaseAwayError from original
    elif original is not None:
        number = secrets.token_hex(6)
        _hide_parameters(original)
        log.error("bug", id=number, path=list(error.path or ()), exc_info=original)
        error = GraphQLError("Something went wrong; it has been noted.", error.nodes, path=error.path, extensions={"code": "INTERNAL", "id": number})
    elif not error.extensions and error.path is None:
        error.extensions = {"code": "BAD_DOCUMENT"}
    return error


def _hide_parameters(error: BaseException | None) -> None:
    """A statement's parameters are what persons wrote: the trace in the log goes without them."""
    while error is not None:
        if isinstance(error, sa.exc.StatementError):
            error.hide_parameters = True
        error = error.__cause__ or error.__context__
