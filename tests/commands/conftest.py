"""The command line of the commands' tests."""

import pytest

from tests.commands.shell import Command


@pytest.fixture
def school(database_url: str) -> Command:
    """The command with a fresh, migrated database of each kind."""
    return Command({"SCHOOL_DATABASE_URL": database_url})


@pytest.fixture
def command() -> Command:
    """The command with no settings but those it is given."""
    return Command({})
