"""The meals' GraphQL face, executed: what each role reads, and how a refusal looks on the wire."""

import datetime as dt
import json
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import strawberry
from strawberry.schema.config import StrawberryConfig

from school import clock, ids
from school.context import NOBODY, Context
from school.fields import SCALARS, check_policies
from school.ids import Kind, Ref
from school.meals import updates
from school.meals.schema import TYPES, UPDATES, MealsMutation, MealsQuery
from school.outbox import OutboxRow
from school.registry.models import Outcome
from school.serving.schema import Schema
from school.settings import Mode, Settings
from school.updates import Published
from tests.meals.canteen import Canteen, rubles
from tests.statements import statements


@strawberry.type
class Query(MealsQuery):
    """The meals alone."""


@strawberry.type
class Mutation(MealsMutation):
    """The meals alone."""


SCHEMA = Schema(Query, Mutation, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))
check_policies(SCHEMA)

SETTINGS = {mode: Settings(mode=mode) for mode in Mode}
TRANSFER = "id kind amount {minor currency} balanceAfter {minor} items {name quantity price {minor currency}} till {id name} refunded refundOfId note"
REFUSAL = " on Refusal {code}"
SELL = f"mutation($input: SellInput!) {{sell(input: $input) {{... on Sold {{transfer {{{TRANSFER}}}}} ...{REFUSAL}}}}}"
ACCOUNT = "query($id: ID!) {mealAccount(childId: $id) {id balance {minor currency} floor {minor}}}"
HISTORY = f"""query($child: ID!, $first: Int!, $after: String) {{
    mealHistory(childId: $child, first: $first, after: $after) {{edges {{node {{{TRANSFER} person {{givenName}}}}}} pageInfo {{hasNextPage endCursor}}}}}}"""
FORGED = ("", "nonsense", *(
    urlsafe_b64encode(json.dumps(key).encode()).decode() for key in (
        None, [], ["2026-09-07T09:00:00+00:00"], ["2026-09-07T09:00:00+00:00", "nonsense"], ["2026-09-07T09:00:00", str(UUID(int=1))],
        ["0001-01-01T00:00:00+14:00", str(UUID(int=1))], [1, str(UUID(int=1))],
    )
))
MONEY = {"minor": 15_000, "currency": "RUB"}


async def ask(canteen: Canteen, viewer: str | None, document: str, *, mode: Mode = Mode.PRODUCTION, **variables: Any) -> Any:
    """Execute as this viewer; the data, or the code of the one error."""
    context = Context(NOBODY if viewer is None else canteen.viewer(viewer), canteen.database, SETTINGS[mode])
    result = await SCHEMA.execute(document, variable_values=variables, context_value=context)
    if result.errors:
        error, = result.errors
        return (error.extensions or {}).get("code", error.message)
    return result.data


def person_id(canteen: Canteen, name: str) -> str:
    """A person's opaque id."""
    person = canteen.person(name)
    return ids.encode(Kind.PERSON, person.school_id, person.id)


def till_id(canteen: Canteen) -> str:
    """The till's opaque id."""
    return ids.encode(Kind.TILL, 1, canteen.till.id)


async def sell(canteen: Canteen, tap: Ref, id: str | None = None, price: int = 7_500) -> Any:  # noqa: A002 - the input's name
    """Two lunches through the API."""
    answer = await ask(canteen, "canteen", SELL, input={
        "id": id or str(ids.new()), "tillId": till_id(canteen), "tapId": ids.encode(Kind.TAP, tap.school_id, tap.id), "total": MONEY,
        "items": [{"name": "Обед", "quantity": 2, "price": price}],
    })
    return answer["sell"]


async def test_a_day_at_the_till(canteen: Canteen) -> None:
    """Top-up, sale and refund through the API, and how the family reads them."""
    top_up = await ask(canteen, "office", f"mutation($input: TopUpInput!) {{topUp(input: $input) {{... on ToppedUp {{transfer {{{TRANSFER}}}}}}}}}", input={
        "id": str(ids.new()), "childId": person_id(canteen, "anna"), "amount": {"minor": 20_000, "currency": "RUB"}, "method": "CASH", "note": "Чек 12",
    })
    assert top_up["topUp"]["transfer"] | {"id": ""} == {
        "id": "", "kind": "TOP_UP", "amount": {"minor": 20_000, "currency": "RUB"}, "balanceAfter": {"minor": 20_000}, "items": [], "till": None,
        "refunded": False, "refundOfId": None, "note": "Чек 12",
    }
    sold = (await sell(canteen, await canteen.present("anna")))["transfer"]
    till = {"id": till_id(canteen), "name": "Буфет"}
    assert sold | {"id": ""} == {
        "id": "", "kind": "SALE", "amount": MONEY, "balanceAfter": {"minor": 5_000}, "till": till, "refunded": False, "refundOfId": None, "note": None,
        "items": [{"name": "Обед", "quantity": 2, "price": {"minor": 7_500, "currency": "RUB"}}],
    }
    back = await ask(canteen, "canteen", f"mutation($input: RefundInput!) {{refund(input: $input) {{... on Refunded {{transfer {{{TRANSFER}}}}}}}}}", input={
        "id": str(ids.new()), "saleId": sold["id"],
    })
    refund = back["refund"]["transfer"]
    assert refund | {"id": ""} == {
        "id": "", "kind": "REFUND", "amount": MONEY, "balanceAfter": {"minor": 20_000}, "items": [], "till": till, "refunded": False,
        "refundOfId": sold["id"], "note": None,
    }
    for viewer in ("parent", "anna", "office"):
        first = (await ask(canteen, viewer, HISTORY, child=person_id(canteen, "anna"), first=2))["mealHistory"]
        anna = {"givenName": "Anna"}
        assert [edge["node"] for edge in first["edges"]] == [refund | {"person": anna}, sold | {"refunded": True, "person": anna}]
        assert first["pageInfo"]["hasNextPage"] is True
        rest = await ask(canteen, viewer, HISTORY, child=person_id(canteen, "anna"), first=2, after=first["pageInfo"]["endCursor"])
        assert [edge["node"] for edge in rest["mealHistory"]["edges"]] == [top_up["topUp"]["transfer"] | {"person": anna}]
        account = await ask(canteen, viewer, ACCOUNT, id=person_id(canteen, "anna"))
        assert account == {"mealAccount": {
            "id": ids.encode(Kind.MEAL_ACCOUNT, 1, canteen.world.meal_accounts["anna"]), "balance": {"minor": 20_000, "currency": "RUB"}, "floor": {"minor": 0},
        }}


async def test_the_canteen_s_screen(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    await canteen.fund("boris", rubles(1))
    long_ago = await canteen.present("boris", ago=dt.timedelta(minutes=16))
    used = await canteen.present("anna", ago=dt.timedelta(minutes=3))
    sold = (await sell(canteen, used))["transfer"]
    unknown = await canteen.present(None, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD", ago=dt.timedelta(minutes=2))
    blocked = await canteen.present("boris", outcome=Outcome.REFUSE, reason="CARD_BLOCKED", ago=dt.timedelta(minutes=1))
    teacher = await canteen.present("teacher", ago=dt.timedelta(seconds=30))
    ready = await canteen.present("anna")
    shows = "id state reason balance {minor} floor {minor} person {givenName} classGroup {name}"
    document = f"query($till: ID!, $first: Int!) {{tillTaps(tillId: $till, first: $first) {{{shows}}}}}"

    def shown(tap: Ref, state: str, name: str | None, balance: int | None, reason: str = "OK") -> dict[str, Any]:
        return {
            "id": ids.encode(Kind.TAP, 1, tap.id), "state": state, "reason": reason, "person": {"givenName": name} if name else None,
            "balance": None if balance is None else {"minor": balance}, "floor": None if balance is None else {"minor": 0},
            "classGroup": {"name": "5A"} if name in {"Anna", "Boris"} else None,
        }

    with statements(canteen.database) as sent:
        screen = await ask(canteen, "canteen", document, till=till_id(canteen), first=10)
    assert screen == {"tillTaps": [
        shown(ready, "READY", "Anna", 5_000), shown(teacher, "READY", "Teacher", None), shown(blocked, "REFUSED", "Boris", None, "CARD_BLOCKED"),
        shown(unknown, "REFUSED", None, None, "UNKNOWN_CARD"), shown(used, "SOLD", "Anna", 5_000), shown(long_ago, "EXPIRED", "Boris", 100),
    ]}
    assert sent == ["SELECT", "SELECT"]  # the taps, and all names at once
    assert len((await ask(canteen, "office", document, till=till_id(canteen), first=2))["tillTaps"]) == 2
    sales = await ask(canteen, "canteen", "query($till: ID!) {tillSales(tillId: $till) {edges {node {id refunded person {givenName}}}}}", till=till_id(canteen))
    assert sales == {"tillSales": {"edges": [{"node": {"id": sold["id"], "refunded": False, "person": {"givenName": "Anna"}}}]}}
    for viewer in ("canteen", "office"):
        assert await ask(canteen, viewer, "{tills {id name}}") == {"tills": [{"id": till_id(canteen), "name": "Буфет"}]}
    assert await ask(canteen, "office2", "{tills {id}}") == {"tills": []}


async def test_an_idle_till_and_an_untouched_account_are_empty_and_not_absent(canteen: Canteen) -> None:
    document = "query($till: ID!) {tillTaps(tillId: $till) {id} tillSales(tillId: $till) {edges {cursor}}}"
    assert await ask(canteen, "canteen", document, till=till_id(canteen)) == {"tillTaps": [], "tillSales": {"edges": []}}
    assert (await ask(canteen, "parent", HISTORY, child=person_id(canteen, "anna"), first=1))["mealHistory"]["edges"] == []


@pytest.mark.parametrize(("viewer", "code"), [
    ("other_parent", "NOT_FOUND"), ("stranger", "NOT_FOUND"), ("canteen", "NOT_FOUND"), ("teacher", "NOT_FOUND"), ("office2", "NOT_FOUND"),
    (None, "NOT_SIGNED_IN"),
])
async def test_another_family_s_money_is_absent(canteen: Canteen, viewer: str | None, code: str) -> None:
    await canteen.fund("anna", rubles(1))
    for child in (person_id(canteen, "anna"), ids.encode(Kind.PERSON, 1, ids.new()), "nonsense"):
        assert await ask(canteen, viewer, "query($id: ID!) {mealAccount(childId: $id) {id}}", id=child) == code
        assert await ask(canteen, viewer, HISTORY, child=child, first=1) == code


@pytest.mark.parametrize(("viewer", "code"), [
    ("office2", "NOT_FOUND"), ("parent", "NOT_ALLOWED"), ("teacher", "NOT_ALLOWED"), ("anna", "NOT_ALLOWED"), (None, "NOT_SIGNED_IN"),
])
async def test_the_till_is_the_canteen_s_and_the_office_s(canteen: Canteen, viewer: str | None, code: str) -> None:
    await canteen.fund("anna", rubles(150))
    await sell(canteen, await canteen.present("anna"))
    for till in (till_id(canteen), ids.encode(Kind.TILL, 1, ids.new())):
        assert await ask(canteen, viewer, "query($till: ID!) {tillTaps(tillId: $till) {id}}", till=till) == code
        assert await ask(canteen, viewer, "query($till: ID!) {tillSales(tillId: $till) {edges {cursor}}}", till=till) == code


async def test_the_canteen_sees_no_top_up_among_its_sales(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(150))
    await sell(canteen, await canteen.present("anna"))
    sales = await ask(canteen, "canteen", "query($till: ID!) {tillSales(tillId: $till) {edges {node {kind}}}}", till=till_id(canteen))
    assert sales == {"tillSales": {"edges": [{"node": {"kind": "SALE"}}]}}


@pytest.mark.parametrize(("first", "after", "code"), [(0, None, "BAD_INPUT"), (101, None, "TOO_MANY"), *((1, cursor, "BAD_CURSOR") for cursor in FORGED)])
async def test_a_bad_page_is_refused(canteen: Canteen, first: int, after: str | None, code: str) -> None:
    assert await ask(canteen, "parent", HISTORY, child=person_id(canteen, "anna"), first=first, after=after) == code


async def test_a_history_takes_a_statement_and_one_for_lines_and_names(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(600))
    for _ in range(4):
        await sell(canteen, await canteen.present("anna"))
    with statements(canteen.database) as sent:
        page = await ask(canteen, "parent", HISTORY, child=person_id(canteen, "anna"), first=5)
    assert len(page["mealHistory"]["edges"]) == 5
    assert sent == ["SELECT"] * 2


async def test_refusals_are_members_of_the_result(canteen: Canteen) -> None:
    tap, id_ = await canteen.present("anna"), str(ids.new())
    before = await canteen.books()
    assert await sell(canteen, tap) == {"code": "NOT_ENOUGH_MONEY"}
    assert await sell(canteen, tap, id="nonsense") == {"code": "BAD_INPUT"}
    assert await sell(canteen, tap, id=id_, price=1) == {"code": "BAD_INPUT"}
    top_up = f"mutation($input: TopUpInput!) {{topUp(input: $input) {{...{REFUSAL}}}}}"
    values = {"id": id_, "childId": person_id(canteen, "anna"), "amount": MONEY, "method": "SANDBOX"}
    assert await ask(canteen, "parent", top_up, input=values) == {"topUp": {"code": "NOT_ALLOWED"}}
    assert await ask(canteen, "parent", top_up, mode=Mode.DEMO, input=values | {"amount": {"minor": 1, "currency": "USD"}}) == {"topUp": {"code": "BAD_INPUT"}}
    assert await ask(canteen, "parent", top_up, mode=Mode.DEMO, input=values | {"childId": person_id(canteen, "boris")}) == {"topUp": {"code": "NOT_FOUND"}}
    assert await ask(canteen, None, top_up, input=values) == {"topUp": {"code": "NOT_SIGNED_IN"}}
    assert await ask(canteen, "teacher", top_up, input=values) == {"topUp": {"code": "NOT_ALLOWED"}}
    refund = f"mutation($input: RefundInput!) {{refund(input: $input) {{...{REFUSAL}}}}}"
    absent = {"id": id_, "saleId": ids.encode(Kind.TRANSFER, 1, ids.new())}
    assert await ask(canteen, "canteen", refund, input=absent) == {"refund": {"code": "NOT_FOUND"}}
    assert await ask(canteen, "parent", refund, input=absent) == {"refund": {"code": "NOT_ALLOWED"}}
    assert await canteen.books() == before


async def test_the_office_opens_an_account(canteen: Canteen) -> None:
    document = f"""mutation($input: OpenMealAccountInput!) {{
        openMealAccount(input: $input) {{... on MealAccountOpened {{account {{balance {{minor}} floor {{minor}}}}}} ...{REFUSAL}}}}}"""
    values = {"personId": person_id(canteen, "teacher"), "overdraft": 5_000}
    opened = {"openMealAccount": {"account": {"balance": {"minor": 0}, "floor": {"minor": -5_000}}}}
    assert await ask(canteen, "office", document, input=values) == opened
    assert await ask(canteen, "office", document, input=values) == opened
    assert await ask(canteen, "office", document, input={"personId": values["personId"]}) == {"openMealAccount": {"code": "CONFLICT"}}
    assert await ask(canteen, "canteen", document, input=values) == {"openMealAccount": {"code": "NOT_ALLOWED"}}


async def test_events_become_updates_of_the_family_stream(canteen: Canteen) -> None:
    await canteen.fund("anna", rubles(200))
    sold = (await sell(canteen, await canteen.present("anna", announce=True)))["transfer"]
    await ask(canteen, "canteen", "mutation($input: RefundInput!) {refund(input: $input) {__typename}}", input={"id": str(ids.new()), "saleId": sold["id"]})
    anna = canteen.person("anna")
    async with canteen.database.read() as session:
        rows = (await session.execute(sa.select(OutboxRow).order_by(OutboxRow.position))).scalars().all()
    topped_up, bought, refunded = [
        UPDATES[row.kind](Published("cursor", 1, anna.id, row.kind, row.payload, row.occurred_at, row.late))
        for row in rows if ["pupil", str(anna.id)] in row.topics
    ]
    assert isinstance(topped_up, updates.MealToppedUp)
    assert (topped_up.amount.minor, topped_up.balance.minor, topped_up.child_id) == (20_000, 20_000, person_id(canteen, "anna"))
    assert isinstance(bought, updates.MealSold)
    assert (bought.transfer_id, bought.till_id, bought.amount.minor, bought.balance.minor) == (sold["id"], till_id(canteen), 15_000, 5_000)
    assert [(item.name, item.quantity, item.price.minor, item.price.currency) for item in bought.items] == [("Обед", 2, 7_500, "RUB")]
    assert isinstance(refunded, updates.MealRefunded)
    assert (refunded.sale_id, refunded.amount.minor, refunded.balance.minor) == (sold["id"], 15_000, 20_000)
    assert {row.kind for row in rows} == {*UPDATES, "meals.card_presented"}
    assert all(clock.now() >= row.occurred_at for row in rows)
    assert UUID(rows[0].payload["transfer_id"]).version == 7
