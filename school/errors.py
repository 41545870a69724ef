"""Refusals: what a person or a device can be told, each with a stable code. Anything else that is raised is a bug and is masked."""

from enum import StrEnum


class Code(StrEnum):
    """The stable codes of refusals; clients translate them, so a code is never renamed."""

    NOT_SIGNED_IN = "NOT_SIGNED_IN"  # no session, or it is unknown, expired or revoked
    BAD_CREDENTIALS = "BAD_CREDENTIALS"  # login or password is wrong; one answer for both
    NOT_ALLOWED = "NOT_ALLOWED"  # this role may not do this at all
    NOT_FOUND = "NOT_FOUND"  # absent, or not for this viewer: the same answer
    BAD_INPUT = "BAD_INPUT"  # a value outside what its field accepts
    CONFLICT = "CONFLICT"  # the same id with different content, or a change made meanwhile
    TOO_MANY = "TOO_MANY"  # a list longer than its limit
    OUT_OF_SCALE = "OUT_OF_SCALE"  # a mark that its grading scale does not have
    HAS_MARKS = "HAS_MARKS"  # marks were given in the course: it keeps its grading scale
    ALREADY_WITHDRAWN = "ALREADY_WITHDRAWN"
    CLOSED = "CLOSED"  # what is written is of a term that is closed
    CLASS_TAKEN = "CLASS_TAKEN"  # at that date and bell the class has another lesson
    TEACHER_TAKEN = "TEACHER_TAKEN"  # or the teacher gives another one
    ROOM_TAKEN = "ROOM_TAKEN"  # or another one is in the room
    NOT_ENOUGH_MONEY = "NOT_ENOUGH_MONEY"
    ALREADY_REFUNDED = "ALREADY_REFUNDED"
    CARD_BLOCKED = "CARD_BLOCKED"
    CARD_REFUSED = "CARD_REFUSED"  # the tap was answered with no, or its card is nobody's
    TAP_TOO_OLD = "TAP_TOO_OLD"  # the card must be presented again
    TAP_USED = "TAP_USED"  # the card was presented for another sale
    BAD_CURSOR = "BAD_CURSOR"  # a cursor that this service did not make
    CURSOR_TOO_OLD = "CURSOR_TOO_OLD"  # what lies behind this cursor is not kept any more: begin anew without one
    FELL_BEHIND = "FELL_BEHIND"  # a subscriber that reads too slowly: resume with its cursor
    BAD_CODE = "BAD_CODE"  # a one-time code that is unknown, used or expired: the same answer
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"  # tried too often; `retryAfter` says when again
    SIGN_IN_AGAIN = "SIGN_IN_AGAIN"  # this needs a sign-in of the last minutes, or the one under way has taken too long
    WEAK_PASSWORD = "WEAK_PASSWORD"  # noqa: S105 - one of those that are tried first
    TOO_LATE = "TOO_LATE"  # after the hour that the school has set for it; the message names the hour
    NOT_OFFERED = "NOT_OFFERED"  # this service is not set up for it
    TOO_LARGE = "TOO_LARGE"  # a file of more bytes, or a picture of more pixels, than is taken
    NOT_A_PICTURE = "NOT_A_PICTURE"  # a file that is no picture of a kind that is taken
    WRONG_TYPE = "WRONG_TYPE"  # a file of a kind that is not taken, or that is not what its name says
    NOT_A_SPREADSHEET = "NOT_A_SPREADSHEET"  # a file that is no register which was exported here
    OTHER_COURSE = "OTHER_COURSE"  # a register of another course, or of another term
    HEADER_CHANGED = "HEADER_CHANGED"  # rows, columns or titles of a register that are not as they were exported
    FORMULAS = "FORMULAS"  # a register with formulas in it
    MERGED_CELLS = "MERGED_CELLS"  # or with cells that were merged
    STORE_AWAY = "STORE_AWAY"  # where files are kept cannot be reached: try again


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A clear "no": nothing has changed, and the asker is told why."""

    def __init__(self, code: Code, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


def not_found() -> Refused:
    """The one answer for what is absent and for what this viewer may not see; the bytes are the same."""
    return Refused(Code.NOT_FOUND, "No such object.")


def bad_input(message: str) -> Refused:
    """A value that its field does not accept; the message names the field."""
    return Refused(Code.BAD_INPUT, message)


def conflict(message: str) -> Refused:
    """The same id with different content, or a change made meanwhile."""
    return Refused(Code.CONFLICT, message)
