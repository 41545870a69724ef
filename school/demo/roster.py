"""Names for the operator of the demo, who may see everything: people with their classes, subjects, doors and tills, by id."""

from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.access.models import Door
from school.meals.models import Till
from school.registry.models import ClassGroup, Course, Person, Pupil, Staff, Subject


@dataclass
class Roster:
    """What ids are called. An id that came later is shown as a dash."""

    _names: dict[UUID, str] = field(default_factory=dict)

    def name(self, id_text: object) -> str:
        """The name of a person, a subject, a course, a door or a till."""
        try:
            return self._names.get(UUID(str(id_text)), "—")
        except ValueError:
            return "—"


async def read_roster(session: AsyncSession) -> Roster:
    """Read them all, once."""
    groups = {row.id: f"{row.grade}{row.letter}" for row in await session.execute(sa.select(ClassGroup.id, ClassGroup.grade, ClassGroup.letter))}
    names: dict[UUID, str] = {}
    for noun in (Subject, Door, Till):
        names |= {row.id: row.name for row in await session.execute(sa.select(noun.id, noun.name))}
    for row in await session.execute(sa.select(Course.id, Course.class_group_id, Course.subject_id)):
        names[row.id] = f"{groups[row.class_group_id]} {names[row.subject_id]}"
    people = sa.select(Person.id, Person.family_name, Person.given_name, Pupil.class_group_id, Staff.position).outerjoin(
        Pupil, sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id)).outerjoin(
        Staff, sa.and_(Staff.school_id == Person.school_id, Staff.id == Person.id))
    for person in await session.execute(people):
        prefix = groups.get(person.class_group_id, "staff" if person.position else "")
        names[person.id] = f"{prefix} {person.family_name} {person.given_name}".strip()
    return Roster(names)
