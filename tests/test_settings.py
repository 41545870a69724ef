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
    assert not load().sqlite


@pytest.mark.parametrize(("name", "value"), [
    ("SCHOOL_PORT", "none"), ("SCHOOL_PORT", "70000"), ("SCHOOL_MODE", "test"), ("SCHOOL_DATABASE_URL", "mysql://x"), ("SCHOOL_CLOCK", "soon"),
    ("SCHOOL_CLOCK", "1,2026-09-07T07:30:00+03:00,60"), ("SCHOOL_PROT", "8000"), ("SCHOOL_CONFIG", "/nowhere.toml"),
])
def test_a_bad_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingError) as caught:
        load()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_the_demo_binds_to_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        Settings(mode=Mode.DEMO, host="0.0.0.0")  # noqa: S104 - what is refused


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
