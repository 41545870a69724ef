"""Since when the guardian who asks has said to have read something: one statement for all marks of a list."""

import datetime as dt

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.context import Context, Role
from school.db import Rows
from school.diary.message_models import Acknowledgement
from school.fields import Info
from school.ids import Ref
from school.registry.loaders import loader, wanted
from school.registry.policy import selves
from school.statements import Asking, Read


@Read
def _said(viewer: Asking) -> Rows:
    key = (Acknowledgement.school_id, Acknowledgement.thing_id)
    return sa.select(key[0], key[1].label("id"), sa.func.min(Acknowledgement.at).label("at")).where(
        wanted(*key), selves(viewer, Acknowledgement.school_id, Acknowledgement.guardian_id)).group_by(*key)


def _moments(context: Context) -> DataLoader[Ref, dt.datetime | None]:
    return loader(context, _said, lambda row: row.at)


def load_acknowledged(info: Info, thing: Ref) -> dt.datetime | None:
    """The first moment of it; None for everybody but a guardian."""
    return info.context.load("acknowledged", _moments, thing) if info.context.viewer.has(Role.GUARDIAN) else None
