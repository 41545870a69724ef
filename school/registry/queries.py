"""Reads of the registry, shaped for screens: each is one statement."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.connections import Page, check_first, page
from school.context import ADMINISTRATION, Area, Viewer
from school.db import Rows
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry import card_keys as card_keys_
from school.registry import taps
from school.registry.account_models import Account
from school.registry.models import Card, CardKey, CardState, ClassGroup, Device, DeviceKind, FormerToken, Guardianship, Person, Pupil, School, Tap
from school.registry.policy import family, in_schools, visible_cards, visible_class_groups, visible_pupils
from school.statements import Read, given

PUPIL = (
    sa.select(
        Pupil.school_id, Pupil.id, Pupil.class_group_id, Person.family_name, Person.given_name, Person.patronymic, ClassGroup.grade, ClassGroup.letter,
        School.name.label("school_name"), School.short_name, School.time_zone,
    )
    .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
    .join(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id))
    .join(School, School.id == Pupil.school_id)
)


@Read
def _children(viewer: Viewer) -> Rows:
    return PUPIL.where(family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id)).order_by(ClassGroup.grade.desc(), Person.sort_key, Pupil.id)


async def children(reader: Reader, viewer: Viewer) -> Sequence[Any]:
    """The viewer's own children, eldest class first."""
    return await reader.all(_children, viewer)


@Read
def _login(_viewer: Viewer) -> Rows:
    return sa.select(Account.login).where(Account.id == given("account_id"))


async def login(reader: Reader, viewer: Viewer) -> str:
    """The login of the account that asks."""
    found: str = (await reader.all(_login, viewer, account_id=viewer.account_id))[0].login
    return found


async def pupil(session: AsyncSession, viewer: Viewer, ref: Ref) -> Any:
    """One pupil whom the viewer may see, else refused as absent."""
    row = (await session.execute(PUPIL.where(Pupil.school_id == ref.school_id, Pupil.id == ref.id, visible_pupils(viewer)))).one_or_none()
    if row is None:
        raise not_found()
    return row


async def pupils(session: AsyncSession, viewer: Viewer, group: Ref | None, *, first: int, after: str | None) -> Page:
    """The pupils whom the viewer may see, of one class or of all, by name."""
    statement = PUPIL.where(visible_pupils(viewer), Pupil.left_on.is_(None))
    if group is not None:
        statement = statement.where(Pupil.school_id == group.school_id, Pupil.class_group_id == group.id)
    return await page(session, statement, (Person.sort_key, Pupil.school_id, Pupil.id), first=first, after=after)


async def guardians(session: AsyncSession, viewer: Viewer, pupil_: Ref) -> Sequence[Any]:
    """Who answers for a pupil now, since when, and what of the child is open to each: for the school's administration. Refused as absent: another pupil."""
    of_pupil = sa.and_(Guardianship.school_id == Pupil.school_id, Guardianship.pupil_id == Pupil.id, Guardianship.ended_at.is_(None))
    columns = (
        Pupil.school_id, Guardianship.guardian_id.label("id"), Guardianship.relation, Guardianship.since, Guardianship.diary, Guardianship.meals,
        Guardianship.access, Guardianship.reason, Person.family_name, Person.given_name, Person.patronymic,
    )
    found = (await session.execute(
        sa.select(*columns).select_from(Pupil).outerjoin(Guardianship, of_pupil)
        .outerjoin(Person, sa.and_(Person.school_id == Guardianship.school_id, Person.id == Guardianship.guardian_id))
        .where(Pupil.school_id == pupil_.school_id, Pupil.id == pupil_.id, in_schools(viewer, Pupil.school_id, *ADMINISTRATION))
        .order_by(Guardianship.since, Guardianship.id))).all()
    if not found:
        raise not_found()
    return [row for row in found if row.id is not None]


async def class_groups(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The classes that the viewer may see, in order; at most 500."""
    columns = sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter)
    order = (ClassGroup.school_id, ClassGroup.grade, ClassGroup.letter)
    return (await session.execute(columns.where(visible_class_groups(viewer)).order_by(*order).limit(500))).all()


async def schools(session: AsyncSession, viewer: Viewer) -> dict[int, Any]:
    """The schools in which the viewer holds a role."""
    numbers = {grant.school_id for grant in viewer.grants}
    found = await session.execute(sa.select(School.id, School.name, School.short_name, School.time_zone).where(School.id.in_(numbers)))
    return {row.id: row for row in found}


async def cards(session: AsyncSession, viewer: Viewer, person: Ref) -> Sequence[Any]:
    """The cards of a person that the viewer may see, newest first; at most 50."""
    columns = sa.select(Card.school_id, Card.id, Card.person_id, Card.state, Card.issued_at, Card.blocked_at)
    mine = (Card.school_id == person.school_id, Card.person_id == person.id, visible_cards(viewer))
    return (await session.execute(columns.where(*mine).order_by(Card.issued_at.desc(), Card.id).limit(50))).all()


async def card_keys(session: AsyncSession, viewer: Viewer, school_id: int) -> Sequence[Any]:
    """The card keys of a school, the newest first, for its administration; without their secrets. `cards`: how many active cards have not moved from it."""
    mine = (CardKey.school_id == school_id, in_schools(viewer, CardKey.school_id, *ADMINISTRATION))
    return (await session.execute(card_keys_.LIST.where(*mine))).all()


async def cards_of_key(session: AsyncSession, viewer: Viewer, key: Ref, *, first: int, after: str | None) -> Page:
    """The active cards that are under this key still, the oldest first: which have not moved, if it is not the current one. For the administration."""
    columns = sa.select(Card.school_id, Card.id, Card.person_id, Card.state, Card.issued_at, Card.blocked_at)
    mine = (Card.school_id == key.school_id, Card.key_id == key.id, Card.state == CardState.ACTIVE, in_schools(viewer, Card.school_id, *ADMINISTRATION))
    return await page(session, columns.where(*mine), (Card.issued_at, Card.id), first=first, after=after)


async def desk_taps(session: AsyncSession, viewer: Viewer, device: Ref, *, first: int) -> Sequence[Any]:
    """The cards presented last at a desk, newest first, each with its state and holder as they are now. One statement, two where nothing was presented.

    Refused as absent: a device that is no desk of the viewer's office.
    """
    check_first(first)
    mine = (
        Device.school_id == device.school_id, Device.id == device.id, Device.kind == DeviceKind.DESK, in_schools(viewer, Device.school_id, *ADMINISTRATION),
    )
    found = (await session.execute(
        sa.select(Tap.school_id, Tap.id, Tap.reader, Tap.happened_at, Card.state, Card.person_id.label("holder_id"))
        .join(Device, sa.and_(Device.school_id == Tap.school_id, Device.id == Tap.device_id))
        .outerjoin(FormerToken, taps.OF_FORMER_TOKEN).outerjoin(Card, taps.OF_CARD)
        .where(*mine).order_by(Tap.happened_at.desc(), Tap.sequence.desc()).limit(first))).all()
    if not found and await session.scalar(sa.select(Device.id).where(*mine)) is None:
        raise not_found()
    return found
