"""The Hugging Face hub, through its own client."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, TypeVar

import httpx2
import huggingface_hub
import huggingface_hub.constants
from huggingface_hub import errors
from huggingface_hub.utils import hf_raise_for_status
from pydantic import SecretStr

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    GessoError,
    Interrupted,
    OutsideError,
    StorageError,
    Transient,
)
from gesso.core.outside.asks import Answer, Ask
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.hub import HubFile, Listing
from gesso.core.outside.replies import Reply, failure_in

NAME = "huggingface"

T = TypeVar("T")

_CHUNK = 2**20
_TIMEOUT_S = 30.0
_SILENCE_S = 60.0
# A file that is not whole yet.
_HALF = ".half"


@dataclass(frozen=True)
class HuggingFaceOptions:
    """What the owner can set of the hub.

    Attributes:
        api_key: a token, for models that are gated or private.
        base_url: another address that speaks as the hub does; "" for the client's own, which is
            what HF_ENDPOINT names, else the hub's.
    """

    api_key: SecretStr | str = field(default="", repr=False)
    base_url: str = ""


class HuggingFaceHub:
    """Looks and fetches; the client's telemetry is off, and no token but the owner's is sent."""

    Options: ClassVar[type] = HuggingFaceOptions
    name: ClassVar[str] = NAME

    def __init__(self, options: HuggingFaceOptions, desk: Desk) -> None:
        huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
        key = options.api_key
        token = key.get_secret_value() if isinstance(key, SecretStr) else key
        # False, and not None: the client would look for a token by itself.
        self._token: str | bool = token or False
        self._endpoint = options.base_url or None
        self._desk = desk
        self._http = httpx2.Client(
            timeout=httpx2.Timeout(_SILENCE_S, connect=_TIMEOUT_S), follow_redirects=True
        )
        weakref.finalize(self, self._http.close)

    def look(self, name: str, revision: str = "") -> Listing:
        """List a model's files; see `Hub.look`."""
        api = huggingface_hub.HfApi(endpoint=self._endpoint, token=self._token)

        def ask() -> Any:
            return api.model_info(
                name, revision=revision or None, files_metadata=True, timeout=_TIMEOUT_S
            )

        return _listing(name, self._ask("look", name, ask))

    def fetch(
        self, listing: Listing, file: HubFile, into: Path, tell: Callable[[int], None]
    ) -> Path:
        """Fetch one file; see `Hub.fetch`. Over plain HTTP, which goes on anywhere in a file."""
        path = _place(into, file)
        url = huggingface_hub.hf_hub_url(
            listing.name, file.path, revision=listing.revision, endpoint=self._endpoint
        )

        def ask() -> Path:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and _is_listed(path, file):
                return path
            half = path.with_name(f"{path.name}{_HALF}")
            self._stream(url, half, file, tell)
            if not _is_listed(half, file):
                half.unlink()
                raise _another(file)
            half.replace(path)
            return path

        return self._ask("pull", listing.name, ask)

    def _stream(self, url: str, half: Path, file: HubFile, tell: Callable[[int], None]) -> None:
        here = half.stat().st_size if half.exists() else 0
        if here and here == file.size:
            return
        headers = {"Accept-Encoding": "identity"}
        if 0 < here < file.size:
            headers["Range"] = f"bytes={here}-"
        if self._token:
            # httpx2 keeps it from other hosts when the hub sends us on to its stores.
            headers["Authorization"] = f"Bearer {self._token}"
        with self._http.stream("GET", url, headers=headers) as response:
            if not response.is_success:
                response.read()
                hf_raise_for_status(response)
            goes_on = response.status_code == httpx2.codes.PARTIAL_CONTENT
            with half.open("ab" if goes_on else "wb") as opened:
                for chunk in response.iter_bytes(_CHUNK):
                    opened.write(chunk)
                    tell(opened.tell())
                    self._refuse_when_stopped()
                opened.flush()
                os.fsync(opened.fileno())

    def _refuse_when_stopped(self) -> None:
        if self._desk.stop.is_set():
            raise Interrupted(
                "Stopped before the model was here.", "Pull again: it goes on where it stopped."
            )

    def _ask(self, operation: str, name: str, do: Callable[[], T]) -> T:
        # To ask again costs nothing, and a file goes on where it stopped.
        ask = Ask(NAME, operation, name, resendable=True)

        def send(_attempt: object) -> Answer[T]:
            try:
                return Answer(do(), 0.0, "free")
            except GessoError:
                raise
            except (errors.HFValidationError, OSError, httpx2.HTTPError) as error:
                raise _ours(name, error) from error

        return self._desk.ask(ask, send)


def _listing(name: str, told: Any) -> Listing:
    files = tuple(
        HubFile(
            str(file.rfilename),
            int(file.size or 0),
            str(file.lfs.sha256) if file.lfs else "",
            str(file.blob_id or ""),
        )
        for file in told.siblings or ()
    )
    card = told.card_data or {}
    licence = card.get("license_name") or card.get("license") or ""
    if isinstance(licence, list):
        licence = ", ".join(map(str, licence))
    return Listing(NAME, name, str(told.sha or ""), str(licence), bool(told.gated), files)


def _place(into: Path, file: HubFile) -> Path:
    """Where a file goes; a hub cannot choose a place outside of the folder."""
    path = PurePosixPath(file.path)
    if path.is_absolute() or ".." in path.parts or "\\" in file.path or ":" in file.path:
        raise BadOutput(f"'{NAME}' lists a file with no path: {file.path!r:.100}.", provider=NAME)
    return into.joinpath(*path.parts)


def _is_listed(path: Path, file: HubFile) -> bool:
    """Whether a file is the one that was listed, by its hash."""
    size = path.stat().st_size
    git = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    content = hashlib.sha256()
    with path.open("rb") as opened:
        while piece := opened.read(_CHUNK):
            content.update(piece) if file.sha256 else git.update(piece)
    if file.sha256:
        return content.hexdigest() == file.sha256
    return git.hexdigest() == file.git_sha1 if file.git_sha1 else size == file.size


def _another(file: HubFile) -> BadOutput:
    return BadOutput(
        f"'{NAME}' sent another {file.path} than it lists: its hash differs.",
        "It was taken away; pull again, and ask who stands between you and the hub.",
        provider=NAME,
        status=200,
    )


def _ours(name: str, error: Exception) -> GessoError:
    """What the client's error is among ours."""
    if isinstance(error, errors.HfHubHTTPError):
        return _by_status(name, error)
    if isinstance(error, errors.HFValidationError):
        return BadRequest(
            f"'{name}' is no name of a model there.", "Write it as owner/name.", provider=NAME
        )
    is_offline = isinstance(error, errors.LocalEntryNotFoundError | httpx2.HTTPError)
    if isinstance(error, OSError) and error.errno is not None and not is_offline:
        return StorageError(
            f"The model '{name}' cannot be written: {error.strerror}.",
            "Make room, or choose another folder: [models] folder.",
        )
    said = " ".join(str(error).split())[:240]
    return Transient(
        f"'{NAME}' could not be reached: {said}.", "Look at the network.", provider=NAME
    )


def _by_status(name: str, error: Any) -> OutsideError:
    status = error.response.status_code
    if isinstance(error, errors.GatedRepoError):
        return AuthError(
            f"The model '{name}' is given only to those who agree to its terms.",
            "Agree on its page, and put a token into HF_TOKEN.",
            provider=NAME,
            status=status,
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return BadRequest(
            f"'{NAME}' has no model '{name}', or it is private.",
            "Look at its name; for a private one put a token into HF_TOKEN.",
            provider=NAME,
            status=status,
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return BadRequest(
            f"The model '{name}' has no such revision.",
            "Name a branch, a tag or a commit, or none for the newest.",
            provider=NAME,
            status=status,
        )
    headers = {key.lower(): value for key, value in error.response.headers.items()}
    return failure_in(Reply(NAME, status, headers, error.response.content))
