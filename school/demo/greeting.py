"""What the demo says when it begins: where it is, who can sign in, who cannot yet, and what to do by hand."""

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.context import Role
from school.demo.daemons import Daemon
from school.demo.programme import MAIN, Programme
from school.demo.roster import Roster
from school.diary.models import CourseScale, Lesson
from school.ids import Kind
from school.registry.account_models import Account, AccountRole
from school.registry.models import Course, Guardianship, Pupil
from school.seed.logins import LOGINS

FOLDER = Path("demo")
"""Where the demo lives, and where `school watch` looks for it, if nobody says otherwise."""


_NEW_CARD = "04C0FFEE5EED80"
"""Of nobody yet."""


@dataclass(frozen=True, slots=True)
class Handles:
    """By hand: cards of the watched children (who, UID), a call that gives one of them a mark, and people (who, id) whom the office can invite."""

    cards: Sequence[tuple[str, str]]
    mark: str | None
    uninvited: Sequence[tuple[str, str]]


async def read_handles(session: AsyncSession, programme: Programme, roster: Roster) -> Handles:
    """As they are this morning."""
    uids = {visit.person: visit.uid.hex().upper() for visit in programme.visits}
    cards = [(roster.name(child.id), uids[child.id]) for child in programme.children if child.id in uids]
    return Handles(cards, await _read_mark(session, programme), await _read_uninvited(session, roster))


async def _read_mark(session: AsyncSession, programme: Programme) -> str | None:
    """For the last lesson that the `teacher` login has given to a watched child: marks are not given for lessons to come."""
    found = (await session.execute(
        sa.select(Lesson.id.label("lesson"), Pupil.id.label("pupil"))
        .join(Pupil, sa.and_(Pupil.school_id == Lesson.school_id, Pupil.class_group_id == Lesson.class_group_id))
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
        .join(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .join(AccountRole, sa.and_(AccountRole.school_id == Course.school_id, AccountRole.person_id == Course.teacher_id))
        .join(Account, Account.id == AccountRole.account_id)
        .where(
            Account.login == "teacher", Lesson.school_id == MAIN, Lesson.on_date < programme.day, Lesson.cancelled_at.is_(None),
            Pupil.id.in_([child.id for child in programme.children]))
        .order_by(Lesson.on_date.desc(), Lesson.bell.desc()).limit(1))).one_or_none()
    if found is None:
        return None
    lesson, pupil = ids.encode(Kind.LESSON, MAIN, found.lesson), ids.encode(Kind.PERSON, MAIN, found.pupil)
    item = f'{{id: "{ids.new()}", pupilId: "{pupil}", value: 5, work: ANSWER}}'
    return (
        f'mutation {{ giveMarks(input: {{lessonId: "{lesson}", items: [{item}]}}) '
        "{ __typename ... on GiveMarksResults { results { __typename } } ... on Refusal { message } } }")


async def _read_uninvited(session: AsyncSession, roster: Roster) -> list[tuple[str, str]]:
    """Pupils of the main school without a login, and their guardians who have none."""
    has_login = sa.exists().where(AccountRole.school_id == Pupil.school_id, AccountRole.person_id == Pupil.id)
    pupils = list(await session.scalars(sa.select(Pupil.id).where(Pupil.school_id == MAIN, Pupil.left_on.is_(None), ~has_login).order_by(Pupil.id)))
    has_login = sa.exists().where(AccountRole.school_id == Guardianship.school_id, AccountRole.person_id == Guardianship.guardian_id)
    guardians = await session.scalars(
        sa.select(Guardianship.guardian_id).where(Guardianship.school_id == MAIN, Guardianship.ended_at.is_(None), ~has_login)
        .distinct().order_by(Guardianship.guardian_id))
    people = [(person, Role.PUPIL) for person in pupils] + [(person, Role.GUARDIAN) for person in guardians]
    return [(f"{role.name:<9} {roster.name(person):<32}", ids.encode(Kind.PERSON, MAIN, person)) for person, role in people]


def greet(
    server: str, directory: Path, logins: Mapping[str, str], day: dt.date, speed: float, gate: Daemon, desk: Daemon, handles: Handles,
) -> list[str]:
    """The lines. `directory` as it was asked for, so that what is to be typed is short."""
    elsewhere = "" if directory == FOLDER else f" --dir {shlex.quote(str(directory))}"
    tap, tap_desk = (
        f".venv/bin/python -m school.demo.taps {shlex.quote(str(directory / daemon.state.relative_to(daemon.state.parents[1])))}" for daemon in (gate, desk))
    return [
        "", f"{day:%A, %d %B %Y}, a school day, {speed:g} times faster than life. Ctrl-C ends it.", "",
        f"  the app         {server}/", f"  people's API    {server}/graphql      console: {server}/console",
        f"  machines' API   {server}/gateway      health: {server}/healthz   metrics: {server}/metrics",
        f"  logs            {directory / 'logs'}", "",
        *(f"  {login:<14}{password:<18}{LOGINS.get(login, '')}" for login, password in logins.items()),
        *(f"  {'no login yet' if place == 0 else '':<14}{who}  {person_id}" for place, (who, person_id) in enumerate(handles.uninvited)), "",
        f"Be a parent in a second terminal:  .venv/bin/school watch --login parent{elsewhere}", "", "Make something happen, in a third one:",
        *(f"  {tap} out {uid}    # or in: {who} at {gate.called}" for who, uid in handles.cards),
        f"  {tap_desk} desk {_NEW_CARD}    # a new card on the office's desk, which issues it to somebody",
        *([f"and in the console, as teacher:\n  {handles.mark}"] if handles.mark else []), "",
    ]
