"""Tables of serving: the documents that an operator has admitted."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school import clock
from school.db import Base


class TrustedDocument(Base):
    """A document of a client that is not ours, known by the SHA-256 of its text. It is the service's, not a school's."""

    __tablename__ = "trusted_document"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text())
    admitted_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
