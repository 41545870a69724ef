"""The daemon as a process: a gate without its server, a canteen, what leaves the host, and a clean end."""
import base64
import json
import signal
from pathlib import Path

from readers.cardkeys import CardKey, make_token
from tests.readers.hosts import Host
from tests.readers.loopback import CARD_KEYS, KEY, Loopback, binding, entry, pass_list

SECOND_KEY = bytes(range(32, 64))
TWO_KEYS = [
    {"id": "k2", "key": base64.urlsafe_b64encode(SECOND_KEY).rstrip(b"=").decode(), "current": True}, {**CARD_KEYS[0], "current": False}]
UID, OTHER, SEVEN, TEN = "04A1B2C3", "04FFEE01", "04112233445566", "0411223344556677AA99"


def token(uid: str) -> str:
    return make_token(CardKey("k1", KEY, True), bytes.fromhex(uid))


def outcomes(answers: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(answer["sequence"], answer["reason"]) for answer in answers]


def test_a_gate_decides_and_uploads(host: Host, loopback: Loopback) -> None:
    loopback.passes = pass_list(entries=[entry(token(UID)), entry(token(SEVEN), state="BLOCKED")])
    host.enrol()
    host.start()
    assert outcomes(host.tap(UID, SEVEN, OTHER)) == [(1, "OK"), (2, "CARD_BLOCKED"), (3, "UNKNOWN_CARD")]
    loopback.wait_for(lambda: len(loopback.taps) == 3)
    assert loopback.taps["device-1", 1]["verdict"] == {"outcome": "ADMIT", "reason": "OK", "dataVersion": "v1"}
    assert loopback.taps["device-1", 2]["token"] == token(SEVEN)
    assert host.stop() == 0


def test_a_gate_goes_on_without_its_server_also_after_a_restart(host: Host, loopback: Loopback) -> None:
    loopback.passes = pass_list(entries=[entry(token(UID))], readers=[binding("in", "IN", "HARD"), binding("out", "OUT")])
    host.enrol()
    host.start()
    assert outcomes(host.tap(UID)) == [(1, "OK")]
    loopback.wait_for(lambda: len(loopback.taps) == 1)
    assert host.stop() == 0
    host.start(READER_SERVER="http://127.0.0.1:9")
    assert outcomes(host.tap(UID, OTHER)) == [(2, "ALREADY_INSIDE"), (3, "UNKNOWN_CARD")]  # presence outlives the restart
    assert outcomes(host.tap(UID, reader="out")) == [(4, "OK")]
    code, status = host.status()
    assert code == 1
    assert (status["queue"]["pending"], status["problems"][0]["code"]) == (3, "AWAY")
    host.kill()
    host.start()
    loopback.wait_for(lambda: len(loopback.taps) == 4)
    assert set(loopback.received.values()) == {1}


def test_a_gate_that_never_had_a_list_refuses(host: Host) -> None:
    host.enrol()
    host.start(READER_SERVER="http://127.0.0.1:9")
    assert outcomes(host.tap(UID)) == [(1, "NO_LIST")]
    assert "NO_LIST" in [problem["code"] for problem in host.status()[1]["problems"]]


def test_a_new_list_arrives_by_long_poll(host: Host, loopback: Loopback) -> None:
    host.enrol()
    host.start()
    assert outcomes(host.tap(UID)) == [(1, "UNKNOWN_CARD")]
    with loopback.changed:
        loopback.passes = pass_list("v2", entries=[entry(token(UID))])
        loopback.changed.notify_all()
    loopback.wait_for(lambda: loopback.beats[-1]["listVersion"] == "v2")
    assert outcomes(host.tap(UID)) == [(2, "OK")]


def test_the_canteen_shows_the_servers_verdict(host: Host, loopback: Loopback) -> None:
    loopback.verdict = ("REFUSE", "CARD_BLOCKED")
    loopback.refusals[2] = "BAD_INPUT"
    host.enrol("canteen")
    host.start()
    assert outcomes(host.tap(UID, UID)) == [(1, "CARD_BLOCKED"), (2, "BAD_INPUT")]
    assert loopback.batches == []
    assert loopback.taps["device-1", 1]["verdict"] is None
    _, status = host.status()
    assert status["queue"]["rejectedCodes"] == {"BAD_INPUT": 1}
    assert status["list"] is None


def test_the_canteen_offline_keeps_its_taps(host: Host, loopback: Loopback) -> None:
    host.enrol("canteen")
    host.start(READER_SERVER="http://127.0.0.1:9")
    assert outcomes(host.tap(UID, OTHER)) == [(1, "OFFLINE"), (2, "OFFLINE")]
    host.stop()
    host.start()
    loopback.wait_for(lambda: len(loopback.taps) == 2)
    assert outcomes(host.tap(UID)) == [(3, "OK")]
    assert set(loopback.received.values()) == {1}


def test_uids_that_name_no_card_are_refused_at_the_reader(host: Host, loopback: Loopback) -> None:
    loopback.passes = pass_list(entries=[entry(token(TEN))])
    host.enrol()
    host.start()
    assert outcomes(host.tap("08A1B2C3", "04A1", "08A1B2C3D4E5F6", TEN)) == [
        (None, "RANDOM_UID"), (None, "BAD_UID"), (1, "UNKNOWN_CARD"), (2, "OK")]
    _, status = host.status()
    assert status["unjournaled"] == {"RANDOM_UID": 1, "BAD_UID": 1}
    loopback.wait_for(lambda: len(loopback.taps) == 2)


def test_malformed_lines_get_a_typed_refusal_and_do_nothing(host: Host, loopback: Loopback) -> None:
    host.enrol()
    host.start()
    lines = [b"junk", b"[]", b'{"reader":"in"}', b'{"reader":"in","uid":7}', b'{"reader":"in","uid":"04A1B2C"}',
             b'{"reader":"in","uid":"04A1B2C3","x":1}', b'{"reader":"side","uid":"04A1B2C3"}', b"\xff\xfe"]
    codes = [answer["error"]["code"] for answer in host.send(*lines, b"x" * 5000, b"junk")]
    assert codes == ["BAD_LINE"] * 6 + ["NO_SUCH_READER", "BAD_LINE", "LINE_TOO_LONG"]
    assert host.status()[1]["queue"]["last"] == 0
    assert loopback.taps == {}


def test_no_uid_reaches_a_file_a_log_or_the_wire(host: Host, loopback: Loopback, tmp_path: Path) -> None:
    loopback.passes = pass_list(entries=[entry(token(SEVEN))])
    host.enrol()
    host.start()
    host.send(*(json.dumps({"reader": reader, "uid": uid}).encode() for uid in (SEVEN, TEN, "08A1B2C3", "0411223344")
                for reader in ("in", "side")))
    loopback.wait_for(lambda: len(loopback.taps) == 2)
    status = json.dumps(host.status()[1])
    host.kill()  # the WAL stays too
    contents = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] + loopback.bodies + [status.encode()]
    assert len(contents) > 8
    for uid in (SEVEN, TEN, "08A1B2C3", "0411223344"):
        for form in (bytes.fromhex(uid), uid.encode(), uid.lower().encode(), bytes.fromhex(uid)[::-1]):
            assert not any(form in content for content in contents)
    assert not any(token(uid).encode() in host.log.read_bytes() for uid in (SEVEN, TEN))


def test_each_tap_brings_the_tokens_of_all_keys(host: Host, loopback: Loopback) -> None:
    """A gate decides by the first that its list knows; a canteen, which has no list, names the current key's."""
    loopback.passes = pass_list(entries=[entry(token(UID))], cardKeys=TWO_KEYS)
    loopback.card_keys = TWO_KEYS
    for number, code in enumerate(("gate", "canteen"), start=1):
        host.enrol(code, *(("--force",) if number > 1 else ()))
        host.start()
        loopback.wait_for(lambda: len(loopback.beats) > 1)
        loopback.beats.clear()
        assert [reason for _, reason in outcomes(host.tap(UID))] == ["OK"]
        loopback.wait_for(lambda count=number: len(loopback.taps) == count)
        host.stop()
    by = {name: make_token(CardKey(name, key, True), bytes.fromhex(UID)) for name, key in (("k2", SECOND_KEY), ("k1", KEY))}
    tokens = [{"keyId": name, "token": made} for name, made in by.items()]
    gate, canteen = loopback.taps["device-1", 1], loopback.taps["device-2", 1]
    assert (gate["keyId"], gate["token"], gate["tokens"]) == ("k1", by["k1"], tokens)
    assert (canteen["keyId"], canteen["token"], canteen["tokens"]) == ("k2", by["k2"], tokens)


def test_a_card_key_that_is_retired_is_forgotten(host: Host, loopback: Loopback) -> None:
    loopback.passes = pass_list(entries=[entry(token(UID))], cardKeys=TWO_KEYS)
    loopback.card_keys = TWO_KEYS
    host.enrol()
    host.start()
    loopback.wait_for(lambda: len(loopback.beats) > 1)
    assert outcomes(host.tap(UID)) == [(1, "OK")]
    with loopback.changed:
        loopback.card_keys = TWO_KEYS[:1]
        loopback.passes = pass_list("v2", cardKeys=TWO_KEYS[:1])
        loopback.changed.notify_all()
    loopback.wait_for(lambda: loopback.beats[-1]["listVersion"] == "v2")
    assert outcomes(host.tap(UID)) == [(2, "UNKNOWN_CARD")]
    host.stop()
    assert base64.urlsafe_b64encode(KEY).rstrip(b"=") not in (host.state / "identity.json").read_bytes()


def test_two_daemons_never_share_a_state(host: Host) -> None:
    host.enrol()
    host.start()
    done = host.command("run")
    assert (done.returncode, done.stderr) == (1, f"school-reader: a daemon runs on {host.state}: stop it first\n")
    assert "a daemon runs" in host.enrol("canteen", "--force").stderr
    assert outcomes(host.tap(UID)) == [(1, "UNKNOWN_CARD")]


def test_sigint_ends_it_cleanly_while_a_client_is_connected(host: Host) -> None:
    host.enrol()
    host.start()
    assert host.process is not None
    with host.connect() as client:
        client.sendall(b'{"reader":"in","uid":"04A1B2C3"}\n')
        assert client.recv(4096)
        host.process.send_signal(signal.SIGINT)
        assert host.process.wait(30) == 0
        assert client.recv(4096) == b""
    assert "stopped" in host.log.read_text()
    assert not (host.state / "simulated.sock").exists()


def test_a_simulated_clock_is_told_to_the_server(host: Host, loopback: Loopback) -> None:
    host.enrol()
    host.start(READER_CLOCK="1700000000,2030-01-01T08:00:00+03:00,1")
    loopback.wait_for(lambda: loopback.beats)
    assert loopback.beats[-1]["sentAt"] > "2030-01-01T05:00:00"
    host.tap(UID)
    loopback.wait_for(lambda: loopback.taps)
    assert loopback.taps["device-1", 1]["at"] > "2030-01-01T05:00:00"


def test_bad_settings_stop_the_start_with_one_line(host: Host) -> None:
    host.enrol()
    for name, value, line in [
        ("READER_SIMULATED", "in", "simulated"), ("READER_QUEUE_LIMIT", "0", "READER_QUEUE_LIMIT: "), ("READER_SIMULTAED", "[]", "READER_SIMULTAED: "),
        ("READER_SIMULATED", "[]", "READER_READERS: "), ("READER_CLOCK", "soon", "READER_CLOCK: "), ("READER_SERVER", "ftp://x", "READER_SERVER: "),
        ("READER_SERVER", "http://school.example", "READER_SERVER: ")]:
        done = host.command("run", **{name: value})
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (78, "", 1), done.stderr
        assert line in done.stderr


def test_a_daemon_that_does_not_answer_is_told_from_one_that_is_not_there(host: Host) -> None:
    host.enrol()
    host.start()
    host.state.joinpath("status.sock").unlink()
    code, status = host.status()
    assert (code, [problem["code"] for problem in status["problems"]]) == (1, ["NOT_ANSWERING"])
