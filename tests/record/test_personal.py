"""The list of personal columns: every column of every table is in exactly one place."""

import sqlalchemy as sa

from school import tables
from school.record.personal import HOLDINGS, IMPERSONAL


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


def test_what_erasure_overwrites_are_columns_of_the_table() -> None:
    strange = [
        f"{name}.{column}" for name, holding in HOLDINGS.items() for column in holding.erased or () if column not in tables.metadata.tables[name].columns
    ]
    assert strange == []


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
