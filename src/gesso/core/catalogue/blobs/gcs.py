"""Blobs in Google Cloud Storage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

from obstore.store import GCSStore

from gesso.core.catalogue.blobs.objects import RETRIES, ObjectBlobs, Place
from gesso.core.catalogue.store.disk import Disk


@dataclass(frozen=True)
class GcsOptions:
    """Where the bucket is. Credentials are found where Google's own tools find them.

    Attributes:
        bucket: its name.
        prefix: below which everything lies, "" for the bucket's root.
        service_account: the file of a service account's key, "" for what the environment says.
        allow_http: unencrypted, for a server on this machine.
    """

    bucket: str = ""
    prefix: str = ""
    service_account: str = ""
    allow_http: bool = False

    def __post_init__(self) -> None:
        if not self.bucket:
            raise ValueError("'bucket' is not set")


class GcsBlobs(ObjectBlobs):
    """A blob store in a bucket of Google Cloud Storage.

    An object is created under the condition that its generation is 0, which is to say that there
    is none.

    Args:
        folder: not used; objects lie elsewhere.
        disk: not used.
        options: where the bucket is.
    """

    Options: ClassVar[type] = GcsOptions

    def __init__(self, folder: Path, disk: Disk, options: GcsOptions) -> None:  # noqa: ARG002
        asked = {"service_account": options.service_account} if options.service_account else {}
        prefix = options.prefix.strip("/")
        store = GCSStore(
            options.bucket,
            prefix=prefix or None,
            config=cast("Any", asked),
            client_options={"allow_http": options.allow_http},
            retry_config=cast("Any", RETRIES),
        )
        super().__init__(store, Place("/".join(filter(None, (f"gs://{options.bucket}", prefix)))))
