"""Meal accounts: opening them, and how much lies on one."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Role, Viewer, act_in
from school.db import Rows
from school.errors import bad_input, conflict, not_found
from school.ids import Ref
from school.meals import events
from school.meals.models import AccountKind, MealAccount
from school.meals.policy import visible_accounts
from school.reading import Reader
from school.registry.models import Person, School
from school.statements import THIS_PERSON, Asking, Read

DEEPEST = 200_000
"""The largest overdraft that an office may permit, in minor units (2,000 roubles): lunch for a late top-up, not a loan."""


async def open_account(session: AsyncSession, viewer: Viewer, person: Ref, *, overdraft: int = 0) -> UUID:
    """Open the account of a person of the office's school, empty. A person has one: opening it again is harmless, with another overdraft a CONFLICT.

    Refused as absent: a person of another school. BAD_INPUT: an overdraft below zero or above `DEEPEST`.
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    if not 0 <= overdraft <= DEEPEST:
        raise bad_input(f"overdraft must lie between 0 and {DEEPEST} minor units")
    currency = await session.scalar(
        sa.select(School.currency).join(Person, Person.school_id == School.id).where(Person.school_id == person.school_id, Person.id == person.id))
    if currency is None:
        raise not_found()
    opened = await _open(session, person.school_id, AccountKind.PERSON, currency, person_id=person.id, balance=0, floor=-overdraft)
    if opened is not None:
        await outbox.append(session, events.account_opened(person, opened, overdraft))
        return opened
    found = (await session.execute(
        sa.select(MealAccount.id, MealAccount.floor).where(MealAccount.school_id == person.school_id, MealAccount.person_id == person.id))).one()
    if found.floor != -overdraft:
        raise conflict("This person has an account with another overdraft.")
    account_id: UUID = found.id
    return account_id


async def open_house(session: AsyncSession, school_id: int, currency: str) -> None:
    """Open a school's own accounts, once, when the school is founded; doing it again is harmless. For the service itself: no viewer may."""
    for kind in (AccountKind.FUNDING, AccountKind.SALES):
        await _open(session, school_id, kind, currency, person_id=None, balance=None, floor=0)


@Read
def _statement(viewer: Asking) -> Rows:
    columns = sa.select(MealAccount.school_id, MealAccount.id, MealAccount.person_id, MealAccount.balance, MealAccount.floor, MealAccount.currency)
    return columns.where(
        MealAccount.school_id == THIS_PERSON.school_id, MealAccount.person_id == THIS_PERSON.id, visible_accounts(viewer, *THIS_PERSON))


async def statement(reader: Reader, viewer: Viewer, person: Ref) -> Any:
    """The account of a person with its balance and floor; absent when there is none, or not for this viewer."""
    found = await reader.all(_statement, viewer, school_id=person.school_id, person_id=person.id)
    if not found:
        raise not_found()
    return found[0]


async def _open(
    session: AsyncSession, school_id: int, kind: AccountKind, currency: str, *, person_id: UUID | None, balance: int | None, floor: int,
) -> UUID | None:
    """Insert the account; None where there is one."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return await session.scalar(
        insert(MealAccount)
        .values(school_id=school_id, id=ids.new(), kind=kind, person_id=person_id, currency=currency, balance=balance, floor=floor, opened_at=clock.now())
        .on_conflict_do_nothing().returning(MealAccount.id))
