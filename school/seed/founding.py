"""Founding a school: everything of its registry, its doors and tills, and the lessons of the whole term."""

import datetime as dt
import hashlib
import hmac
from uuid import UUID

from school.access.models import AntiPassback, Audience, Door, DoorRule
from school.diary.models import CourseScale, GradingScale, Lesson
from school.meals.models import Till
from school.registry.bell_models import Bell
from school.registry.calendar_models import Term, TermKind
from school.registry.models import (
    Card,
    CardKey,
    CardState,
    ClassGroup,
    Course,
    Guardianship,
    Person,
    Pupil,
    School,
    Staff,
    Subject,
)
from school.registry.names import sort_key
from school.seed.absence import write_reasons
from school.seed.campus import Campus, Entropy, Hour, IssuedCard, at, choose_leaders, share_out
from school.seed.curriculum import NO_TOPICS, TOPICS
from school.seed.dice import Dice, card_uid
from school.seed.people import Human, People
from school.seed.plan import CURRENCY, TIME_ZONE, Calendar, Plan
from school.seed.substitutes import Substitutes
from school.seed.timetable import Need, lay_week
from school.seed.writer import Writer

GYM = "Спортзал"
_DECISION = "Решение районного суда, дело № 2-1284"


def found(plan: Plan, calendar: Calendar, people: People, dice: Dice, writer: Writer, entropy: Entropy) -> Campus:
    """Write the registry of a school; what the days need of it is handed back."""
    began = at(calendar.begins, dt.time(7))
    campus = Campus(plan, calendar, people, key_id=dice.id_at(began))
    writer.add(School, id=plan.school_id, name=plan.name, short_name=plan.short_name, time_zone=TIME_ZONE, currency=CURRENCY)
    writer.add(
        Term, school_id=plan.school_id, id=dice.id_at(began), name="Текущий триместр", kind=TermKind.TERM, starts_on=calendar.begins, ends_on=calendar.ends)
    for number, (starts_at, ends_at) in enumerate(plan.bells, start=1):
        writer.add(Bell, school_id=plan.school_id, number=number, starts_at=starts_at, ends_at=ends_at)
    _write_people(campus, writer)
    share_out(campus, lambda: dice.id_at(began))
    choose_leaders(campus)
    campus.groups = [dice.id_at(began) for _ in plan.classes]
    for group_id, row, leader in zip(campus.groups, plan.classes, campus.leaders, strict=True):
        writer.add(ClassGroup, school_id=plan.school_id, id=group_id, grade=row.grade, letter=row.letter, teacher_id=leader.id)
    _write_pupils(campus, writer, dice, began)
    _write_courses(campus, writer, dice, began)
    _write_cards(campus, writer, dice, began, entropy(32))
    _write_places(campus, writer, dice, began)
    _write_lessons(campus, writer, dice)
    write_reasons(campus, writer, dice, began)
    return campus


def _write_people(campus: Campus, writer: Writer) -> None:
    school_id = campus.school_id
    for human in campus.people.everyone():
        name = human.name
        writer.add(
            Person, school_id=school_id, id=human.persons[school_id], family_name=name.family, given_name=name.given, patronymic=name.patronymic,
            sort_key=sort_key(name.family, name.given, name.patronymic),
        )
    for worker in campus.people.workers:
        writer.add(Staff, school_id=school_id, id=worker.id, position=worker.position, left_on=None)


def _write_pupils(campus: Campus, writer: Writer, dice: Dice, began: dt.datetime) -> None:
    school_id = campus.school_id
    for learner in campus.people.learners:
        writer.add(
            Pupil, school_id=school_id, id=learner.id, class_group_id=campus.groups[learner.group], enrolled_on=campus.calendar.enrolled, left_on=None,
        )
        for tie in learner.ties:
            ended = None if tie.ended is None else at(campus.calendar.ahead[0], dt.time(12)) - dt.timedelta(days=tie.ended)
            writer.add(
                Guardianship, school_id=school_id, id=dice.id_at(began), guardian_id=tie.human.persons[school_id], pupil_id=learner.id,
                relation=tie.relation, since=began, ended_at=ended, diary=True, meals=True, access=not tie.restricted,
                reason=_DECISION if tie.restricted else None,
            )


def _write_courses(campus: Campus, writer: Writer, dice: Dice, began: dt.datetime) -> None:
    school_id = campus.school_id
    subjects = {subject: dice.id_at(began) for subject in dict.fromkeys(course.subject for course in campus.courses)}
    for name, subject_id in subjects.items():
        writer.add(Subject, school_id=school_id, id=subject_id, name=name)
    scale_id = dice.id_at(began)
    writer.add(GradingScale, school_id=school_id, id=scale_id, name="Пятибалльная", lowest=2, highest=5)
    for course in campus.courses:
        writer.add(
            Course, school_id=school_id, id=course.id, class_group_id=campus.groups[course.group], subject_id=subjects[course.subject],
            teacher_id=course.teacher.id,
        )
        if course.marked:
            writer.add(CourseScale, school_id=school_id, id=course.id, scale_id=scale_id)


def _write_cards(campus: Campus, writer: Writer, dice: Dice, began: dt.datetime, secret: bytes) -> None:
    """A card for every pupil and member of the staff; two of a hundred have lost one before, which is blocked. The demo's own children never do."""
    school_id = campus.school_id
    writer.add(CardKey, school_id=school_id, id=campus.key_id, secret=secret, made_at=began)
    demo_family = campus.people.families[0].ties[0].human
    holders: list[tuple[UUID, Human | None]] = [(worker.id, None) for worker in campus.people.workers]
    holders += [(learner.id, learner.ties[0].human) for learner in campus.people.learners]
    for place, (person_id, guardian) in enumerate(holders):
        lost = guardian is not None and guardian is not demo_family and place % 47 == 46
        for blocked in (True, False) if lost else (False,):
            card_id = dice.id_at(began)
            card = IssuedCard(card_id, hmac.new(secret, card_uid(card_id), hashlib.sha256).digest(), blocked)
            (campus.lost_cards if blocked else campus.cards)[person_id] = card
            writer.add(
                Card, school_id=school_id, id=card_id, person_id=person_id, token=card.token, key_id=campus.key_id,
                state=CardState.BLOCKED if blocked else CardState.ACTIVE, issued_at=began, blocked_at=began + dt.timedelta(days=6) if blocked else None,
            )


def _write_places(campus: Campus, writer: Writer, dice: Dice, began: dt.datetime) -> None:
    """Doors, who may pass them when, and tills. What stood at the doors before has been replaced: new daemons enrol."""
    school_id = campus.school_id
    for name in campus.plan.doors:
        campus.doors.append(dice.id_at(began))
        writer.add(Door, school_id=school_id, id=campus.doors[-1], name=name, anti_passback=AntiPassback.HARD)
    for audience, starts_at, ends_at in ((Audience.PUPILS, dt.time(7), dt.time(21)), (Audience.STAFF, dt.time(6), dt.time(23))):
        writer.add(
            DoorRule, school_id=school_id, id=dice.id_at(began), door_id=None, direction=None, audience=audience, class_group_id=None, person_id=None,
            weekdays=63, starts_at=starts_at, ends_at=ends_at, valid_from=None, valid_until=None, made_at=began, ended_at=None,
        )
    for name in campus.plan.tills:
        campus.tills.append(dice.id_at(began))
        writer.add(Till, school_id=school_id, id=campus.tills[-1], name=name)


def _write_lessons(campus: Campus, writer: Writer, dice: Dice) -> None:
    """Every week alike; one past lesson of 250 was cancelled the evening before, and some are given by a substitute."""
    school_id, courses = campus.school_id, campus.courses
    numbers = {worker.id: number for number, worker in enumerate(campus.people.workers)}
    needs = [Need(course.group, place, numbers[course.teacher.id], course.hours) for place, course in enumerate(courses)]
    campus.week = lay_week(needs, dice)
    substitutes = Substitutes(campus, writer)
    by_day: dict[int, list[tuple[int, int, int]]] = {}
    for (group, day, bell), place in campus.week.items():
        by_day.setdefault(day, []).append((bell, group, place))
    for date in (*campus.calendar.past, *campus.calendar.ahead):
        past = date < campus.calendar.ahead[0]
        campus.hours[date] = []
        for bell, group, place in sorted(by_day[date.weekday()]):
            course = courses[place]
            cancelled = past and dice.random() < 1 / 250
            substitute = None if cancelled else substitutes.find(course, date, bell)
            hour = Hour(dice.id_at(campus.begins_at(date, bell)), course, date, bell, cancelled, substitute)
            room, changed = room_of(course.subject, needs[place].teacher), cancelled or substitute is not None
            campus.hours[date].append(hour)
            if changed:
                substitutes.write(hour.id, course, date, bell, room, substitute)
            writer.add(
                Lesson, school_id=school_id, id=hour.id, course_id=course.id, class_group_id=campus.groups[group], on_date=date, bell=bell,
                room=room, topic=dice.choice(TOPICS.get(course.subject, NO_TOPICS)) if past else None,
                cancelled_at=at(date, dt.time(7)) - dt.timedelta(hours=11) if cancelled else None, substitute_id=substitute.id if substitute else None,
                merged_with_id=None, planned_on=date if changed else None, planned_bell=bell if changed else None, planned_room=room if changed else None,
                revision=int(changed),
            )


def room_of(subject: str, teacher: int) -> str:
    """Where a teacher, by their number among the workers, gives a subject."""
    if subject == "Физкультура":
        return GYM
    floor, door = divmod(teacher, 14)
    return f"{floor + 1}{door + 1:02}"
