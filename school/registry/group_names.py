"""The names of groups within classes, many at once."""

from typing import Any

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.context import ADMINISTRATION, Area, Context, Role
from school.db import Rows
from school.fields import Info
from school.ids import Ref
from school.registry import types
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.loaders import loader, wanted
from school.registry.policy import Clause, family, in_schools
from school.statements import Asking, Read


def visible_pupil_groups(viewer: Asking) -> Clause:
    """Which groups exist for the viewer: all of a school for its teachers, office and head, and those in which a child is or was."""
    mine = sa.select(GroupMember.school_id, GroupMember.group_id).where(
        GroupMember.held(), family(viewer, Area.DIARY, GroupMember.school_id, GroupMember.pupil_id))
    return sa.or_(
        in_schools(viewer, PupilGroup.school_id, *ADMINISTRATION, Role.TEACHER),
        sa.tuple_(PupilGroup.school_id, PupilGroup.id).in_(mine) if viewer.opens(Area.DIARY) else sa.false())


@Read
def _pupil_group(viewer: Asking) -> Rows:
    return sa.select(PupilGroup.school_id, PupilGroup.id, PupilGroup.division, PupilGroup.name).where(
        wanted(PupilGroup.school_id, PupilGroup.id), visible_pupil_groups(viewer))


def _pupil_groups(context: Context) -> DataLoader[Ref, types.PupilGroup | None]:
    return loader(context, _pupil_group, types.PupilGroup.from_row)


def group_ref(row: Any) -> Ref | None:
    """The key of the group that a row names; None: the whole class."""
    return None if row.pupil_group_id is None else Ref(row.school_id, row.pupil_group_id)


def load_pupil_group(info: Info, ref: Ref | None) -> types.PupilGroup | None:
    """A group that the viewer may see; of the whole class's (None) none, and no statement."""
    return None if ref is None else info.context.load("pupil_group", _pupil_groups, ref)
