"""The tree of our errors: each says what happened, with the value, and what to do next.

GessoError
├── InputError            what was handed in cannot be used
│   ├── PictureError      bytes that are no picture we accept
│   ├── SoundError        bytes that are no sound we accept
│   └── UnknownItem       an id or a name that the catalogue does not hold
├── SettingsError         a wish of the owner that cannot be met
│   ├── UnknownAdapter    no adapter of that name
│   ├── MissingExtra      the adapter needs packages that are not installed
│   └── ModelEnded        a model that its provider no longer answers for
├── StudioError           the studio's folder or catalogue cannot be used
│   ├── NewerStudio       made by a newer gesso
│   ├── StudioBusy        another process holds it
│   ├── StorageError      the disk is full, read-only or failing
│   └── DamageError       stored bytes are not what the catalogue says
├── OutsideError          the world outside failed (one class for each kind below)
│   ├── RateLimited       wait, then again
│   ├── QuotaSpent        stop this provider
│   ├── Refused           never again with the same words
│   ├── BadRequest        our request is wrong
│   ├── AuthError         the key is missing or wrong
│   ├── Transient         back off, then again
│   ├── UnknownOutcome    sent, no answer: never resend blindly
│   ├── BadOutput         an answer that cannot be used: one repair try
│   ├── Blocked           a host does not want us there: leave it in peace
│   └── Gone              what was there is there no more
├── WorkerLost            a worker process died or hung with its call
│   └── NoWorker          none can be started
├── BudgetSpent           the owner's cap would be passed
└── Interrupted           the owner asked to stop; everything paid for is kept
"""

from __future__ import annotations

from typing import ClassVar


class GessoError(Exception):
    """The root: `message` says what happened, `advice` what to do next.

    Attributes:
        exit_code: what the command line returns for this kind (docs/exit-codes.md).
        kind: the short name kept in `error_logs`, stable across versions.
    """

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


class InputError(GessoError):
    """What was handed in cannot be used."""

    exit_code = 2
    kind = "input"


class PictureError(InputError):
    """Bytes that are no picture we accept."""

    kind = "picture"


class SoundError(InputError):
    """Bytes that are no sound we accept."""

    kind = "sound"


class UnknownItem(InputError):
    """An id or a name that the catalogue does not hold."""

    kind = "unknown-item"


class SettingsError(GessoError):
    """A wish of the owner that cannot be met."""

    exit_code = 2
    kind = "settings"


class UnknownAdapter(SettingsError):
    """No adapter of that name."""

    kind = "unknown-adapter"


class MissingExtra(SettingsError):
    """The adapter needs packages that are not installed."""

    kind = "missing-extra"


class ModelEnded(SettingsError):
    """A model that its provider no longer answers for; another may stand by."""

    kind = "model-ended"


class StudioError(GessoError):
    """The studio's folder or catalogue cannot be used."""

    exit_code = 3
    kind = "studio"


class NewerStudio(StudioError):
    """The studio was made by a newer gesso."""

    kind = "newer-studio"


class StudioBusy(StudioError):
    """Another process holds what this one needs."""

    kind = "studio-busy"


class StorageError(StudioError):
    """The disk is full, read-only or failing."""

    kind = "storage"


class DamageError(StudioError):
    """Stored bytes are not what the catalogue says they are."""

    kind = "damage"


class OutsideError(GessoError):
    """The world outside failed.

    Args:
        message: what happened, with the value, never with a secret.
        advice: what to do next.
        provider: who failed, as the registry names it.
        status: the HTTP status, where there was one.

    Attributes:
        is_noted: it stands in the error log already.
    """

    exit_code = 4
    kind = "outside"

    def __init__(
        self, message: str, advice: str = "", *, provider: str = "", status: int | None = None
    ) -> None:
        super().__init__(message, advice)
        self.provider = provider
        self.status = status
        self.is_noted = False


class RateLimited(OutsideError):
    """Asked to slow down; `after_s` is how long the provider asked us to wait, if it said."""

    kind = "rate-limited"

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        provider: str = "",
        status: int | None = 429,
        after_s: float | None = None,
    ) -> None:
        super().__init__(message, advice, provider=provider, status=status)
        self.after_s = after_s


class QuotaSpent(OutsideError):
    """The account has nothing left: stop this provider, fall to the next or pause the run."""

    kind = "quota-spent"


class Refused(OutsideError):
    """The provider will not make this: never again with the same words."""

    kind = "refused"


class BadRequest(OutsideError):
    """Our request is wrong; asking again will not mend it."""

    kind = "bad-request"


class AuthError(OutsideError):
    """The key is missing or wrong."""

    kind = "auth"


class Transient(OutsideError):
    """A passing failure: back off, then again."""

    kind = "transient"


class UnknownOutcome(OutsideError):
    """Sent, and no answer came: it may have been done and billed, so it is never resent blindly."""

    kind = "unknown-outcome"


class BadOutput(OutsideError):
    """An answer that cannot be used: one repair try, then it failed."""

    kind = "bad-output"


class Blocked(OutsideError):
    """A host, its robots.txt or its licence does not want this taken; never tried around.

    Args:
        message: what happened, with the value, never with a secret.
        advice: what to do next.
        provider: the host.
        status: the HTTP status, where there was one.
        until_s: seconds after which the host may be asked again; None for never.
    """

    kind = "blocked"

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        provider: str = "",
        status: int | None = None,
        until_s: float | None = None,
    ) -> None:
        super().__init__(message, advice, provider=provider, status=status)
        self.until_s = until_s


class Gone(OutsideError):
    """What was there is there no more (404, 410, a file that was removed)."""

    kind = "gone"


class WorkerLost(GessoError):
    """A worker process died or hung with its call; the same call may well succeed later."""

    kind = "worker-lost"


class NoWorker(WorkerLost):
    """No worker process can be started here; the call was not made."""

    kind = "no-worker"


class BudgetSpent(GessoError):
    """The next call would pass the owner's cap, so it was not made."""

    exit_code = 5
    kind = "budget"


class Interrupted(GessoError):
    """The owner asked to stop; what was paid for is kept and the run can be resumed."""

    exit_code = 130
    kind = "interrupted"
