"""Report cards in GraphQL: whose cards may be printed. The files themselves are at `/report-cards/<pupil or class>/<term>.pdf`."""

import strawberry

from school import ids
from school.context import Area
from school.diary import report_cards
from school.fields import Info, holds, no_one, query
from school.ids import Kind
from school.registry.types import ClassGroup


@strawberry.type
class ReportCardQuery:
    """Queries of report cards."""

    @query(holds(*report_cards.PRINTERS), Area.DIARY, no_one)
    async def report_card_classes(self, info: Info, term_id: strawberry.ID | None = None) -> list[ClassGroup]:
        """The classes whose report cards one may print: those that one leads; for office and head, all of the school. Those of this school year, or with
        `termId` those that there were in that term."""
        term = None if term_id is None else ids.decode(Kind.TERM, term_id)
        return [
            ClassGroup.of(row.school_id, row.id, row.grade, row.letter)
            for row in await report_cards.classes(info.context.reader, info.context.viewer, term)]
