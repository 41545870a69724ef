"""Trusted documents: in production only what is known by its hash is executed. Our own clients' are in their packages; an operator admits others."""

import asyncio
import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.db import Database, is_away
from school.errors import bad_input, not_found
from school.serving.documents import BadDocumentError, Documents
from school.serving.errors import DatabaseAwayError
from school.serving.faults import Fault, refuse
from school.serving.models import TrustedDocument

FRESH_SECONDS = 1.0
"""How long an operator's change may go unnoticed. A flood of unknown documents costs one statement in this time, however large it is."""
READ_SECONDS = 2.0
"""How long that statement may take before the database is taken to be away."""
MOST_ADMITTED = 1000
_DOCUMENT_ID = re.compile("sha256:[0-9a-f]{64}")


def digest_of(text: str) -> str:
    """What a document is known by: the SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class TrustedDocuments:
    """Finds the text of what a client asks for. `own` are our clients'; `closed` refuses all that is not trusted, as production does."""

    def __init__(self, own: Iterable[str], database: Database, *, closed: bool) -> None:
        self._own = {digest_of(text): text for text in own}
        self._database, self._closed = database, closed
        self._admitted: Mapping[str, str] = {}
        self._read_at, self._lost = float("-inf"), False
        self._reading = asyncio.Lock()

    async def find(self, text: str | None, document_id: str | None) -> str:
        """The document, from its text or its id ("sha256:…"), one of which is given; BadDocumentError (UNKNOWN_DOCUMENT) before anything is parsed."""
        if text is not None and not self._closed:
            return text
        if document_id is not None and not _DOCUMENT_ID.fullmatch(document_id):
            raise _unknown()
        digest = digest_of(text) if text is not None else (document_id or "").removeprefix("sha256:")
        found = self._own.get(digest) or (await self._look_up(digest))
        if found is None:
            raise _unknown()
        return found

    async def _look_up(self, digest: str) -> str | None:
        """Among those that an operator has admitted, as they were a second ago at the most; a database that is away takes none of them back.

        DatabaseAwayError for what may have been admitted since: nobody asks the database again within the second.
        """
        async with self._reading:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                await self._read()
        found = self._admitted.get(digest)
        if found is None and self._lost:
            raise DatabaseAwayError
        return found

    async def _read(self) -> None:
        self._lost = True
        try:
            async with asyncio.timeout(READ_SECONDS), self._database.read() as session:
                self._admitted = {row.digest: row.text for row in await session.execute(sa.select(TrustedDocument.digest, TrustedDocument.text))}
            self._lost = False
        except Exception as error:
            if not is_away(error):
                raise
        finally:
            self._read_at = time.monotonic()


def _unknown() -> BadDocumentError:
    return BadDocumentError(refuse(Fault.UNKNOWN_DOCUMENT, "This document is not known here: its text must be the admitted one, without space around it."))


async def admit(session: AsyncSession, documents: Documents, name: str, text: str) -> str:
    """Trust a document, whose digest this is; once more is harmless. Refused (BAD_INPUT): one that is not valid, breaks a limit or asks for the schema."""
    try:
        documents.read(text)
    except BadDocumentError as error:
        raise bad_input(f"{name}: {error}") from None
    digest = digest_of(text)
    if await session.get(TrustedDocument, digest) is None:
        if (await session.scalar(sa.select(sa.func.count()).select_from(TrustedDocument)) or 0) >= MOST_ADMITTED:
            raise bad_input(f"{name}: {MOST_ADMITTED} documents are admitted already")
        session.add(TrustedDocument(digest=digest, name=name[:200], text=text))
        await session.flush()
    return digest


async def admitted(session: AsyncSession) -> Sequence[TrustedDocument]:
    """All that an operator has admitted, in that order."""
    return (await session.scalars(sa.select(TrustedDocument).order_by(TrustedDocument.admitted_at, TrustedDocument.digest))).all()


async def dismiss(session: AsyncSession, digest: str) -> str:
    """Trust a document no more; the beginning of its digest is enough. Its name. Refused: NOT_FOUND, BAD_INPUT (several begin so)."""
    if not re.fullmatch("[0-9a-f]{8,64}", digest):
        raise bad_input("a digest has 64 hexadecimal digits, of which 8 are enough here")
    found = (await session.scalars(sa.select(TrustedDocument).where(TrustedDocument.digest.startswith(digest)))).all()
    if not found:
        raise not_found()
    if len(found) > 1:
        raise bad_input("several documents begin like this")
    await session.delete(found[0])
    return found[0].name
