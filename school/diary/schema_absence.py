"""The GraphQL face of absence: the school's reasons, and families' notices."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.connections import Connection
from school.context import ADMINISTRATION, Area, Role
from school.diary import notice_queries, notices, reasons
from school.diary.absence_models import NoticeState
from school.diary.files import decode_files
from school.diary.notice_rows import bell_bits
from school.diary.notice_types import AbsenceNotice, NoticeStateName
from school.diary.reason_types import AbsenceReason
from school.fields import SIGNED_IN, Info, Policy, Refusal, each, holds, mutation, named, no_one, query
from school.ids import Kind

_ANSWERS: Policy = holds(Role.TEACHER, *ADMINISTRATION)


@strawberry.type
class AbsenceQuery:
    """Queries of reasons and notices."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def absence_reasons(self, info: Info, school_id: strawberry.ID, retired: bool = False) -> list[AbsenceReason]:
        """A school's own reasons of absence, for its families, teachers, office and head; `retired` with those that no new entry may have."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [AbsenceReason.from_row(row) for row in await reasons.of_school(info.context.reader, info.context.viewer, school, retired=retired)]

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def absence_notices(
        self, info: Info, child_id: strawberry.ID, first: int = 50, after: str | None = None,
    ) -> Connection[AbsenceNotice]:
        """What the school was told of a child's absences, newest first: for the family, the class teacher, the office and the head."""
        child = ids.decode(Kind.PERSON, child_id)
        found = await notice_queries.of_child(info.context.reader, info.context.viewer, child, first=first, after=after)
        return found.connect(AbsenceNotice.from_row)

    @query(_ANSWERS, Area.DIARY, each(lambda notice: notice.child_ref))
    async def received_absence_notices(
        self, info: Info, waiting: bool = True, first: int = 50, after: str | None = None,
    ) -> Connection[AbsenceNotice]:
        """The notices of a class teacher's class, and of an office's or a head's school, newest first: those that wait for an answer, or all others."""
        found = await notice_queries.received(info.context.reader, info.context.viewer, waiting=waiting, first=first, after=after)
        return found.connect(AbsenceNotice.from_row)


@strawberry.input(description="A reason of absence. `id` is a UUIDv7 made by the client, so that it may ask again; `sign` is 1 to 3 letters.")
class AddAbsenceReasonInput:
    """What addAbsenceReason takes."""

    id: str
    school_id: strawberry.ID
    name: str
    sign: str
    excused: bool


@strawberry.input(description="What a reason is called from now on, and whether new entries may have it.")
class ChangeAbsenceReasonInput:
    """What changeAbsenceReason takes."""

    reason_id: strawberry.ID
    name: str
    sign: str
    in_use: bool


@strawberry.input(description="A child will be away, or was, on these days, both included, or in some lessons of them. `id` is a UUIDv7 made by the client.")
class SendAbsenceNoticeInput:
    """What sendAbsenceNotice takes."""

    id: str
    child_id: strawberry.ID
    starts_on: dt.date
    ends_on: dt.date
    bells: list[int] | None = strawberry.field(default=None, description="The lessons of each day that are meant; left out for the whole day.")
    reason_id: strawberry.ID
    words: str | None = None
    file_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="Own files that have come, at most five.")


@strawberry.input(description="SEEN, ACCEPTED or DECLINED; why must be said of a declined one.")
class AnswerAbsenceNoticeInput:
    """What answerAbsenceNotice takes."""

    notice_id: strawberry.ID
    state: Annotated[NoticeState, NoticeStateName]
    answer: str | None = None


@strawberry.input(description="Which notice is taken back.")
class WithdrawAbsenceNoticeInput:
    """What withdrawAbsenceNotice takes."""

    notice_id: strawberry.ID


@strawberry.type
class AbsenceMutation:
    """Mutations of reasons and notices."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_absence_reason(
        self, info: Info, input: AddAbsenceReasonInput,  # noqa: A002 - public name
    ) -> Annotated[AbsenceReason | Refusal, strawberry.union("AddAbsenceReasonResult")]:
        """Add a reason of the school's; whether it counts as excused is never changed. Repeating it is harmless; a name or a sign in use is a CONFLICT."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin() as session:
            row = await reasons.add(session, info.context.viewer, school, id_, name=input.name, sign=input.sign, excused=input.excused)
        return AbsenceReason.from_row(row)

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_absence_reason(
        self, info: Info, input: ChangeAbsenceReasonInput,  # noqa: A002 - public name
    ) -> Annotated[AbsenceReason | Refusal, strawberry.union("ChangeAbsenceReasonResult")]:
        """Rename a reason, retire it, or take it into use again. Old entries keep it, under its new name."""
        ref = ids.decode(Kind.ABSENCE_REASON, input.reason_id)
        async with info.context.begin() as session:
            row = await reasons.change(session, info.context.viewer, ref, name=input.name, sign=input.sign, in_use=input.in_use)
        return AbsenceReason.from_row(row)

    @mutation(holds(Role.GUARDIAN, Role.OFFICE), Area.DIARY)
    async def send_absence_notice(
        self, info: Info, input: SendAbsenceNoticeInput,  # noqa: A002 - public name
    ) -> Annotated[AbsenceNotice | Refusal, strawberry.union("SendAbsenceNoticeResult")]:
        """Tell the school that one's child will be away, or was; the office may for any pupil. At most 31 days, and not more than 14 days ago."""
        new = notices.NewNotice(
            ids.client_id(input.id), ids.decode(Kind.PERSON, input.child_id), input.starts_on, input.ends_on, bell_bits(input.bells),
            ids.decode(Kind.ABSENCE_REASON, input.reason_id), input.words,
            tuple(decode_files(input.file_ids)))
        async with info.context.begin() as session:
            return AbsenceNotice.from_row(await notices.send(session, info.context.viewer, new))

    @mutation(holds(Role.TEACHER, Role.OFFICE), Area.DIARY)
    async def answer_absence_notice(
        self, info: Info, input: AnswerAbsenceNoticeInput,  # noqa: A002 - public name
    ) -> Annotated[AbsenceNotice | Refusal, strawberry.union("AnswerAbsenceNoticeResult")]:
        """The class teacher or the office has seen a notice, accepts or declines it; the family is told. It writes into no register: see spreadAbsence."""
        ref = ids.decode(Kind.ABSENCE_NOTICE, input.notice_id)
        async with info.context.begin() as session:
            return AbsenceNotice.from_row(await notices.answer(session, info.context.viewer, ref, input.state, input.answer))

    @mutation(holds(Role.GUARDIAN, Role.OFFICE), Area.DIARY)
    async def withdraw_absence_notice(
        self, info: Info, input: WithdrawAbsenceNoticeInput,  # noqa: A002 - public name
    ) -> Annotated[AbsenceNotice | Refusal, strawberry.union("WithdrawAbsenceNoticeResult")]:
        """Take back a notice that one has sent oneself. Doing so twice is harmless; what registers say stays."""
        ref = ids.decode(Kind.ABSENCE_NOTICE, input.notice_id)
        async with info.context.begin() as session:
            return AbsenceNotice.from_row(await notices.withdraw(session, info.context.viewer, ref))
