"""Reads of notices of absence: a child's, and those that wait for an answer."""

import sqlalchemy as sa

from school.connections import Page, paged, read_page
from school.context import ADMINISTRATION, Viewer
from school.db import Rows
from school.diary.absence_models import AbsenceNotice, NoticeState
from school.diary.notice_rows import NOTICE, is_in
from school.diary.policy import leads, visible_notices
from school.diary.queries import check_child
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Pupil
from school.registry.policy import in_schools
from school.statements import THIS_PERSON, Asking, Read

_NEWEST = (AbsenceNotice.sent_at, AbsenceNotice.id)
_WAITING = (NoticeState.SENT, NoticeState.SEEN)


@Read
def _of_child(viewer: Asking, after: bool) -> Rows:
    mine = NOTICE.where(
        AbsenceNotice.school_id == THIS_PERSON.school_id, AbsenceNotice.pupil_id == THIS_PERSON.id, visible_notices(viewer, *THIS_PERSON))
    return paged(mine, _NEWEST, after=after, descending=True)


async def of_child(reader: Reader, viewer: Viewer, child: Ref, *, first: int, after: str | None) -> Page:
    """A child's notices, newest first. Refused as absent: a child whose diary the viewer may not open."""
    found = await read_page(reader, _of_child, viewer, _NEWEST, first=first, after=after, school_id=child.school_id, person_id=child.id)
    if not found.rows:
        await check_child(reader, viewer, child)
    return found


@Read
def _received(viewer: Asking, after: bool, waiting: bool) -> Rows:
    state = is_in(*_WAITING) if waiting else sa.not_(is_in(*_WAITING))
    mine = sa.or_(in_schools(viewer, AbsenceNotice.school_id, *ADMINISTRATION), leads(viewer, Pupil.school_id, Pupil.class_group_id))
    return paged(NOTICE.where(state, mine), _NEWEST, after=after, descending=True)


async def received(reader: Reader, viewer: Viewer, *, waiting: bool, first: int, after: str | None) -> Page:
    """The notices of a class teacher's class, of an office's or a head's school, newest first: those that wait for an answer, or all others."""
    return await read_page(reader, _received, viewer, _NEWEST, waiting, first=first, after=after)
