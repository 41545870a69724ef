"""A class's term or year, whole: what its report cards say, and each mark of its lessons behind that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from school.context import Viewer
from school.db import Rows
from school.diary import report_cards
from school.diary.mark_rows import counts
from school.diary.models import Lesson, Mark
from school.diary.queries import limited
from school.diary.report_cards import ReportCards
from school.ids import Kind, Ref
from school.reading import Reader
from school.registry.calendar_models import Term
from school.statements import Asking, Read, given

MOST_MARKS = 50_000
"""Of one file: twice what thirty pupils have in a year, with five marks a day."""


@dataclass(frozen=True, slots=True)
class ClassYear:
    """The cards, with the term that they are of, and the marks that count, lesson by lesson: pupil, course, date, bell, value, weight and work."""

    cards: ReportCards
    term: Ref
    marks: Sequence[Any]


@Read
def _marks(viewer: Asking) -> Rows:
    """Of the pupils of the cards, those of a class in which they were before, too."""
    return report_cards.of_pupils(
        sa.select(Mark.pupil_id, Mark.course_id, Lesson.on_date, Lesson.bell, Mark.value, Mark.weight, Mark.work)
        .join(Lesson, sa.and_(Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id)), Mark.pupil_id,
    ).where(
        Mark.school_id == given("school_id"), *report_cards.who(viewer, one=False), Lesson.on_date.between(Term.starts_on, Term.ends_on), counts(),
    ).order_by(Lesson.on_date, Lesson.bell, Mark.given_at, Mark.id).limit(MOST_MARKS + 1)


async def read(reader: Reader, viewer: Viewer, group: Ref, term: Ref) -> ClassYear:
    """For whoever prints the class's report cards: the class teacher, office and head. Refused as they are (NOT_FOUND), and with over 50,000 marks
    (TOO_MANY). A statement more than the cards, whatever the number of rows."""
    cards = await report_cards.read(reader, viewer, group, Kind.CLASS_GROUP, term)
    marks = await reader.all(_marks, viewer, school_id=group.school_id, id=group.id, term_id=term.id)
    return ClassYear(cards, term, limited(marks, MOST_MARKS))
