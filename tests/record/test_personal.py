"""The list of personal columns: every column of every table is in exactly one place."""

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from school import tables
from school.record.impersonal import IMPERSONAL
from school.record.personal import HOLDINGS, Holding


def places() -> list[tuple[str, str]]:
    """Every place of the list, each time a column stands there."""
    personal = [(name, column) for name, holding in HOLDINGS.items() for column in (*holding.shown, *holding.secret)]
    return personal + [(name, column) for name, columns in IMPERSONAL.items() for column in columns]


def faults(metadata: sa.MetaData) -> list[str]:
    """What is wrong with the list for these tables."""
    listed = places()
    columns = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    return sorted(
        [f"{table}.{column} is in no list: is it personal?" for table, column in columns - set(listed)]
        + [f"{table}.{column} is listed, and not a column" for table, column in set(listed) - columns]
        + [f"{table}.{column} is listed twice" for table, column in set(listed) if listed.count((table, column)) > 1]
    )


def test_every_column_is_in_one_list() -> None:
    assert faults(tables.metadata) == []


def test_a_new_column_and_a_new_table_fail_it() -> None:
    metadata = sa.MetaData()
    for table in tables.metadata.sorted_tables:
        table.to_metadata(metadata)
    metadata.tables["person"].append_column(sa.Column("nickname", sa.String(80)))
    sa.Table("diagnosis", metadata, sa.Column("id", sa.Uuid(), primary_key=True))
    assert faults(metadata) == ["diagnosis.id is in no list: is it personal?", "person.nickname is in no list: is it personal?"]


def undecided(holdings: Mapping[str, Holding]) -> list[str]:
    """The columns of which it is not said, once, what erasure makes of them. Where the rows go, there is nothing to say."""
    found = []
    for name, holding in holdings.items():
        said = [*(holding.erased or ()), *holding.kept]
        columns = {*holding.shown, *holding.secret} if holding.erased is not None else set()
        found += [f"{name}.{column}" for column in columns ^ set(said)] + [f"{name}.{column} twice" for column in set(said) if said.count(column) > 1]
    return sorted(found)


def test_erasure_is_decided_for_every_column() -> None:
    assert undecided(HOLDINGS) == []


def test_a_new_personal_column_fails_it() -> None:
    person, card = HOLDINGS["person"], HOLDINGS["card"]
    assert undecided({"person": replace(person, shown=(*person.shown, "nickname"))}) == ["person.nickname"]
    assert undecided({"person": replace(person, kept=(*person.kept, "given_name", "shoe_size"))}) == ["person.given_name twice", "person.shoe_size"]
    assert undecided({"card": replace(card, shown=(*card.shown, "colour"))}) == []  # it goes with its row
    assert undecided({"card": replace(card, kept=("state",))}) == ["card.state"]


def test_what_refers_to_a_row_is_erased_before_it() -> None:
    order = list(HOLDINGS)
    late = [
        f"{name} after {key.column.table.name}"
        for place, name in enumerate(order) for key in tables.metadata.tables[name].foreign_keys
        if key.column.table.name in order[:place] and HOLDINGS[key.column.table.name].erased is None and key.column.table.name != name
    ]
    assert late == []


def test_no_secret_is_shown() -> None:
    proofs = {"digest", "secret", "token", "password_hash", "credential"}
    assert [(name, column) for name, holding in HOLDINGS.items() for column in holding.shown if column in proofs] == []
