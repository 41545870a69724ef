"""What the benches' figures rest on: the accounting of CPU, ratios, the order of turns, the recording of SQL, the comparison of answers."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.harness import contest, cpu, recording
from bench.harness.contest import Contestant, Turn
from bench.harness.recording import Statement
from bench.peers import answers

PEER = Path(__file__).parent.parent.parent / "bench" / "peers" / "postgraphile"


def stat(pid: int, parent: int, name: str, own: tuple[int, int], ended: tuple[int, int]) -> str:
    """A line of /proc/PID/stat, in which only what is read has a value of its own."""
    return f"{pid} ({name}) S {parent} {' '.join('7' for _ in range(9))} {own[0]} {own[1]} {ended[0]} {ended[1]} 20 0 1 0"


def test_a_family_of_processes_is_summed_with_its_ended_ones_and_without_strangers() -> None:
    stats = {
        10: stat(10, 1, "postgres: a) S 99 (b", (100, 20), (3_000, 400)), 11: stat(11, 10, "backend", (5, 6), (0, 0)),
        12: stat(12, 11, "grandchild", (1, 2), (30, 40)), 20: stat(20, 1, "stranger", (50_000, 1), (0, 0)),
    }
    assert cpu.total(10, stats) == (100 + 20 + 3_000 + 400 + 5 + 6 + 1 + 2 + 30 + 40) / cpu.TICKS
    assert cpu.total(12, stats) == 73 / cpu.TICKS
    with pytest.raises(ProcessLookupError):
        cpu.total(99, stats)


def test_of_a_database_s_processes_only_connections_are_counted() -> None:
    stats = {
        10: stat(10, 1, "postgres", (100, 20), (3_000, 400)), 11: stat(11, 10, "postgres", (5, 6), (70, 80)), 12: stat(12, 10, "postgres", (500, 1), (0, 0)),
        13: stat(13, 10, "postgres", (7, 0), (0, 0)), 14: stat(14, 11, "sh", (900, 0), (0, 0)), 21: stat(21, 20, "postgres", (40, 0), (0, 0)),
    }
    titles = {
        10: "postgres\0-D\0cluster", 11: "postgres: school school 127.0.0.1(50112) idle", 12: "postgres: autovacuum worker school",
        13: "postgres: school school [local] SELECT", 14: "sh", 21: "postgres: school school ::1(4) idle",
    }
    assert cpu.of_connections(10, stats, titles) == (5 + 6 + 7) / cpu.TICKS


def test_what_a_child_used_stays_when_it_has_ended() -> None:
    before = cpu.used(os.getpid())
    work = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", work], check=True)
    assert cpu.used(os.getpid()) - before >= 0.3 - 2 / cpu.TICKS


def test_a_turn_is_told_for_a_request_and_for_a_second_of_cpu() -> None:
    turn = Turn(requests=200, seconds=4.0, app=1.0, database=0.6)
    assert (turn.rate, turn.app_ms, turn.database_ms, turn.per_cpu_second) == (50.0, 5.0, 3.0, 125.0)


def test_the_ratio_is_taken_in_each_round_and_its_median_is_told() -> None:
    def turn(per_cpu: int) -> Turn:
        return Turn(requests=per_cpu, seconds=1.0, app=0.75, database=0.25)

    turns = {"ours": [turn(100), turn(300), turn(900)], "theirs": [turn(50), turn(100), turn(90)]}
    assert contest.ratios(turns, "ours", lambda one: one.per_cpu_second) == {"theirs": [2.0, 3.0, 10.0]}
    assert contest.median_ratio(turns, "ours", "theirs") == 3.0  # and not the ratio of the medians, which is 3.33
    assert contest.table(turns, "ours").splitlines()[2:] == [
        "| ours | 300 | 2.50 | 0.83 | 300 | 1 |", "| theirs | 90 | 8.33 | 2.78 | 90 | **3.00** (2.00, 3.00, 10.00) |"]


def test_each_round_begins_with_the_next_contestant() -> None:
    assert [contest.order_of("abcd", number) for number in range(-1, 4)] == [list("dabc"), list("abcd"), list("bcda"), list("cdab"), list("dabc")]


@contextmanager
def answering(*answers: tuple[int, bytes]) -> Iterator[Contestant]:
    """A contestant that gives these answers in turn, the last one for ever; it should give the first."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = threading.Thread(target=server.serve_forever, args=(0.01,))
        running.start()
        yield Contestant("peer", os.getpid(), server.server_port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", answers[0][1])
        server.shutdown()
        running.join()


def test_a_turn_counts_the_right_answers() -> None:
    with answering((200, b"right")) as peer:
        turn = contest.take_turn(peer, os.getpid(), 0.2)
    assert turn.requests >= contest.CONNECTIONS
    assert turn.seconds >= 0.2


@pytest.mark.parametrize("wrong", [(200, b"another"), (500, b"right")])
def test_one_answer_that_is_not_the_expected_one_ends_the_contest(wrong: tuple[int, bytes]) -> None:
    with answering((200, b"right"), wrong, (200, b"right")) as peer, pytest.raises(RuntimeError, match=r"peer: 1 of .* answers were not the expected one"):
        contest.take_turn(peer, os.getpid(), 0.2)


def line(sql: str, detail: str = "", *, vxid: str = "1/1", user: str = "app", how: str = "execute __s1__") -> dict[str, object]:
    return {"message": f"{how}: {sql}", "detail": detail, "pid": 7, "vxid": vxid, "user": user}


def test_a_log_tells_transactions_and_their_parameters_by_window() -> None:
    log = [
        line("SELECT 'bench window 0'", user="postgres", how="statement"), line("BEGIN;", how="statement"),
        line("SELECT\n $1, $2, $3", "Parameters: $1 = 'It''s $2 = ''x''', $2 = NULL, $3 = '{1,2}'"), line("SELECT 2", vxid="2/9"),
        {"message": "connection authorized", "user": "app", "pid": 7}, line("SELECT 3", user="postgres"), line("ROLLBACK;", how="statement"),
        line("SELECT 'bench window 1'", user="postgres", how="statement"),
    ]
    asked = Statement("SELECT\n $1, $2, $3", ("It's $2 = 'x'", None, "{1,2}"), 7)
    assert recording.statements(log, "app") == [
        [], [(Statement("BEGIN;", (), 7), asked, Statement("ROLLBACK;", (), 7)), (Statement("SELECT 2", (), 7),)], []]


def test_only_what_every_request_sends_is_the_requests_own() -> None:
    first, other, chore = (Statement("mine", ("1",), 7),), (Statement("mine", ("2",), 8),), (Statement("chore", (), 7),)
    assert recording.common([[first, other], [first, chore, other, chore], [chore, other, first, other]]) == [other, first]


def test_the_dashboards_of_different_apis_are_compared_value_by_value() -> None:
    key, text = "01a1f8a3-8b30-73db-accf-0d06a544ea36", "FgAAAAEBofijizBz26zPDQalROo2"
    door, door_key = "PAAAAAEBofijizBz26zPDQalROo3", f"{key[:-1]}7"
    empty = {f"{child}{what}": {"edges": []} for child in "ab" for what in ("Marks", "Transfers", "Passages")}
    edge = {"node": {"id": text, "direction": "IN", "door": {"id": door, "name": "Gate"}, "happenedAt": "2026-11-20T11:07:10+00:00"}}
    mine = answers.ours({"data": {**empty, "aPassages": {"edges": [edge]}}})
    lists: dict[str, list[object]] = {"marks": [], "transfers": [], "passages": []}
    passage = {"id": key, "direction": "in", "door": {"id": door_key, "name": "Gate"}, "happenedAt": "2026-11-20T14:07:10.000000+03:00"}
    assert answers.difference(mine, answers.strawberry({"data": {"a": {**lists, "passages": [passage]}, "b": lists}})) is None
    wrong = {**passage, "direction": "out"}
    assert answers.difference(mine, answers.strawberry({"data": {"a": {**lists, "passages": [wrong]}, "b": lists}})) == "IN and OUT"
    assert answers.difference(mine, answers.strawberry({"data": {"a": lists, "b": lists}})) == "another number of rows"
    assert answers.missing(mine, [edge], json.dumps([[key]])) == []
    assert answers.missing(mine, [edge], text) == []
    assert answers.missing(mine, [edge], "[]") == [key]


@pytest.mark.house
def test_the_peers_lock_has_hashes_and_no_address() -> None:
    text = (PEER / "package-lock.json").read_text()
    asked, packages = json.loads((PEER / "package.json").read_text())["dependencies"], json.loads(text)["packages"]
    assert '"resolved"' not in text
    assert [name for name, package in packages.items() if name and not package.get("integrity", "").startswith("sha512-")] == []
    assert packages[""]["dependencies"] == asked
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
