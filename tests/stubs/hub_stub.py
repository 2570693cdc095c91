"""A hub of models on this machine: the part of the Hugging Face hub that its client asks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from tests.stubs.stub import Request, Sent, Stub

COMMIT = "0123456789abcdef0123456789abcdef01234567"
# Files at least this large lie beside git, under their sha256.
LARGE = 10_000


class HubStub(Stub):
    """Holds models by name, each a mapping of paths to bytes.

    Attributes:
        files: of each model.
        licence: of all of them.
        gated: names that are given to nobody without `token`.
        spoiled: paths whose bytes arrive changed.
    """

    faults: ClassVar[tuple[str, ...]] = ("500", "500once")

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Mapping[str, bytes]] = {}
        self.licence = "apache-2.0"
        self.gated: set[str] = set()
        self.token = ""
        self.spoiled: set[str] = set()

    def hold(self, name: str, folder: Path, **more: bytes) -> None:
        """Hold a folder's files as a model."""
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        self.files[name] = {
            **{path.relative_to(folder).as_posix(): path.read_bytes() for path in paths},
            **more,
        }

    def fetched(self) -> list[str]:
        """The paths of the files whose bytes were asked for, in their order."""
        return [
            request.path.partition("/resolve/")[2].partition("/")[2]
            for request in self.requests
            if request.method == "GET" and "/resolve/" in request.path
        ]

    def reply(self, request: Request) -> Sent:
        listed = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?", request.path)
        kept = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", request.path)
        found = listed or kept
        name = found[1] if found else ""
        if request.fault:
            return Sent(500, {"error": "stub"})
        if name not in self.files:
            return _refused(401, "RepoNotFound")
        knows = request.headers.get("authorization") == f"Bearer {self.token}"
        if kept and name in self.gated and not knows:
            return _refused(403, "GatedRepo")
        if found and found[2] not in {None, "main", COMMIT}:
            return _refused(404, "RevisionNotFound")
        if listed:
            return Sent(body=self._listing(name))
        assert kept
        return self._file(request, self.files[name].get(kept[3]), kept[3])

    def model_of(self, method: str, path: str, body: dict[str, Any]) -> str:
        return "/".join(path.removeprefix("/api/models").strip("/").split("/")[:2])

    def _listing(self, name: str) -> dict[str, Any]:
        return {
            "id": name,
            "sha": COMMIT,
            "gated": "manual" if name in self.gated else False,
            "cardData": {"license": self.licence},
            "siblings": [_sibling(path, data) for path, data in self.files[name].items()],
        }

    def _file(self, request: Request, data: bytes | None, path: str) -> Sent:
        if data is None:
            return _refused(404, "EntryNotFound")
        headers = {"ETag": f'"{_etag(data)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if path in self.spoiled:
            data = bytes(byte ^ 1 for byte in data)
        begins = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if begins:
            at = int(begins[1])
            headers["Content-Range"] = f"bytes {at}-{len(data) - 1}/{len(data)}"
            return Sent(206, raw=data[at:], headers=headers)
        return Sent(raw=data, headers=headers, media_type="application/octet-stream")


def _sibling(path: str, data: bytes) -> dict[str, Any]:
    told: dict[str, Any] = {"rfilename": path, "size": len(data), "blobId": _git(data)}
    if len(data) >= LARGE:
        sha256 = hashlib.sha256(data).hexdigest()
        told["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 134}
    return told


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if len(data) >= LARGE else _git(data)


def _git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _refused(status: int, code: str) -> Sent:
    return Sent(status, {"error": code}, {"X-Error-Code": code, "X-Error-Message": code})
