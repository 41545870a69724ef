"""Top-ups: who may put money onto whose account, and what bad input leaves as it was."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from school import ids
from school.errors import Code, Refused
from school.meals import topups
from school.meals.ledger import Posted
from school.meals.models import AccountKind, MealAccount, Posting
from school.meals.topups import TopUpMethod
from school.money import LARGEST, Money
from school.settings import Mode
from tests.meals.canteen import Canteen, audit, rubles
from tests.statements import statements


async def top_up(
    canteen: Canteen, viewer: str = "office", child: str = "anna", amount: Money | None = None, method: TopUpMethod = TopUpMethod.CASH, *,
    mode: Mode = Mode.PRODUCTION, id: UUID | None = None, note: str | None = None,  # noqa: A002 - as the verb calls it
) -> Posted:
    """100 roubles in cash for Anna, unless the test says otherwise."""
    async with canteen.database.begin() as session:
        return await topups.top_up(
            session, canteen.viewer(viewer), id or ids.new(), canteen.person(child), amount or rubles(100), method, mode=mode, note=note)


async def test_cash_at_the_office_comes_onto_the_account(canteen: Canteen) -> None:
    posted = await top_up(canteen, note="Чек 12")
    assert (posted.balance, posted.repeated) == (10_000, False)
    assert await canteen.balance("anna") == 10_000
    async with canteen.database.read() as session:
        sides = (await session.execute(
            sa.select(MealAccount.kind, Posting.amount, Posting.balance).join(Posting, Posting.account_id == MealAccount.id))).all()
    assert sorted(sides) == [(AccountKind.FUNDING, -10_000, None), (AccountKind.PERSON, 10_000, 10_000)]
    event, = await canteen.events()
    anna = str(canteen.world.people["anna"])
    assert (event.kind, event.school_id, event.topics, event.occurred_at) == ("meals.topped_up", 1, [["pupil", anna]], posted.happened_at)
    assert event.payload == {"transfer_id": str(posted.ref.id), "person_id": anna, "amount": 10_000, "currency": "RUB", "balance": 10_000}


async def test_a_guardian_pays_in_the_sandbox_of_a_demonstration(canteen: Canteen) -> None:
    posted = await top_up(canteen, "parent", "anna", rubles(5), TopUpMethod.SANDBOX, mode=Mode.DEMO)
    assert (posted.balance, await audit(canteen.database)) == (500, [])


async def test_a_parent_of_two_schools_pays_in_each(canteen: Canteen) -> None:
    await top_up(canteen, "parent", "gleb", rubles(7), TopUpMethod.SANDBOX, mode=Mode.DEMO)
    assert (await canteen.balance("gleb"), await canteen.balance("anna")) == (700, 0)


async def test_a_repeat_is_harmless(canteen: Canteen) -> None:
    id_ = ids.new()
    first = await top_up(canteen, id=id_)
    before = await canteen.books()
    again = await top_up(canteen, id=id_)
    assert (again.repeated, again.balance, again.happened_at, again.amount) == (True, first.balance, first.happened_at, first.amount)
    assert await canteen.books() == before


@pytest.mark.parametrize("other", ["amount", "child", "note"])
async def test_the_same_id_with_other_content_is_a_conflict(canteen: Canteen, other: str) -> None:
    id_ = ids.new()
    await top_up(canteen, id=id_)
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await top_up(
            canteen, id=id_, amount=rubles(101) if other == "amount" else None, child="boris" if other == "child" else "anna",
            note="Чек" if other == "note" else None,
        )
    assert refused.value.code is Code.CONFLICT
    assert await canteen.books() == before


@pytest.mark.parametrize(("amount", "code"), [
    (Money(0, "RUB"), Code.BAD_INPUT), (Money(-1, "RUB"), Code.BAD_INPUT), (Money(LARGEST + 1, "RUB"), Code.BAD_INPUT),
    (Money(2**63, "RUB"), Code.BAD_INPUT), (Money(100, "EUR"), Code.BAD_INPUT),
])
async def test_an_amount_that_is_none_changes_nothing(canteen: Canteen, amount: Money, code: Code) -> None:
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await top_up(canteen, amount=amount)
    assert refused.value.code is code
    assert await canteen.books() == before


@pytest.mark.parametrize("note", ["", "   ", "x" * 201, "a\nb", "a\x00b", "\ud800"])
async def test_a_note_that_is_no_line_changes_nothing(canteen: Canteen, note: str) -> None:
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await top_up(canteen, note=note)
    assert refused.value.code is Code.BAD_INPUT
    assert await canteen.books() == before


@pytest.mark.parametrize(("viewer", "child", "method", "mode", "code"), [
    ("office", "gleb", TopUpMethod.CASH, Mode.PRODUCTION, Code.NOT_FOUND),  # a child of another school
    ("office", "teacher", TopUpMethod.CASH, Mode.PRODUCTION, Code.NOT_FOUND),  # a person without an account
    ("parent", "anna", TopUpMethod.CASH, Mode.DEMO, Code.NOT_ALLOWED),
    ("canteen", "anna", TopUpMethod.CASH, Mode.DEMO, Code.NOT_ALLOWED),
    ("parent", "anna", TopUpMethod.SANDBOX, Mode.PRODUCTION, Code.NOT_ALLOWED),
    ("parent", "boris", TopUpMethod.SANDBOX, Mode.DEMO, Code.NOT_FOUND),  # another family's child
    ("office", "anna", TopUpMethod.SANDBOX, Mode.DEMO, Code.NOT_ALLOWED),
    ("anna", "anna", TopUpMethod.SANDBOX, Mode.DEMO, Code.NOT_ALLOWED),
])
async def test_who_may_not_changes_nothing(canteen: Canteen, viewer: str, child: str, method: TopUpMethod, mode: Mode, code: Code) -> None:
    before = await canteen.books()
    with pytest.raises(Refused) as refused:
        await top_up(canteen, viewer, child, None, method, mode=mode)
    assert refused.value.code is code
    assert await canteen.books() == before


async def test_another_family_s_child_answers_as_an_absent_one(canteen: Canteen) -> None:
    answers = []
    for person in (canteen.person("boris"), ids.Ref(1, ids.new())):
        with pytest.raises(Refused) as refused:
            async with canteen.database.begin() as session:
                await topups.top_up(session, canteen.viewer("parent"), ids.new(), person, rubles(1), TopUpMethod.SANDBOX, mode=Mode.DEMO)
        answers.append((refused.value.code, refused.value.message))
    assert answers[0] == answers[1]


async def test_a_top_up_takes_five_statements(canteen: Canteen) -> None:
    with statements(canteen.database) as sent:
        await top_up(canteen)
    assert sent == ["SELECT", "INSERT", "UPDATE", "INSERT", "INSERT"]
