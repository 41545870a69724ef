"""Everybody whom a school knows, for its office: by name, found by how it begins."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import strawberry

from school import ids
from school.columns import OfRow, column, made, opaque, wanted
from school.connections import Connection, Page, paged, read_page
from school.context import ADMINISTRATION, Area, Viewer
from school.db import Rows
from school.errors import bad_input, not_found
from school.fields import ROWS, Info, each, holds, named, query, rows
from school.ids import Kind, Ref
from school.reading import Reader
from school.registry.faces import load_photo
from school.registry.models import Card, CardState, ClassGroup, Guardianship, Person, Pupil, Staff
from school.registry.names import LAST, full_name, sort_key
from school.registry.policy import in_schools
from school.registry.types import ClassGroup as ClassGroupType
from school.statements import Asking, Read, given

LONGEST_SEARCH = 100
_BY_NAME = (Person.sort_key, Person.school_id, Person.id)


def begins_so() -> sa.ColumnElement[bool]:
    """Persons whose name begins as `beginnings` says."""
    return sa.or_(*(Person.sort_key.between(given(f"{way}_from", sa.String()), given(f"{way}_to", sa.String())) for way in ("words", "whole")))


def beginnings(search: str) -> dict[str, str]:
    """What a statement with `begins_so` is given. Refused: a search that is empty, or longer than 100 characters."""
    if not search.strip() or len(search) > LONGEST_SEARCH or "\0" in search:
        raise bad_input(f"search has 1 to {LONGEST_SEARCH} characters")
    ways = {"words": sort_key(*search.split()), "whole": sort_key(" ".join(search.split()))}
    return {f"{way}_{end}": text + more for way, text in ways.items() for end, more in (("from", ""), ("to", LAST))}


def _everybody(viewer: Asking) -> Rows:
    this = (Person.school_id, Person.id)
    is_guardian = sa.exists().where(
        Guardianship.school_id == Person.school_id, Guardianship.guardian_id == Person.id, Guardianship.ended_at.is_(None))
    has_card = sa.exists().where(Card.school_id == Person.school_id, Card.person_id == Person.id, Card.state == CardState.ACTIVE)
    return (
        sa.select(
            *this, Person.family_name, Person.given_name, Person.patronymic, ClassGroup.id.label("class_id"), ClassGroup.grade,
            ClassGroup.letter, Staff.position, sa.func.coalesce(Pupil.left_on, Staff.left_on, type_=sa.Date()).label("left_on"),
            is_guardian.label("is_guardian"), has_card.label("has_card"),
        )
        .outerjoin(Pupil, sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id))
        .outerjoin(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id))
        .outerjoin(Staff, sa.and_(Staff.school_id == Person.school_id, Staff.id == Person.id))
        .where(in_schools(viewer, Person.school_id, *ADMINISTRATION))
    )


@Read
def _people(viewer: Asking, after: bool, searched: bool, of_class: bool, of_guardian: bool, staff: bool) -> Rows:
    statement = _everybody(viewer)
    if searched:
        statement = statement.where(begins_so())
    if of_class:
        statement = statement.where(Pupil.school_id == given("class_school"), Pupil.class_group_id == given("group_id"))
    if of_guardian:
        statement = statement.where(sa.exists().where(
            Guardianship.school_id == Person.school_id, Guardianship.pupil_id == Person.id, Guardianship.ended_at.is_(None),
            Guardianship.school_id == given("guardian_school"), Guardianship.guardian_id == given("guardian_id")))
    if staff:
        statement = statement.where(Staff.id.is_not(None), Staff.left_on.is_(None))
    return paged(statement, _BY_NAME, after=after)


async def people(
    reader: Reader, viewer: Viewer, search: str | None, *, group: Ref | None = None, guardian: Ref | None = None, staff: bool = False, first: int,
    after: str | None, columns: frozenset[str] | None = None,
) -> Page:
    """Everybody whom the viewer's schools know, by name: all, or those whose name begins so (family name, then given name, then patronymic), who were or
    are in a class, for whom a guardian answers, who works at the school. One statement.

    Refused: a search that is empty, or longer than 100 characters.
    """
    which: dict[str, Any] = {}
    if search is not None:
        which |= beginnings(search)
    if group is not None:
        which |= {"class_school": group.school_id, "group_id": group.id}
    if guardian is not None:
        which |= {"guardian_school": guardian.school_id, "guardian_id": guardian.id}
    flags = search is not None, group is not None, guardian is not None, staff
    return await read_page(reader, _people, viewer, _BY_NAME, *flags, first=first, after=after, columns=columns, **which)


@Read
def _person(viewer: Asking) -> Rows:
    return _everybody(viewer).where(Person.school_id == given("school_id"), Person.id == given("person_id"))


async def person(reader: Reader, viewer: Viewer, ref: Ref) -> Any:
    """One of them. Refused as absent: whom the viewer's schools do not know."""
    found = await reader.all(_person, viewer, school_id=ref.school_id, person_id=ref.id)
    if not found:
        raise not_found()
    return found[0]


def _class_of(school_id: int, class_id: UUID | None, grade: int | None, letter: str | None) -> ClassGroupType | None:
    return None if class_id is None or grade is None or letter is None else ClassGroupType.of(school_id, class_id, grade, letter)


@rows(description="Somebody whom the school knows: a pupil has a class, one of the staff a position; `leftOn` is the first day of being neither any more.")
class KnownPerson(OfRow):
    """A person, of a row of `people`."""

    id: strawberry.ID = opaque(Kind.PERSON)
    name: str = made(full_name, "family_name", "given_name", "patronymic")
    family_name: str = column()
    given_name: str = column()
    patronymic: str | None = column()
    class_group: ClassGroupType | None = made(_class_of, "school_id", "class_id", "grade", "letter")
    position: str | None = column()
    is_guardian: bool = column()
    has_card: bool = column(description="Whether a card of theirs works.")
    left_on: dt.date | None = column()

    @query(ROWS, reads=("school_id", "id"))
    def photo(self, info: Info) -> str | None:
        """The address of their photo on this host; null where there is none."""
        return load_photo(info, self.ref)

    @property
    def ref(self) -> Ref:
        """Of whom this tells."""
        return Ref(self.row.school_id, self.row.id)


@strawberry.type
class PeopleQuery:
    """The office's list."""

    @query(holds(*ADMINISTRATION), Area.PEOPLE, each(lambda person: person.ref))
    async def people(
        self, info: Info, search: str | None = None, class_group_id: strawberry.ID | None = None, guardian_id: strawberry.ID | None = None,
        staff: bool = False, first: int = 50, after: str | None = None,
    ) -> Connection[KnownPerson]:
        """Everybody whom the office's school knows, by name; with `search` whose name begins so: «Иванов ив». Those of a class, of a guardian, the staff."""
        group = None if class_group_id is None else ids.decode(Kind.CLASS_GROUP, class_group_id)
        guardian = None if guardian_id is None else ids.decode(Kind.PERSON, guardian_id)
        columns, asking = wanted(info, KnownPerson, "school_id", "id"), info.context
        found = await people(
            asking.reader, asking.viewer, search, group=group, guardian=guardian, staff=staff, first=first, after=after, columns=columns)
        return found.connect(KnownPerson.from_row)

    @query(holds(*ADMINISTRATION), Area.PEOPLE, named("id"))
    async def person(self, info: Info, id: strawberry.ID) -> KnownPerson:  # noqa: A002 - the argument's public name
        """One of them."""
        return KnownPerson.from_row(await person(info.context.reader, info.context.viewer, ids.decode(Kind.PERSON, id)))
