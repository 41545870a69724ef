"""Reads of the registry, shaped for screens: each is one statement."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.connections import Page, check_first, paged, read_page
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
from school.statements import Asking, Many, Read, any_of, given

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
def _children(viewer: Asking) -> Rows:
    return PUPIL.where(family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id)).order_by(ClassGroup.grade.desc(), Person.sort_key, Pupil.id)


async def children(reader: Reader, viewer: Viewer) -> Sequence[Any]:
    """The viewer's own children, eldest class first."""
    return await reader.all(_children, viewer)


@Read
def _login(_viewer: Asking) -> Rows:
    return sa.select(Account.login).where(Account.id == given("account_id"))


async def login(reader: Reader, viewer: Viewer) -> str:
    """The login of the account that asks."""
    found: str = (await reader.all(_login, viewer, account_id=viewer.account_id))[0].login
    return found


@Read
def _pupil(viewer: Asking) -> Rows:
    return PUPIL.where(Pupil.school_id == given("school_id"), Pupil.id == given("pupil_id"), visible_pupils(viewer))


async def pupil(reader: Reader, viewer: Viewer, ref: Ref) -> Any:
    """One pupil whom the viewer may see, else refused as absent."""
    found = await reader.all(_pupil, viewer, school_id=ref.school_id, pupil_id=ref.id)
    if not found:
        raise not_found()
    return found[0]


_BY_NAME = (Person.sort_key, Pupil.school_id, Pupil.id)


@Read
def _pupils(viewer: Asking, after: bool, of_class: bool) -> Rows:
    statement = PUPIL.where(visible_pupils(viewer), Pupil.left_on.is_(None))
    if of_class:
        statement = statement.where(Pupil.school_id == given("school_id"), Pupil.class_group_id == given("group_id"))
    return paged(statement, _BY_NAME, after=after)


async def pupils(reader: Reader, viewer: Viewer, group: Ref | None, *, first: int, after: str | None) -> Page:
    """The pupils whom the viewer may see, of one class or of all, by name."""
    of = {} if group is None else {"school_id": group.school_id, "group_id": group.id}
    return await read_page(reader, _pupils, viewer, _BY_NAME, group is not None, first=first, after=after, **of)


@Read
def _guardians(viewer: Asking) -> Rows:
    of_pupil = sa.and_(Guardianship.school_id == Pupil.school_id, Guardianship.pupil_id == Pupil.id, Guardianship.ended_at.is_(None))
    columns = (
        Pupil.school_id, Guardianship.guardian_id.label("id"), Guardianship.relation, Guardianship.since, Guardianship.diary, Guardianship.meals,
        Guardianship.access, Guardianship.reason, Person.family_name, Person.given_name, Person.patronymic,
    )
    return (
        sa.select(*columns).select_from(Pupil).outerjoin(Guardianship, of_pupil)
        .outerjoin(Person, sa.and_(Person.school_id == Guardianship.school_id, Person.id == Guardianship.guardian_id))
        .where(Pupil.school_id == given("school_id"), Pupil.id == given("pupil_id"), in_schools(viewer, Pupil.school_id, *ADMINISTRATION))
        .order_by(Guardianship.since, Guardianship.id)
    )


async def guardians(reader: Reader, viewer: Viewer, pupil_: Ref) -> Sequence[Any]:
    """Who answers for a pupil now, since when, and what of the child is open to each: for the school's administration. Refused as absent: another pupil."""
    found = await reader.all(_guardians, viewer, school_id=pupil_.school_id, pupil_id=pupil_.id)
    if not found:
        raise not_found()
    return [row for row in found if row.id is not None]


@Read
def _class_groups(viewer: Asking) -> Rows:
    columns = sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter)
    return columns.where(visible_class_groups(viewer), ClassGroup.closed_on.is_(None)).order_by(
        ClassGroup.school_id, ClassGroup.grade, ClassGroup.letter).limit(500)


async def class_groups(reader: Reader, viewer: Viewer) -> Sequence[Any]:
    """The classes of this school year that the viewer may see, in order; at most 500."""
    return await reader.all(_class_groups, viewer)


@Read
def _schools(_viewer: Asking) -> Rows:
    return sa.select(School.id, School.name, School.short_name, School.time_zone).where(any_of(School.id, given("schools", Many(int))))


async def schools(reader: Reader, viewer: Viewer) -> dict[int, Any]:
    """The schools in which the viewer holds a role."""
    found = await reader.all(_schools, viewer, schools=sorted({grant.school_id for grant in viewer.grants}))
    return {row.id: row for row in found}


_CARD = (Card.school_id, Card.id, Card.person_id, Card.state, Card.issued_at, Card.blocked_at)


@Read
def _cards(viewer: Asking) -> Rows:
    mine = (Card.school_id == given("school_id"), Card.person_id == given("person_id"), visible_cards(viewer))
    return sa.select(*_CARD).where(*mine).order_by(Card.issued_at.desc(), Card.id).limit(50)


async def cards(reader: Reader, viewer: Viewer, person: Ref) -> Sequence[Any]:
    """The cards of a person that the viewer may see, newest first; at most 50."""
    return await reader.all(_cards, viewer, school_id=person.school_id, person_id=person.id)


async def card_keys(session: AsyncSession, viewer: Viewer, school_id: int) -> Sequence[Any]:
    """The card keys of a school, the newest first, for its administration; without their secrets. `cards`: how many active cards have not moved from it."""
    mine = (CardKey.school_id == school_id, in_schools(viewer, CardKey.school_id, *ADMINISTRATION))
    return (await session.execute(card_keys_.LIST.where(*mine))).all()


_AS_ISSUED = (Card.issued_at, Card.id)


@Read
def _cards_of_key(viewer: Asking, after: bool) -> Rows:
    mine = (
        Card.school_id == given("school_id"), Card.key_id == given("key_id"), Card.state == CardState.ACTIVE,
        in_schools(viewer, Card.school_id, *ADMINISTRATION),
    )
    return paged(sa.select(*_CARD).where(*mine), _AS_ISSUED, after=after)


async def cards_of_key(reader: Reader, viewer: Viewer, key: Ref, *, first: int, after: str | None) -> Page:
    """The active cards that are under this key still, the oldest first: which have not moved, if it is not the current one. For the administration."""
    return await read_page(reader, _cards_of_key, viewer, _AS_ISSUED, first=first, after=after, school_id=key.school_id, key_id=key.id)


def _desk(viewer: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(
        Device.school_id == given("school_id"), Device.id == given("device_id"), Device.kind == DeviceKind.DESK,
        in_schools(viewer, Device.school_id, *ADMINISTRATION))


@Read
def _desk_taps(viewer: Asking) -> Rows:
    return (
        sa.select(Tap.school_id, Tap.id, Tap.reader, Tap.happened_at, Card.state, Card.person_id.label("holder_id"))
        .join(Device, sa.and_(Device.school_id == Tap.school_id, Device.id == Tap.device_id))
        .outerjoin(FormerToken, taps.OF_FORMER_TOKEN).outerjoin(Card, taps.OF_CARD)
        .where(_desk(viewer)).order_by(Tap.happened_at.desc(), Tap.sequence.desc()).limit(given("limit", sa.Integer()))
    )


@Read
def _desk_itself(viewer: Asking) -> Rows:
    return sa.select(Device.id).where(_desk(viewer))


async def desk_taps(reader: Reader, viewer: Viewer, device: Ref, *, first: int) -> Sequence[Any]:
    """The cards presented last at a desk, newest first, each with its state and holder as they are now. One statement, two where nothing was presented.

    Refused as absent: a device that is no desk of the viewer's office.
    """
    check_first(first)
    found = await reader.all(_desk_taps, viewer, limit=first, school_id=device.school_id, device_id=device.id)
    if not found:
        await check_desk(reader, viewer, device)
    return found


async def check_desk(reader: Reader, viewer: Viewer, device: Ref) -> None:
    """Refused as absent: a device that is no desk of the viewer's office."""
    if not await reader.all(_desk_itself, viewer, school_id=device.school_id, device_id=device.id):
        raise not_found()
