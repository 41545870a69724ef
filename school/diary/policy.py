"""Who may read the diary, and who writes in it."""

from typing import Any

import sqlalchemy as sa

from school.context import ADMINISTRATION, Area, Role
from school.db import Column
from school.diary.absence_models import AbsenceNotice, AbsenceReason
from school.diary.homework_models import HomeworkFor
from school.diary.models import Attendance, Homework, Lesson, Mark
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember
from school.registry.membership import has
from school.registry.models import ClassGroup, Course, Pupil
from school.registry.policy import Clause, family, in_schools, own_classes, own_courses, own_pupils, taught_by
from school.statements import Asking


def teaches(viewer: Asking) -> Clause:
    """The viewer's own courses. The statement joins Course."""
    return taught_by(viewer, Course.school_id, Course.teacher_id)


def substitutes(viewer: Asking) -> Clause:
    """Lessons that the viewer gives instead of the course's teacher. The statement joins Lesson."""
    return taught_by(viewer, Lesson.school_id, Lesson.substitute_id)


def gives(viewer: Asking) -> Clause:
    """Lessons in whose diary the viewer writes: those of the own courses, and of others' what they give as a substitute. The statement joins Course, Lesson."""
    return sa.or_(teaches(viewer), substitutes(viewer))


def giver(viewer: Asking) -> Column:
    """As whom the viewer writes in a lesson that they give: as its substitute, else as the course's teacher."""
    return sa.case((substitutes(viewer), Lesson.substitute_id), else_=Course.teacher_id)


def changes_lessons(viewer: Asking, school_id: Column) -> Clause:
    """Whose timetable the viewer changes: the office and the head that of their school."""
    return in_schools(viewer, school_id, *ADMINISTRATION)


def _works_with(viewer: Asking) -> Clause:
    """A teacher's own courses, all courses of the class that a teacher leads, and the office's whole school. The statement joins Course."""
    return sa.or_(
        own_courses(viewer, Course.school_id, Course.teacher_id, Course.class_group_id), in_schools(viewer, Course.school_id, *ADMINISTRATION),
    )


def visible_courses(viewer: Asking) -> Clause:
    """Whose gradebook the viewer may open; families read their own children only, one by one."""
    return _works_with(viewer)


def concerned(pupil_id: Any, class_group_id: Any) -> Clause:
    """Whom a homework concerns, which nothing else decides: the lesson's class or group, or those of it who are named. The statement joins Homework, Lesson."""
    return sa.and_(Lesson.class_group_id == class_group_id, has(Lesson.pupil_group_id, Lesson.school_id, pupil_id, Lesson.on_date), is_for(pupil_id))


def is_for(pupil_id: Any) -> Clause:
    """Of a class's homework, what is for all of it or for this pupil."""
    named = sa.exists().where(
        HomeworkFor.school_id == Homework.school_id, HomeworkFor.homework_id == Homework.id, HomeworkFor.pupil_id == pupil_id,
    ).correlate_except(HomeworkFor)
    return sa.or_(Homework.for_some.is_(False), named)


def visible_homework(viewer: Asking) -> Clause:
    """Homework of the staff's courses, and of what a teacher gives as a substitute; for families what concerns a child. The statement joins Course, Lesson."""
    if not viewer.opens(Area.DIARY):
        return sa.or_(_works_with(viewer), substitutes(viewer))
    mine = sa.exists().where(
        Pupil.school_id == Homework.school_id, family(viewer, Area.DIARY, Pupil.school_id, Pupil.id), concerned(Pupil.id, Pupil.class_group_id),
    ).correlate_except(Pupil)
    return sa.or_(mine, _works_with(viewer), substitutes(viewer))


def opens_gradebook(viewer: Asking) -> Clause:
    """Those, and courses of which the viewer gives a lesson as a substitute: with that lesson alone. The statement joins Course."""
    given = sa.exists().where(Lesson.school_id == Course.school_id, Lesson.course_id == Course.id, substitutes(viewer))
    return sa.or_(visible_courses(viewer), given) if viewer.has(Role.TEACHER) else visible_courses(viewer)


def visible_lessons(viewer: Asking) -> Clause:
    """Lessons and their homework: the children's classes' (of a former one as long as it was theirs; of a group if a child is in it then), the staff's
    courses', and what a teacher gives as substitute. The statement joins Course, Lesson."""
    children = sa.select(Pupil.school_id, Pupil.class_group_id).where(family(viewer, Area.DIARY, Pupil.school_id, Pupil.id))
    before = sa.exists().where(
        FormerClass.school_id == Lesson.school_id, FormerClass.class_group_id == Lesson.class_group_id, FormerClass.since <= Lesson.on_date,
        FormerClass.until > Lesson.on_date, family(viewer, Area.DIARY, FormerClass.school_id, FormerClass.pupil_id)).correlate(Lesson)
    if not viewer.opens(Area.DIARY):
        return sa.or_(_works_with(viewer), substitutes(viewer))
    of_group = sa.exists().where(
        GroupMember.school_id == Lesson.school_id, GroupMember.group_id == Lesson.pupil_group_id, GroupMember.since <= Lesson.on_date,
        sa.or_(GroupMember.until.is_(None), GroupMember.until > Lesson.on_date),
        family(viewer, Area.DIARY, GroupMember.school_id, GroupMember.pupil_id)).correlate(Lesson)
    mine = sa.and_(
        sa.or_(sa.tuple_(Lesson.school_id, Lesson.class_group_id).in_(children), before), sa.or_(Lesson.pupil_group_id.is_(None), of_group))
    return sa.or_(mine, _works_with(viewer), substitutes(viewer))


def visible_marks(viewer: Asking, school_id: Column = Mark.school_id, pupil_id: Column = Mark.pupil_id) -> Clause:
    """Marks of the family's own children, of the staff's courses, and of what a teacher gives as a substitute. The statement joins Course, Lesson."""
    return sa.or_(family(viewer, Area.DIARY, school_id, pupil_id), _works_with(viewer), substitutes(viewer))


def visible_term_marks(viewer: Asking, school_id: Column, pupil_id: Column) -> Clause:
    """Marks of terms, as marks; a substitute has nothing to do with them, who gives single lessons. The statement joins Course."""
    return sa.or_(family(viewer, Area.DIARY, school_id, pupil_id), _works_with(viewer))


def visible_attendance(viewer: Asking) -> Clause:
    """Register entries, as marks. The statement joins Course, Lesson."""
    return sa.or_(family(viewer, Area.DIARY, Attendance.school_id, Attendance.pupil_id), _works_with(viewer), substitutes(viewer))


def visible_children(viewer: Asking) -> Clause:
    """Whose diary exists for the viewer: the family's, a teacher's own classes', all of the school's for its office. Not for guards and canteen."""
    return sa.or_(
        family(viewer, Area.DIARY, Pupil.school_id, Pupil.id), in_schools(viewer, Pupil.school_id, *ADMINISTRATION),
        own_pupils(viewer, Pupil.school_id, Pupil.id),
    )


def visible_classes(viewer: Asking) -> Clause:
    """Whose timetable may be asked for: the children's classes, and all of a school for its teachers and office. `visible_lessons` decides what is shown."""
    children = sa.select(Pupil.school_id, Pupil.class_group_id).where(family(viewer, Area.DIARY, Pupil.school_id, Pupil.id))
    return sa.or_(
        sa.tuple_(ClassGroup.school_id, ClassGroup.id).in_(children) if viewer.opens(Area.DIARY) else sa.false(),
        in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION, Role.TEACHER),
    )


def visible_load(viewer: Asking) -> Clause:
    """Of which classes the viewer is told how much is set: their teachers, whatever they teach there, and the office. Of nobody by name."""
    return sa.or_(in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION), own_classes(viewer, ClassGroup.school_id, ClassGroup.id))


def leads(viewer: Asking, school_id: Column, class_group_id: Column) -> Clause:
    """The classes of which the viewer is the class teacher."""
    led = sa.select(ClassGroup.school_id, ClassGroup.id).where(taught_by(viewer, ClassGroup.school_id, ClassGroup.teacher_id))
    return sa.tuple_(school_id, class_group_id).in_(led) if viewer.has(Role.TEACHER) else sa.false()


def visible_figures(viewer: Asking, school_id: Column, class_group_id: Column) -> Clause:
    """Of which classes the viewer gets figures without a pupil: head and office of all of their school, a class teacher of the own class. Not the district:
    these are by day and class, and `statistics` says what it may know."""
    return sa.or_(in_schools(viewer, school_id, *ADMINISTRATION), leads(viewer, school_id, class_group_id))


def visible_report_classes(viewer: Asking) -> Clause:
    """The classes whose report cards the viewer prints: a class teacher the own one's, office and head their school's. The statement joins ClassGroup."""
    return sa.or_(in_schools(viewer, ClassGroup.school_id, *ADMINISTRATION), leads(viewer, ClassGroup.school_id, ClassGroup.id))


def visible_report_cards(viewer: Asking, class_group_id: Any, *, whole_class: bool) -> Clause:
    """The pupils whose report cards the viewer reads: of the class of then (`class_group_id`), one by one also of the class of now, and the family's.
    Other teachers know their own subject alone. The statement joins Pupil."""
    of_class = sa.or_(in_schools(viewer, Pupil.school_id, *ADMINISTRATION), leads(viewer, Pupil.school_id, class_group_id))
    if whole_class:
        return of_class
    return sa.or_(of_class, leads(viewer, Pupil.school_id, Pupil.class_group_id), family(viewer, Area.DIARY, Pupil.school_id, Pupil.id))


def visible_reasons(viewer: Asking) -> Clause:
    """A school's reasons of absence: for all who meet them in a diary or a register."""
    return in_schools(viewer, AbsenceReason.school_id, Role.TEACHER, *ADMINISTRATION, Role.GUARDIAN, Role.PUPIL)


def visible_scales(viewer: Asking, school_id: Column) -> Clause:
    """A school's grading scales: for all who meet marks of them."""
    return in_schools(viewer, school_id, Role.TEACHER, *ADMINISTRATION, Role.GUARDIAN, Role.PUPIL)


def answers_for(viewer: Asking, school_id: Column, class_group_id: Column) -> Clause:
    """The classes for whose absences the viewer answers: a class teacher for the own class, the office for its whole school."""
    return sa.or_(in_schools(viewer, school_id, Role.OFFICE), leads(viewer, school_id, class_group_id))


def visible_notices(viewer: Asking, school_id: Column = AbsenceNotice.school_id, pupil_id: Column = AbsenceNotice.pupil_id) -> Clause:
    """Notices of absence with their words: the family's, and those of whoever answers for the class, and the head's. The statement joins Pupil.

    Other teachers learn from their register that a child is away and why (`announced`), and no more.
    """
    return sa.or_(family(viewer, Area.DIARY, school_id, pupil_id), in_schools(viewer, Pupil.school_id, *ADMINISTRATION),
                  leads(viewer, Pupil.school_id, Pupil.class_group_id))
