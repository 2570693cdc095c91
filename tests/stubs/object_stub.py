"""A bucket on this machine that speaks the XML of S3 and of Google Cloud Storage.

What both must do for us is done truly: a create-only upload over an object that is there is
refused, an upload in parts is there whole or not at all, parts are joined in their order.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import uuid4
from xml.sax.saxutils import escape

from .stub import HangUp, Request, Sent, Stub

_PAGE = 100


class ObjectStub(Stub):
    """One server with any number of buckets, made when they are first named.

    Attributes:
        objects: bytes by "bucket/key".
        types: media types by "bucket/key".
        refused: uploads that were told that the object is there.
        joined: uploads that came in parts.
    """

    faults = ("500", "403", "lost", "drop")

    def __init__(self, latency_s: float = 0.0) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.refused = 0
        self.joined = 0
        self._parts: dict[str, dict[int, bytes]] = {}
        self._held = threading.Lock()
        self._failing: list[str] = []
        super().__init__(latency_s=latency_s)

    def fail_puts(self, *faults: str) -> None:
        """Let the next uploads meet these faults: "500", "403", "drop" (before), "lost" (after)."""
        self._failing.extend(faults)

    def service_account(self, folder: Path) -> Path:
        """The key file that points Google's client here and asks for no token."""
        path = folder / "service-account.json"
        told = {
            "gcs_base_url": self.address,
            "disable_oauth": True,
            "client_email": "",
            "private_key": "",
            "private_key_id": "",
        }
        path.write_text(json.dumps(told), "utf-8")
        return path

    def reply(self, request: Request) -> Sent:
        """Answer as a bucket does."""
        name = unquote(request.path.lstrip("/"))
        asked = parse_qs(request.query, keep_blank_values=True)
        with self._held:
            if "/" not in name.rstrip("/"):
                if request.method == "POST" and "delete" in asked:
                    return self._delete_many(name.rstrip("/"), request)
                return self._list(name.rstrip("/"), asked)
            return self._of_object(request, name, asked)

    def _of_object(self, request: Request, name: str, asked: dict[str, list[str]]) -> Sent:
        if request.method == "POST":
            return self._begin(name) if "uploads" in asked else self._join(name, asked)
        if request.method == "PUT":
            return self._put(request, name, asked)
        if request.method == "DELETE":
            self.objects.pop(name, None)
            return _xml("", 204)
        return self._get(request, name)

    def _put(self, request: Request, name: str, asked: dict[str, list[str]]) -> Sent:
        fault = self._failing.pop(0) if self._failing else ""
        if fault == "drop":
            raise HangUp
        if fault in ("500", "403"):
            return _xml(f"<Error><Code>{fault}</Code></Error>", int(fault))
        if "partNumber" in asked:
            self._parts[asked["uploadId"][0]][int(asked["partNumber"][0])] = request.content
            return _xml("", headers={"ETag": _etag(request.content)})
        if name in self.objects and _creates_only(request):
            self.refused += 1
            return _xml("<Error><Code>PreconditionFailed</Code></Error>", 412)
        if not _is_whole(request):
            return _xml("<Error><Code>BadDigest</Code></Error>", 400)
        self._keep(name, request.content, request.headers.get("content-type", ""))
        if fault == "lost":
            raise HangUp
        return _xml("", headers={"ETag": _etag(request.content)})

    def _get(self, request: Request, name: str) -> Sent:
        if name not in self.objects:
            return _xml("<Error><Code>NoSuchKey</Code></Error>", 404)
        data = self.objects[name]
        headers = {"ETag": _etag(data), "Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"}
        return Sent(200, raw=data, headers=headers, media_type=self.types.get(name) or "binary")

    def _list(self, bucket: str, asked: dict[str, list[str]]) -> Sent:
        prefix = asked.get("prefix", [""])[0]
        after = asked.get("continuation-token", [""])[0]
        names = sorted(
            name.removeprefix(f"{bucket}/")
            for name in self.objects
            if name.startswith(f"{bucket}/")
        )
        names = [name for name in names if name.startswith(prefix) and name > after]
        shown, more = names[:_PAGE], len(names) > _PAGE
        rows = "".join(self._listed(bucket, name) for name in shown)
        token = (
            f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        )
        told = f"<Name>{bucket}</Name><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}"
        return _xml(f"<ListBucketResult>{told}</ListBucketResult>")

    def _listed(self, bucket: str, name: str) -> str:
        data = self.objects[f"{bucket}/{name}"]
        return (
            f"<Contents><Key>{escape(name)}</Key><Size>{len(data)}</Size>"
            f"<LastModified>2026-03-01T12:00:00.000Z</LastModified>"
            f"<ETag>{escape(_etag(data))}</ETag></Contents>"
        )

    def _delete_many(self, bucket: str, request: Request) -> Sent:
        names = request.content.decode().split("<Key>")[1:]
        for name in names:
            self.objects.pop(f"{bucket}/{name.partition('</Key>')[0]}", None)
        rows = "".join(f"<Deleted><Key>{n.partition('</Key>')[0]}</Key></Deleted>" for n in names)
        return _xml(f"<DeleteResult>{rows}</DeleteResult>")

    def _begin(self, name: str) -> Sent:
        upload = uuid4().hex
        self._parts[upload] = {}
        bucket, _, key = name.partition("/")
        told = f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
        return _xml(f"<InitiateMultipartUploadResult>{told}</InitiateMultipartUploadResult>")

    def _join(self, name: str, asked: dict[str, list[str]]) -> Sent:
        parts = self._parts.pop(asked["uploadId"][0])
        data = b"".join(parts[number] for number in sorted(parts))
        self._keep(name, data, "")
        self.joined += 1
        told = f"<Key>{escape(name)}</Key><ETag>{escape(_etag(data))}</ETag>"
        return _xml(f"<CompleteMultipartUploadResult>{told}</CompleteMultipartUploadResult>")

    def _keep(self, name: str, data: bytes, media_type: str) -> None:
        self.objects[name] = data
        self.types[name] = media_type


def _creates_only(request: Request) -> bool:
    headers = request.headers
    return headers.get("if-none-match") == "*" or headers.get("x-goog-if-generation-match") == "0"


def _is_whole(request: Request) -> bool:
    """Whether the bytes are those whose checksum travelled with them, where one did."""
    told = request.headers.get("x-amz-checksum-sha256")
    found = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
    return told is None or told == found


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _xml(text: str, status: int = 200, headers: dict[str, Any] | None = None) -> Sent:
    raw = f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode() if text else b""
    told = {"ETag": '"0"', **(headers or {})}
    return Sent(status, raw=raw, headers=told, media_type="application/xml")
