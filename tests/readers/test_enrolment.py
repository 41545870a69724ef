"""Enrolling again: never by accident, and waiting taps are left behind only when someone says so; nothing is deleted."""
from pathlib import Path

from readers.durable import make_directory
from readers.identity import read_identity
from tests.readers.hosts import Host
from tests.readers.rigs import make_journal, make_tap


def enrol_with_taps(host: Host, count: int) -> Path:
    """The folder of a gate with taps that wait."""
    assert host.enrol().returncode == 0
    folder = host.state / read_identity(host.state).folder
    make_directory(folder)
    journal = make_journal(folder)
    for _ in range(count):
        journal.append(make_tap())
    journal.close()
    return folder


def test_waiting_taps_are_left_behind_only_when_asked_for(host: Host) -> None:
    folder = enrol_with_taps(host, 2)
    identity = (host.state / "identity.json").read_bytes()
    for flags, word in (([], "enrolled already"), (["--leave-taps"], "enrolled already"), (["--force"], "--leave-taps leaves them")):
        done = host.enrol("canteen", *flags)
        assert (done.returncode, done.stdout) == (1, "")
        assert word in done.stderr
    assert (host.state / "identity.json").read_bytes() == identity
    done = host.enrol("canteen", "--force", "--leave-taps")
    assert done.returncode == 0, done.stderr
    assert f"2 taps of “Main gate” (device-1) stay behind unsent, in {folder / 'journal.sqlite'}." in done.stdout
    assert read_identity(host.state).device_id == "device-2"
    assert [tap.sequence for tap in make_journal(folder).read_pending(10)] == [1, 2]


def test_where_nothing_waits_nothing_is_said(host: Host) -> None:
    enrol_with_taps(host, 0)
    done = host.enrol("canteen", "--force")
    assert (done.returncode, done.stdout) == (0, "Enrolled as “Main gate” (canteen), device device-2.\n")


def test_a_damaged_journal_stops_the_start_and_is_left_behind_only_when_asked_for(host: Host) -> None:
    folder = enrol_with_taps(host, 1)
    (folder / "journal.sqlite").write_bytes(b"junk" * 5000)
    done = host.command("run")
    assert (done.returncode, "file is not a database" in done.stderr) == (78, True)
    assert host.enrol("canteen", "--force").returncode == 1
    done = host.enrol("canteen", "--force", "--leave-taps")
    assert (done.returncode, "An unknown number of taps" in done.stdout) == (0, True), done.stderr
    assert (folder / "journal.sqlite").read_bytes() == b"junk" * 5000
