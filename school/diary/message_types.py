"""GraphQL types of remarks, threads, messages and announcements."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school.context import Viewer
from school.diary.acknowledgements import ReadBy as ReadByRow
from school.diary.message_models import RemarkKind
from school.diary.types import opaque
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_class_group, load_class_of, load_person
from school.registry.names import full_name
from school.registry.types import ClassGroup, Person

RemarkKindName = strawberry.enum(RemarkKind, name="RemarkKind", description="Whether a remark praises or worries.")
MOST_TOLD = 100


@rows(description="What one of the staff has remarked about a pupil. `lessonId`: in a lesson.")
class Remark:
    """A remark."""

    id: strawberry.ID
    pupil_id: strawberry.ID
    lesson_id: strawberry.ID | None
    kind: Annotated[RemarkKind, RemarkKindName]
    text: str
    given_at: dt.datetime
    withdrawn_at: dt.datetime | None
    acknowledged_at: dt.datetime | None = strawberry.field(description="Since when the guardian who asks has said to have read it.")
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a `RemarkRow`, or one with `acknowledged_at`."""
        school = row.school_id
        return cls(
            id=opaque(Kind.REMARK, school, row.id), pupil_id=opaque(Kind.PERSON, school, row.pupil_id),
            lesson_id=None if row.lesson_id is None else opaque(Kind.LESSON, school, row.lesson_id), kind=row.kind, text=row.text, given_at=row.given_at,
            withdrawn_at=row.withdrawn_at, acknowledged_at=getattr(row, "acknowledged_at", None), author=Ref(school, row.given_by))

    @query(ROWS)
    def given_by(self, info: Info) -> Person | None:
        """Who has remarked it."""
        return load_person(info, self.author)


@rows(description="One message. Its `text` is null once it is withdrawn. `own`: written by whoever asks; `fromTeacher`: by the teacher, else by a guardian.")
class Message:
    """A message of a thread."""

    id: strawberry.ID
    number: int
    own: bool
    from_teacher: bool
    author: str | None = strawberry.field(description="The name; null of another guardian, which only the teacher is told.")
    text: str | None
    at: dt.datetime
    withdrawn_at: dt.datetime | None
    thread_id: strawberry.ID
    pupil_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any, viewer: Viewer) -> Self:
        """From a `MessageRow`, or one with the author's name."""
        named = getattr(row, "family_name", None)
        return cls(
            id=opaque(Kind.MESSAGE, row.school_id, row.id), number=row.number, own=is_own(viewer, Ref(row.school_id, row.author_id)),
            from_teacher=row.author_id == row.teacher_id, author=full_name(named, row.given_name, row.patronymic) if named else None, text=row.text, at=row.at,
            withdrawn_at=row.withdrawn_at, thread_id=opaque(Kind.THREAD, row.school_id, row.thread_id), pupil_ref=Ref(row.school_id, row.pupil_id))


def is_own(viewer: Viewer, person: Ref) -> bool:
    """Whether the viewer is this person."""
    return any((grant.school_id, grant.person_id) == person for grant in viewer.grants)


@rows(description="What the guardians of a child and one teacher write to each other about it. `teacherReadUpTo`, `familyReadUpTo`: numbers of messages.")
class Thread:
    """A thread with its last message."""

    id: strawberry.ID
    pupil_id: strawberry.ID
    teacher_id: strawberry.ID
    messages: int = strawberry.field(description="How many there are: the number of the last.")
    unread: int = strawberry.field(description="How many of them whoever asks has neither written nor read.")
    teacher_read_up_to: int
    family_read_up_to: int
    last_text: str | None
    last_at: dt.datetime
    last_own: bool
    pupil_ref: strawberry.Private[Ref]
    teacher_ref: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any, viewer: Viewer) -> Self:
        """From a row of `message_queries`."""
        school = row.school_id
        return cls(
            id=opaque(Kind.THREAD, school, row.id), pupil_id=opaque(Kind.PERSON, school, row.pupil_id), teacher_id=opaque(Kind.PERSON, school, row.teacher_id),
            messages=row.messages, unread=row.unread, teacher_read_up_to=row.teacher_read or 0, family_read_up_to=row.family_read or 0, last_text=row.last_text,
            last_at=row.last_at, last_own=is_own(viewer, Ref(school, row.last_author)), pupil_ref=Ref(school, row.pupil_id),
            teacher_ref=Ref(school, row.teacher_id))

    @query(ROWS)
    def pupil(self, info: Info) -> Person | None:
        """About whom it is."""
        return load_person(info, self.pupil_ref)

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """With whom the guardians write."""
        return load_person(info, self.teacher_ref)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The pupil's class."""
        return load_class_of(info, self.pupil_ref)


@rows(description="A teacher to whom the guardians of a child may write. `leads`: the class teacher.")
class Correspondent:
    """To whom one may write."""

    teacher_id: strawberry.ID
    subjects: list[str]
    leads: bool
    teacher_ref: strawberry.Private[Ref]

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """The teacher's name."""
        return load_person(info, self.teacher_ref)


@rows(description="What is told to the families of a class, of a year (`grade`), or, with neither, of the school. `families`, `haveRead`: for who follows it.")
class Announcement:
    """An announcement."""

    id: strawberry.ID
    grade: int | None
    title: str
    text: str
    acknowledge_by: dt.date | None = strawberry.field(description="Guardians are asked to acknowledge it by this day.")
    made_at: dt.datetime
    withdrawn_at: dt.datetime | None
    acknowledged_at: dt.datetime | None = strawberry.field(description="Since when the guardian who asks has said to have read it.")
    own: bool
    families: int | None = strawberry.field(description="Of how many pupils the families are asked to acknowledge it.")
    have_read: int | None = strawberry.field(description="Of how many of them a guardian has.")
    group_ref: strawberry.Private[Ref | None]
    author: strawberry.Private[Ref]

    @classmethod
    def from_row(cls, row: Any, viewer: Viewer) -> Self:
        """From an `AnnouncementRow`, or one with what was read of it."""
        author = Ref(row.school_id, row.made_by)
        return cls(
            id=opaque(Kind.ANNOUNCEMENT, row.school_id, row.id), grade=row.grade, title=row.title, text=row.text, acknowledge_by=row.acknowledge_by,
            made_at=row.made_at, withdrawn_at=row.withdrawn_at, acknowledged_at=getattr(row, "acknowledged_at", None), own=is_own(viewer, author),
            families=getattr(row, "families", None), have_read=getattr(row, "have_read", None),
            group_ref=None if row.class_group_id is None else Ref(row.school_id, row.class_group_id), author=author)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class for which it is."""
        return None if self.group_ref is None else load_class_group(info, self.group_ref)

    @query(ROWS)
    def made_by(self, info: Info) -> Person | None:
        """Who announces it."""
        return load_person(info, self.author)


@rows(description="A guardian has read it.")
class Reading:
    """Who has read, about which pupil, and when."""

    pupil_id: strawberry.ID
    pupil: str
    guardian: str
    at: dt.datetime


@rows(description="A pupil none of whose guardians has read it yet.")
class NotYetRead:
    """Whose family has not."""

    pupil_id: strawberry.ID
    pupil: str


@rows(description="By whom it was read: of `families` pupils, guardians of `haveRead`. At most 100 of each are named, by the pupil's name.")
class ReadBy:
    """What the author is told."""

    families: int
    have_read: int
    readings: list[Reading]
    not_yet: list[NotYetRead]
    pupil_refs: strawberry.Private[list[Ref]]

    @classmethod
    def from_rows(cls, found: list[ReadByRow]) -> Self:
        """From `acknowledgements.read_by`."""
        read = {row.pupil_id for row in found if row.at is not None}
        readings = [
            Reading(pupil_id=opaque(Kind.PERSON, row.school_id, row.pupil_id), pupil=full_name(*row.pupil), guardian=full_name(*row.guardian), at=row.at)
            for row in found if row.at is not None][:MOST_TOLD]
        not_yet = [row for row in found if row.at is None][:MOST_TOLD]
        named = {one.pupil_id for one in readings}
        return cls(
            families=len({row.pupil_id for row in found}), have_read=len(read), readings=readings,
            not_yet=[NotYetRead(pupil_id=opaque(Kind.PERSON, row.school_id, row.pupil_id), pupil=full_name(*row.pupil)) for row in not_yet],
            pupil_refs=[Ref(row.school_id, row.pupil_id) for row in found
                        if row.at is None or opaque(Kind.PERSON, row.school_id, row.pupil_id) in named])
