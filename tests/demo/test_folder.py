"""The demo's folder: one demo at a time, and nobody else's files."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from school.demo.folder import LOCK, Folder, FolderError, peek


def test_it_keeps_logins_and_facts_for_the_next_start(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "demo")
    assert (folder.read_logins(), folder.read_fact("url")) == ({}, None)
    folder.write_logins({"parent": "secret"})
    folder.write_fact("seeded", "small")
    folder.write_fact("url", "http://127.0.0.1:1")
    key = folder.secret_key()
    folder.close()
    again = Folder(tmp_path / "demo")
    assert (again.read_logins(), again.read_fact("seeded")) == ({"parent": "secret"}, "small")
    assert peek(again.path) == ("http://127.0.0.1:1", {"parent": "secret"})
    assert again.secret_key() == key
    Fernet(key)
    assert {path.stat().st_mode & 0o077 for path in (again.path, *again.path.iterdir())} == {0}
    again.close()


def test_without_a_demo_there_is_nothing_to_know(tmp_path: Path) -> None:
    assert peek(tmp_path / "nowhere") == (None, {})


def test_two_demos_never_share_it(tmp_path: Path) -> None:
    first = Folder(tmp_path / "demo")
    with pytest.raises(FolderError, match="a demo is running"):
        Folder(tmp_path / "demo")
    first.close()
    Folder(tmp_path / "demo").close()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderError, match="holds something else"):
        Folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(FolderError, match="is not a folder"):
        Folder(tmp_path / "thesis.txt")


def test_clearing_leaves_the_lock_and_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    folder = Folder(tmp_path / "demo")
    folder.write_fact("seeded", "small")
    folder.make("readers", "gate-1")
    (folder.path / "link").symlink_to(outside)
    folder.clear()
    assert [path.name for path in folder.path.iterdir()] == [LOCK]
    assert (outside / "precious").exists()
    folder.close()
