"""The daemon's documents against the SDL that the contract prints."""
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from readers.operations import DOCUMENTS

CONTRACT = Path(__file__).parents[2] / "docs" / "gateway.md"


@pytest.mark.parametrize("operation", DOCUMENTS)
def test_each_document_is_valid(operation: str) -> None:
    found = re.search(r"```graphql\n(.*?)```", CONTRACT.read_text(), re.DOTALL)
    assert found is not None
    assert validate(build_schema(found[1]), parse(DOCUMENTS[operation])) == []
    assert f" {operation}(" in DOCUMENTS[operation]
