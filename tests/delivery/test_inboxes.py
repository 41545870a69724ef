"""One's own inbox, followed as a place is: of both sides of a thread, and nobody else's."""

import asyncio

from school import ids
from school.db import Database
from school.diary import messages
from school.ids import Kind, Ref
from tests.delivery.family import NO_SUCH
from tests.delivery.house import house, sign_in
from tests.delivery.test_places import NOT_ALLOWED, following, refusal
from tests.world import World


async def test_both_sides_of_a_thread_hear_of_a_message_and_the_pupil_does_not(database: Database, database_url: str, world: World) -> None:
    def opaque(name: str) -> str:
        return ids.encode(Kind.PERSON, 1, world.people[name])

    viewers = {login: await sign_in(database, world, login) for login in ("parent", "teacher", "anna", "other_parent")}
    async with house(database_url) as here, asyncio.timeout(30):
        async with following(here, viewers["parent"], opaque("parent")) as family, following(here, viewers["teacher"], opaque("teacher")) as school:
            for stream in (family, school):
                assert (await anext(stream))["__typename"] == "StreamOpened"
            async with database.begin(viewers["parent"].identity()) as session:
                await messages.write(
                    session, viewers["parent"], ids.new(), Ref(1, world.people["anna"]), Ref(1, world.people["teacher"]), "Здравствуйте!",
                    [world.people["parent"]])
            heard = [await anext(stream) for stream in (family, school)]
            assert [one["__typename"] for one in heard] == ["Happened", "Happened"]
        assert await refusal(here, viewers["anna"], opaque("anna")) == NOT_ALLOWED
        for login in ("parent", "teacher"):
            assert await refusal(here, viewers["other_parent"], opaque(login)) == NO_SUCH
