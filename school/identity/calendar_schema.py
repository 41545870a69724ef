"""Calendar feeds in GraphQL: made, listed and revoked by the account that reads by them."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import Area
from school.fields import SIGNED_IN, Done, Info, Refusal, mutation, no_one, query, rows
from school.identity import calendar_feeds
from school.ids import Kind, Ref
from school.registry.calendar_feed_models import Language

LanguageName = strawberry.enum(Language, name="Language", description="In which language a file is written.")


@rows(description="A secret address at which a calendar program reads a timetable. The address itself is told once, when it is made.")
class CalendarFeed:
    """One's own feed: of a child of the family, or of the teacher that one is."""

    id: strawberry.ID
    person_id: strawberry.ID
    language: Annotated[Language, LanguageName]
    made_at: dt.datetime
    read_at: dt.datetime | None = strawberry.field(description="When a program has read it last, to five minutes; null if none has.")

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a feed."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.CALENDAR_FEED, row.school_id, row.id)),
            person_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.person_id)), language=row.language, made_at=row.made_at, read_at=row.read_at)


@strawberry.input(description="A feed of a child's lessons and homework, or of one's own lessons. `id` is a UUIDv7 of the client's: repeating is harmless.")
class MakeCalendarFeedInput:
    """What makeCalendarFeed takes."""

    id: str
    person_id: strawberry.ID
    language: Annotated[Language, LanguageName]


@rows(description="A new feed. `address` is its path on this host, told once: null when the same `id` comes again.")
class CalendarFeedMade:
    """The feed and its address."""

    feed: CalendarFeed
    address: str | None


@strawberry.type
class CalendarQuery:
    """What calendars read."""

    @query(SIGNED_IN, Area.ACCOUNT, no_one)
    async def my_calendar_feeds(self, info: Info) -> list[CalendarFeed]:
        """The calendar addresses of this account that show something now, the newest first."""
        async with info.context.read(as_service=True) as session:
            return [CalendarFeed.from_row(row) for row in await calendar_feeds.of_account(session, info.context.viewer)]


@strawberry.type
class CalendarMutation:
    """A timetable is given to a calendar, and taken from it."""

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def make_calendar_feed(
        self, info: Info, input: MakeCalendarFeedInput,  # noqa: A002 - public name
    ) -> Annotated[CalendarFeedMade | Refusal, strawberry.union("MakeCalendarFeedResult")]:
        """Make a secret address for a calendar program. Whoever has it sees the lessons; it shows never more than this account may see at the moment."""
        person = ids.decode(Kind.PERSON, input.person_id)
        async with info.context.begin(as_service=True) as session:
            made = await calendar_feeds.make(
                session, info.context.viewer, Ref(person.school_id, ids.client_id(input.id)), person.id, input.language)
        return CalendarFeedMade(feed=CalendarFeed.from_row(made.row), address=made.secret and f"/calendar/{made.secret}.ics")

    @mutation(SIGNED_IN, Area.ACCOUNT)
    async def revoke_calendar_feed(
        self, info: Info, id: strawberry.ID,  # noqa: A002 - public name
    ) -> Annotated[Done | Refusal, strawberry.union("RevokeCalendarFeedResult")]:
        """Take a calendar address back, for good: from now on it is answered as one that never was."""
        async with info.context.begin(as_service=True) as session:
            await calendar_feeds.revoke(session, info.context.viewer, ids.decode(Kind.CALENDAR_FEED, id))
        return Done()
