"""Clashes, apart from any database: who gives way, and that what is left can all be at once."""

import datetime as dt
from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from school.diary.clashes import Place, clash, settle
from school.errors import Code

DAY = dt.date(2026, 9, 7)


def place(number: int, group: int = 0, teacher: int = 0, bell: int = 1, room: str | None = None, *, cancelled: bool = False, as_planned: bool = False) -> Place:
    """A lesson; with its own teacher in its own room where it is as planned."""
    return Place(
        1, UUID(int=number), UUID(int=group), UUID(int=teacher), DAY, bell, room, cancelled, None, own_teacher=as_planned, own_room=as_planned,
        as_planned=as_planned, hours=(dt.time(7 + bell, 30), dt.time(8 + bell, 15)))


def test_the_class_comes_before_the_teacher_before_the_room() -> None:
    one = place(1, group=1, teacher=1, room="9")
    assert clash(one, place(2, group=1, teacher=1, room="9")) is Code.CLASS_TAKEN
    assert clash(one, place(2, group=2, teacher=1, room="9")) is Code.TEACHER_TAKEN
    assert clash(one, place(2, group=2, teacher=2, room="9")) is Code.ROOM_TAKEN
    assert clash(one, place(2, group=2, teacher=2, room=None)) is None
    assert clash(one, place(2, group=1, teacher=1, bell=2)) is None
    assert clash(one, place(2, group=1, teacher=1, cancelled=True)) is None


def test_what_the_timetable_has_put_together_is_no_clash() -> None:
    one, other = place(1, room="Спортзал", as_planned=True), place(2, room="Спортзал", as_planned=True)
    assert clash(one, other) is None
    assert clash(one._replace(own_teacher=False), other) is Code.TEACHER_TAKEN
    assert clash(one._replace(teacher_id=UUID(int=9), own_room=False), other) is Code.ROOM_TAKEN
    assert clash(one, other._replace(merged_with_id=one.id, own_teacher=False, own_room=False)) is None


PLACES = st.lists(st.builds(place, st.just(0), st.integers(0, 3), st.integers(0, 3), st.integers(1, 3), st.sampled_from([None, "7", "9"])), max_size=12)


def numbered(places: Sequence[Place]) -> list[Place]:
    """Each with an id of its own."""
    return [one._replace(id=UUID(int=number)) for number, one in enumerate(places)]


@given(now=PLACES, wanted=PLACES)
def test_what_is_accepted_can_all_be_at_once(now: list[Place], wanted: list[Place]) -> None:
    """Whatever is asked for: what was free of clashes before is so afterwards, and a change that alone would clash with nothing is not refused for nothing."""
    there: list[Place] = []
    for one in numbered(now):
        if all(clash(one, other) is None for other in there):
            there.append(one)
    asked = [one._replace(id=old.id) for one, old in zip(wanted, there, strict=False)]
    before = {one.ref: one for one in there}
    refused = settle(before, asked)
    after = before | {one.ref: one for one in asked if one.ref not in refused}
    assert all(clash(one, other) is None for one, other in combinations(after.values(), 2))
    for one in asked:
        others = [other for other in (*there, *asked) if other.ref != one.ref]
        if all(clash(one, other) is None for other in others):
            assert one.ref not in refused
