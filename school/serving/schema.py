"""A Strawberry schema with this service's limits and without its own logging of documents, which may hold names."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter
from strawberry.types import ExecutionContext

MOST_TOKENS = 2000
"""The longest document: more is an attack or a mistake."""


class Schema(strawberry.Schema):
    """As Strawberry's; the caller presents and logs errors."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing here: `serving.errors.present` does it, once."""


def limits() -> list[Any]:
    """Factories of the extensions that every schema here has."""
    return [lambda: MaxTokensLimiter(MOST_TOKENS)]
