"""The table of stored files: what somebody hands in, and on which homework, work or notice of absence it hangs."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class FileKind(StrEnum):
    """What a file is, by its content."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    TEXT = "text"


def _parent(column: str, to: str) -> sa.ForeignKeyConstraint:
    """What a file hangs on; the row goes with it, and the bytes with the next sweep."""
    return sa.ForeignKeyConstraint(["school_id", column], [f"{to}.school_id", f"{to}.id"], ondelete="CASCADE")


class StoredFile(Tenant, Base):
    """A file of `by`'s, who has announced its name and its `size` in bytes. The client makes its id.

    Once its bytes have come it has a `kind`; the store keeps them as `place`, which is by chance. `digest` and `kept_size` are of what is kept, `sent` is the
    digest of what came: pictures are drawn anew. `pupil_id` is the child that the work or the notice is of. Removed ones keep no bytes.
    """

    __tablename__ = "stored_file"

    by: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int]
    made_at: Mapped[dt.datetime]
    kind: Mapped[FileKind | None] = mapped_column(enumerated(FileKind, "file_kind"))
    place: Mapped[UUID | None]
    digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    sent: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    kept_size: Mapped[int | None]
    homework_id: Mapped[UUID | None]
    submission_id: Mapped[UUID | None]
    notice_id: Mapped[UUID | None]
    pupil_id: Mapped[UUID | None]
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("by", to="person"), tenant_key("pupil_id", to="pupil"), _parent("homework_id", "homework"),
        _parent("submission_id", "homework_submission"), _parent("notice_id", "absence_notice"), sa.UniqueConstraint("school_id", "place"),
        sa.Index(None, "school_id", "by", "made_at"), sa.Index(None, "school_id", "homework_id"), sa.Index(None, "school_id", "submission_id"),
        sa.Index(None, "school_id", "notice_id"), sa.Index(None, "school_id", "pupil_id"),
        sa.CheckConstraint(
            "(homework_id IS NULL OR submission_id IS NULL) AND (homework_id IS NULL OR notice_id IS NULL) "
            "AND (submission_id IS NULL OR notice_id IS NULL)", name="one_thing"),
        sa.CheckConstraint("(kind IS NULL) = (sent IS NULL) AND (kind IS NULL) = (digest IS NULL) AND (kind IS NULL) = (kept_size IS NULL)", name="whole"),
        sa.CheckConstraint("kind IS NULL OR (place IS NULL) = (removed_at IS NOT NULL)", name="kept"),
        sa.CheckConstraint("size > 0", name="size"),
    )
