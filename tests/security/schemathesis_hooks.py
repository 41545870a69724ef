"""What schemathesis must know of us; it loads this file (SCHEMATHESIS_HOOKS): our scalars, and which errors are the service's own fault.

Its own check takes each error of a query for the server's, and a refusal is one: NOT_FOUND, NOT_ALLOWED, BAD_INPUT.
"""

import os
from itertools import cycle
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

from school.errors import Code
from school.serving.faults import Fault

TOKENS = cycle(os.environ["ASKING_TOKENS"].split())
"""Of the sessions that ask, by turns."""
FAULTS = {Fault.INTERNAL, Fault.UNAVAILABLE, Fault.TIMED_OUT}

scalar("Minor", st.integers(min_value=-(2**53), max_value=2**53).map(nodes.Int))


@schemathesis.hook
def before_call(context: object, case: Any, kwargs: object) -> None:  # noqa: ARG001 - it is known by these names
    """Somebody asks."""
    case.headers["Authorization"] = f"Bearer {next(TOKENS)}"


@schemathesis.check
def no_server_error(_context: object, response: schemathesis.Response, _case: object) -> None:
    """No status of 500 and above, nothing but an answer of GraphQL, and no error but with a code that is somebody else's fault."""
    assert response.status_code < 500, f"status {response.status_code}"
    for error in response.json().get("errors", ()):
        code = error["extensions"]["code"]
        assert code in {*Code, *Fault}, f"an error without a code of ours: {error}"
        assert code not in FAULTS, f"the service's own fault: {error}"
