"""Two stores in step: only what is missing travels, held to its hash, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event as Signal

import pytest

from gesso.core.catalogue.blobs.blob import BLOBS, BlobStore, key_of
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.copies.sync import SyncOptions, sync
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import Interrupted, StorageError

from ....stubs.object_stub import ObjectStub
from ..workshop import Workshop

OPTIONS = SyncOptions()


@pytest.fixture
def stub() -> Iterator[ObjectStub]:
    with ObjectStub() as running:
        yield running


@pytest.fixture(params=["local", "s3", "gcs"])
def target(
    request: pytest.FixtureRequest,
    stub: ObjectStub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> BlobStore:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    maker = BLOBS.open(request.param)
    if request.param == "local":
        return maker(tmp_path / "elsewhere", Disk())
    if request.param == "s3":
        options = maker.Options("gesso", "", "us-east-1", stub.address, allow_http=True)
    else:
        key = str(stub.service_account(tmp_path))
        options = maker.Options("gesso", service_account=key, allow_http=True)
    return maker(Path(), Disk(), options)


@pytest.fixture
def studio(catalogue: Catalogue, make: Workshop) -> Catalogue:
    for number in range(5):
        make.paint(catalogue, number)
    return catalogue


def test_everything_that_the_catalogue_names_is_sent_once(
    studio: Catalogue, target: BlobStore
) -> None:
    first = sync(studio, target, OPTIONS)
    second = sync(studio, target, OPTIONS)

    keys = set(studio.blobs.keys())
    assert set(target.keys()) == keys
    assert first.pushed == first.named == len(keys)
    assert first.bytes == sum(len(studio.blobs.get(key)) for key in keys)
    assert (second.pushed, second.bytes) == (0, 0)
    assert first.is_clean
    assert second.is_clean


def test_what_is_lost_here_comes_back(studio: Catalogue, target: BlobStore) -> None:
    sync(studio, target, OPTIONS)
    work = studio.works.get(2)
    studio.blobs.delete(work.blob)
    assert not check(studio).is_clean

    report = sync(studio, target, OPTIONS)

    assert report.pulled == 1
    assert check(studio, read_data=True).is_clean


def test_what_is_damaged_here_is_named_and_never_sent(studio: Catalogue, target: BlobStore) -> None:
    work = studio.works.get(2)
    path = studio.path_of(work)
    assert path is not None
    path.write_bytes(b"x" * work.size_bytes)

    report = sync(studio, target, OPTIONS)

    assert not report.is_clean
    assert report.problems == (f"{work.blob} holds other bytes here; it was not passed on.",)
    assert not target.has(work.blob)


def test_what_is_damaged_there_never_comes_here(
    studio: Catalogue, stub: ObjectStub, target: BlobStore, tmp_path: Path
) -> None:
    sync(studio, target, OPTIONS)
    work = studio.works.get(2)
    spoil(target, stub, work.blob, b"y" * work.size_bytes)
    studio.blobs.delete(work.blob)

    report = sync(studio, target, OPTIONS)

    assert report.problems == (
        f"{work.blob} holds other bytes in the target; it was not passed on.",
    )
    assert not studio.blobs.has(work.blob)


def test_to_verify_is_to_read_everything_back(
    studio: Catalogue, stub: ObjectStub, target: BlobStore
) -> None:
    sync(studio, target, OPTIONS)
    clean = sync(studio, target, SyncOptions(verify=True))
    work = studio.works.get(2)
    spoil(target, stub, work.blob, b"y" * work.size_bytes)
    report = sync(studio, target, SyncOptions(verify=True))

    assert (clean.verified, clean.wrong) == (clean.named, 0)
    assert report.problems == (f"{work.blob} holds other bytes in the target.",)


def test_what_is_nowhere_is_named(studio: Catalogue, target: BlobStore) -> None:
    work = studio.works.get(2)
    studio.blobs.delete(work.blob)

    report = sync(studio, target, OPTIONS)

    assert report.missing == (work.blob,)
    assert not report.is_clean


def test_nothing_is_deleted_unless_asked(studio: Catalogue, target: BlobStore) -> None:
    stray = target.put(b"somebody else's")
    kept = sync(studio, target, OPTIONS)
    assert target.has(stray)

    swept = sync(studio, target, SyncOptions(delete=True))
    assert (kept.deleted, swept.deleted) == (0, 1)
    assert not target.has(stray)
    assert set(target.keys()) == set(studio.blobs.keys())


def test_a_dry_run_says_what_would_travel_and_sends_nothing(
    studio: Catalogue, target: BlobStore
) -> None:
    dry = sync(studio, target, SyncOptions(dry=True))
    assert list(target.keys()) == []

    real = sync(studio, target, OPTIONS)
    assert (dry.pushed, dry.bytes) == (real.pushed, real.bytes)


def test_a_sync_that_was_stopped_goes_on_where_it_was(studio: Catalogue, target: BlobStore) -> None:
    stop = Signal()
    with pytest.raises(Interrupted):
        sync(
            studio,
            target,
            SyncOptions(at_once=1),
            stop=stop,
            heard=lambda _way, _bytes: stop.set(),
        )
    there = len(list(target.keys()))

    report = sync(studio, target, OPTIONS)

    assert 0 < there < report.named
    assert report.pushed == report.named - there


def test_a_bucket_that_says_no_stops_the_sync_and_loses_nothing(
    studio: Catalogue, stub: ObjectStub, target: BlobStore
) -> None:
    if target.path(key_of(b"")) is not None:
        pytest.skip("a folder says no by the rights of its files")
    stub.fail_puts("403")
    with pytest.raises(StorageError, match="does not let us"):
        sync(studio, target, OPTIONS)

    assert sync(studio, target, OPTIONS).is_clean
    assert set(target.keys()) == set(studio.blobs.keys())


def spoil(target: BlobStore, stub: ObjectStub, key: str, data: bytes) -> None:
    path = target.path(key)
    if path is not None:
        path.write_bytes(data)
    else:
        (name,) = [name for name in stub.objects if name.endswith(key)]
        stub.objects[name] = data
