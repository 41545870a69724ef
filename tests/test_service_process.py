"""The service as a process of a test's own: nobody else's answer is taken for its."""

from pathlib import Path

import pytest

from tests.ports import free_ports, listens
from tests.service_process import Service

ANSWERING = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", int(os.environ["SCHOOL_PORT"])), Answer).serve_forever()
"""
"""Answers whatever is asked, or ends where the port is taken."""


def test_a_stranger_at_the_port_is_not_taken_for_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Service("", tmp_path, program=("-c", ANSWERING)) as stranger:
        ports = iter([[stranger.port], free_ports(1)])
        monkeypatch.setattr("tests.service_process.free_ports", lambda _count: next(ports))
        with Service("", tmp_path, program=("-c", ANSWERING)) as service:
            pairs = [(one, other) for one in (stranger, service) for other in (stranger, service)]
            assert [listens(one.process.pid, other.port) for one, other in pairs] == [True, False, False, True]
        assert not listens(service.process.pid, service.port)


def test_a_process_that_ends_has_not_started(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="did not start:\ngone\n"), Service("", tmp_path, program=("-c", "print('gone')")):
        pass
