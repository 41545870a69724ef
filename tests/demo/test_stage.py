"""The demo as a person runs it: a day plays, a parent who is cut off misses nothing, Ctrl-C ends everything, the next start goes on."""

import asyncio
import datetime as dt
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyotp
import pytest
import urllib3
from rich.console import Console

from school import ids
from school.clock import zone
from school.db import Database
from school.demo import stage
from school.demo.calendar import extend, next_day
from school.demo.cast import ProcessDiedError
from school.demo.daemons import plan_daemons
from school.demo.folder import Folder, peek
from school.demo.gates import plan_gates
from school.demo.programme import read_programme
from school.demo.stage import Wishes
from school.seed.dice import Dice
from school.seed.plan import TIME_ZONE, Size
from tests.demo.terminal import PATIENCE, Program, descendants, playing, watching
from tests.nursery import nursery
from tests.ports import free_ports
from tests.service_process import ROOT


def family_times(database: Path) -> list[str]:
    """When the feed's events about the children of the login `parent` happened, in its order."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute("""
            SELECT feed.occurred_at FROM feed JOIN guardianship g ON g.school_id = feed.school_id AND g.pupil_id = feed.topic_id
            JOIN account_role r ON r.school_id = g.school_id AND r.person_id = g.guardian_id JOIN account a ON a.id = r.account_id
            WHERE feed.topic_kind = 'pupil' AND a.login = 'parent' AND r.role = 'guardian' AND g.ended_at IS NULL ORDER BY feed.seq""").fetchall()
    return [f"{dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC).astimezone(zone(TIME_ZONE)):%a %H:%M:%S}" for at, in rows]


def ask(folder: Path, login: str, document: str, **variables: Any) -> Any:
    """Sign in by the printed password, and send it; the value of its one field."""
    url, logins = peek(folder)
    sign_in = "mutation($input: SignInInput!) {signIn(input: $input) {... on SignedIn {token}}}"
    [signed_in] = _send(f"{url}/graphql", {"query": sign_in, "variables": {"input": {"login": login, "password": logins[login]}}}, {})
    [value] = _send(f"{url}/graphql", {"query": document, "variables": variables}, {"Authorization": f"Bearer {signed_in['token']}"})
    return value


def _send(url: str, body: dict[str, Any], headers: dict[str, str]) -> list[Any]:
    answer = urllib3.request("POST", url, json=body, headers=headers, retries=False).json()
    assert "errors" not in answer, answer
    return list(answer["data"].values())


def test_a_day_plays_and_a_parent_who_is_cut_off_misses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    nursery("school")  # imports what the parent needs while the demo starts
    play = ("--size", "small", "--speed", "2000", "--port", str(free_ports(1)[0]))
    with playing(folder, *play) as demo:
        demo.wait_for(f"Be a parent in a second terminal:  .venv/bin/school watch --login parent --dir {folder}")
        with watching(folder, "cut off") as cut:
            cut.wait_told(2)
            cut.end(signal.SIGKILL)
        with watching(folder, "at home") as parent:
            demo.wait_for("The school day is over")
            below = descendants(demo.process.pid)
            assert len(below) == 5  # the server, two gates, the canteen, the desk
            parent.wait_for(happens_by_hand(folder, demo))
            assert parent.end() == 0
        told = [*cut.told, *parent.told[parent.told[:1] == cut.told[-1:]:]]  # killed between a line and its place, it tells the line once more
        assert [line[:12] for line in told] == family_times(folder / "school.db")[-len(told):]
        assert len(parent.told) > 2
        an_app_is_added(folder)
        a_door_is_added(folder)
        assert demo.end() == 0
        assert not [pid for pid in below if Path(f"/proc/{pid}").exists()]
    day = "\n".join(demo.told)
    assert [word for word in ("enters", "leaves", "REFUSED", "CAME LATE", "mark ", "register", "homework", "buys", "top-up") if word not in day] == []
    assert all(any(line.strip().startswith(f"{login} ") and password in line for line in demo.lines) for login, password in peek(folder)[1].items())
    assert re.findall(r"(PUPIL|GUARDIAN) +(?:7А )?\w+ \w+ +[\w-]{28}\n", "\n".join(demo.lines)) == ["PUPIL", "GUARDIAN", "GUARDIAN"]
    asyncio.run(the_next_start(folder, demo.told[0][:3]))


def happens_by_hand(folder: Path, demo: Program) -> str:
    """A card and a mark, as the demo says that it is done; the mark's moment. Its clock runs as in life now, and so do the gates': nothing is late."""
    before, printed = len(demo.lines), demo.wait_for("school.demo.taps")
    _, *command = shlex.split(printed.replace(" out ", " in "), comments=True)
    answer = subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert '"outcome":"ADMIT"' in answer
    who, = re.findall(r"# or in: (.+) at ", printed)
    assert not demo.wait_for("enters", who, after=before).endswith("(late news)")
    mark = demo.wait_for("mutation { giveMarks")
    assert ask(folder, "teacher", mark) == {"__typename": "GiveMarksResults", "results": [{"__typename": "Mark"}]}
    return demo.wait_for("mark 5", after=before)[:12]


def an_app_is_added(folder: Path) -> None:
    """Its codes are of the real time, whatever the demo's clock says."""
    started = ask(folder, "guard", "mutation {startTotp {... on TotpStarted {secret} ... on Refusal {code}}}")
    confirm = "mutation($code: String!) {confirmTotp(code: $code) {... on RecoveryCodes {codes} ... on Refusal {code}}}"
    assert len(ask(folder, "guard", confirm, code=pyotp.TOTP(started["secret"]).now())["codes"]) == 10


def a_door_is_added(folder: Path) -> None:
    """By the office."""
    door = {"id": str(ids.new()), "name": "Спортзал", "antiPassback": "OFF"}
    assert ask(folder, "office", "mutation($input: AddDoorInput!) {addDoor(input: $input) {__typename}}", input=door) == {"__typename": "DoorAdded"}


async def the_next_start(folder: Path, today: str) -> None:
    """What it would play: the next school day, at the same two gates, whatever doors the office has added."""
    kept = Folder(folder)
    database = Database(kept.url)
    async with database.begin() as session:
        day = await next_day(session)
        await extend(session, day)
    async with database.read() as session:
        programme = await read_programme(session, day, 60, Dice("another day"))
        planned, _ = await plan_daemons(session, kept)
    await database.close()
    kept.close()
    assert (f"{day - dt.timedelta(days=1 if day.weekday() else 3):%a}", day.weekday() < 5) == (today, True)
    assert [(daemon.name, (daemon.state / "identity.json").is_file()) for daemon in planned] == [
        ("gate-1", True), ("gate-2", True), ("canteen", True), ("desk", True)]
    assert {daemon.called for daemon in planned[:2]} == {"Главный вход", "Вход со двора"}
    gates = [(daemon.readers[0], daemon.readers[1]) for daemon in planned[:2]]
    assert [len(acts) > 1 for acts in plan_gates(programme, gates, Dice("another day"))] == [True] * 4


@pytest.mark.soak
def test_the_next_start_goes_on_until_a_process_dies(tmp_path: Path) -> None:
    """As the test above, with the processes of a second start; it seeds nothing."""
    folder = tmp_path / "demo"
    play = ("--size", "small", "--speed", "600", "--port", str(free_ports(1)[0]))
    with playing(folder, *play) as demo:
        demo.wait_told(1)
        a_door_is_added(folder)
        assert demo.end(signal.SIGTERM) == 0
    identity = (folder / "readers" / "gate-1" / "identity.json").read_text()
    with playing(folder, *play) as demo:
        demo.wait_told(1)
        assert not [line for line in demo.lines if "Seeded" in line]
        victim = next(pid for pid in descendants(demo.process.pid) if "readers" in Path(f"/proc/{pid}/cmdline").read_text())
        os.kill(victim, signal.SIGKILL)
        demo.wait_for("ended with -9")
        assert demo.process.wait(PATIENCE) == 1
    assert "Traceback" not in "\n".join(demo.lines)
    assert (folder / "readers" / "gate-1" / "identity.json").read_text() == identity


def test_a_school_is_seeded_once_and_a_reset_forgets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an interrupted seed has left is thrown away. The passwords are those of the seed that stands."""
    seeded: list[dict[str, str]] = []
    played: list[bool] = []

    async def build(_database: object, passwords: dict[str, str], *_: object, **__: object) -> int:
        seeded.append(passwords)
        if len(seeded) == 1:
            (folder / "half").touch()
            raise KeyboardInterrupt
        return 1

    async def play(found: Folder, _wishes: Wishes, _lead: float, _console: Console) -> None:
        played.append((found.path / "readers").exists())
        found.make("readers", "gate-1")

    monkeypatch.setattr(stage, "build", build)
    monkeypatch.setattr(stage, "play", play)
    folder = tmp_path / "demo"
    wishes = Wishes(folder, 60, 8000, Size.SMALL, reset=False, stop_after_day=False)
    assert [stage.run(wishes) for _ in range(3)] == [130, 0, 0]
    assert (len(seeded), played, peek(folder)[1], (folder / "half").exists()) == (2, [False, True], seeded[1], False)
    assert stage.run(replace(wishes, reset=True)) == 0
    assert (len(seeded), played, peek(folder)[1]) == (3, [False, True, False], seeded[2])
    assert seeded[1] != seeded[2]


def test_a_process_that_dies_ends_the_demo_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Not the connections that were lost with it."""

    async def play(*_: object) -> None:
        lost = ExceptionGroup("", [ConnectionResetError(), ExceptionGroup("", [ProcessDiedError("server ended with 3")])])
        raise stage._first(lost)

    async def build(*_: object, **__: object) -> int:
        return 1

    monkeypatch.setattr(stage, "build", build)
    monkeypatch.setattr(stage, "play", play)
    assert stage.run(Wishes(tmp_path / "demo", 60, 8000, Size.SMALL, reset=False, stop_after_day=False)) == 1
    assert capsys.readouterr().out.endswith("\nserver ended with 3\n")
    Folder(tmp_path / "demo").close()  # it has let go of it


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_lets_it_clean_up(number: signal.Signals) -> None:
    cleaned = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            cleaned.append(number)

    asyncio.run(stage._until_signalled(work()))
    assert cleaned == [number]


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").touch()
    assert stage.run(Wishes(tmp_path, 60, 8000, Size.SMALL, reset=False, stop_after_day=False)) == 1
    told = capsys.readouterr()
    assert (told.out, " ".join(told.err.split())) == ("", f"school: {tmp_path} holds something else: the demo wants a folder of its own (--dir)")
