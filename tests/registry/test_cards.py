"""Cards: issued once at a desk, blocked by whoever may, unblocked by the office alone; each change is told once and names nobody."""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school import ids
from school.context import Role
from school.errors import Code
from school.ids import Ref
from school.registry import cards
from school.registry.models import Card, CardState, Tap
from tests.cards import by_tokens
from tests.registry.office import ABSENT, NOON, Office, at, invented
from tests.world import EARLY

PASSES = ["passes", str(UUID(int=0))]
LATER = NOON + dt.timedelta(minutes=5)
ISSUED = (Code.CONFLICT, "this card has been issued already")
OTHER = (Code.CONFLICT, "this id stands for another card")
NO_DESK = (Code.BAD_INPUT, "present the card at a desk's reader")
FOREIGN_KEY = (Code.BAD_INPUT, "this card was not read with the school's current key: present it again")
TOO_OLD = (Code.TAP_TOO_OLD, "Present the card again.")
NO_USE = (Code.BAD_INPUT, "a card is for pupils and staff")
ONLY_OFFICE = (Code.NOT_ALLOWED, "Only the school's office may unblock a card.")


def told(office: Office, kind: str, card: Ref, name: str, *, pupil: bool, occurred_at: dt.datetime = NOON) -> dict[str, Any]:
    """The event of a card: ids alone, for the gates, and for the family of a pupil."""
    person = str(office.world.people[name])
    return {
        "kind": f"registry.card_{kind}", "school_id": card.school_id, "topics": [PASSES, ["pupil", person]] if pupil else [PASSES],
        "payload": {"person_id": person, "card_id": str(card.id)}, "occurred_at": occurred_at, "late": False,
    }


async def test_a_card_presented_at_a_desk_becomes_a_person_s(office: Office) -> None:
    key_id = office.world.card_keys[1][0]
    before = await office.rows(Card)
    events = []
    for name, pupil in (("anna", True), ("guard", False), ("teacher", False)):
        ref = Ref(1, ids.new())
        tap = await office.present(f"{name}'s new card")
        await office.do(cards.issue, office.viewer("office"), ref.id, office.person(name), tap)
        assert await office.row(Card, Card.id == ref.id) == {
            "school_id": 1, "id": ref.id, "person_id": office.world.people[name], "token": invented(f"{name}'s new card"), "key_id": key_id,
            "state": CardState.ACTIVE, "issued_at": NOON, "blocked_at": None,
        }
        events.append(told(office, "issued", ref, name, pupil=pupil))
    assert await office.events() == events
    assert len(await office.rows(Card)) == len(before) + 3
    async with office.database.read() as session:
        [(token, card)] = (await by_tokens(session, 1, [invented("anna's new card")])).items()
        assert (token, card.person_id) == (invented("anna's new card"), office.world.people["anna"])
        assert await by_tokens(session, 2, [token]) == {}


async def test_an_issue_may_be_repeated_but_not_changed(office: Office) -> None:
    id_, office_, anna = ids.new(), office.viewer("office"), office.person("anna")
    tap, again, other = [await office.present(card) for card in ("new", "new", "other")]
    await office.do(cards.issue, office_, id_, anna, tap)
    before = await office.everything()
    at(LATER)
    for same in (tap, again):
        repeated = await office.do(cards.issue, office_, id_, anna, same)
        assert (repeated.id, repeated.person_id, repeated.issued_at) == (id_, anna.id, NOON)
    assert await office.everything() == before
    assert await office.refused(cards.issue, office_, id_, office.person("boris"), tap) == OTHER
    assert await office.refused(cards.issue, office_, id_, anna, other) == OTHER
    assert await office.refused(cards.issue, office_, ids.new(), anna, tap) == ISSUED
    assert await office.refused(cards.issue, office_, ids.new(), office.person("boris"), again) == ISSUED


async def test_a_card_that_is_somebody_s_is_not_issued_again(office: Office) -> None:
    for state in ("active", "blocked"):
        tap = await office.present("boris", token=office.world.token("boris"))
        assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), tap) == ISSUED, state
        await office.do(cards.block, office.viewer("office"), office.card("boris"))


async def test_a_tap_that_was_found_to_be_somebody_s_issues_nothing_whatever_its_token(office: Office) -> None:
    tap = await office.present("anna's under a key that she has not moved to")
    async with office.database.begin() as session:
        await session.execute(sa.update(Tap).where(Tap.id == tap.id).values(person_id=office.world.people["anna"]))
    for name in ("anna", "boris"):
        assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person(name), tap) == ISSUED


async def test_a_card_is_issued_at_a_desk_alone_and_by_the_school_s_own_key(office: Office) -> None:
    for device in ("gate", "canteen"):
        tap = await office.present("new", device=device)
        assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), tap) == NO_DESK
    for key_id in (str(office.world.card_keys[2][0]), str(ids.new()), "nonsense"):
        tap = await office.present("new", key_id=key_id)
        assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), tap) == FOREIGN_KEY


async def test_a_tap_at_a_desk_may_be_issued_from_for_a_quarter_of_an_hour(office: Office) -> None:
    office_, anna, boris, minutes = office.viewer("office"), office.person("anna"), office.person("boris"), dt.timedelta(minutes=1)
    first, second, id_ = await office.present("first"), await office.present("second"), ids.new()
    at(NOON + 15 * minutes)
    issued = await office.do(cards.issue, office_, id_, anna, first)
    at(NOON + 15 * minutes + dt.timedelta(microseconds=1))
    assert await office.refused(cards.issue, office_, ids.new(), boris, second) == TOO_OLD
    at(NOON + dt.timedelta(days=400))
    assert await office.refused(cards.issue, office_, ids.new(), boris, second) == TOO_OLD
    before = await office.everything()
    repeated = await office.do(cards.issue, office_, id_, anna, first)
    assert (repeated.id, repeated.issued_at) == (id_, issued.issued_at)
    assert await office.everything() == before
    assert await office.refused(cards.issue, office_, ids.new(), boris, first) == ISSUED


async def test_a_tap_s_age_is_counted_from_its_receipt(office: Office) -> None:
    old, new = await office.present("old"), await office.present("new")
    async with office.database.begin() as session:  # the desk was away from the network, and its clock may be wrong
        await session.execute(sa.update(Tap).where(Tap.id == old.id).values(received_at=NOON - dt.timedelta(minutes=16)))
        await session.execute(sa.update(Tap).where(Tap.id == new.id).values(happened_at=NOON - dt.timedelta(days=1)))
    assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), old) == TOO_OLD
    await office.do(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), new)


async def test_a_guardian_gets_no_card(office: Office) -> None:
    tap = await office.present("new")
    for name in ("parent", "divorced"):
        assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person(name), tap) == NO_USE
    await office.do(cards.issue, office.viewer("office"), ids.new(), office.person("canteen"), tap)


async def test_what_is_of_another_school_is_absent(office: Office) -> None:
    tap = await office.present("new")
    anna, gleb = office.person("anna"), office.person("gleb")
    for login, person, presented in (
        ("office", anna, Ref(1, ids.new())), ("office", anna, Ref(2, tap.id)), ("office", Ref(1, ids.new()), tap), ("office", Ref(1, gleb.id), tap),
        ("office", gleb, tap), ("office", gleb, Ref(2, tap.id)), ("office2", gleb, tap), ("office2", gleb, Ref(2, tap.id)), ("office2", anna, tap),
    ):
        assert await office.refused(cards.issue, office.viewer(login), ids.new(), person, presented) == ABSENT, (login, person, presented)


async def test_nobody_but_the_office_issues_a_card(office: Office) -> None:
    tap = await office.present("new")
    for login, viewer in office.world.viewers.items():
        if login != "office":
            assert await office.refused(cards.issue, viewer, ids.new(), office.person("anna"), tap) == ABSENT, login


async def test_a_card_is_blocked_by_its_family_its_holder_and_the_office(office: Office) -> None:
    blockers = {"anna": ("parent", "anna", "office"), "teacher": ("teacher", "office"), "gleb": ("parent", "office2")}
    events = []
    for name, logins in blockers.items():
        ref = office.card(name)
        whole = await office.row(Card, Card.id == ref.id)
        assert (whole["state"], whole["blocked_at"]) == (CardState.ACTIVE, None)
        for login in logins:
            await office.do(cards.block, office.viewer(login), ref)
            assert await office.row(Card, Card.id == ref.id) == whole | {"state": CardState.BLOCKED, "blocked_at": NOON}
            events.append(told(office, "blocked", ref, name, pupil=name != "teacher"))
            before = await office.everything()
            at(LATER)
            for again in logins:
                assert (await office.do(cards.block, office.viewer(again), ref)).blocked_at == NOON
            assert await office.everything() == before
            assert (await office.do(cards.unblock, office.viewer(logins[-1]), ref)).state is CardState.ACTIVE
            assert await office.row(Card, Card.id == ref.id) == whole
            events.append(told(office, "unblocked", ref, name, pupil=name != "teacher", occurred_at=LATER))
            at(NOON)
    assert await office.events() == events
    assert await office.rows(Card, Card.issued_at != EARLY) == []


async def test_another_family_s_card_is_absent(office: Office) -> None:
    for login, viewer in office.world.viewers.items():
        for name in ("anna", "gleb", "guard"):
            ref = office.card(name)
            hers = viewer.person_in(ref.school_id, Role.OFFICE) or office.person(name) in viewer.children or login == name
            if not hers:
                assert await office.refused(cards.block, viewer, ref) == ABSENT, (login, name)
                assert await office.refused(cards.unblock, viewer, ref) == ABSENT, (login, name)
    for absent in (Ref(1, ids.new()), Ref(2, office.card("anna").id), Ref(1, office.card("gleb").id)):
        assert await office.refused(cards.block, office.viewer("office"), absent) == ABSENT
        assert await office.refused(cards.unblock, office.viewer("office"), absent) == ABSENT


async def test_the_office_alone_unblocks(office: Office) -> None:
    for name, logins in (("anna", ("parent", "anna")), ("teacher", ("teacher",))):
        for state in (CardState.ACTIVE, CardState.BLOCKED):
            assert (await office.row(Card, Card.id == office.card(name).id))["state"] is state
            for login in logins:
                assert await office.refused(cards.unblock, office.viewer(login), office.card(name)) == ONLY_OFFICE
            await office.do(cards.block, office.viewer("office"), office.card(name))
    before = await office.everything()
    assert (await office.do(cards.unblock, office.viewer("office"), office.card("boris"))).state is CardState.ACTIVE  # it was never blocked
    assert await office.everything() == before


async def test_events_of_cards_name_nobody(office: Office) -> None:
    await office.do(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), await office.present("new"))
    await office.do(cards.block, office.viewer("parent"), office.card("vera"))
    await office.do(cards.unblock, office.viewer("office"), office.card("vera"))
    events = await office.events()
    assert [event["kind"] for event in events] == ["registry.card_issued", "registry.card_blocked", "registry.card_unblocked"]
    told_of = str(events)
    for secret in ("Anna", "Vera", "ова", invented("new").hex(), office.world.token("vera").hex(), str(office.world.card_keys[1][0])):
        assert secret not in told_of
