"""Who may see a child's day as a whole: the family, the teachers of the class, the office; and who gets the figures of whole schools."""

from school.context import ADMINISTRATION, Area, Role
from school.day.models import LateArrival
from school.db import Column
from school.registry.models import Pupil, School
from school.registry.policy import Clause, family, in_schools, own_pupils
from school.statements import Asking


def _known(viewer: Asking, school_id: Column, pupil_id: Column) -> Clause:
    return family(viewer, Area.ACCESS, school_id, pupil_id) | in_schools(viewer, school_id, *ADMINISTRATION) | own_pupils(viewer, school_id, pupil_id)


def visible_children(viewer: Asking) -> Clause:
    """Of whom the viewer may ask."""
    return _known(viewer, Pupil.school_id, Pupil.id)


def visible_late_arrivals(viewer: Asking) -> Clause:
    """Those of the same children."""
    return _known(viewer, LateArrival.school_id, LateArrival.pupil_id)


def visible_statistics(viewer: Asking) -> Clause:
    """Of which schools the viewer gets the figures: the district's officers of theirs, head and office of their own."""
    return in_schools(viewer, School.id, Role.DISTRICT, *ADMINISTRATION)
