"""Blobs in Amazon S3, or in a server that speaks its language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

from obstore.store import S3Store

from gesso.core.catalogue.blobs.objects import RETRIES, ObjectBlobs, Place
from gesso.core.catalogue.store.disk import Disk


@dataclass(frozen=True)
class S3Options:
    """Where the bucket is. Credentials are found where AWS's own tools find them.

    Attributes:
        bucket: its name.
        prefix: below which everything lies, "" for the bucket's root.
        region: "" for what the environment says.
        endpoint: of another server that speaks S3, "" for Amazon.
        allow_http: unencrypted, for a server on this machine.
    """

    bucket: str = ""
    prefix: str = ""
    region: str = ""
    endpoint: str = ""
    allow_http: bool = False

    def __post_init__(self) -> None:
        if not self.bucket:
            raise ValueError("'bucket' is not set")


class S3Blobs(ObjectBlobs):
    """A blob store in a bucket of S3.

    S3 holds every upload against the sha256 that travels with it.

    Args:
        folder: not used; objects lie elsewhere.
        disk: not used.
        options: where the bucket is.
    """

    Options: ClassVar[type] = S3Options

    def __init__(self, folder: Path, disk: Disk, options: S3Options) -> None:  # noqa: ARG002
        asked: dict[str, Any] = {"checksum_algorithm": "SHA256", "conditional_put": "etag"}
        if options.region:
            asked["region"] = options.region
        if options.endpoint:
            asked["endpoint"] = options.endpoint
        prefix = options.prefix.strip("/")
        store = S3Store(
            options.bucket,
            prefix=prefix or None,
            config=cast("Any", asked),
            client_options={"allow_http": options.allow_http},
            retry_config=cast("Any", RETRIES),
        )
        super().__init__(store, Place("/".join(filter(None, (f"s3://{options.bucket}", prefix)))))
