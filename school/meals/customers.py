"""Customers without a card: the canteen finds a pupil by the beginning of the name, and the class if there are several."""

import re
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa

from school import clock
from school.context import Viewer
from school.db import Rows
from school.errors import bad_input
from school.ids import Ref
from school.meals.models import MealAccount, Till
from school.meals.policy import findable_accounts
from school.meals.till import still_there
from school.reading import Reader
from school.registry.models import ClassGroup, Person, Pupil
from school.registry.people import beginnings, begins_so
from school.statements import Asking, Read, given

MOST_FOUND, FEWEST_LETTERS, LONGEST = 10, 3, 100
_CLASS = re.compile(r"(1[0-2]|[1-9])\s*[-«\"]?\s*([a-zа-яё])?[»\"]?", re.IGNORECASE)
_LATIN, _CYRILLIC = "ABEKMHOPCTX", "АВЕКМНОРСТХ"
_ALIKE = {**dict(zip(_LATIN, _CYRILLIC, strict=True)), **dict(zip(_CYRILLIC, _LATIN, strict=True))}
"""Letters of classes that look the same, and are typed as one or the other."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a cook types: the beginning of a name, in the order family name, given name, and perhaps a class: «Иванов ан 5А»."""

    words: tuple[str, ...]
    grade: int | None
    letter: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """BAD_INPUT: fewer than three letters of a name, or a text that is too long."""
        if len(text) > LONGEST or "\0" in text:
            raise bad_input(f"name has at most {LONGEST} characters")
        words, grade, letter = [], None, ""
        for word in re.sub(r"(\d)\s+([^\W\d_])(?=\s|$)", r"\1\2", text).split():
            found = _CLASS.fullmatch(word)
            if found is None:
                words.append(word)
                continue
            grade, letter = int(found[1]), (found[2] or "").upper()
        if sum(one.isalpha() for one in "".join(words)) < FEWEST_LETTERS:
            raise bad_input(f"name has at least {FEWEST_LETTERS} letters")
        return cls(tuple(words), grade, letter)


@Read
def _customers(viewer: Asking, of_a_grade: bool, of_a_class: bool) -> Rows:
    statement = (
        sa.select(
            MealAccount.school_id, MealAccount.person_id.label("id"), MealAccount.balance, MealAccount.floor, MealAccount.currency,
            ClassGroup.id.label("class_id"), ClassGroup.grade, ClassGroup.letter, Person.family_name, Person.given_name, Person.patronymic,
        )
        .join(Till, Till.school_id == MealAccount.school_id)
        .join(Person, (Person.school_id == MealAccount.school_id) & (Person.id == MealAccount.person_id))
        .join(Pupil, (Pupil.school_id == MealAccount.school_id) & (Pupil.id == MealAccount.person_id))
        .join(ClassGroup, (ClassGroup.school_id == Pupil.school_id) & (ClassGroup.id == Pupil.class_group_id))
        .where(
            Till.school_id == given("school_id"), Till.id == given("till_id"), findable_accounts(viewer), still_there(given("today", sa.Date())),
            begins_so())
        .order_by(Person.sort_key, Person.id).limit(MOST_FOUND)
    )
    if of_a_grade:
        statement = statement.where(ClassGroup.grade == given("grade", sa.Integer()))
    return statement.where(ClassGroup.letter.in_([given("letter", sa.String()), given("alike", sa.String())])) if of_a_class else statement


async def find(reader: Reader, viewer: Viewer, till: Ref, search: Search) -> list[Any]:
    """At most ten pupils of the till's school with a meal account whose name begins so, by name."""
    of_class = {**({} if search.grade is None else {"grade": search.grade}), **(
        {"letter": search.letter, "alike": _ALIKE.get(search.letter, search.letter)} if search.letter else {})}
    return await reader.all(
        _customers, viewer, search.grade is not None, bool(search.letter), school_id=till.school_id, till_id=till.id, today=clock.now().date(),
        **beginnings(" ".join(search.words)), **of_class)

