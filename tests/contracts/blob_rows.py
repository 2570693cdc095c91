"""Every blob store as the contract tests open it: on a disk, or in a bucket on this machine."""

from __future__ import annotations

import importlib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gesso.core.catalogue.blobs.blob import BLOBS, BlobStore
from gesso.core.catalogue.store.disk import Disk

from ..stubs.object_stub import ObjectStub

Opening = Callable[[], BlobStore]


@contextmanager
def local(tmp_path: Path) -> Iterator[Opening]:
    yield lambda: BLOBS.open("local")(tmp_path / "blobs", Disk())


@contextmanager
def s3(tmp_path: Path) -> Iterator[Opening]:
    with ObjectStub() as stub:
        yield s3_at(stub.address)


@contextmanager
def gcs(tmp_path: Path) -> Iterator[Opening]:
    maker = BLOBS.open("gcs")
    with ObjectStub() as stub:
        key = str(stub.service_account(tmp_path))
        options = maker.Options("gesso", "studio", service_account=key, allow_http=True)
        yield lambda: maker(Path(), Disk(), options)


@contextmanager
def s3_of_moto(tmp_path: Path) -> Iterator[Opening]:
    """The same claims against another's S3; `make test-cloud` installs it."""
    server = pytest.importorskip("moto.server", reason="moto is not here: make test-cloud")
    boto3 = importlib.import_module("boto3")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    try:
        address = "http://{}:{}".format(*running.get_host_and_port())
        # All its servers in one process share what they hold.
        urllib.request.urlopen(f"{address}/moto-api/reset", data=b"").close()
        client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
        client.create_bucket(Bucket="gesso")
        yield s3_at(address)
    finally:
        running.stop()


def s3_at(address: str) -> Opening:
    maker = BLOBS.open("s3")
    options = maker.Options(
        "gesso", "studio", region="us-east-1", endpoint=address, allow_http=True
    )
    return lambda: maker(Path(), Disk(), options)


ROWS = {"local": local, "s3": s3, "gcs": gcs, "s3 of moto": s3_of_moto}
