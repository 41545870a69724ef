"""Who forgot the card, for the till: looked up by name, and counted as attempts are, for nobody leafs through a school's children."""

import datetime as dt

import strawberry

from school import ids
from school.context import Area, Role
from school.fields import Info, each, holds, query
from school.identity.throttle import Limit, attempt
from school.ids import Kind
from school.meals import customers
from school.meals.queries import check_till
from school.meals.types import Customer

SEARCH = Limit("till search", 30, dt.timedelta(seconds=6))
"""Names that one account looks up at tills: a class that has forgotten its cards at once, then ten a minute."""


@strawberry.type
class CustomerQuery:
    """The till's look-up."""

    @query(holds(Role.CANTEEN), Area.MEALS, each(lambda customer: customer.ref))
    async def customers(self, info: Info, till_id: strawberry.ID, name: str) -> list[Customer]:
        """At most ten pupils of the till's school who have a meal account and whose name begins so, with the class if one is typed: «Иванов ан 5А».

        Refused: BAD_INPUT (fewer than three letters of a name), TOO_MANY_ATTEMPTS after thirty in a row.
        """
        viewer, till = info.context.viewer, ids.decode(Kind.TILL, till_id)
        search = customers.Search.parse(name)
        await check_till(info.context.reader, viewer, till)
        await attempt(info.context.database, (SEARCH, str(viewer.account_id)))
        return [Customer.from_row(row) for row in await customers.find(info.context.reader, viewer, till, search)]
