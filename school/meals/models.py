"""Tables of the meals."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class AccountKind(StrEnum):
    """Whose money an account holds. Only a person's has a running balance; the others are hot and are summed from their postings."""

    PERSON = "person"
    FUNDING = "funding"  # where top-ups come from: the bank, the cash desk
    SALES = "sales"  # what the canteen has earned


class MealAccount(Tenant, Base):
    """An account of the ledger. `balance` and `floor` are in minor units; `floor` is how low the balance may go (a permitted overdraft is negative)."""

    __tablename__ = "meal_account"

    kind: Mapped[AccountKind] = mapped_column(enumerated(AccountKind, "account_kind"))
    person_id: Mapped[UUID | None]
    currency: Mapped[str] = mapped_column(sa.String(3))
    balance: Mapped[int | None] = mapped_column(sa.BigInteger)
    floor: Mapped[int] = mapped_column(sa.BigInteger)
    opened_at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("person_id", to="person"),
        sa.CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name="person"),
        sa.CheckConstraint("(kind = 'person') = (balance IS NOT NULL)", name="balance"),
        sa.CheckConstraint("balance IS NULL OR balance >= floor", name="floor"),
        sa.UniqueConstraint("school_id", "person_id"),
        sa.Index("uq_meal_account_house", "school_id", "kind", "currency", unique=True,
                 sqlite_where=sa.text("person_id IS NULL"), postgresql_where=sa.text("person_id IS NULL")),
    )


class Till(Tenant, Base):
    """A place where meals are sold."""

    __tablename__ = "till"

    name: Mapped[str] = mapped_column(sa.String(80))


class TillReader(Base):
    """At which till a reader of a device stands. It outlives the device: what was presented at the one before belongs to the till for good."""

    __tablename__ = "till_reader"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    till_id: Mapped[UUID]

    __table_args__ = (tenant_key("device_id", to="device"), tenant_key("till_id", to="till"), sa.Index(None, "school_id", "till_id"))


class TransferKind(StrEnum):
    """Why money moved."""

    TOP_UP = "top_up"
    SALE = "sale"
    REFUND = "refund"


class Transfer(Tenant, Base):
    """Money moved between two accounts. The client makes its id; `digest` tells a repeat from a conflict. `amount` is above zero, in minor units.

    `without_card`: the canteen sold to a pupil whom it had looked up by name.
    """

    __tablename__ = "transfer"

    kind: Mapped[TransferKind] = mapped_column(enumerated(TransferKind, "transfer_kind"))
    account_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    till_id: Mapped[UUID | None]
    tap_id: Mapped[UUID | None]
    refunds: Mapped[UUID | None]
    without_card: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    note: Mapped[str | None] = mapped_column(sa.String(200))
    by: Mapped[UUID | None]
    happened_at: Mapped[dt.datetime]
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        tenant_key("account_id", to="meal_account"), tenant_key("till_id", to="till"), tenant_key("refunds", to="transfer"),
        tenant_key("by", to="person"),
        sa.ForeignKeyConstraint(["school_id", "tap_id"], ["tap.school_id", "tap.id"]),
        sa.CheckConstraint("amount > 0", name="amount"), sa.UniqueConstraint("school_id", "refunds"),
        sa.UniqueConstraint("school_id", "tap_id"),
        sa.Index(None, "school_id", "account_id", "happened_at"), sa.Index(None, "school_id", "till_id", "happened_at"),
    )


class Posting(Base):
    """One side of a transfer; a transfer's postings sum to zero. `balance` is the account's after it, where it has one."""

    __tablename__ = "posting"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    balance: Mapped[int | None] = mapped_column(sa.BigInteger)

    __table_args__ = (
        tenant_key("transfer_id", to="transfer"), tenant_key("account_id", to="meal_account"), sa.CheckConstraint("amount <> 0", name="amount"),
        sa.Index(None, "school_id", "account_id", "transfer_id"),
    )


class SaleItem(Base):
    """A line of a sale: what was bought, how many, at what price in minor units."""

    __tablename__ = "sale_item"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(80))
    quantity: Mapped[int] = mapped_column(sa.SmallInteger)
    price: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (
        tenant_key("transfer_id", to="transfer"), sa.CheckConstraint("quantity > 0", name="quantity"), sa.CheckConstraint("price > 0", name="price"),
    )
