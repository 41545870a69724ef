"""The GraphQL face of submissions: handed in by pupils, answered by teachers."""

import datetime as dt
from typing import Annotated

import strawberry

from school import columns, ids
from school.columns import OfRow, column
from school.context import ADMINISTRATION, Area, Role
from school.diary import submission_reads, submissions
from school.diary.file_types import File, load_handed_in
from school.diary.files import decode_files
from school.diary.homework_models import SubmissionState
from school.fields import ROWS, SIGNED_IN, Info, Refusal, each, holds, mutation, named, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import load_person
from school.registry.types import Person

SubmissionStateName = strawberry.enum(SubmissionState, name="SubmissionState", description="How far a pupil's work has come.")
From = Annotated[dt.date, strawberry.argument(name="from")]


@rows(description="A pupil's work for a homework, and the teacher's answer. Of several of one pupil the newest counts.")
class Submission(OfRow):
    """A submission, of a `SubmissionRow`."""

    id: strawberry.ID = columns.opaque(Kind.SUBMISSION)
    homework_id: strawberry.ID = columns.opaque(Kind.HOMEWORK, "homework_id")
    pupil_id: strawberry.ID = columns.opaque(Kind.PERSON, "pupil_id")
    text: str = column()
    at: dt.datetime = column()
    state: Annotated[SubmissionState, SubmissionStateName] = column()
    answer: str | None = column()
    answered_at: dt.datetime | None = column()

    @query(ROWS, reads=("school_id", "id"))
    def files(self, info: Info) -> list[File]:
        """What was handed in beside the text, in the order of coming."""
        return load_handed_in(info, self.row)

    @query(ROWS, reads=("school_id", "answered_by"))
    def answered_by(self, info: Info) -> Person | None:
        """Who answered it."""
        return None if self.row.answered_by is None else load_person(info, Ref(self.row.school_id, self.row.answered_by))


@strawberry.type
class SubmissionQuery:
    """Queries of submissions."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def submissions(self, info: Info, child_id: strawberry.ID, from_: From, to: dt.date) -> list[Submission]:
        """What a child has handed in for homework that is due on these days, at most 31 of them, in the order of handing in."""
        child = ids.decode(Kind.PERSON, child_id)
        found = await submission_reads.child_submissions(info.context.reader, info.context.viewer, child, from_, to)
        return [Submission.from_row(row) for row in found]

    @query(holds(Role.TEACHER, *ADMINISTRATION), Area.DIARY, each(lambda work: work.pupil_id))
    async def homework_submissions(self, info: Info, homework_id: strawberry.ID) -> list[Submission]:
        """All that was handed in for a homework: for its teacher, the class teacher and the office."""
        ref = ids.decode(Kind.HOMEWORK, homework_id)
        return [Submission.from_row(row) for row in await submission_reads.homework_submissions(info.context.reader, info.context.viewer, ref)]


@strawberry.input(description="A pupil's work. `id` is a UUIDv7 made by the client, so that it may ask again.")
class SubmitHomeworkInput:
    """What submitHomework takes."""

    id: str
    homework_id: strawberry.ID
    child_id: strawberry.ID
    text: str = strawberry.field(description="May be empty where there are files.")
    file_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="Own files that have come, at most five.")


@strawberry.input(description="An answer to a pupil's work: ACCEPTED, or RETURNED with what is to be done better.")
class AnswerSubmissionInput:
    """What answerSubmission takes."""

    submission_id: strawberry.ID
    state: Annotated[SubmissionState, SubmissionStateName]
    text: str | None = None


@strawberry.type
class SubmissionMutation:
    """Mutations of submissions."""

    @mutation(holds(Role.GUARDIAN, Role.PUPIL), Area.DIARY)
    async def submit_homework(
        self, info: Info, input: SubmitHomeworkInput,  # noqa: A002 - public name
    ) -> Annotated[Submission | Refusal, strawberry.union("SubmitHomeworkResult")]:
        """Hand in work for a homework: the pupil, or a guardian for them. It is ticked as done by that."""
        id_, ref, child = ids.client_id(input.id), ids.decode(Kind.HOMEWORK, input.homework_id), ids.decode(Kind.PERSON, input.child_id)
        async with info.context.begin() as session:
            return Submission.from_row(await submissions.submit(session, info.context.viewer, id_, ref, child, input.text, decode_files(input.file_ids)))

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def answer_submission(
        self, info: Info, input: AnswerSubmissionInput,  # noqa: A002 - public name
    ) -> Annotated[Submission | Refusal, strawberry.union("AnswerSubmissionResult")]:
        """Answer the newest work of a pupil; another answer takes the first one's place."""
        ref = ids.decode(Kind.SUBMISSION, input.submission_id)
        async with info.context.begin() as session:
            return Submission.from_row(await submissions.answer(session, info.context.viewer, ref, SubmissionState(input.state), input.text))
