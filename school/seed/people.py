"""The people of a seeded school: staff, families with their pupils and guardians, and everybody's card."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from school.context import Role
from school.registry.models import Relation
from school.seed.dice import Dice
from school.seed.names import Name, draw_family, draw_name
from school.seed.plan import ClassPlan, Plan

DEMO_CLASS = (7, "А")
"""The class of the logins' pupil: its class teacher and one of its teachers have logins too."""
DEMO_CHILDREN = {1: (DEMO_CLASS, (3, "Б")), 2: ((6, "А"),)}
"""Where the children of the `parent` login learn, by school."""
DEMO_FAMILY = "Соловьёв"
_FIRST_KINDS = ("apart", "ended", "together")
"""How the first families live; the `parent` login is the first one's mother, the `father` login its father."""


@dataclass(slots=True)
class Human:
    """Someone in the flesh: perhaps a person in two schools, always at most one account."""

    name: Name
    persons: dict[int, UUID] = field(default_factory=dict)
    roles: set[tuple[int, Role]] = field(default_factory=set)


@dataclass(slots=True)
class Tie:
    """A guardian of a family's children; `ended` is how many days ago the guardianship ended. `restricted`: a court lets them not know of passages."""

    human: Human
    relation: Relation
    ended: int | None = None
    restricted: bool = False


@dataclass(slots=True)
class Family:
    """Guardians and the children they share."""

    stem: str
    father: str
    ties: list[Tie]


@dataclass(slots=True)
class Learner:
    """A pupil of a class. `ability` moves the marks, `frailty` the days of illness, `punctuality` the minute of arrival, `appetite` the meals."""

    human: Human
    id: UUID
    group: int
    ties: list[Tie]
    ability: float
    frailty: float
    punctuality: float
    appetite: float


@dataclass(slots=True)
class Worker:
    """A member of the staff; a teacher's `subjects`, and the class of a primary teacher."""

    human: Human
    id: UUID
    position: str
    role: Role
    subjects: tuple[str, ...] = ()
    group: int | None = None


@dataclass(slots=True)
class People:
    """Everyone of a school. The `inspector` is the district's, and none of the staff."""

    workers: list[Worker]
    learners: list[Learner]
    families: list[Family]
    inspector: Human

    def everyone(self) -> list[Human]:
        """Each human once, in a fixed order."""
        found = [worker.human for worker in self.workers] + [learner.human for learner in self.learners]
        found += [tie.human for learner in self.learners for tie in learner.ties] + [self.inspector]
        return list({id(human): human for human in found}.values())


def gather(
    plan: Plan, dice: Dice, began: dt.datetime, elsewhere: list[Family], mathematician: Human | None, inspector: Human | None,
) -> People:
    """Draw everyone. The first families are taken from `elsewhere`, the other school's, and so are a teacher of mathematics and the district's inspector."""
    workers = _hire(plan, dice, began, mathematician)
    seats = _seats(plan.classes, dice)
    families: list[Family] = []
    learners: list[Learner] = []
    wanted = [place for grade_letter in DEMO_CHILDREN[plan.school_id] for place, row in enumerate(plan.classes) if (row.grade, row.letter) == grade_letter]
    for place in wanted:
        seats.remove(place)
    while seats or wanted:
        if len(families) < len(elsewhere):
            family, count = elsewhere[len(families)], 1
        else:
            family, count = _found_family(dice, len(families)), dice.choices((1, 2, 3), (50, 40, 10))[0]
        places, wanted = wanted or _take_seats(seats, count, plan.classes), []
        families.append(family)
        learners += [_enrol(plan, dice, began, family, place) for place in places]
    inspector = inspector or Human(draw_name(dice, draw_family(dice), female=True))
    inspector.persons[plan.school_id] = dice.id_at(began)
    inspector.roles.add((plan.school_id, Role.DISTRICT))
    return People(workers, sorted(learners, key=lambda learner: learner.group), families, inspector)


def _hire(plan: Plan, dice: Dice, began: dt.datetime, mathematician: Human | None) -> list[Worker]:
    posts: list[tuple[str, Role, tuple[str, ...], int | None]] = [
        ("Учитель начальных классов", Role.TEACHER, (), place) for place, row in enumerate(plan.classes) if row.grade <= 4
    ]
    posts += [("Учитель", Role.TEACHER, subjects, None) for subjects in plan.teachers]
    posts += [(position, role, (), None) for position, role in plan.posts]
    workers = []
    for position, role, subjects, group in posts:
        female = position in {"Буфетчица", "Заведующая столовой", "Секретарь"} or (position != "Охранник" and dice.random() < 0.8)
        shared = mathematician if "Математика" in subjects else None
        human = shared or Human(draw_name(dice, draw_family(dice), female=female))
        if shared:
            mathematician = None
        human.persons[plan.school_id] = dice.id_at(began)
        human.roles.add((plan.school_id, role))
        workers.append(Worker(human, human.persons[plan.school_id], position, role, subjects, group))
    return workers


def _seats(classes: tuple[ClassPlan, ...], dice: Dice) -> list[int]:
    seats = [place for place, row in enumerate(classes) for _ in range(row.pupils)]
    dice.shuffle(seats)
    return seats


def _take_seats(seats: list[int], count: int, classes: tuple[ClassPlan, ...]) -> list[int]:
    """Seats for brothers and sisters: of different grades, as long as there are some left."""
    taken: list[int] = []
    for _ in range(min(count, len(seats))):
        grades = {classes[place].grade for place in taken}
        at = next((at for at in range(len(seats) - 1, -1, -1) if classes[seats[at]].grade not in grades), len(seats) - 1)
        taken.append(seats.pop(at))
    return taken


def _found_family(dice: Dice, place: int) -> Family:
    """Two of three families live together; of the others the parents live apart, one raises the children alone, or a grandmother does."""
    stem = draw_family(dice) if place else DEMO_FAMILY
    father, mother = draw_name(dice, stem, female=False), draw_name(dice, stem, female=True)
    family = Family(stem, father.given, [])
    kind = dice.choices(("together", "apart", "ended", "alone", "grandmother"), (66, 14, 3, 14, 3))[0]
    kind = _FIRST_KINDS[place] if place < len(_FIRST_KINDS) else kind
    if place and kind in {"apart", "ended"} and dice.random() < 0.6:
        mother = draw_name(dice, draw_family(dice), female=True)  # she took her own name back
    if kind == "grandmother":
        family.ties = [Tie(Human(mother), Relation.OTHER)]
        return family
    family.ties = [Tie(Human(mother), Relation.MOTHER)]
    if kind != "alone":
        family.ties.append(Tie(Human(father), Relation.FATHER, dice.randrange(5, 40) if kind == "ended" else None, restricted=place == 0))
    return family


def _enrol(plan: Plan, dice: Dice, began: dt.datetime, family: Family, place: int) -> Learner:
    """A child of the family in a class; the guardians become persons of this school with the first child here."""
    human = Human(draw_name(dice, family.stem, female=dice.random() < 0.5, father=family.father))
    human.persons[plan.school_id] = dice.id_at(began)
    human.roles.add((plan.school_id, Role.PUPIL))
    for tie in family.ties:
        tie.human.persons.setdefault(plan.school_id, dice.id_at(began))
        tie.human.roles.add((plan.school_id, Role.GUARDIAN))
    return Learner(
        human, human.persons[plan.school_id], place, family.ties, ability=dice.gauss(0, 1), frailty=dice.uniform(0.2, 1.8),
        punctuality=dice.gauss(0, 1), appetite=min(1.0, max(0.0, dice.gauss(0.65, 0.3))),
    )
