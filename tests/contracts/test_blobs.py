"""What every blob store owes the catalogue, held against each of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from gesso.core.catalogue.blobs.blob import BLOBS, SHELVES, BlobStore, is_key, key_of
from gesso.core.errors import DamageError

from .blob_rows import ROWS, Opening

NO_KEYS = [
    "",
    "../../etc/passwd",
    "/etc/passwd",
    "ab/" + "cd" * 32,
    "ab/ab" + "0" * 61,
    "ab/ab" + "0" * 63,
    "AB/AB" + "0" * 62,
    "ab/../ab/ab" + "0" * 62,
    "ab\\ab" + "0" * 62,
    "ab/ab" + "0" * 62 + "\n",
    "tmp/.part",
]


@pytest.fixture(params=ROWS)
def opening(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opening]:
    """How a process opens the store; twice means two processes."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with ROWS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def store(opening: Opening) -> BlobStore:
    return opening()


def test_every_store_is_held_to_these_claims() -> None:
    assert set(BLOBS.names()) <= set(ROWS)


def test_bytes_come_back_under_the_hash_of_their_content(store: BlobStore) -> None:
    key = store.put(b"ground", "image/png")

    assert key == key_of(b"ground") == f"{key[:2]}/{sha256(b'ground').hexdigest()}"
    assert store.get(key) == b"ground"
    assert store.has(key)
    assert store.size(key) == 6
    assert list(store.keys()) == [key]


def test_no_bytes_are_bytes_too(store: BlobStore) -> None:
    assert store.get(store.put(b"")) == b""


@pytest.mark.parametrize("times", [20_000, 90_000], ids=["5 MB", "23 MB"])
def test_a_large_blob_comes_back_whole(store: BlobStore, times: int) -> None:
    data = bytes(range(256)) * times

    assert store.get(store.put(data)) == data


def test_bytes_that_are_there_stay_as_they_are(store: BlobStore) -> None:
    key = store.put(b"ground")
    path = store.path(key)
    before = path.stat().st_mtime_ns if path else 0

    assert store.put(b"ground") == key
    assert (path.stat().st_mtime_ns if path else 0) == before
    assert list(store.keys()) == [key]


def test_what_one_process_puts_another_gets(opening: Opening) -> None:
    key = opening().put(b"ground")

    assert opening().get(key) == b"ground"


def test_a_shelf_holds_the_keys_that_begin_with_its_digits(store: BlobStore) -> None:
    keys = {store.put(b"%d" % n) for n in range(40)}
    shelf = next(iter(keys))[:2]

    assert set(store.keys(shelf)) == {key for key in keys if key.startswith(shelf)}
    empty = next(one for one in SHELVES if not any(key.startswith(one) for key in keys))
    assert list(store.keys(empty)) == []


def test_a_deleted_blob_is_gone_and_may_come_again(store: BlobStore) -> None:
    key = store.put(b"ground")
    store.delete(key)

    assert not store.has(key)
    assert store.size(key) is None
    assert list(store.keys()) == []
    with pytest.raises(DamageError, match="missing"):
        store.get(key)
    assert store.put(b"ground") == key
    assert store.get(key) == b"ground"


def test_to_delete_what_is_not_there_is_no_error(store: BlobStore) -> None:
    store.delete(key_of(b"never"))


@pytest.mark.parametrize("text", NO_KEYS)
def test_only_keys_name_places(store: BlobStore, text: str) -> None:
    assert not is_key(text)
    for ask in (store.get, store.path, store.has, store.size, store.delete):
        with pytest.raises(ValueError, match="no key"):
            ask(text)


def test_many_threads_put_the_same_and_different_bytes_at_once(store: BlobStore) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = list(threads.map(lambda n: store.put(b"%d" % (n % 20)), range(400)))

    assert set(store.keys()) == set(keys) == {key_of(b"%d" % n) for n in range(20)}
    assert all(store.get(key_of(b"%d" % n)) == b"%d" % n for n in range(20))
    assert store.leftovers() == 0


def test_nothing_young_is_swept(store: BlobStore) -> None:
    key = store.put(b"ground")

    assert store.sweep(older_than_s=86_400) == 0
    assert store.has(key)


def test_a_person_finds_the_bytes_where_the_store_says(store: BlobStore) -> None:
    path = store.path(store.put(b"ground"))

    assert path is None or path.read_bytes() == b"ground"
