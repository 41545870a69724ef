"""Tables of absence: why a pupil may be away, in the school's own words, and what families say beforehand."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key

_IN_USE = sa.text("retired_at IS NULL")


class AbsenceReason(Tenant, Base):
    """A reason of the school's. Whether it is `excused` never changes: registers were counted by it. A retired one stands in old entries, and in no new one."""

    __tablename__ = "absence_reason"

    name: Mapped[str] = mapped_column(sa.String(60))
    sign: Mapped[str] = mapped_column(sa.String(3))
    excused: Mapped[bool]
    retired_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index("uq_absence_reason_name", "school_id", "name", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
        sa.Index("uq_absence_reason_sign", "school_id", "sign", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
    )


class NoticeState(StrEnum):
    """What has become of a notice."""

    SENT = "sent"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AbsenceNotice(Tenant, Base):
    """A child will be away, or was: both dates belong to it. `bells` has a bit for each lesson of the day that is meant; null is the whole day.

    The client makes its id. `words` are its sender's, `answer` is the school's.
    """

    __tablename__ = "absence_notice"

    pupil_id: Mapped[UUID]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    bells: Mapped[int | None]
    reason_id: Mapped[UUID]
    words: Mapped[str | None] = mapped_column(sa.String(500))
    sent_by: Mapped[UUID]
    sent_at: Mapped[dt.datetime]
    state: Mapped[NoticeState] = mapped_column(enumerated(NoticeState, "notice_state"))
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[dt.datetime | None]
    answer: Mapped[str | None] = mapped_column(sa.String(500))

    __table_args__ = (
        tenant_key("pupil_id", to="pupil"), tenant_key("reason_id", to="absence_reason"), tenant_key("sent_by", to="person"),
        tenant_key("answered_by", to="person"), sa.CheckConstraint("starts_on <= ends_on", name="dates"), sa.CheckConstraint("bells > 0", name="bells"),
        sa.Index(None, "school_id", "pupil_id", "ends_on"), sa.Index(None, "school_id", "state", "sent_at"),
    )
