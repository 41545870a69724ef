"""The seeded logins: an account for everyone but one family, which is still to be invited, and a password for one of each role."""

import datetime as dt
import secrets
from collections.abc import Mapping

from school.context import Role
from school.registry.account_models import Account, AccountRole
from school.registry.accounts import hash_password
from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.people import Human
from school.seed.writer import Writer

LOGINS = {
    "parent": "мама: двое детей в первой школе, один во второй", "father": "отец тех же детей: суд скрыл от него приходы и уходы",
    "pupil": "её ребёнок, 7А", "teacher": "учитель математики, в обеих школах", "classteacher": "классный руководитель 7А", "canteen": "буфет",
    "guard": "охрана", "office": "канцелярия", "head": "директор: видит всю школу, ведёт замены", "district": "округ: сводные цифры обеих школ, без имён",
}
"""The logins that have passwords, and who they are."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_PREFIX = {Role.GUARDIAN: "g", Role.PUPIL: "p"}


def make_passwords() -> dict[str, str]:
    """A fresh password for each login: three groups of four letters and digits, 60 bits."""
    return {login: "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)) for login in LOGINS}


def open_accounts(campuses: list[Campus], passwords: Mapping[str, str], dice: Dice, writer: Writer) -> None:
    """An account for every human but the newcomers, with all roles in all schools; those of `LOGINS` get the passwords given, the others none."""
    made_at = at(campuses[0].calendar.begins, dt.time(7))
    named = {id(human): login for login, human in _choose(campuses[0]).items()}
    humans = {id(human): human for campus in campuses for human in campus.people.everyone()}
    for newcomer in _newcomers(campuses[0]):
        del humans[id(newcomer)]
    for number, human in enumerate(humans.values(), start=1):
        login = named.get(id(human)) or f"{next((_PREFIX[role] for _, role in sorted(human.roles) if role in _PREFIX), 's')}{number:04}"
        account_id = dice.id_at(made_at)
        password = passwords.get(login)
        writer.add(
            Account, id=account_id, login=login, password_hash=hash_password(password) if password else None, made_at=made_at, disabled_at=None,
        )
        for school_id, role in sorted(human.roles):
            writer.add(AccountRole, account_id=account_id, school_id=school_id, person_id=human.persons[school_id], role=role)


def _choose(campus: Campus) -> dict[str, Human]:
    """Whose the logins are: the first family and the people around its child in the demo's class."""
    group, (mother, father) = campus.demo_group(), [tie.human for tie in campus.people.families[0].ties]
    workers = {role: [worker.human for worker in campus.people.workers if worker.role is role] for role in Role}
    return {
        "parent": mother, "father": father, "pupil": next(learner.human for learner in campus.classmates[group] if learner.ties[0].human is mother),
        "teacher": campus.mathematician(), "classteacher": campus.leaders[group].human,
        "canteen": workers[Role.CANTEEN][-1], "guard": workers[Role.GUARD][0], "office": workers[Role.OFFICE][0],
        "head": workers[Role.HEAD][0], "district": campus.people.inspector,
    }


def _newcomers(campus: Campus) -> list[Human]:
    """Mother, father and child: the last such family of the demo's class that is nobody at another school."""
    families = [[learner.human, *(tie.human for tie in learner.ties)] for learner in campus.classmates[campus.demo_group()]]
    return next((family for family in reversed(families) if len(family) == 3 and all(len(human.persons) == 1 for human in family)), [])
