"""Errors on their way out: refusals keep their code, bugs are masked and logged with an id."""

import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
import structlog
from graphql import FieldNode, GraphQLError

from school.db import is_away
from school.errors import Refused
from school.serving.faults import Fault

LONGEST_MESSAGE = 500

log = structlog.get_logger("school.serving")


class DatabaseAwayError(Exception):
    """The database cannot be reached: the whole request is answered 503."""


def present(errors: Iterable[GraphQLError], *, closed: bool = False) -> list[dict[str, Any]]:
    """What a client is told. DatabaseAwayError when that is the reason of one of them."""
    return [dict(error.formatted) for error in mask(errors, closed=closed)]


def mask(errors: Iterable[GraphQLError], *, closed: bool = False) -> list[GraphQLError]:
    """The errors as a client may see them; what they hide is logged. `closed`: no names are suggested. DatabaseAwayError as in `present`."""
    return [_shorten(_mask(error), closed=closed) for error in errors]


def _shorten(error: GraphQLError, *, closed: bool) -> GraphQLError:
    """What the client wrote is repeated to it, but not at whatever length; graphql-core suggests names for variables' values in any mode."""
    if error.path is None:
        message = error.message.partition(" Did you mean")[0] if closed else error.message
        error.message = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"
    return error


def _mask(error: GraphQLError) -> GraphQLError:
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    if isinstance(original, Refused):
        error = GraphQLError(original.message, error.nodes, path=error.path, extensions={"code": original.code.value})
    elif isinstance(original, ValueError) and error.path is None and error.nodes:  # nothing ran: a scalar does not take what the document or a variable says
        error = GraphQLError(error.message, error.nodes, extensions={"code": Fault.BAD_DOCUMENT.value})
    elif original is not None and is_away(original):
        raise DatabaseAwayError from original
    elif original is not None:
        number = secrets.token_hex(6)
        _hide_parameters(original)
        log.error("bug", id=number, field=_field(error), exc_info=original)
        error = GraphQLError("Something went wrong; it has been noted.", error.nodes, path=error.path, extensions={"code": Fault.INTERNAL.value, "id": number})
    elif not error.extensions and error.path is None:
        error.extensions = {"code": Fault.BAD_DOCUMENT.value}
    return error


def _field(error: GraphQLError) -> str | None:
    """The field that failed, by its own name: the path has the client's, which may be anybody's."""
    node = error.nodes[0] if error.nodes else None
    return node.name.value if isinstance(node, FieldNode) else None


def _hide_parameters(error: BaseException | None) -> None:
    """A statement's parameters are what persons wrote: the trace in the log goes without them."""
    while error is not None:
        if isinstance(error, sa.exc.StatementError):
            error.hide_parameters = True
        error = error.__cause__ or error.__context__
