"""Opaque ids tell nothing, survive nothing but themselves, and a client's own ids are checked."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school import ids
from school.errors import Code, Refused
from school.ids import Kind, Ref


@given(st.sampled_from(Kind), st.integers(0, 2**31 - 1), st.uuids())
def test_an_id_reads_back(kind: Kind, school_id: int, row: UUID) -> None:
    text = ids.encode(kind, school_id, row)
    assert len(text) == 28
    assert ids.decode(kind, text) == Ref(school_id, row)


def test_an_encoder_knows_the_last_ones_alone() -> None:
    encoder, same = ids.Encoder(Kind.MARK), ids.new()
    assert encoder(1, same) == encoder[1][same] == ids.encode(Kind.MARK, 1, same) != encoder(2, same)
    assert encoder.maybe(1, None) is None
    for number in range(2 * ids.MOST_KNOWN):
        assert ids.decode(Kind.MARK, encoder(number % 3, ids.new())).school_id == number % 3
        assert sum(map(len, encoder.values())) <= ids.MOST_KNOWN
    assert encoder.maybe(1, same) == ids.encode(Kind.MARK, 1, same)


@pytest.mark.parametrize("text", ["", "x", "A" * 27, "A" * 29, "!" * 28, "я" * 28, "A" * 28])
def test_what_is_not_an_id_is_absent(text: str) -> None:
    with pytest.raises(Refused) as caught:
        ids.decode(Kind.MARK, text)
    assert (caught.value.code, caught.value.message) == (Code.NOT_FOUND, "No such object.")


def test_an_id_of_another_kind_is_absent() -> None:
    with pytest.raises(Refused) as caught:
        ids.decode(Kind.MARK, ids.encode(Kind.PERSON, 1, ids.new()))
    assert caught.value.code == Code.NOT_FOUND


def test_a_school_above_the_column_is_absent() -> None:
    with pytest.raises(Refused):
        ids.decode(Kind.MARK, ids.encode(Kind.MARK, 2**32 - 1, ids.new()))


def test_a_clients_id_is_a_uuid7() -> None:
    made = ids.new()
    assert ids.client_id(str(made)) == made
    for text in (str(uuid4()), made.hex, f"{{{made}}}", "nonsense", ""):
        with pytest.raises(Refused) as caught:
            ids.client_id(text)
        assert caught.value.code == Code.BAD_INPUT


def test_ids_grow() -> None:
    made = [ids.new() for _ in range(1000)]
    assert made == sorted(set(made))
