"""What the calls of the client go over: requests out, answers or our own errors back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from gesso.core import errors
from gesso.core.errors import GessoError, OutsideError

Given = Mapping[str, Any]

_NAME = "gesso"
_BY_STATUS: dict[int, type[GessoError]] = {
    400: errors.InputError,
    401: errors.AuthError,
    402: errors.BudgetSpent,
    403: errors.AuthError,
    404: errors.UnknownItem,
    408: errors.Transient,
    409: errors.SettingsError,
    413: errors.InputError,
    415: errors.PictureError,
    421: errors.BadRequest,
    422: errors.InputError,
    429: errors.RateLimited,
    502: errors.OutsideError,
    503: errors.StudioBusy,
    507: errors.StorageError,
}
_NUMBER = "/api/v1"


@dataclass(frozen=True)
class Event:
    """One event of a job.

    Attributes:
        id: by which a listener goes on where it left off.
        kind: what happened.
        told: what is told of it.
    """

    id: str
    kind: str
    told: Any


class Wire:
    """A connection to one server. Used by one thread at a time, as httpx's client is.

    Args:
        url: of the server: "http://127.0.0.1:8765".
        token: None where the server asks for none.
        timeout_s: how long an answer may take to begin, and each part of it.
        transport: for those who bring their own.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout_s: float = 60.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.Client(
            base_url=url.rstrip("/"), headers=headers, timeout=timeout_s, transport=transport
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _json(self, method: str, path: str, **given: Any) -> Any:
        return self._answer(method, path, **given).json()

    def _data(self, method: str, path: str, **given: Any) -> bytes:
        return self._answer(method, path, **given).content

    def _text(self, method: str, path: str, **given: Any) -> str:
        return self._answer(method, path, **given).text

    def _nothing(self, method: str, path: str, **given: Any) -> None:
        self._answer(method, path, **given)

    def _events(
        self, method: str, path: str, query: Given | None = None, headers: Given | None = None
    ) -> Iterator[Event]:
        """The events of a stream as they come; it ends when the server ends it."""
        sent = {"accept": "text/event-stream", **_present(headers)}
        with (
            _in_our_words(),
            self._http.stream(
                method, _NUMBER + _unprefixed(path), params=_present(query), headers=sent
            ) as answer,
        ):
            if answer.is_error:
                answer.read()
                raise error_of(answer)
            yield from events_of(answer.iter_lines())

    def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Given | None = None,
        headers: Given | None = None,
        json: Any = None,
        files: Mapping[str, bytes | None] | None = None,
        or_json: bool = False,
    ) -> httpx2.Response:
        sent: dict[str, Any] = {"params": _present(query), "headers": _present(headers)}
        brought = _present(files)
        if brought:
            sent["files"] = {name: (name, data) for name, data in brought.items()}
        elif or_json:
            sent["json"], sent["params"] = _present(query), {}
        elif json is not None:
            sent["json"] = json
        with _in_our_words():
            answer = self._http.request(method, _NUMBER + _unprefixed(path), **sent)
        if answer.is_error:
            raise error_of(answer)
        return answer


def error_of(answer: httpx2.Response) -> GessoError:
    """What an answer tells, as one of our errors: by its kind, else by its status."""
    told = _problem(answer)
    kind = str(told.get("type", "")).rpartition(":")[2]
    message = str(told.get("title") or f"The server answered {answer.status_code}.")
    advice = str(told.get("detail") or "")
    found = _BY_KIND.get(kind) or _BY_STATUS.get(answer.status_code, OutsideError)
    wait = answer.headers.get("retry-after", "")
    if found is errors.RateLimited:
        return errors.RateLimited(
            message, advice, provider=_NAME, after_s=float(wait) if wait.isdigit() else None
        )
    if issubclass(found, OutsideError):
        return found(message, advice, provider=_NAME, status=answer.status_code)
    return found(message, advice)


def events_of(lines: Iterator[str]) -> Iterator[Event]:
    """Events as the server sends them (text/event-stream); comments keep the line open."""
    number, kind, data = "", "message", ""
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line and name == "id":
            number = value
        elif line and name == "event":
            kind = value
        elif line and name == "data":
            data = f"{data}\n{value}" if data else value
        elif not line and data:
            yield Event(number, kind, json.loads(data))
            kind, data = "message", ""


def quoted(part: object) -> str:
    """A part of a path."""
    return quote(str(part), safe="")


class _in_our_words:  # noqa: N801 - read as a word of the sentence that it stands in
    """What the line says, as one of our errors."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx2.TimeoutException):
            raise errors.Transient(
                "The studio's server did not answer in time.", "Try again.", provider=_NAME
            ) from error
        if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
            raise errors.Transient(
                f"The studio's server cannot be reached: {error}.",
                "Look whether `gesso serve` runs there.",
                provider=_NAME,
            ) from error


def _unprefixed(path: str) -> str:
    return path.removeprefix("/api")


def _present(given: Given | None) -> dict[str, Any]:
    return {name: value for name, value in (given or {}).items() if value is not None}


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _kinds(kind: type[GessoError]) -> dict[str, type[GessoError]]:
    found = {kind.kind: kind}
    for one in kind.__subclasses__():
        found |= _kinds(one)
    return found


_BY_KIND: dict[str, type[GessoError]] = {
    **{name: one for name, one in _kinds(GessoError).items() if one is not GessoError},
    "token": errors.AuthError,
    "scope": errors.AuthError,
    "rate": errors.RateLimited,
    "busy": errors.StudioBusy,
}
