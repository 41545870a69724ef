"""What every request has to keep to, over HTTP and over WebSocket."""

from dataclasses import dataclass
from typing import Protocol

from school.serving.cookies import SessionCookie


@dataclass(frozen=True, slots=True)
class Terms:
    """Sizes are in bytes. `origins`: of pages that may ask beside our own; `hosts`: which names we go by, None for any.

    `closed`: errors help nobody to guess at the schema.
    """

    cookie: SessionCookie
    origins: tuple[str, ...] = ()
    hosts: frozenset[str] | None = None
    closed: bool = True
    body_limit: int = 1024 * 1024
    body_seconds: float = 10.0  # until the body has come
    operation_seconds: float = 10.0  # for a query or a mutation
    sockets: int = 20  # of one account; without one, of an address
    waiting: int = 200  # sockets of an address that have not said yet who they are: a school is one address, and comes back at once after a restart
    subscriptions: int = 20  # of one socket
    messages: int = 100  # of one socket in a second
    idle_seconds: float = 60.0  # of a socket without a subscription


class Trusted(Protocol):
    """Who knows the documents that may be executed."""

    async def find(self, text: str | None, document_id: str | None) -> str:
        """The document, from its text or its id; BadDocumentError."""
