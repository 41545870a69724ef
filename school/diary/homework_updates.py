"""Homework in the family stream."""

from collections.abc import Callable
from typing import Annotated

import strawberry

from school.diary import events
from school.diary.diary_update import DiaryUpdate, made_of
from school.diary.homework_models import SubmissionState
from school.diary.schema_submissions import SubmissionStateName
from school.fields import rows
from school.ids import Kind
from school.updates import Published, Update


@rows(description="The class has homework for the lesson.")
class HomeworkSet(DiaryUpdate):
    """diary.homework_set"""

    homework_id: strawberry.ID


@rows(description="The class need not do a homework any more.")
class HomeworkWithdrawn(DiaryUpdate):
    """diary.homework_withdrawn"""

    homework_id: strawberry.ID


@rows(description="A homework says something else now; `oldMinutes` is how long it was to take before.")
class HomeworkCorrected(DiaryUpdate):
    """diary.homework_corrected"""

    homework_id: strawberry.ID
    text_changed: bool
    links_changed: bool
    minutes: int | None
    old_minutes: int | None


@rows(description="The child, or a guardian for them, has ticked a homework as done, or has taken the tick away (`done` is false).")
class HomeworkTicked(DiaryUpdate):
    """diary.homework_done"""

    homework_id: strawberry.ID
    done: bool


@rows(description="The child's work for a homework is handed in.")
class HomeworkSubmitted(DiaryUpdate):
    """diary.homework_submitted"""

    homework_id: strawberry.ID
    submission_id: strawberry.ID


@rows(description="The child's work for a homework is accepted, or returned; `oldSubmissionState` is what it was before.")
class HomeworkAnswered(DiaryUpdate):
    """diary.homework_answered"""

    homework_id: strawberry.ID
    submission_id: strawberry.ID
    submission_state: Annotated[SubmissionState, SubmissionStateName]
    old_submission_state: Annotated[SubmissionState, SubmissionStateName]


def _homework_set(row: Published) -> Update:
    return made_of(HomeworkSet, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"))


def _homework_withdrawn(row: Published) -> Update:
    return made_of(HomeworkWithdrawn, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"))


def _homework_corrected(row: Published) -> Update:
    told = {name: row.payload[name] for name in ("text_changed", "links_changed", "minutes", "old_minutes")}
    return made_of(HomeworkCorrected, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"), **told)


def _homework_ticked(row: Published) -> Update:
    return made_of(HomeworkTicked, row, homework_id=row.id(Kind.HOMEWORK, "homework_id"), done=row.payload["done"])


def _work(row: Published) -> dict[str, strawberry.ID]:
    return {"homework_id": row.id(Kind.HOMEWORK, "homework_id"), "submission_id": row.id(Kind.SUBMISSION, "submission_id")}


def _homework_submitted(row: Published) -> Update:
    return made_of(HomeworkSubmitted, row, **_work(row))


def _homework_answered(row: Published) -> Update:
    payload = row.payload
    return made_of(
        HomeworkAnswered, row, **_work(row), submission_state=SubmissionState(payload["state"]), old_submission_state=SubmissionState(payload["old_state"]))


UPDATES: dict[str, Callable[[Published], Update]] = {
    events.HOMEWORK_SET: _homework_set,
    events.HOMEWORK_WITHDRAWN: _homework_withdrawn,
    events.HOMEWORK_CORRECTED: _homework_corrected,
    events.HOMEWORK_DONE: _homework_ticked,
    events.HOMEWORK_SUBMITTED: _homework_submitted,
    events.HOMEWORK_ANSWERED: _homework_answered,
}
"""How a published event becomes its update."""

TYPES: tuple[type[Update], ...] = (HomeworkSet, HomeworkWithdrawn, HomeworkCorrected, HomeworkTicked, HomeworkSubmitted, HomeworkAnswered)
"""The types behind `UPDATES`."""
