"""Announcements: of office and head to the school, a year or a class, of a class teacher to the own class; and taken back."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import ADMINISTRATION, Viewer
from school.diary import message_events as events
from school.diary.class_groups import latest_year
from school.diary.inserts import insert, key_of
from school.diary.message_models import Announcement
from school.diary.message_policy import WRITERS, concerned_pupils, led_by
from school.diary.message_rows import ANNOUNCEMENT, AnnouncementRow
from school.diary.texts import required_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.models import ClassGroup, Pupil, School
from school.registry.policy import in_schools, selves

LONGEST_TITLE, LONGEST_TEXT = 200, 4000
LONGEST_WAIT = dt.timedelta(days=366)
MOST_A_DAY = 50
"""Announcements of one person."""


@dataclass(frozen=True, slots=True)
class NewAnnouncement:
    """What is to be announced: to a class, to a year, or, with neither, to the school. The client made its id."""

    id: UUID
    school_id: int
    grade: int | None
    group: Ref | None
    title: str
    text: str
    acknowledge_by: dt.date | None


async def announce(session: AsyncSession, viewer: Viewer, new: NewAnnouncement) -> AnnouncementRow:
    """Tell the families something; asking the same again is harmless.

    Refused: a class, a year or a school for which the viewer may not speak, or in which there is no class (NOT_FOUND; one that has ended is none); a title
    or a text that is empty or too long, a day of the past or later than a year ahead, a class beside a year (BAD_INPUT); the same id with different content
    (CONFLICT); more than 50 in a day (TOO_MANY_ATTEMPTS).
    """
    title, text = required_text(new.title, "title", LONGEST_TITLE), required_text(new.text, "text", LONGEST_TEXT)
    if new.grade is not None and new.group is not None:
        raise bad_input("an announcement is for a class or for a year")
    author = viewer.person_in(new.school_id, *WRITERS)
    if author is None or (new.group is not None and new.group.school_id != new.school_id):
        raise not_found()
    today, year_on = await _admit(session, viewer, new, author)
    now = clock.now()
    made = AnnouncementRow(
        new.school_id, new.id, new.grade, None if new.group is None else new.group.id, title, text, new.acknowledge_by, author, now, None)
    stored = await _stored(session, viewer, Ref(new.school_id, new.id))
    if stored is not None:
        if stored[:8] == made[:8]:
            return stored
        raise conflict("another announcement has this id")
    if new.acknowledge_by is not None and not today <= new.acknowledge_by <= today + LONGEST_WAIT:
        raise bad_input("acknowledgeBy is a day from today on, at most a year ahead")
    added = await session.execute(
        insert(session, Announcement).values(**made._asdict(), year_on=year_on)
        .on_conflict_do_nothing(index_elements=key_of(Announcement)).returning(Announcement.id))
    if added.one_or_none() is None:
        raise conflict("another announcement has this id")
    await outbox.append(session, events.announced(made, await _pupils(session, made)))
    return made


async def withdraw(session: AsyncSession, viewer: Viewer, ref: Ref) -> AnnouncementRow:
    """Take one's own announcement back; doing so twice is harmless. Refused: another's (NOT_FOUND)."""
    announcement = await _stored(session, viewer, ref)
    if announcement is None or viewer.person_in(ref.school_id, *WRITERS) is None:
        raise not_found()
    now = clock.now()
    gone = await session.execute(
        sa.update(Announcement).where(Announcement.school_id == ref.school_id, Announcement.id == ref.id, Announcement.withdrawn_at.is_(None))
        .values(withdrawn_at=now).returning(Announcement.id).execution_options(synchronize_session=False))
    if gone.one_or_none() is None:
        return await _stored(session, viewer, ref) or announcement
    await outbox.append(session, events.announcement_withdrawn(announcement, await _pupils(session, announcement), now))
    return announcement._replace(withdrawn_at=now)


async def _admit(session: AsyncSession, viewer: Viewer, new: NewAnnouncement, author: UUID) -> tuple[dt.date, dt.date | None]:
    """Whether the viewer may speak to these families; the school's date, and the first day of the year of its classes. In one statement."""
    may = in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION)
    if new.group is not None:
        may = sa.or_(may, led_by(viewer, ClassGroup.school_id, ClassGroup.id))
    now = clock.now()
    today = sa.select(sa.func.count()).where(
        Announcement.school_id == new.school_id, Announcement.made_by == author, Announcement.made_at > now - dt.timedelta(days=1)).scalar_subquery()
    columns = (School.time_zone, today.label("today"), latest_year(new.school_id).label("year_on"))
    statement = sa.select(*columns).join(ClassGroup, ClassGroup.school_id == School.id).where(
        School.id == new.school_id, ClassGroup.closed_on.is_(None), may)
    if new.grade is not None:
        statement = statement.where(ClassGroup.grade == new.grade)
    if new.group is not None:
        statement = statement.where(ClassGroup.id == new.group.id)
    found = (await session.execute(statement.limit(1))).one_or_none()
    if found is None:
        raise not_found()
    if found.today >= MOST_A_DAY:
        raise Refused(Code.TOO_MANY_ATTEMPTS, "Too many announcements; try again later.", retry_after=3600)
    return clock.school_date(now, found.time_zone), found.year_on


async def _stored(session: AsyncSession, viewer: Viewer, ref: Ref) -> AnnouncementRow | None:
    """One's own announcement."""
    row = (await session.execute(ANNOUNCEMENT.where(
        Announcement.school_id == ref.school_id, Announcement.id == ref.id, selves(viewer, Announcement.school_id, Announcement.made_by)))).one_or_none()
    return None if row is None else AnnouncementRow(*row)


async def _pupils(session: AsyncSession, announcement: AnnouncementRow) -> list[UUID]:
    """The pupils whose families are told."""
    this = (Announcement.school_id == announcement.school_id, Announcement.id == announcement.id)
    return sorted(await session.scalars(sa.union_all(*concerned_pupils(Pupil.id, Pupil.left_on.is_(None), *this))))
