"""Reads of the record, shaped for a parent: what one person did with one kind of data on one day is one line."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.connections import Page, check_first, decode, page
from school.context import ADMINISTRATION, Viewer
from school.errors import not_found
from school.ids import Ref
from school.record.models import Record
from school.record.personal import untold
from school.record.policy import visible_pupils, withheld_areas
from school.registry.account_models import AccountRole
from school.registry.models import Guardianship, Person, Pupil, Staff

AT_ONCE = 100
"""Accounts on a page, at most: one for each line."""
_ID = sa.cast(Record.id, sa.String(36))


async def of_child(session: AsyncSession, viewer: Viewer, child: Ref, *, first: int, after: str | None) -> Page:
    """Who did what with a pupil's record, the newest day first, then whoever came last to it. One statement, two where there is nothing.

    A line's place is its first entry's: it stays there when the same is read again, so that no page skips it. A page reads the entries of its days
    alone, which are at most two more than its lines. Refused as absent: a pupil whose record is not for this viewer.
    """
    check_first(first)
    mine = (Pupil.school_id == child.school_id, Pupil.id == child.id, visible_pupils(viewer))
    rows = sa.select(
        Record.on_date, sa.type_coerce(Record.area, sa.String).label("area"), sa.type_coerce(Record.action, sa.String).label("action"), Record.kind,
        sa.type_coerce(Record.role, sa.String).label("role"), Record.account_id, Record.at, _ID.label("id"),
    ).join(Pupil, sa.and_(Pupil.school_id == Record.school_id, Pupil.id == Record.person_id)).where(*mine)
    told = _told(viewer, child)
    if after is not None:
        told.append(Record.on_date <= decode(after, (Record.on_date, _ID))[0])
    days = sa.select(Record.on_date).where(*told).distinct().order_by(Record.on_date.desc()).limit(first + 2).subquery()
    row = rows.where(*told, Record.on_date >= sa.select(sa.func.min(days.c.on_date)).scalar_subquery()).subquery().c
    line = (row.on_date, row.area, row.action, row.kind, row.role, row.account_id)
    # Ids are UUIDv7: the first one is of the first moment, and tells lines apart.
    lines = sa.select(
        *line, sa.func.count().label("times"), sa.func.min(row.at).label("first_at"), sa.func.max(row.at).label("last_at"),
        sa.func.min(row.id).label("first_id"),
    ).group_by(*line).subquery().c
    found = await page(session, sa.select(*lines), (lines.on_date, lines.first_id), first=first, after=after, descending=True)
    if not found.rows and await session.scalar(sa.select(Pupil.id).where(*mine)) is None:
        raise not_found()
    return found


def _told(viewer: Viewer, child: Ref) -> list[sa.ColumnElement[bool]]:
    """The entries of a child that the viewer may know of."""
    told = [Record.school_id == child.school_id, Record.person_id == child.id]
    if withheld := withheld_areas(viewer, child):
        told.append(Record.area.not_in(withheld))
    if child.school_id not in viewer.schools(*ADMINISTRATION):
        told.append(untold(Record.kind))
    return told


async def actors(session: AsyncSession, child: Ref, accounts: Collection[UUID]) -> Sequence[Any]:
    """As whom these accounts are at the child's school: a member of the staff by name and position, a guardian by what they are to the child.

    For lines of the record that the viewer may read, whoever the viewer is: to be asked as the service. One statement.
    """
    if len(accounts) > AT_ONCE:
        raise ValueError("more accounts than a page has lines")
    return (await session.execute(
        sa.select(
            AccountRole.account_id, sa.type_coerce(AccountRole.role, sa.String).label("role"), Person.family_name, Person.given_name, Person.patronymic,
            Staff.position, Guardianship.relation,
        )
        .join(Person, sa.and_(Person.school_id == AccountRole.school_id, Person.id == AccountRole.person_id))
        .outerjoin(Staff, sa.and_(Staff.school_id == Person.school_id, Staff.id == Person.id))
        .outerjoin(Guardianship, sa.and_(
            Guardianship.school_id == Person.school_id, Guardianship.guardian_id == Person.id, Guardianship.pupil_id == child.id))
        .where(AccountRole.school_id == child.school_id, AccountRole.account_id.in_(sorted(accounts)))
        .order_by(Guardianship.since, Person.id))).all()
