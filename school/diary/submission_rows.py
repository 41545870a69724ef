"""A submission's row: a pupil's work and its answer."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school.db import Rows
from school.diary.homework_models import Submission, SubmissionState


class SubmissionRow(NamedTuple):
    """A submission: the columns of its table, in order."""

    school_id: int
    id: UUID
    homework_id: UUID
    pupil_id: UUID
    text: str
    by: UUID
    at: dt.datetime
    state: SubmissionState
    answer: str | None
    answered_by: UUID | None
    answered_at: dt.datetime | None


SUBMISSION: Rows = sa.select(*(getattr(Submission, name) for name in SubmissionRow._fields))
