"""Tables of the delivery."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class Lease(Base):
    """Who leads: one process at a time, until the lease runs out. Locked by the holder in each of its transactions."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[UUID]
    expires_at: Mapped[dt.datetime]
