"""Who may see a child's day as a whole: the family, the teachers of the class, the office."""

from school.context import Role, Viewer
from school.day.models import LateArrival
from school.db import Column
from school.registry.models import Pupil
from school.registry.policy import Clause, family, in_schools, own_pupils


def _known(viewer: Viewer, school_id: Column, pupil_id: Column) -> Clause:
    return family(viewer, school_id, pupil_id) | in_schools(viewer, school_id, Role.OFFICE) | own_pupils(viewer, school_id, pupil_id)


def visible_children(viewer: Viewer) -> Clause:
    """Of whom the viewer may ask."""
    return _known(viewer, Pupil.school_id, Pupil.id)


def visible_late_arrivals(viewer: Viewer) -> Clause:
    """Those of the same children."""
    return _known(viewer, LateArrival.school_id, LateArrival.pupil_id)
