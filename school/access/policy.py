"""Who may see what of access: a family its own children, guards and office their school, a teacher where the own classes' pupils are."""

from school.access.models import Door, DoorRule, Passage, Presence
from school.context import ADMINISTRATION, MEMBERS, Area, Role
from school.db import Column
from school.registry.models import ClassGroup, Person, Tap
from school.registry.policy import Clause, family, in_schools, own_classes, own_pupils
from school.statements import Asking


def _watched(viewer: Asking, school_id: Column, person_id: Column) -> Clause:
    return family(viewer, Area.ACCESS, school_id, person_id) | in_schools(viewer, school_id, Role.GUARD, *ADMINISTRATION)


def visible_passages(viewer: Asking, school_id: Column = Passage.school_id, person_id: Column = Passage.person_id) -> Clause:
    """Own children's, and for guards and office everyone's of their school."""
    return _watched(viewer, school_id, person_id)


def visible_taps(viewer: Asking, school_id: Column = Tap.school_id, person_id: Column = Tap.person_id) -> Clause:
    """As passages; the taps of unknown cards are for guards and office alone."""
    return _watched(viewer, school_id, person_id)


def watched_persons(viewer: Asking) -> Clause:
    """Whose passages and taps the viewer may ask for."""
    return _watched(viewer, Person.school_id, Person.id)


def visible_presence(viewer: Asking) -> Clause:
    """Whom the list of those inside shows: everyone of the school to guards and office, to a teacher the pupils of the own classes. A family asks by name."""
    return in_schools(viewer, Presence.school_id, Role.GUARD, *ADMINISTRATION) | own_pupils(viewer, Presence.school_id, Presence.person_id)


def located_persons(viewer: Asking) -> Clause:
    """Of whom the viewer may ask where they are, those never seen too: also of one's own children."""
    return _watched(viewer, Person.school_id, Person.id) | own_pupils(viewer, Person.school_id, Person.id)


def found_persons(viewer: Asking) -> Clause:
    """Who is found by name with where they are: everyone of the school for guards and office, the pupils of the own classes for a teacher."""
    return in_schools(viewer, Person.school_id, Role.GUARD, *ADMINISTRATION) | own_pupils(viewer, Person.school_id, Person.id)


def located_classes(viewer: Asking) -> Clause:
    """Of which classes the viewer may ask who is inside."""
    return in_schools(viewer, ClassGroup.school_id, Role.GUARD, *ADMINISTRATION) | own_classes(viewer, ClassGroup.school_id, ClassGroup.id)


def watched_doors(viewer: Asking) -> Clause:
    """At which doors the viewer sees who comes: those of the schools where they are a guard, of the office or the head."""
    return in_schools(viewer, Door.school_id, Role.GUARD, *ADMINISTRATION)


def visible_doors(viewer: Asking) -> Clause:
    """The doors of every school that one belongs to in any role."""
    return in_schools(viewer, Door.school_id, *MEMBERS)


def visible_rules(viewer: Asking) -> Clause:
    """Guards and office see the rules of their school."""
    return in_schools(viewer, DoorRule.school_id, Role.GUARD, *ADMINISTRATION)
