"""The store of files: the same in a folder, in memory and in an S3-compatible store; one that is away is refused soon, and in words without an address."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from school.errors import Code, Refused
from school.store import Store, fault
from tests.s3 import BUCKET, S3, running_s3

LATER = dt.timedelta(hours=1)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """A store on loopback."""
    with running_s3(monkeypatch) as server:
        yield server


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty one of each kind."""
    if request.param == "s3":
        request.getfixturevalue("s3")
        return Store.open(f"s3://{BUCKET}/of/school")
    return Store(MemoryStore) if request.param == "memory" else Store.open(str(tmp_path / "files"))


async def names(store: Store, moment: dt.datetime) -> list[str]:
    """What is older than a moment."""
    return [name async for page in store.older("photos", moment) for name in page]


async def test_a_file_is_kept_read_listed_and_removed(store: Store) -> None:
    now = dt.datetime.now(dt.UTC)
    assert (await store.get("photos/1/a"), await names(store, now + LATER)) == (None, [])
    await store.remove("photos/1/a")
    await store.put("photos/1/a", b"one")
    await store.put("photos/2/b", b"\0" * 100_000)
    assert (await store.get("photos/1/a"), len(await store.get("photos/2/b") or b"")) == (b"one", 100_000)
    assert (sorted(await names(store, now + LATER)), await names(store, now - LATER)) == (["photos/1/a", "photos/2/b"], [])
    await store.remove("photos/1/a")
    await store.remove("photos/1/a")
    assert (await store.get("photos/1/a"), await names(store, now + LATER)) == (None, ["photos/2/b"])


async def test_a_folder_is_made_when_it_is_wanted_and_for_nobody_else(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "of" / "school"))
    assert await store.get("photos/1/a") is None
    assert not (tmp_path / "of").exists()
    await store.put("photos/1/a", b"one")
    assert (tmp_path / "of" / "school").stat().st_mode & 0o777 == 0o700


async def test_what_a_killed_process_was_writing_is_swept_too(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    await store.put("photos/1/a", b"one")
    half = tmp_path / "photos" / "1" / "b#1"
    half.write_bytes(b"half of a face")
    now = dt.datetime.now(dt.UTC)
    assert await names(store, now - LATER) == []
    assert half.exists()
    os.utime(half, (0, 0))
    await names(store, now - LATER)
    assert not half.exists()


async def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as caught:
        await Store.open(str(tmp_path / "file" / "x")).put("photos/1/a", b"one")
    assert caught.value.code is Code.STORE_AWAY
    assert fault(str(tmp_path / "file" / "x")) == f"{tmp_path / 'file'} is not a folder"
    assert fault(str(tmp_path / "new" / "x")) is None
    assert not (tmp_path / "new").exists()


def test_credentials_are_looked_for_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    assert fault(f"s3://{BUCKET}") == "there are no credentials in the environment (AWS_ACCESS_KEY_ID, …)"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    assert fault(f"s3://{BUCKET}") is None


@pytest.mark.parametrize("illness", ["503", "403", "slow", "cut"])
async def test_an_ill_store_is_refused_soon(s3: S3, illness: str) -> None:
    store = Store.open(f"s3://{BUCKET}")
    store._seconds = 0.5
    await store.put("photos/1/a", b"one")
    s3.fall_ill(illness)
    for ask in (lambda: store.get("photos/1/a"), lambda: store.put("photos/1/b", b"two"), lambda: store.remove("photos/1/b"),
                lambda: names(store, dt.datetime.now(dt.UTC))):
        with pytest.raises(Refused) as caught:
            await ask()
        assert (caught.value.code, caught.value.message) == (Code.STORE_AWAY, "The store of files cannot be reached; try again.")
        assert caught.value.retry_after == 5
    await store.discard("photos/1/b")  # nobody has to hear of it
    s3.fall_ill()
    assert await store.get("photos/1/a") == b"one"


async def test_a_short_illness_is_ridden_out(s3: S3) -> None:
    store = Store.open(f"s3://{BUCKET}")
    s3.fall_ill("503", turns=1)
    await store.put("photos/1/a", b"one")
    assert set(s3.files) == {"photos/1/a"}
    assert s3.asked == 2
