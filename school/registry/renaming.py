"""Persons get another name: after a marriage, or because it was misspelt. What it was before is kept."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Role, Viewer, act_in
from school.errors import Code, Refused, conflict, not_found
from school.ids import Ref
from school.registry import events
from school.registry.enrolment import LONGEST_KEY, Name, PersonRow
from school.registry.models import Person, Pupil
from school.registry.name_models import NameChange
from school.registry.names import sort_key
from school.registry.texts import line

LONGEST_REASON = 200
MOST_CHANGES = 50
"""Of one person."""


async def rename(session: AsyncSession, viewer: Viewer, id_: UUID, person: Ref, name: Name, reason: str | None) -> PersonRow:
    """The office corrects the name of somebody of its school; lists sort by the new one from then on. The client made the id of the change.

    What was printed before stays as it is; whatever is shown or printed afterwards has the new name. The family of a pupil is told, and processes forget
    the old name. Asking the same again is harmless, and saying what is there already changes nothing. Refused: somebody of another school (NOT_FOUND),
    a name or a reason that is none (BAD_INPUT), the same id with other content (CONFLICT), the 51st change (TOO_MANY).
    """
    by, name = act_in(viewer, person.school_id, Role.OFFICE), name.checked()
    reason = line(reason.strip(), "reason", LONGEST_REASON) if reason and reason.strip() else None
    one = (Person.school_id == person.school_id, Person.id == person.id)
    changes = sa.select(sa.func.count()).where(NameChange.school_id == Person.school_id, NameChange.person_id == Person.id).correlate(Person)
    pupil = sa.exists().where(Pupil.school_id == Person.school_id, Pupil.id == Person.id).correlate(Person)
    found = (await session.execute(
        sa.select(Person.family_name, Person.given_name, Person.patronymic, changes.scalar_subquery().label("changes"), pupil.label("pupil"))
        .where(*one).with_for_update())).one_or_none()
    if found is None:
        raise not_found()
    old = Name(found.family_name, found.given_name, found.patronymic)
    stored = (await session.scalars(sa.select(NameChange).where(NameChange.school_id == person.school_id, NameChange.id == id_))).one_or_none()
    if stored is not None:
        if (stored.person_id, Name(stored.family_name, stored.given_name, stored.patronymic), stored.reason) != (person.id, name, reason):
            raise conflict("another change has this id")
        return PersonRow(person.school_id, person.id, *old)
    if name == old:
        return PersonRow(person.school_id, person.id, *old)
    if found.changes >= MOST_CHANGES:
        raise Refused(Code.TOO_MANY, f"a name changes at most {MOST_CHANGES} times")
    now = clock.now()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = await session.execute(insert(NameChange.__table__).values(  # type: ignore[arg-type]
        school_id=person.school_id, id=id_, person_id=person.id, **{f"old_{part}": value for part, value in old._asdict().items()}, **name._asdict(),
        reason=reason, by=by, at=now).on_conflict_do_nothing().returning(NameChange.id))
    if made.one_or_none() is None:  # another person's, at this moment
        raise conflict("another change has this id")
    await session.execute(
        sa.update(Person).where(*one).values(**name._asdict(), sort_key=sort_key(*name)[:LONGEST_KEY]).execution_options(synchronize_session=False))
    await outbox.append(session, events.person_renamed(person.school_id, person.id, now, is_pupil=found.pupil))
    return PersonRow(person.school_id, person.id, *name)
