"""Who has what is a group's: one clause for every place that asks which pupils a course or a lesson has."""

from typing import Any

import sqlalchemy as sa

from school.db import Column
from school.registry.group_models import GroupMember


def is_member(group_id: Any, school_id: Any, pupil_id: Any, on_date: Any) -> sa.ColumnElement[bool]:
    """Whether a pupil is in a group on a day; without one, as far as is known of days to come."""
    days = (GroupMember.until.is_(None),) if on_date is None else (
        GroupMember.since <= on_date, sa.or_(GroupMember.until.is_(None), GroupMember.until > on_date))
    return sa.exists().where(
        GroupMember.school_id == school_id, GroupMember.group_id == group_id, GroupMember.pupil_id == pupil_id, *days).correlate_except(GroupMember)


def has(group_id: Column, school_id: Any, pupil_id: Any, on_date: Any) -> sa.ColumnElement[bool]:
    """Whether a pupil of the class has what is of this group on a day: all of the class where there is no group (null). `on_date` as of `is_member`."""
    return sa.or_(group_id.is_(None), is_member(group_id, school_id, pupil_id, on_date))


def was_member(group_id: Column, school_id: Any, pupil_id: Any) -> sa.ColumnElement[bool]:
    """Whether a pupil of the class has had what is of this group on any day."""
    ever = sa.exists().where(
        GroupMember.school_id == school_id, GroupMember.group_id == group_id, GroupMember.pupil_id == pupil_id, GroupMember.held(),
    ).correlate_except(GroupMember)
    return sa.or_(group_id.is_(None), ever)
