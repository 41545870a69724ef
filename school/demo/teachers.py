"""The demo's teachers: the register, marks and homework of each lesson, through the people's API."""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from school import ids
from school.demo.acts import Act
from school.demo.api import Client
from school.demo.programme import Given, Programme
from school.ids import Kind
from school.seed.curriculum import ANY_HOMEWORK
from school.seed.dice import Dice

_MINUTE = dt.timedelta(minutes=1)

def plan_lessons(programme: Programme, clients: Mapping[str, Client], dice: Dice) -> list[list[Act]]:
    """The acts of each teacher: the register soon after the bell, marks in the middle, homework at the end."""
    late = [visit for visit in programme.visits if visit.late]
    acts: dict[str, list[Act]] = {}
    for given in programme.given:
        client, row = clients[given.login], acts.setdefault(given.login, [])
        minutes = {visit.person: visit.late for visit in late if given.begins < visit.comes < given.ends}
        row.append(Act(given.begins + 16 * _MINUTE, partial(_register, client, given, programme, minutes)))
        if given.marked:
            row.append(Act(given.begins + dice.uniform(22, 38) * _MINUTE, partial(_mark, client, given, programme, dice)))
        if given.next_id is not None and dice.random() < 0.7:
            row.append(Act(given.ends - _MINUTE, partial(_set_homework, client, given, dice)))
    return list(acts.values())


async def _register(client: Client, given: Given, programme: Programme, late: Mapping[UUID, int]) -> None:
    entries = []
    for pupil in given.pupils:
        kind = "ABSENT" if pupil in programme.absent else "LATE" if pupil in late else "PRESENT"
        entries.append({"pupilId": _pupil(given, pupil), "kind": kind, "minutesLate": late.get(pupil)})
    await client.ask("register", input={"lessonId": _lesson(given), "items": entries})


async def _mark(client: Client, given: Given, programme: Programme, dice: Dice) -> None:
    """Some of those who are there; the `parent` login's child always."""
    present = [pupil for pupil in given.pupils if pupil not in programme.absent]
    own = {child.id for child in programme.children}
    chosen = [pupil for pupil in present if pupil in own or dice.random() < 0.3]
    marks = [
        {
            "id": str(ids.new()), "pupilId": _pupil(given, pupil), "value": dice.choices((2, 3, 4, 5), (1, 5, 9, 8))[0], "weight": 1,
            "work": dice.choice(("ANSWER", "CLASSWORK", "HOMEWORK")), "comment": None,
        }
        for pupil in chosen
    ]
    if marks:
        await client.ask("marks", input={"lessonId": _lesson(given), "items": marks})


async def _set_homework(client: Client, given: Given, dice: Dice) -> None:
    page = dice.randint(8, 190)
    text = dice.choice(ANY_HOMEWORK).format(a=page, b=page + dice.randint(1, 4), c=dice.randint(2, 40))
    if given.next_id is not None:
        due = ids.encode(Kind.LESSON, given.ref.school_id, given.next_id)
        await client.ask("homework", input={"id": str(ids.new()), "lessonId": due, "text": text, "minutes": 10 + page % 5 * 5})


def _lesson(given: Given) -> str:
    return ids.encode(Kind.LESSON, given.ref.school_id, given.ref.id)


def _pupil(given: Given, pupil: UUID) -> str:
    return ids.encode(Kind.PERSON, given.ref.school_id, pupil)
