"""Everybody whom a school knows, for its office: by name, found by how it begins."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
import strawberry

from school.columns import OfRow, column, made, opaque, wanted
from school.connections import Connection, Page, paged, read_page
from school.context import ADMINISTRATION, Area, Viewer
from school.db import Rows
from school.errors import bad_input
from school.fields import Info, each, holds, query, rows
from school.ids import Kind, Ref
from school.reading import Reader
from school.registry.models import ClassGroup, Guardianship, Person, Pupil, Staff
from school.registry.names import full_name, sort_key
from school.registry.policy import in_schools
from school.registry.types import ClassGroup as ClassGroupType
from school.statements import Asking, Read, given

LONGEST_SEARCH = 100
_LAST = "\U0010ffff"
"""Sorts behind every letter."""
_BY_NAME = (Person.sort_key, Person.school_id, Person.id)


def begins_so() -> sa.ColumnElement[bool]:
    """Persons whose name begins as `beginnings` says."""
    return sa.or_(*(Person.sort_key.between(given(f"{way}_from", sa.String()), given(f"{way}_to", sa.String())) for way in ("words", "whole")))


def beginnings(search: str) -> dict[str, str]:
    """What a statement with `begins_so` is given. Refused: a search that is empty, or longer than 100 characters."""
    if not search.strip() or len(search) > LONGEST_SEARCH or "\0" in search:
        raise bad_input(f"search has 1 to {LONGEST_SEARCH} characters")
    ways = {"words": sort_key(*search.split()), "whole": sort_key(" ".join(search.split()))}
    return {f"{way}_{end}": text + more for way, text in ways.items() for end, more in (("from", ""), ("to", _LAST))}


@Read
def _people(viewer: Asking, after: bool, searched: bool) -> Rows:
    is_guardian = sa.exists().where(
        Guardianship.school_id == Person.school_id, Guardianship.guardian_id == Person.id, Guardianship.ended_at.is_(None))
    statement = (
        sa.select(
            Person.school_id, Person.id, Person.family_name, Person.given_name, Person.patronymic, ClassGroup.id.label("class_id"), ClassGroup.grade,
            ClassGroup.letter, Staff.position, sa.func.coalesce(Pupil.left_on, Staff.left_on, type_=sa.Date()).label("left_on"),
            is_guardian.label("is_guardian"),
        )
        .outerjoin(Pupil, sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id))
        .outerjoin(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id))
        .outerjoin(Staff, sa.and_(Staff.school_id == Person.school_id, Staff.id == Person.id))
        .where(in_schools(viewer, Person.school_id, *ADMINISTRATION))
    )
    if searched:
        statement = statement.where(begins_so())
    return paged(statement, _BY_NAME, after=after)


async def people(
    reader: Reader, viewer: Viewer, search: str | None, *, first: int, after: str | None, columns: frozenset[str] | None = None,
) -> Page:
    """Everybody whom the viewer's schools know, by name: all, or those whose name begins so (family name, then given name, then patronymic). One statement.

    Refused: a search that is empty, or longer than 100 characters.
    """
    begins = {} if search is None else beginnings(search)
    return await read_page(reader, _people, viewer, _BY_NAME, search is not None, first=first, after=after, columns=columns, **begins)


def _class_of(school_id: int, class_id: UUID | None, grade: int | None, letter: str | None) -> ClassGroupType | None:
    return None if class_id is None or grade is None or letter is None else ClassGroupType.of(school_id, class_id, grade, letter)


@rows(description="Somebody whom the school knows: a pupil has a class, one of the staff a position; `leftOn` is the first day of being neither any more.")
class KnownPerson(OfRow):
    """A person, of a row of `people`."""

    id: strawberry.ID = opaque(Kind.PERSON)
    name: str = made(full_name, "family_name", "given_name", "patronymic")
    class_group: ClassGroupType | None = made(_class_of, "school_id", "class_id", "grade", "letter")
    position: str | None = column()
    is_guardian: bool = column()
    left_on: dt.date | None = column()

    @property
    def ref(self) -> Ref:
        """Of whom this tells."""
        return Ref(self.row.school_id, self.row.id)


@strawberry.type
class PeopleQuery:
    """The office's list."""

    @query(holds(*ADMINISTRATION), Area.PEOPLE, each(lambda person: person.ref))
    async def people(self, info: Info, search: str | None = None, first: int = 50, after: str | None = None) -> Connection[KnownPerson]:
        """Everybody whom the office's school knows, by name; with `search` those whose name begins so: «Иванов ив»."""
        columns = wanted(info, KnownPerson, "school_id", "id")
        return (await people(info.context.reader, info.context.viewer, search, first=first, after=after, columns=columns)).connect(KnownPerson.from_row)
