"""The GraphQL face of topics."""

from typing import Annotated

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.context import Area, Role
from school.diary import topics as verbs
from school.diary.types import Lesson
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind


@strawberry.input(description="What a lesson was about, in at most 200 characters; nothing takes away what stands there.")
class SetTopicsItem:
    """A lesson's topic."""

    lesson_id: strawberry.ID
    topic: str | None = None


@strawberry.input(description="Topics of lessons, at most 100.")
class SetTopicsInput:
    """What setTopics takes."""

    items: list[SetTopicsItem]


TopicResult = Annotated[Lesson | Refusal, strawberry.union("TopicResult")]


@rows(description="The topics have been gone through. Results stand in the order of the items.")
class TopicResults:
    """An answer for each item."""

    results: list[TopicResult]


@strawberry.type
class TopicMutation:
    """Mutations of topics."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def set_topics(
        self, info: Info, input: SetTopicsInput,  # noqa: A002 - public name
    ) -> Annotated[TopicResults | Refusal, strawberry.union("SetTopicsResult")]:
        """Write what one's own lessons were about, of today or earlier. One bad item does not hold up the others; saying the same again is harmless."""
        check_length(input.items, "items")
        items = [decoded(_topic, item) for item in input.items]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, verbs.NewTopic)]
            answers = await verbs.set_many(session, info.context.viewer, good) if good else []
        return TopicResults(results=in_order(items, answers, Lesson.from_row))


def _topic(item: SetTopicsItem) -> verbs.NewTopic:
    return verbs.NewTopic(ids.decode(Kind.LESSON, item.lesson_id), item.topic)
