"""Who may read the record of a pupil, and who gets all that is held on a person."""

import sqlalchemy as sa

from school.context import ADMINISTRATION, OF_A_CHILD, Area, Viewer
from school.errors import Code, Refused, not_found
from school.ids import Ref
from school.registry.models import Pupil
from school.registry.policy import Clause, family, in_schools
from school.statements import Asking


def visible_pupils(viewer: Asking) -> Clause:
    """Whose record exists for the viewer: the family's children's, a pupil's own, and for office and head the whole school's."""
    return sa.or_(family(viewer, Area.RECORD, Pupil.school_id, Pupil.id), in_schools(viewer, Pupil.school_id, *ADMINISTRATION))


def withheld_areas(viewer: Viewer, child: Ref) -> frozenset[Area]:
    """What the viewer may not even know to have been read: what a court has withheld of the child."""
    if child.school_id in viewer.schools(*ADMINISTRATION):
        return frozenset()
    return frozenset(area for person, area in viewer.withheld if person == child)


def check_export(viewer: Viewer, person: Ref) -> None:
    """Oneself, one's child, and for office and head anyone of their school. Refused: NOT_FOUND; NOT_ALLOWED to a program, or where a part is withheld."""
    if viewer.scopes is not None:
        raise Refused(Code.NOT_ALLOWED, "A program's token gets no export: it holds every kind of data, sign-ins too.")
    if person.school_id in viewer.schools(*ADMINISTRATION) or any(Ref(grant.school_id, grant.person_id) == person for grant in viewer.grants):
        return
    if person not in viewer.children:
        raise not_found()
    if not all(person in viewer.family(area) for area in OF_A_CHILD):
        raise Refused(Code.NOT_ALLOWED, "A part of this child's data is withheld from you: ask the school's office.")
