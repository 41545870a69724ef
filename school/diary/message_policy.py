"""Who may read and write what school and family tell each other. Of a thread, its two sides alone: neither the pupil, nor the office, nor the head."""

from typing import Any

import sqlalchemy as sa

from school.context import ADMINISTRATION, Area, Role
from school.db import Column
from school.diary.message_models import Announcement, Remark, Thread
from school.diary.policy import visible_courses
from school.registry.former_class_models import FormerClass
from school.registry.membership import has
from school.registry.models import ClassGroup, Course, Pupil
from school.registry.policy import Clause, family, in_schools, own_classes, own_pupils, selves, taught_by
from school.statements import Asking

WRITERS = (Role.TEACHER, *ADMINISTRATION)
"""Who writes remarks and announcements."""


def guarded(viewer: Asking, school_id: Column, pupil_id: Column) -> Clause:
    """Rows about the children for whom the viewer answers, and whose diary is not withheld. Not those of the pupil who is the viewer."""
    if not viewer.has(Role.GUARDIAN):
        return sa.false()
    return sa.and_(family(viewer, Area.DIARY, school_id, pupil_id), sa.not_(selves(viewer, school_id, pupil_id)))


def teaches_pupil(teacher_id: Column) -> Clause:
    """Whether somebody teaches a pupil, in the class or in a group of it, or leads the class: who may write with the guardians. The statement has Pupil."""
    taught = sa.exists().where(
        Course.school_id == Pupil.school_id, Course.class_group_id == Pupil.class_group_id, Course.teacher_id == teacher_id, Course.closed_at.is_(None),
        has(Course.pupil_group_id, Pupil.school_id, Pupil.id, None))
    led = sa.exists().where(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id, ClassGroup.teacher_id == teacher_id)
    return sa.or_(taught, led)


def visible_threads(viewer: Asking) -> Clause:
    """A child's threads, to all its guardians; to a teacher the own ones, as long as the pupil is one of their own."""
    mine = sa.and_(taught_by(viewer, Thread.school_id, Thread.teacher_id), own_pupils(viewer, Thread.school_id, Thread.pupil_id))
    return sa.or_(guarded(viewer, Thread.school_id, Thread.pupil_id), mine)


def led_by(viewer: Asking, school_id: Column, class_group_id: Column) -> Clause:
    """Rows about the classes that the viewer leads."""
    if not viewer.has(Role.TEACHER):
        return sa.false()
    led = sa.select(ClassGroup.school_id, ClassGroup.id).where(taught_by(viewer, ClassGroup.school_id, ClassGroup.teacher_id))
    return sa.tuple_(school_id, class_group_id).in_(led)


def remarkable_pupils(viewer: Asking) -> Clause:
    """About which pupils the viewer may remark something: a teacher's own, and all of the school for its administration."""
    return sa.or_(own_classes(viewer, Pupil.school_id, Pupil.class_group_id), in_schools(viewer, Pupil.school_id, *ADMINISTRATION))


def followed_remarks(viewer: Asking) -> Clause:
    """Of which remarks the viewer learns who has read them: one's own about one's own pupils, those about the class that one leads, the administration's."""
    led = sa.select(Pupil.school_id, Pupil.id).where(led_by(viewer, Pupil.school_id, Pupil.class_group_id))
    own = sa.and_(selves(viewer, Remark.school_id, Remark.given_by), own_pupils(viewer, Remark.school_id, Remark.pupil_id))
    about_led = sa.tuple_(Remark.school_id, Remark.pupil_id).in_(led) if viewer.has(Role.TEACHER) else sa.false()
    return sa.or_(own, about_led, in_schools(viewer, Remark.school_id, *ADMINISTRATION))


def visible_remarks(viewer: Asking) -> Clause:
    """Remarks about the family's own children, the pupil's own, and those that the staff follow."""
    return sa.or_(family(viewer, Area.DIARY, Remark.school_id, Remark.pupil_id), followed_remarks(viewer))


_TO_ALL = sa.and_(Announcement.grade.is_(None), Announcement.class_group_id.is_(None))


def concerns_class() -> Clause:
    """Which classes an announcement concerns: its own, those of its year as there were then, or all. The statement has Announcement and ClassGroup."""
    of_grade = sa.and_(Announcement.grade == ClassGroup.grade, Announcement.year_on.is_not_distinct_from(ClassGroup.opened_on))
    return sa.and_(ClassGroup.school_id == Announcement.school_id, sa.or_(_TO_ALL, of_grade, Announcement.class_group_id == ClassGroup.id))


def concerned_pupils(column: Any, *more: Any) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Of pupils whom an announcement concerns: those who are in its classes, and those who were when these ended with their year; `more` narrows both.

    Nobody is in both; who moved away before is in neither. The statements have Pupil, ClassGroup and Announcement.
    """
    here = (concerns_class(), Pupil.school_id == ClassGroup.school_id, *more)
    before = (
        FormerClass.school_id == ClassGroup.school_id, FormerClass.class_group_id == ClassGroup.id, FormerClass.until >= ClassGroup.closed_on,
        Pupil.id == FormerClass.pupil_id, sa.not_(_TO_ALL))
    return sa.select(column).where(*here, Pupil.class_group_id == ClassGroup.id), sa.select(column).where(*here, *before)


def visible_announcements(viewer: Asking) -> Clause:
    """Those that concern the children's classes, or a teacher's own; to the administration all of the school's."""
    children = sa.or_(*(sa.exists(part.correlate(Announcement)) for part in concerned_pupils(
        Pupil.id, family(viewer, Area.DIARY, Pupil.school_id, Pupil.id)))) if viewer.opens(Area.DIARY) else sa.false()
    taught = sa.exists(
        sa.select(ClassGroup.id).where(concerns_class(), own_classes(viewer, ClassGroup.school_id, ClassGroup.id)).correlate(Announcement),
    ) if viewer.has(Role.TEACHER) else sa.false()
    return sa.or_(children, taught, followed_announcements(viewer))


def followed_announcements(viewer: Asking) -> Clause:
    """Of which announcements the viewer learns who has read them: one's own, and all of the school's for its administration."""
    own = selves(viewer, Announcement.school_id, Announcement.made_by) if viewer.has(*WRITERS) else sa.false()
    return sa.or_(own, in_schools(viewer, Announcement.school_id, *ADMINISTRATION))


def followed_marks(viewer: Asking) -> Clause:
    """Of which marks the staff learn who has read them: of the courses with which they work. The statement joins Course."""
    return visible_courses(viewer)
