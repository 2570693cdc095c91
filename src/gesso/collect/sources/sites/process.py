"""gallery-dl as a separate process: an address in, its messages out."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from gesso.collect.sources.remote import plain
from gesso.core.errors import (
    AuthError,
    BadOutput,
    Blocked,
    Gone,
    InputError,
    OutsideError,
    RateLimited,
    SettingsError,
    Transient,
)
from gesso.core.outside.redact import redact

_LOOK_S = 0.5
_MOST_BYTES = 256 * 2**20
_QUOTED_CHARS = 200
_STATUS = re.compile(r"['\"](\d{3}) ")
# The first number of a message, as gallery-dl documents it.
_KINDS: dict[int, Literal["post", "file", "link", "failure"]] = {
    2: "post",
    3: "file",
    6: "link",
    -1: "failure",
}
_WITHOUT_KEY = frozenset({"AuthRequired", "AuthorizationError", "AuthenticationError"})
# Exit codes are bits that add up (gallery-dl's manual page).
_NOT_FOUND, _AUTH, _NO_EXTRACTOR = 8, 16, 64


@dataclass(frozen=True)
class Message:
    """One message of gallery-dl.

    Attributes:
        kind: a post with its files to follow, a file, a link to elsewhere, or a failure.
        url: of a file or a link, "" otherwise.
        about: what it tells, as JSON.
    """

    kind: Literal["post", "file", "link", "failure"]
    url: str
    about: dict[str, Any]


@dataclass(frozen=True)
class ProcessOptions:
    """How gallery-dl is run.

    Attributes:
        program: its name or path.
        config: a configuration file with the owner's own credentials, readable by nobody else;
            "" lets gallery-dl read the owner's usual one.
        request_s: seconds between two of its requests to the site.
        list_s: the longest that one list may take.
    """

    program: str = "gallery-dl"
    config: str = ""
    request_s: float = 1.0
    list_s: float = 3600.0


class GalleryDl:
    """Runs gallery-dl. Credentials stay in its configuration: none is ever an argument.

    Args:
        options: how it is run.
        agent: who we say we are, to the site as well.
        rest: lets the given seconds pass, or raises when the owner stopped.
    """

    def __init__(self, options: ProcessOptions, agent: str, rest: Callable[[float], None]) -> None:
        self._options = options
        self._agent = agent
        self._rest = rest

    def messages(self, site: str, url: str, limit: int | None) -> Iterator[Message]:
        """What gallery-dl finds at an address; a failure in the middle comes as the last message.

        It writes everything at its end: of its two forms only this one tells of failures (the
        form of one message a line leaves them out, and ends with 0 all the same).

        Args:
            site: for messages to a person.
            url: an http(s) address.
            limit: files at most, None for all.

        Raises:
            SettingsError: it is not installed, or its configuration can be read by others.
            OutsideError: it failed before it found anything.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = self._run(self._command(url, limit), out, err, site)
            data, said = _whole(out, site), _tail(err)
        messages = list(read_messages(data, site))
        if code and not messages:
            raise _exit_error(code, site, url, said)
        yield from messages

    def _command(self, url: str, limit: int | None) -> list[str]:
        program = shutil.which(self._options.program)
        if program is None:
            raise SettingsError(
                f"'{self._options.program}' is not here, and this site is read through it.",
                "Install it yourself (`pipx install gallery-dl`); gesso neither ships nor"
                " installs it.",
            )
        wishes = ["output.jsonl=false", "output.ascii=true", f"user-agent={self._agent}",
                  "browser=", "videos=false", "previews=false", "embeds=false", "external=false",
                  f"sleep-request={self._options.request_s:g}"]  # fmt: skip
        command = [program, "--dump-json", "--no-input", "--no-colors"]
        if self._options.config:
            config = _private(Path(self._options.config).expanduser())
            command += ["--config-ignore", "--config", str(config)]
        for wish in wishes:
            command += ["--option", wish]
        if limit is not None:
            command += ["--range", f"1-{limit}"]
        return [*command, "--", url]

    def _run(self, command: list[str], out: IO[bytes], err: IO[bytes], site: str) -> int:
        try:
            process = subprocess.Popen(  # noqa: S603 - the owner's own program, no shell
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        except OSError as error:
            raise SettingsError(
                f"'{command[0]}' cannot be run: {error.strerror or error}.",
                "Install gallery-dl anew, or name another one in the settings.",
            ) from error
        try:
            for _ in range(max(1, int(self._options.list_s / _LOOK_S))):
                try:
                    return process.wait(_LOOK_S)
                except subprocess.TimeoutExpired:
                    self._rest(0.0)
        finally:
            _end(process)
        raise Transient(
            f"gallery-dl was not done with {site} after {self._options.list_s:g} s.",
            "Ask for less, with --limit, or raise list_s in the settings.",
            provider=site,
        )


def read_messages(data: bytes, site: str) -> Iterator[Message]:
    """Read gallery-dl's messages: one list of all, or one message a line.

    Raises:
        BadOutput: it is neither; the messages before a broken line are given.
    """
    try:
        whole = json.loads(data or b"[]")
    except ValueError:
        yield from _lines(data, site)
        return
    if isinstance(whole, list) and whole and isinstance(whole[0], int):
        whole = [whole]
    if not isinstance(whole, list):
        raise BadOutput("gallery-dl wrote something that is no list.", provider=site)
    for one in whole:
        message = _message(one)
        if message is not None:
            yield message


def failure(message: Message, site: str) -> OutsideError:
    """Which of our errors a failure is that gallery-dl tells of."""
    name, said = str(message.about.get("error", "")), _shown(message.about.get("message", ""))
    found = _STATUS.search(said)
    status = int(found[1]) if found else None
    what = f"gallery-dl met a failure at {site}: {name}: {said}"
    if name in _WITHOUT_KEY or status == 401:
        return _auth(what, site, status)
    if name == "ChallengeError" or status == 403:
        return Blocked(what, "It is left in peace.", provider=site, status=status)
    if status == 429:
        return RateLimited(what, provider=site)
    if name == "NotFoundError" or status in {404, 410}:
        return Gone(what, provider=site, status=status)
    if name == "HttpError":
        return Transient(what, provider=site, status=status)
    return BadOutput(what, "A newer gallery-dl may know the site better.", provider=site)


def _message(one: object) -> Message | None:
    if not isinstance(one, list) or not one or one[0] not in _KINDS:
        return None
    kind, about = _KINDS[one[0]], one[-1]
    url = one[1] if len(one) == 3 and isinstance(one[1], str) else ""
    if not isinstance(about, dict) or (kind in {"file", "link"} and not url):
        return None
    return Message(kind, url, about)


def _lines(data: bytes, site: str) -> Iterator[Message]:
    for line in data.splitlines():
        if not line.strip():
            continue
        try:
            message = _message(json.loads(line))
        except ValueError as error:
            raise BadOutput(
                f"gallery-dl's list of {site} broke off, or is no JSON.",
                "Run it once by hand, with --dump-json, to see what it says.",
                provider=site,
            ) from error
        if message is not None:
            yield message


def _exit_error(code: int, site: str, url: str, said: str) -> InputError | OutsideError:
    if code & _NO_EXTRACTOR:
        return InputError(
            f"gallery-dl knows nothing of {url[:_QUOTED_CHARS]}.", "Look at the address."
        )
    what = f"gallery-dl failed at {site} (exit code {code}): {said}"
    if code & _AUTH:
        return _auth(what, site, None)
    if code & _NOT_FOUND:
        return Gone(what, provider=site)
    return Transient(what, provider=site)


def _auth(what: str, site: str, status: int | None) -> AuthError:
    return AuthError(
        what,
        "Give your own credentials in gallery-dl's configuration; docs/sources.md says how.",
        provider=site,
        status=status,
    )


def _private(path: Path) -> Path:
    """A file with credentials that nobody else may read."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SettingsError(
            f"gallery-dl's configuration {path} cannot be read: {error.strerror}.",
            "Name another one, or leave it out to use your usual one.",
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(
            f"{path} holds credentials and can be read by others.", f"Run: chmod 600 {path}"
        )
    return path


def _whole(out: IO[bytes], site: str) -> bytes:
    size = out.seek(0, 2)
    if size > _MOST_BYTES:
        raise BadOutput(
            f"gallery-dl wrote {size / 2**20:.0f} MiB about {site}.", "Ask for less, with --limit."
        )
    out.seek(0)
    return out.read()


def _tail(err: IO[bytes]) -> str:
    err.seek(max(0, err.seek(0, 2) - 2000))
    lines = [line for line in err.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return _shown(lines[-1] if lines else "it said nothing.")


def _shown(text: object) -> str:
    return redact(plain(text))[:_QUOTED_CHARS]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
