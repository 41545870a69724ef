"""Codes of what is refused before anything runs, and of what fails for a reason that is no domain's."""

from enum import StrEnum

from graphql import GraphQLError


class Fault(StrEnum):
    """The stable codes, in `extensions`, of what is refused before anything runs, and of what fails for a reason that is no refusal of a domain."""

    BAD_REQUEST = "BAD_REQUEST"  # the request is no GraphQL over HTTP
    BAD_MEDIA_TYPE = "BAD_MEDIA_TYPE"  # another body than plain application/json
    BAD_ORIGIN = "BAD_ORIGIN"  # a page of another site, or a cookie without an origin
    TOO_LARGE = "TOO_LARGE"  # the body
    TOO_SLOW = "TOO_SLOW"  # the body did not come in time
    BAD_DOCUMENT = "BAD_DOCUMENT"  # the document or its variables do not fit the schema
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"  # not among the trusted documents
    INTROSPECTION_OFF = "INTROSPECTION_OFF"  # the schema is not told here
    TOO_LONG = "TOO_LONG"  # characters, tokens, operations or fragments of a document
    TOO_DEEP = "TOO_DEEP"  # fields, fragments, literals or variables within each other
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES"  # or one root field too often
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
    TOO_COSTLY = "TOO_COSTLY"  # what it would take to answer, or even to validate
    TOO_MANY_VALUES = "TOO_MANY_VALUES"  # in the variables
    TOO_MANY_DOCUMENTS = "TOO_MANY_DOCUMENTS"  # that are not known, at once: try again
    TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"  # on one socket
    TIMED_OUT = "TIMED_OUT"  # the operation took too long and was rolled back
    UNAVAILABLE = "UNAVAILABLE"  # the database is away: try again
    INTERNAL = "INTERNAL"  # a bug; `id` finds it in the log


def refuse(code: Fault, message: str) -> GraphQLError:
    """The one error of a document that is refused."""
    return GraphQLError(message, extensions={"code": code.value})
