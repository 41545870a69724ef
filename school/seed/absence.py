"""What families of the seed have told the school of absences: who was ill on the last day, and some who will be away tomorrow."""

import datetime as dt

from school.diary.absence_models import AbsenceNotice, AbsenceReason, NoticeState
from school.diary.reasons import USUAL
from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.people import Learner
from school.seed.roll import Roll
from school.seed.writer import Writer

ILLNESS, DOCTOR, FAMILY, NONE = (next(place for place, one in enumerate(USUAL) if one[0] == name) for name in (
    "Болезнь", "Приём у врача", "Семейные обстоятельства", "Без причины"))
_EVERY = 17
"""Of so many pupils one will be away."""


def write_reasons(campus: Campus, writer: Writer, dice: Dice, began: dt.datetime) -> None:
    """The usual ones."""
    for name, sign, excused in USUAL:
        campus.reasons.append(dice.id_at(began))
        writer.add(AbsenceReason, school_id=campus.school_id, id=campus.reasons[-1], name=name, sign=sign, excused=excused, retired_at=None)


def write_notices(campus: Campus, last: Roll, dice: Dice, writer: Writer) -> None:
    """Of the last day those that were accepted, and of tomorrow those that wait: the demo's own child sees a doctor."""
    for learner in campus.people.learners:
        if last.excused.get(learner.id):
            _tell(campus, learner, last.date, dice, writer, reason=ILLNESS, accepted=True, words="Температура, остаёмся дома")
    tomorrow, demo = campus.calendar.ahead[1], campus.people.families[0].ties[0].human
    for place, learner in enumerate(campus.people.learners):
        if campus.school_id == 1 and learner.group == campus.demo_group() and any(tie.human is demo for tie in learner.ties):
            _tell(campus, learner, tomorrow, dice, writer, reason=DOCTOR, bells=0b110, words="К врачу, придём к третьему уроку")
        elif place % _EVERY == 1 and learner.id not in last.excused:
            _tell(campus, learner, tomorrow, dice, writer, reason=FAMILY)


def _tell(
    campus: Campus, learner: Learner, date: dt.date, dice: Dice, writer: Writer, *, reason: int, accepted: bool = False, bells: int | None = None,
    words: str | None = None,
) -> None:
    tie = next((tie for tie in learner.ties if tie.ended is None), None)
    if tie is None:
        return
    morning = at(date, dt.time(7, 20)) if accepted else at(campus.calendar.past[-1], dt.time(12, 10))
    sent_at = morning + dt.timedelta(minutes=learner.id.int % 40)
    writer.add(
        AbsenceNotice, school_id=campus.school_id, id=dice.id_at(sent_at), pupil_id=learner.id, starts_on=date, ends_on=date, bells=bells,
        reason_id=campus.reasons[reason], words=words, sent_by=tie.human.persons[campus.school_id], sent_at=sent_at,
        state=NoticeState.ACCEPTED if accepted else NoticeState.SENT, answered_by=campus.leaders[learner.group].id if accepted else None,
        answered_at=sent_at + dt.timedelta(minutes=25) if accepted else None, answer=None,
    )
