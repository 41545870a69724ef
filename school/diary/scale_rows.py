"""What a grading scale is: its columns, how a grade of it is shown, and what that is on another scale."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.db import Rows
from school.diary.models import CourseScale, GradingScale, ScaleConversion
from school.registry.models import Course

Labels = Sequence[Any]
"""Of grades that have a word or a letter: value and label, by value."""
Steps = Sequence[Any]
"""What becomes what: the lowest and the highest value, both included, and the value on the other scale, from the lowest on."""
_Other = aliased(GradingScale)
SCALE = (
    GradingScale.id.label("scale_id"), GradingScale.name.label("scale_name"), GradingScale.lowest, GradingScale.highest,
    GradingScale.counts.label("scale_counts"), GradingScale.labels.label("labels"),
)
SCALE_KEY = (GradingScale.id, GradingScale.name, GradingScale.lowest, GradingScale.highest, GradingScale.counts, GradingScale.labels)
"""The same, to group by."""
SHOWN = (GradingScale.labels.label("labels"), ScaleConversion.steps.label("steps"), _Other.labels.label("other_labels"))
"""By which a value is shown; all null where the course has no scale."""


def with_scale(statement: Rows) -> Rows:
    """Joined with the scale of its Course, if there is one, and the conversion of that."""
    return (
        statement.outerjoin(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .outerjoin(GradingScale, sa.and_(GradingScale.school_id == CourseScale.school_id, GradingScale.id == CourseScale.scale_id))
        .outerjoin(ScaleConversion, sa.and_(ScaleConversion.school_id == GradingScale.school_id, ScaleConversion.id == GradingScale.id))
        .outerjoin(_Other, sa.and_(_Other.school_id == ScaleConversion.school_id, _Other.id == ScaleConversion.to_scale_id))
    )


def label_of(labels: Labels | None, value: int) -> str:
    """A grade as people read it: its label, else the number."""
    return next((str(label) for of, label in labels or () if of == value), str(value))


def some_label(labels: Labels | None, value: int | None) -> str | None:
    """The same; None where nothing is given."""
    return None if value is None else label_of(labels, value)


def converted(steps: Steps | None, other_labels: Labels | None, value: int | None) -> str | None:
    """A grade on the other scale, as people read it; None where the school has not said what it is."""
    if value is None:
        return None
    return next((label_of(other_labels, becomes) for lowest, highest, becomes in steps or () if lowest <= value <= highest), None)
