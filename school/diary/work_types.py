"""A school's own kind of work as GraphQL shows it, and its loader."""

from typing import Annotated, Any

import strawberry
from strawberry.dataloader import DataLoader

from school import columns
from school.columns import OfRow, column, made
from school.context import Context
from school.db import Rows
from school.diary.models import WorkKind
from school.diary.policy import visible_scales
from school.diary.work_models import OwnWork as Own
from school.diary.works import WORK
from school.fields import Info, rows
from school.ids import Kind, Ref
from school.registry.loaders import loader, wanted
from school.statements import Asking, Read

WorkKindName = strawberry.enum(WorkKind, name="WorkKind", description="What a mark is for.")


def _is_in_use(retired_at: object) -> bool:
    return retired_at is None


@rows(description="A kind of work in the school's own words. For all that counts by kinds it is the usual kind `work`; "
                  "`weight` is what its marks weigh unless said.")
class OwnWork(OfRow):
    """A kind, of a `WorkRow`."""

    id: strawberry.ID = columns.opaque(Kind.OWN_WORK)
    name: str = column()
    work: Annotated[WorkKind, WorkKindName] = column()
    weight: int = column()
    in_use: bool = made(_is_in_use, "retired_at")


@Read
def _work(viewer: Asking) -> Rows:
    return WORK.where(wanted(Own.school_id, Own.id), visible_scales(viewer, Own.school_id))


def _works(context: Context) -> DataLoader[Ref, OwnWork | None]:
    return loader(context, _work, OwnWork.from_row)


def load_work(info: Info, school_id: int, work_id: Any) -> OwnWork | None:
    """A kind of the viewer's schools; None where there is none."""
    return None if work_id is None else info.context.load("own_work", _works, Ref(school_id, work_id))
