"""Secrets that must be read again, and so cannot be digests: encrypted with the service's own keys, of which the newest encrypts and all decrypt."""

from collections.abc import Sequence

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from school.errors import Code, Refused

log = structlog.get_logger("school.identity")


class Safe:
    """The keys of SCHOOL_SECRET_KEYS. Refused: NOT_OFFERED where there is none, or where none of them opens what is kept."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def lock(self, secret: str) -> bytes:
        """Encrypt with the first key."""
        return self._keys().encrypt(secret.encode())

    def open(self, locked: bytes) -> str:
        """Decrypt with whichever key fits."""
        try:
            return self._keys().decrypt(locked).decode()
        except InvalidToken:
            log.error("a second factor cannot be checked: none of SCHOOL_SECRET_KEYS fits")  # noqa: TRY400 - there is nothing to trace
            raise Refused(Code.NOT_OFFERED, "This service has lost the key of this factor.") from None

    def _keys(self) -> MultiFernet:
        if self._fernet is None:
            raise Refused(Code.NOT_OFFERED, "This service has no secret key.")
        return self._fernet
