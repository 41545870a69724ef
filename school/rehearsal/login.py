"""Somebody of the school that is rehearsed: a login that is made by a one-time code."""

from pathlib import Path

import urllib3

from school.demo.api import Client
from school.operations import operations_of

OPERATIONS = operations_of(Path(__file__).parent)
"""All that a rehearsal sends, by name."""


class Login(Client):
    """A client of the API."""

    def __init__(self, pool: urllib3.PoolManager, url: str, login: str, password: str) -> None:
        super().__init__(pool, url, login, password, OPERATIONS)
        self._own_password = password

    async def enter(self, code: str) -> None:
        """Make the login."""
        await self.as_nobody("accept", input={"code": code, "login": self.login, "password": self._own_password})
