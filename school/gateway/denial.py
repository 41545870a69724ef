"""Denials: what is answered with an HTTP status before, or instead of, a result of GraphQL (docs/gateway.md)."""

from enum import Enum


class Reason(Enum):
    """The code's name, its status and the sentence that goes with it."""

    UNSIGNED = 401, "A signature header is missing or unreadable."
    BAD_SIGNATURE = 401, "The signature does not fit the request."
    UNKNOWN_DEVICE = 401, "There is no such device."
    CLOCK_SKEW = 401, "School-Time is off by more than five minutes."
    REPLAYED = 401, "This counter was used, or is too old."
    REVOKED = 401, "This device was revoked."
    NOT_ALLOWED = 403, "This device may not call this operation."
    BAD_REQUEST = 400, "The request cannot be read."
    UNKNOWN_DOCUMENT = 400, "No reader daemon sends this document."
    THROTTLED = 429, "Too many attempts from this address."
    UNAVAILABLE = 503, "The service is resting; try again."

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def sentence(self) -> str:
        """For a technician who reads the log."""
        return self.value[1]


class Denied(Exception):  # noqa: N818 - a denial is an answer, not an error
    """The request is turned away; nothing has changed. `retry_after` is in seconds."""

    def __init__(self, reason: Reason, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message or reason.sentence)
        self.reason = reason
        self.message = message or reason.sentence
        self.retry_after = retry_after
