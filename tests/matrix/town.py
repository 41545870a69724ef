"""A town for the matrix: the small world, grown (`founding`) until every field has something to show of every pupil, and everyone there is to ask.

Four pupils stand for what a viewer may be to a child: Boris is the own one, Anna his classmate (with another teacher's mark), Egor of another class,
Dina of another school. Each has a thing of every kind, with texts that stand nowhere else.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from school import ids
from school.context import Viewer
from school.db import Database
from school.ids import Kind, Ref
from school.registry.types import school_id as opaque_school
from tests.world import World

NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
"""What the clock says, and it stands still: noon in the first school on the one lesson day, two o'clock in the second."""
TARGETS = {"own": "boris", "classmate": "anna", "other class": "egor", "other school": "dina"}
NOUNS = {
    "child": Kind.PERSON, "guardian": Kind.PERSON, "spare": Kind.PERSON, "worker": Kind.PERSON, "mark": Kind.MARK, "lesson": Kind.LESSON, "course": Kind.COURSE,
    "submission": Kind.SUBMISSION, "material": Kind.FILE, "page": Kind.FILE, "paper": Kind.FILE,
    "homework": Kind.HOMEWORK, "class": Kind.CLASS_GROUP, "card": Kind.CARD, "sale": Kind.TRANSFER, "till_tap": Kind.TAP, "desk_tap": Kind.TAP,
    "tap": Kind.TAP, "door": Kind.DOOR, "rule": Kind.DOOR_RULE, "till": Kind.TILL, "gate": Kind.DEVICE, "desk": Kind.DEVICE, "key": Kind.CARD_KEY,
    "code": Kind.DEVICE_CODE, "invitation": Kind.INVITATION, "photo": Kind.PHOTO, "term": Kind.TERM, "past": Kind.TERM,
    "reason": Kind.ABSENCE_REASON, "notice": Kind.ABSENCE_NOTICE, "unfilled": Kind.LESSON, "scale": Kind.GRADING_SCALE,
    "other scale": Kind.GRADING_SCALE, "own work": Kind.OWN_WORK, "pupil group": Kind.PUPIL_GROUP,
    "subject": Kind.SUBJECT, "empty": Kind.CLASS_GROUP, "helper": Kind.PERSON,
    "remark": Kind.REMARK, "thread": Kind.THREAD, "message": Kind.MESSAGE, "announcement": Kind.ANNOUNCEMENT, "teacher": Kind.PERSON,
    "holiday": Kind.HOLIDAY, "schedule": Kind.BELL_SCHEDULE, "other schedule": Kind.BELL_SCHEDULE,
}
"""What a question may name of a target, beside its school and its family name."""
ROLES = (
    "guardian", "without diary", "without meals", "without access", "pupil", "teacher", "class teacher", "canteen", "guard", "office", "head", "district",
    "former guardian", "former teacher", "token for nothing", "token for the diary", "nobody",
)
"""Who asks: the columns of the table of permissions."""
CODES = {1: "AAAA-BBBB-CCCC", 2: "DDDD-EEEE-FFFF"}
"""The invitations' codes, by school."""

Ids = Mapping[str, str]
"""Opaque ids by noun."""


@dataclass
class Town:
    """Everyone and everything by name. `markers` are texts and ids that belong to a pupil: what kind of thing each is of, and of whom."""

    database: Database
    world: World
    targets: dict[str, dict[str, str]] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    markers: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def ref(self, name: str) -> Ref:
        """The key of a person."""
        return Ref(2 if name in {"dina", "gleb", "office2", "teacher2", "canteen2", "stranger", "spare2"} else 1, self.world.people[name])

    def absent(self, target: str) -> Ids:
        """What is as a target's, and does not exist."""
        school = 2 if target == "other school" else 1
        return {noun: ids.encode(kind, school, ids.new()) for noun, kind in NOUNS.items()} | {"school": opaque_school(7), "name": "Никакая"}

    def mark(self, kind: str, of: str, *texts: str) -> None:
        """Remember whose texts these are."""
        self.markers.update(dict.fromkeys(texts, (kind, of)))
