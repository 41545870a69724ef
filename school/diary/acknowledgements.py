"""Acknowledgements: a guardian says to have read a mark, a remark or an announcement; its author sees by whom it was read, and by whom not yet."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox
from school.context import Role, Viewer
from school.db import Rows
from school.diary import message_events as events
from school.diary.inserts import insert, key_of
from school.diary.message_models import Acknowledged, Acknowledgement, Announcement, Remark
from school.diary.message_policy import concerned_pupils, followed_announcements, followed_marks, followed_remarks, guarded
from school.diary.models import Mark
from school.errors import Code, Refused, not_found
from school.ids import Kind, Ref, decode, kind_of
from school.reading import Reader
from school.registry.models import Course, Person, Pupil
from school.statements import Asking, Read, given

THINGS = {Kind.MARK: Acknowledged.MARK, Kind.REMARK: Acknowledged.REMARK, Kind.ANNOUNCEMENT: Acknowledged.ANNOUNCEMENT}
MOST_PUPILS = 3000
"""Of how many pupils one answer tells: more than a school has."""


class Thing(NamedTuple):
    """What can be acknowledged."""

    kind: Acknowledged
    ref: Ref


def thing_of(id_: str) -> Thing:
    """From its opaque id; refused as absent: what cannot be acknowledged."""
    kind = kind_of(id_)
    if kind not in THINGS:
        raise not_found()
    return Thing(THINGS[kind], decode(kind, id_))


async def acknowledge(session: AsyncSession, viewer: Viewer, thing: Thing) -> dt.datetime:
    """Say to have read it, as a guardian, of every child of one's own whom it concerns; since when that is said. Saying it again is harmless.

    Refused: what is about no child for whom the viewer answers, or was taken back (NOT_FOUND).
    """
    guardian = viewer.person_in(thing.ref.school_id, Role.GUARDIAN)
    found = [] if guardian is None else (await session.execute(_concerned(viewer, thing))).all()
    if guardian is None or not found:
        raise not_found()
    now, pupils = clock.now(), [row.pupil_id for row in found]
    added = list(await session.scalars(
        insert(session, Acknowledgement).on_conflict_do_nothing(index_elements=key_of(Acknowledgement)).returning(Acknowledgement.pupil_id),
        [{"school_id": thing.ref.school_id, "thing_id": thing.ref.id, "pupil_id": pupil, "guardian_id": guardian, "kind": thing.kind, "at": now}
         for pupil in pupils]))
    author = found[0].author_id
    await outbox.append(session, *(events.acknowledged(thing.ref.school_id, thing.kind, thing.ref.id, pupil, author, now) for pupil in sorted(added)))
    mine = (Acknowledgement.school_id == thing.ref.school_id, Acknowledgement.thing_id == thing.ref.id, Acknowledgement.guardian_id == guardian)
    return await session.scalar(sa.select(sa.func.min(Acknowledgement.at)).where(*mine)) or now


def _concerned(viewer: Viewer, thing: Thing) -> Rows:
    """The viewer's own children whom it concerns, and who is its author."""
    if thing.kind is Acknowledged.ANNOUNCEMENT:
        return (
            sa.select(Pupil.id.label("pupil_id"), Announcement.made_by.label("author_id"))
            .join(Announcement, Announcement.school_id == Pupil.school_id)
            .where(Pupil.id.in_(_told(thing.ref.school_id, thing.ref.id)), Announcement.school_id == thing.ref.school_id,
                   Announcement.id == thing.ref.id, Announcement.withdrawn_at.is_(None), guarded(viewer, Pupil.school_id, Pupil.id)).order_by(Pupil.id)
        )
    table: Any = Mark if thing.kind is Acknowledged.MARK else Remark
    return sa.select(table.pupil_id, table.given_by.label("author_id")).where(
        table.school_id == thing.ref.school_id, table.id == thing.ref.id, table.withdrawn_at.is_(None), guarded(viewer, table.school_id, table.pupil_id))


def _told(school_id: Any, announcement_id: Any) -> Any:
    """The pupils whom an announcement concerns and who have not left; read once for the whole statement."""
    this = (Announcement.school_id == school_id, Announcement.id == announcement_id)
    return sa.union_all(*(part.correlate(None) for part in concerned_pupils(Pupil.id, Pupil.left_on.is_(None), *this)))


class ReadBy(NamedTuple):
    """A pupil whom a thing concerns, and a guardian who has read it, if one has: a row for each of these."""

    school_id: int
    pupil_id: UUID
    pupil: tuple[str, str, str | None]
    guardian_id: UUID | None
    guardian: tuple[str, str, str | None]
    at: dt.datetime | None


_Guardian = aliased(Person)


@Read
def _read_by(viewer: Asking, kind: Acknowledged) -> Rows:
    this = (given("school_id", sa.Integer()), given("thing_id", sa.Uuid()))
    said = sa.and_(
        Acknowledgement.school_id == Pupil.school_id, Acknowledgement.pupil_id == Pupil.id, Acknowledgement.thing_id == this[1])
    statement = (
        sa.select(
            Pupil.school_id, Pupil.id, Person.family_name, Person.given_name, Person.patronymic, Acknowledgement.guardian_id,
            _Guardian.family_name.label("guardian_family_name"), _Guardian.given_name.label("guardian_given_name"),
            _Guardian.patronymic.label("guardian_patronymic"), Acknowledgement.at)
        .join(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id)).outerjoin(Acknowledgement, said)
        .outerjoin(_Guardian, sa.and_(_Guardian.school_id == Acknowledgement.school_id, _Guardian.id == Acknowledgement.guardian_id))
    )
    if kind is Acknowledged.ANNOUNCEMENT:
        statement = statement.join(Announcement, Announcement.school_id == Pupil.school_id).where(
            Pupil.id.in_(_told(*this)), Announcement.school_id == this[0], Announcement.id == this[1], followed_announcements(viewer))
    elif kind is Acknowledged.MARK:
        statement = statement.join(Mark, sa.and_(Mark.school_id == Pupil.school_id, Mark.pupil_id == Pupil.id)).join(
            Course, sa.and_(Course.school_id == Mark.school_id, Course.id == Mark.course_id)).where(
            Mark.school_id == this[0], Mark.id == this[1], followed_marks(viewer))
    else:
        statement = statement.join(Remark, sa.and_(Remark.school_id == Pupil.school_id, Remark.pupil_id == Pupil.id)).where(
            Remark.school_id == this[0], Remark.id == this[1], followed_remarks(viewer))
    return statement.order_by(Person.sort_key, Pupil.id, Acknowledgement.at).limit(2 * MOST_PUPILS + 1)


async def read_by(reader: Reader, viewer: Viewer, thing: Thing) -> list[ReadBy]:
    """Of each pupil whom a thing concerns, by name, which guardians have read it: for its author, and who follows it. One statement.

    Refused as absent: a thing that the viewer does not follow, and one that concerns nobody.
    """
    found = await reader.all(_read_by, viewer, thing.kind, school_id=thing.ref.school_id, thing_id=thing.ref.id)
    if not found:
        raise not_found()
    if len(found) > 2 * MOST_PUPILS:
        raise Refused(Code.TOO_MANY, "more readers than one answer holds")
    return [ReadBy(row[0], row[1], (row[2], row[3], row[4]), row[5], (row[6], row[7], row[8]), row[9]) for row in found]
