"""Which pages may ask."""

import dataclasses

import pytest
from starlette.datastructures import Headers

from school.serving.cookies import SessionCookie
from school.serving.origin import LOOPBACK, is_allowed
from school.serving.terms import Terms

OPEN = Terms(SessionCookie(secure=True), ("https://app.test",), closed=False)
PRODUCTION = dataclasses.replace(OPEN, closed=True)
DEMO = dataclasses.replace(OPEN, origins=(), hosts=LOOPBACK)


@pytest.mark.parametrize(("origin", "host", "expected"), [
    (None, "school.test", True), ("https://school.test", "school.test", True), ("http://school.test:8000", "school.test:8000", True),
    ("https://app.test", "school.test", True), ("https://evil.test", "school.test", False), ("https://school.test:8000", "school.test", False),
    ("https://school.test.evil.test", "school.test", False), ("https://app.test.evil.test", "school.test", False), ("null", "school.test", False),
    ("", "", False), ("://", "", False), ("https://", "", False), ("https://SCHOOL.test", "school.test", False), ("file://", "school.test", False),
])
def test_only_our_own_pages_and_named_ones_may_ask(origin: str | None, host: str, expected: bool) -> None:
    headers = Headers({"host": host, **({} if origin is None else {"origin": origin})})
    assert is_allowed(headers, OPEN) is expected
    assert is_allowed(headers, PRODUCTION) is (expected and not (origin or "").startswith("http:"))  # whoever is on the way could write into such a page


@pytest.mark.parametrize(("host", "expected"), [
    ("127.0.0.1:8000", True), ("localhost:8000", True), ("[::1]:8000", True), ("evil.test:8000", False), ("127.0.0.1.evil.test", False), ("[::1", False),
])
def test_a_name_that_was_made_to_mean_this_machine_is_not_ours(host: str, expected: bool) -> None:
    assert is_allowed(Headers({"host": host, "origin": f"http://{host}"}), DEMO) is expected
    assert is_allowed(Headers({"host": host}), DEMO)  # a program
