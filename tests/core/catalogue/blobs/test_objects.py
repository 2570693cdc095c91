"""What only a bucket can do to us: refuse, lose answers, hold somebody else's things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from gesso.core.catalogue.blobs.blob import BLOBS, BlobStore, key_of
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import DamageError, NewerStudio, StorageError

from ....stubs.object_stub import ObjectStub

MARKER = "gesso/studio/gesso-blobs.json"


@pytest.fixture
def stub() -> Iterator[ObjectStub]:
    with ObjectStub() as running:
        yield running


@pytest.fixture(params=["s3", "gcs"])
def name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret")
    return str(request.param)


def bucket(name: str, stub: ObjectStub, tmp_path: Path) -> BlobStore:
    maker = BLOBS.open(name)
    if name == "s3":
        options = maker.Options("gesso", "studio", "us-east-1", stub.address, allow_http=True)
    else:
        key = str(stub.service_account(tmp_path))
        options = maker.Options("gesso", "studio", service_account=key, allow_http=True)
    return maker(Path(), Disk(), options)


def test_an_object_is_created_and_never_written_over(
    name: str, stub: ObjectStub, tmp_path: Path
) -> None:
    store = bucket(name, stub, tmp_path)
    key = store.put(b"ground")
    store.put(b"ground")

    puts = [one for one in stub.requests if one.method == "PUT" and unquote(one.path).endswith(key)]
    conditions = {("if-none-match", "*"), ("x-goog-if-generation-match", "0")}
    assert len(puts) == 2
    assert all(conditions & set(one.headers.items()) for one in puts)
    assert stub.refused == 1


def test_objects_lie_in_a_layout_with_a_number_and_bear_their_type(
    name: str, stub: ObjectStub, tmp_path: Path
) -> None:
    key = bucket(name, stub, tmp_path).put(b"ground", "image/png")

    assert stub.types[f"gesso/studio/v1/{key}"] == "image/png"
    assert MARKER in stub.objects


def test_an_answer_that_is_lost_costs_nothing(name: str, stub: ObjectStub, tmp_path: Path) -> None:
    store = bucket(name, stub, tmp_path)
    stub.fail_puts("lost")

    assert store.get(store.put(b"ground")) == b"ground"


def test_a_bucket_that_stumbles_is_asked_again(name: str, stub: ObjectStub, tmp_path: Path) -> None:
    store = bucket(name, stub, tmp_path)
    stub.fail_puts("500", "drop")

    assert store.get(store.put(b"ground")) == b"ground"


def test_a_bucket_that_says_no_is_told_in_one_sentence_without_a_secret(
    name: str, stub: ObjectStub, tmp_path: Path
) -> None:
    store = bucket(name, stub, tmp_path)
    stub.fail_puts("403")

    with pytest.raises(StorageError, match="does not let us") as caught:
        store.put(b"ground")
    assert "canary-secret" not in str(caught.value)
    assert not store.has(key_of(b"ground"))


def test_an_object_of_another_length_is_mended(name: str, stub: ObjectStub, tmp_path: Path) -> None:
    store = bucket(name, stub, tmp_path)
    stub.objects[f"gesso/studio/v1/{key_of(b'ground')}"] = b"gro"

    assert store.get(store.put(b"ground")) == b"ground"


def test_many_pages_of_keys_are_listed(name: str, stub: ObjectStub, tmp_path: Path) -> None:
    store = bucket(name, stub, tmp_path)
    keys = {store.put(b"%d" % n) for n in range(250)}

    assert set(store.keys()) == keys


def test_a_bucket_in_a_newer_layout_is_left_alone(
    name: str, stub: ObjectStub, tmp_path: Path
) -> None:
    stub.objects[MARKER], stub.types[MARKER] = b'{"format": "gesso-blobs", "layout": 2}', ""

    with pytest.raises(NewerStudio, match="layout 2"):
        bucket(name, stub, tmp_path)
    assert all(one.method == "GET" for one in stub.requests)


def test_a_damaged_marker_is_named(name: str, stub: ObjectStub, tmp_path: Path) -> None:
    stub.objects[MARKER], stub.types[MARKER] = b"[]", ""

    with pytest.raises(DamageError, match=r"gesso-blobs\.json is damaged"):
        bucket(name, stub, tmp_path)


@pytest.mark.parametrize("name", ["s3", "gcs"])
def test_a_store_without_a_bucket_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="'bucket' is not set"):
        BLOBS.open(name).Options()
