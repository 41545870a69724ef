"""A reason of absence as GraphQL shows it, and its loader."""

from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from school import columns
from school.columns import OfRow, column, made
from school.context import Context
from school.db import Rows
from school.diary.absence_models import AbsenceReason as Reason
from school.diary.policy import visible_reasons
from school.diary.reasons import REASON
from school.fields import Info, rows
from school.ids import Kind, Ref
from school.registry.loaders import loader, wanted
from school.statements import Asking, Read


def _is_in_use(retired_at: object) -> bool:
    return retired_at is None


@rows(description="Why a pupil may be absent, in the school's own words. `sign` is what a register shows; `excused` decides how an entry with it counts.")
class AbsenceReason(OfRow):
    """A reason, of a `ReasonRow`."""

    id: strawberry.ID = columns.opaque(Kind.ABSENCE_REASON)
    name: str = column()
    sign: str = column()
    excused: bool = column()
    in_use: bool = made(_is_in_use, "retired_at")


@Read
def _reason(viewer: Asking) -> Rows:
    return REASON.where(wanted(Reason.school_id, Reason.id), visible_reasons(viewer))


def _reasons(context: Context) -> DataLoader[Ref, AbsenceReason | None]:
    return loader(context, _reason, AbsenceReason.from_row)


def load_reason(info: Info, school_id: int, reason_id: Any) -> AbsenceReason | None:
    """A reason of the viewer's schools; None where there is none."""
    return None if reason_id is None else info.context.load("absence_reason", _reasons, Ref(school_id, reason_id))
