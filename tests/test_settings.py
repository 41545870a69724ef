"""A bad setting stops the start with one line that names it."""

import os
from pathlib import Path

import pytest

from school.settings import BadSettingError, Mode, Settings, load


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SCHOOL_"):
            monkeypatch.delenv(name)


def test_the_defaults_are_for_production() -> None:
    settings = load()
    assert settings.mode is Mode.PRODUCTION
    assert settings.database_url == "sqlite+aiosqlite:///school.db"
    assert settings.sqlite


def test_the_driver_is_ours_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOOL_DATABASE_URL", "postgres://somebody@localhost/school")
    assert load().database_url == "postgresql+asyncpg://somebody@localhost/school"
    monkeypatch.setenv("SCHOOL_DATABASE_URL", "postgresql://somebody@localhost/school?sslmode=require")
    assert load().database_url == "postgresql+asyncpg://somebody@localhost/school?ssl=require"
    assert not load().sqlite


@pytest.mark.parametrize(("name", "value"), [
    ("SCHOOL_PORT", "none"), ("SCHOOL_PORT", "70000"), ("SCHOOL_MODE", "test"), ("SCHOOL_DATABASE_URL", "mysql://x"), ("SCHOOL_CLOCK", "soon"),
    ("SCHOOL_CLOCK", "1,2026-09-07T07:30:00+03:00,60"), ("SCHOOL_PROT", "8000"), ("SCHOOL_CONFIG", "/nowhere.toml"), ("SCHOOL_CONFIG", "/"),
    ("SCHOOL_DATABASE_URL", "school.db"), ("SCHOOL_DATABASE_URL", "postgresql://localhost:here/school"), ("SCHOOL_DATABASE_URL", ""), ("SCHOOL_DATABASE_URL", "postgresql://h/x?target=1"),
    ("SCHOOL_ORIGINS", "https://school.example"), ("SCHOOL_ORIGINS", "[1]"), ("SCHOOL_PORT", "0"), ("SCHOOL_SESSION_SECONDS", "59"),
    ("SCHOOL_TRUSTED_PROXIES", '["*"]'), ("SCHOOL_TRUSTED_PROXIES", '["proxy"]'), ("SCHOOL_TRUSTED_PROXIES", "10.0.0.1"), ("SCHOOL_BODY_SECONDS", "0"),
    ("SCHOOL_OPERATION_SECONDS", "301"), ("SCHOOL_SOCKETS_PER_ACCOUNT", "0"), ("SCHOOL_SOCKET_IDLE_SECONDS", "0"), ("SCHOOL_BODY_LIMIT", "1023"),
    ("SCHOOL_POOL_SIZE", "0"), ("SCHOOL_QUEUE_LIMIT", "7"), ("SCHOOL_LOG_LEVEL", "INFO"), ("SCHOOL_LOG_LEVEL", ""),
    ("SCHOOL_SESSION_IDLE_SECONDS", "59"), ("SCHOOL_SECRET_KEYS", "short"), ("SCHOOL_SECRET_KEYS", '["short"]'), ("SCHOOL_PUBLIC_URL", "school.example"),
    ("SCHOOL_STORE", ""), ("SCHOOL_STORE", "s3://"), ("SCHOOL_STORE", "s3://key:secret@bucket"), ("SCHOOL_STORE", "gs://bucket"), ("SCHOOL_STORE", "s3://b?x=1"),
    ("SCHOOL_PUBLIC_URL", "https://school.example/path"), ("SCHOOL_PUBLIC_URL", "http://school.example"), ("SCHOOL_OIDC", "[{}]"),
    ("SCHOOL_OIDC", '[{"name": "a", "issuer": "https://a.test", "client_id": "a", "client_secret": "a", "title_ru": "a", "title_en": "a"}]'),
])
def test_a_bad_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingError) as caught:
        load()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_photos_go_over_no_network_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().store == "school-files"
    monkeypatch.setenv("SCHOOL_STORE", "s3://school/of/city")
    for endpoint, mode, taken in (
        ("http://10.0.0.5:9000", "production", False), ("http://127.0.0.1:9000", "production", True), ("https://s3.example", "production", True),
        ("http://10.0.0.5:9000", "demo", True),
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("SCHOOL_MODE", mode)
        if taken:
            assert load().store == "s3://school/of/city"
        else:
            with pytest.raises(BadSettingError, match=r"^SCHOOL_STORE: AWS_ENDPOINT_URL must begin with https://$"):
                load()


def test_a_bad_address_of_the_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("mysql://root:secret@localhost/school", "postgresql://root:secret@localhost:here/school"):
        monkeypatch.setenv("SCHOOL_DATABASE_URL", url)
        with pytest.raises(BadSettingError) as caught:
            load()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.2", "::", "school.example", ""])  # noqa: S104 - what is refused
def test_the_demo_binds_to_loopback_only(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Settings(mode=Mode.DEMO, host=host)
    monkeypatch.setenv("SCHOOL_HOST", host)
    assert load().host == host
    monkeypatch.setenv("SCHOOL_MODE", "demo")
    with pytest.raises(BadSettingError, match=r"^SCHOOL_HOST: the demo binds to loopback only$"):
        load()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_demo_may_bind_to_loopback(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("SCHOOL_HOST", host)
    monkeypatch.setenv("SCHOOL_MODE", "demo")
    assert (load().host, load().mode) == (host, Mode.DEMO)


def test_passwords_on_the_page_of_sign_in_are_for_the_demo_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    monkeypatch.setenv("SCHOOL_DEMO_LOGINS", str(path))
    monkeypatch.setenv("SCHOOL_MODE", "demo")
    with pytest.raises(BadSettingError, match=r"^SCHOOL_DEMO_LOGINS: "):
        load()
    path.write_text("{}")
    assert load().demo_logins == path
    monkeypatch.setenv("SCHOOL_MODE", "production")
    with pytest.raises(BadSettingError, match=r"^SCHOOL_DEMO_LOGINS: passwords on the page of sign-in are for SCHOOL_MODE=demo only$"):
        load()


def test_a_simulated_clock_is_for_the_demo_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "1788755400.0,2026-09-07T07:30:00+03:00,60"
    monkeypatch.setenv("SCHOOL_CLOCK", text)
    with pytest.raises(BadSettingError, match=r"^SCHOOL_CLOCK: a simulated clock is for SCHOOL_MODE=demo only$"):
        load()
    monkeypatch.setenv("SCHOOL_MODE", "demo")
    assert load().clock == text
    for bad in (
        "", "soon", "1,2", "x,2026-09-07T07:30:00+03:00,60", "1,2026-09-07T07:30:00,60", "1,2026-09-07T07:30:00+03:00,0", "1,2026-09-07T07:30:00+03:00,3601",
        "1,2026-09-07T07:30:00+03:00,nan", "1e99,2026-09-07T07:30:00+03:00,60", "inf,2026-09-07T07:30:00+03:00,60", "1,0001-01-01T00:00:00+14:00,60",
    ):
        monkeypatch.setenv("SCHOOL_CLOCK", bad)
        with pytest.raises(BadSettingError, match=r"^SCHOOL_CLOCK: .+$"):
            load()


def test_lists_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOOL_ORIGINS", '["https://school.example", "https://other.example"]')
    assert load().origins == ("https://school.example", "https://other.example")
    monkeypatch.setenv("SCHOOL_ORIGINS", "https://school.example")
    with pytest.raises(BadSettingError, match=r"^SCHOOL_ORIGINS: must be JSON"):
        load()


def test_what_the_tests_themselves_are_told_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOOL_TEST_POSTGRES", "postgresql://localhost/postgres")
    monkeypatch.setenv("SCHOOLS", "2")
    assert load() == Settings()


def test_a_file_gives_settings_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_text('port = 9000\nhost = "127.0.0.2"\n')
    monkeypatch.setenv("SCHOOL_CONFIG", str(file))
    monkeypatch.setenv("SCHOOL_PORT", "9001")
    assert (load().port, load().host) == (9001, "127.0.0.2")


def test_an_unknown_line_of_the_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_text("prot = 9000\n")
    monkeypatch.setenv("SCHOOL_CONFIG", str(file))
    with pytest.raises(BadSettingError, match=r"^SCHOOL_PROT: "):
        load()


@pytest.mark.parametrize(("text", "line"), [
    ('mode = "demo"\nhost = "0.0.0.0"', "SCHOOL_HOST: the demo binds to loopback only"),
    ("port = 70000", "SCHOOL_PORT: Input should be less than or equal to 65535"),
    ('origins = "x"', "SCHOOL_ORIGINS: Input should be a valid tuple"), ("port = = 9000", "SCHOOL_CONFIG: Invalid value (at line 1, column 8)"),
    ('clock = "1,2026-09-07T07:30:00+03:00,60"', "SCHOOL_CLOCK: a simulated clock is for SCHOOL_MODE=demo only"),
])
def test_a_bad_file_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "school.toml"
    file.write_text(text)
    monkeypatch.setenv("SCHOOL_CONFIG", str(file))
    with pytest.raises(BadSettingError) as caught:
        load()
    assert str(caught.value) == line


def test_a_file_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_bytes(b"\xff\xfe")
    monkeypatch.setenv("SCHOOL_CONFIG", str(file))
    with pytest.raises(BadSettingError, match=r"^SCHOOL_CONFIG: [^\n]+$"):
        load()
