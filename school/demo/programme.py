"""The day's programme: who comes when and through which door, and which lessons the teachers with logins give."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.clock import school_moment
from school.context import Role
from school.diary.models import CourseScale, Lesson
from school.ids import Ref
from school.registry.account_models import Account, AccountRole
from school.registry.bell_models import Bell
from school.registry.models import Card, CardState, Course, Guardianship, Pupil, Staff
from school.seed.dice import Dice, card_uid
from school.seed.logins import LOGINS
from school.seed.plan import TIME_ZONE

MAIN = 1
"""The school that has gates and a canteen; the other one is seen through its diary."""
_TAPS_A_SECOND = 12
"""How many cards a small machine is asked to take: at a higher speed fewer people come, so that each comes in time."""
_ARRIVING_SECONDS = 50 * 60
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """Someone's day: the card, the way in and the way out. `late` is in whole minutes, 0 for who is in time; `lost` the UID of a blocked card."""

    person: UUID
    uid: bytes
    comes: dt.datetime
    goes: dt.datetime
    late: int = 0
    lost: bytes | None = None
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A lesson of a teacher who has a login. `next_id` is the course's next lesson, for which homework is due; `marked` whether the course has marks."""

    login: str
    ref: Ref
    next_id: UUID | None
    begins: dt.datetime
    ends: dt.datetime
    pupils: tuple[UUID, ...]
    marked: bool


@dataclass
class Programme:
    """A school day as it will go."""

    day: dt.date
    visits: list[Visit] = field(default_factory=list)
    absent: set[UUID] = field(default_factory=set)
    given: list[Given] = field(default_factory=list)
    breaks: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    children: list[Ref] = field(default_factory=list)

    @property
    def over(self) -> dt.datetime:
        """When the last one has gone and the last lesson is done."""
        return max([visit.goes for visit in self.visits] + [given.ends for given in self.given]) + 5 * _MINUTE


def moment(day: dt.date, hour: int, minute: int) -> dt.datetime:
    """A school-local time of the day."""
    return school_moment(day, dt.time(hour, minute), TIME_ZONE)


async def read_programme(session: AsyncSession, day: dt.date, speed: float, dice: Dice) -> Programme:
    """Draw the day."""
    programme = Programme(day)
    programme.children = await _children(session)
    bells = {
        (row.school_id, row.number): (school_moment(day, row.starts_at, TIME_ZONE), school_moment(day, row.ends_at, TIME_ZONE))
        for row in await session.execute(sa.select(Bell.school_id, Bell.number, Bell.starts_at, Bell.ends_at))
    }
    await _draw_visits(session, programme, bells, int(_TAPS_A_SECOND * _ARRIVING_SECONDS / speed), dice)
    programme.given = await _read_given(session, day, bells)
    programme.breaks = [(bells[MAIN, number][1], bells[MAIN, number + 1][0]) for number in (1, 2, 3, 4)]
    return programme


async def _children(session: AsyncSession) -> list[Ref]:
    """The children of the `parent` login; one of them comes late today."""
    rows = await session.execute(
        sa.select(Guardianship.school_id, Guardianship.pupil_id)
        .join(AccountRole, sa.and_(AccountRole.school_id == Guardianship.school_id, AccountRole.person_id == Guardianship.guardian_id))
        .join(Account, Account.id == AccountRole.account_id)
        .where(Account.login == "parent", AccountRole.role == Role.GUARDIAN, Guardianship.ended_at.is_(None))
        .order_by(Guardianship.school_id, Guardianship.pupil_id))
    return [Ref(row.school_id, row.pupil_id) for row in rows]


async def _draw_visits(
    session: AsyncSession, programme: Programme, bells: dict[tuple[int, int], tuple[dt.datetime, dt.datetime]], most: int, dice: Dice,
) -> None:
    """Pupils and staff, at most so many: the `parent` login's children first, then by lot. A few are absent, late, or hold a card that is blocked."""
    day = programme.day
    spans = {row.class_group_id: (row.first, row.last) for row in await session.execute(
        sa.select(Lesson.class_group_id, sa.func.min(Lesson.bell).label("first"), sa.func.max(Lesson.bell).label("last"))
        .where(Lesson.school_id == MAIN, Lesson.on_date == day, Lesson.cancelled_at.is_(None)).group_by(Lesson.class_group_id))}
    pupils = {row.id: row.class_group_id for row in await session.execute(
        sa.select(Pupil.id, Pupil.class_group_id).where(Pupil.school_id == MAIN, Pupil.left_on.is_(None)).order_by(Pupil.id))}
    staff = list(await session.scalars(sa.select(Staff.id).where(Staff.school_id == MAIN, Staff.left_on.is_(None)).order_by(Staff.id)))
    cards: dict[tuple[UUID, CardState], bytes] = {
        (row.person_id, row.state): card_uid(row.id)
        for row in await session.execute(sa.select(Card.id, Card.person_id, Card.state).where(Card.school_id == MAIN))
    }
    own = [child.id for child in programme.children if child.school_id == MAIN]
    losers = [person for person in pupils if (person, CardState.BLOCKED) in cards][:3]
    others = [person for person in (*pupils, *staff) if person not in own and person not in losers]
    dice.shuffle(others)
    programme.absent = set(dice.sample(sorted(set(pupils) - set(own) - set(losers)), len(pupils) // 20))
    tardy = {own[0], *dice.sample(others, max(1, len(others) // 40))}
    comers = [person for person in (*own, *losers, *others) if person not in programme.absent][:max(most, len(own) + len(losers) + 1)]
    for place, person in enumerate(comers):
        first, last = spans.get(pupils.get(person, UUID(int=0)), (1, 6))
        begins, ends = bells[MAIN, first][0], bells[MAIN, last][1]
        late = dice.randint(2, 14) if person in tardy and person in pupils else 0
        comes = begins + (late + 0.5) * _MINUTE if late else begins - dice.triangular(2, 50, 14) * _MINUTE
        programme.visits.append(Visit(
            person, cards[person, CardState.ACTIVE], comes, ends + dice.uniform(2, 30) * _MINUTE, late, cards.get((person, CardState.BLOCKED)),
            twice=place in {len(own) + len(losers), len(comers) - 1},
        ))


async def _read_given(session: AsyncSession, day: dt.date, bells: dict[tuple[int, int], tuple[dt.datetime, dt.datetime]]) -> list[Given]:
    rows = (await session.execute(
        sa.select(
            Lesson.school_id, Lesson.id, Lesson.bell, Lesson.course_id, Lesson.class_group_id, Account.login, CourseScale.scale_id,
        )
        .join(Course, sa.and_(Course.school_id == Lesson.school_id, Course.id == Lesson.course_id))
        .join(AccountRole, sa.and_(AccountRole.school_id == Course.school_id, AccountRole.person_id == Course.teacher_id, AccountRole.role == Role.TEACHER))
        .join(Account, Account.id == AccountRole.account_id)
        .outerjoin(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .where(Account.login.in_(LOGINS), Lesson.on_date == day, Lesson.cancelled_at.is_(None)).order_by(Lesson.school_id, Lesson.bell))).all()
    given = []
    for row in rows:
        next_id = await session.scalar(
            sa.select(Lesson.id).where(
                Lesson.school_id == row.school_id, Lesson.course_id == row.course_id, Lesson.cancelled_at.is_(None),
                sa.or_(Lesson.on_date > day, sa.and_(Lesson.on_date == day, Lesson.bell > row.bell)),
            ).order_by(Lesson.on_date, Lesson.bell).limit(1))
        pupils = await session.scalars(
            sa.select(Pupil.id).where(Pupil.school_id == row.school_id, Pupil.class_group_id == row.class_group_id, Pupil.left_on.is_(None)).order_by(Pupil.id))
        begins, ends = bells[row.school_id, row.bell]
        given.append(Given(row.login, Ref(row.school_id, row.id), next_id, begins, ends, tuple(pupils), row.scale_id is not None))
    return given
