"""What each contestant's dashboard says, in one form, so that the answers can be compared."""

import datetime as dt
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

Values = list[list[list[Any]]]
"""What a dashboard says, without the names that an API gives to it: for each child its marks, transfers and passages."""


def ours(answer: Any) -> Values:
    """Ours. Our ids hold the row's in their last 16 bytes."""
    return [
        [
            [_mark(one) for one in _nodes(answer["data"][f"{child}Marks"])], [_transfer(one) for one in _nodes(answer["data"][f"{child}Transfers"])],
            [_passage(one) for one in _nodes(answer["data"][f"{child}Passages"])],
        ] for child in "ab"
    ]


def strawberry(answer: Any) -> Values:
    """The peer's with Strawberry's ORM."""
    return [
        [[_mark(one) for one in child["marks"]], [_transfer(one) for one in child["transfers"]], [_passage(one) for one in child["passages"]]]
        for child in (answer["data"]["a"], answer["data"]["b"])
    ]


def postgraphile(answer: Any) -> Values:
    """PostGraphile's, whose enumerations are the columns' texts and whose money is columns."""
    data = answer["data"]
    return [
        [
            [_mark({**one, "date": one["lesson"]["onDate"], "subject": one["course"]["subject"]}) for one in data[f"{child}Marks"]["nodes"]],
            [_transfer({**one, "amount": {"minor": one["amount"], "currency": one["currency"]}})
             for account in data[f"{child}Account"]["nodes"] for one in account["transfers"]["nodes"]],
            [_passage(one) for one in data[f"{child}Passages"]["nodes"]],
        ] for child in "ab"
    ]


def _nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def _mark(one: Any) -> list[Any]:
    subject, teacher = one["subject"], one["givenBy"]
    return [
        _key(one["id"]), one["value"], one["weight"], one["work"].upper(), one["date"], _moment(one["givenAt"]), _key(subject["id"]), subject["name"],
        _key(teacher["id"]), teacher["name"],
    ]


def _transfer(one: Any) -> list[Any]:
    return [_key(one["id"]), one["kind"].upper(), int(one["amount"]["minor"]), one["amount"]["currency"], _moment(one["happenedAt"])]


def _passage(one: Any) -> list[Any]:
    return [_key(one["id"]), one["direction"].upper(), _key(one["door"]["id"]), one["door"]["name"], _moment(one["happenedAt"])]


def _key(text: str) -> str:
    return str(UUID(bytes=urlsafe_b64decode(text)[-16:]) if len(text) == 28 else UUID(text))


def _moment(text: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).isoformat()


def difference(mine: Values, theirs: Values) -> str | None:
    """The first value that differs; None where the dashboards say the same."""
    if mine == theirs:
        return None
    rows = [pair for child in zip(mine, theirs, strict=True) for lists in zip(*child, strict=True) for pair in zip(*lists, strict=False)]
    return next((f"{one} and {other}" for row in rows for one, other in zip(*row, strict=True) if one != other), "another number of rows")


def missing(values: Values, answer: Any, raw: str) -> list[str]:
    """The rows of a dashboard (and ours as it was answered) that a text does not hold, by their ids in either form."""
    by_key = {_key(text): text for text in _ids(answer)}
    return [key for child in values for rows in child for key in (row[0] for row in rows) if key not in raw and by_key[key] not in raw]


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["id"]] if "id" in value else [])
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)
