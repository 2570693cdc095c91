"""Jobs under names that follow from what they do, so that asking twice does it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from google.api_core import exceptions as google
from google.api_core.retry import Retry
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError
from google.cloud import bigquery
from requests.exceptions import RequestException

from gesso.core.errors import AuthError, BadRequest, OutsideError, RateLimited, Transient

_PROVIDER = "bigquery"
_TRIES = 5


def name_of(kind: str, *parts: object) -> str:
    """The name of a job: its kind and a hash of everything that it depends on."""
    told = "\x1f".join(str(part) for part in parts)
    return f"gesso-{kind}-{sha256(told.encode()).hexdigest()[:40]}"


class Jobs:
    """Starts jobs, or finds them started.

    Args:
        client: Google's own.
        location: of the dataset.
        timeout_s: how long one job may take.
        retry: how requests are tried again.
    """

    def __init__(
        self, client: bigquery.Client, location: str, timeout_s: float, retry: Retry
    ) -> None:
        self._client = client
        self._location = location
        self._timeout_s = timeout_s
        self._retry = retry

    def done(self, name: str, start: Callable[[str], Any]) -> None:
        """See a job through; one of that name that has been done is not done again.

        BigQuery never takes a name twice, so a failed job is followed by one of the next number.

        Raises:
            OutsideError: it failed, or BigQuery cannot be asked.
        """
        for number in range(1, _TRIES + 1):
            job = self._found(f"{name}-{number}") or self._started(f"{name}-{number}", start)
            is_last = number == _TRIES
            try:
                job.result(timeout=self._timeout_s, retry=self._retry)
            except google.GoogleAPICallError:
                if is_last or not _may_pass(job):
                    raise
            else:
                return

    def was_done(self, name: str) -> bool:
        """Whether a job of that name has been done."""
        for number in range(1, _TRIES + 1):
            job = self._found(f"{name}-{number}")
            if job is None:
                return False
            if job.state == "DONE" and job.error_result is None:
                return True
        return False

    def _found(self, job_id: str) -> Any | None:
        try:
            return self._client.get_job(job_id, location=self._location, retry=self._retry)
        except google.NotFound:
            return None

    def _started(self, job_id: str, start: Callable[[str], Any]) -> Any:
        try:
            return start(job_id)
        except google.Conflict:
            # The first request arrived and its answer was lost.
            return self._client.get_job(job_id, location=self._location, retry=self._retry)


def _may_pass(job: Any) -> bool:
    """Whether a failed job may well succeed when it is asked for again."""
    reason = (job.error_result or {}).get("reason", "")
    return reason in ("backendError", "internalError", "rateLimitExceeded", "jobBackendError")


@contextmanager
def our_words() -> Iterator[None]:
    """Turn what Google says into our errors."""
    try:
        yield
    except (DefaultCredentialsError, RefreshError, GoogleAuthError) as error:
        raise AuthError(
            f"Google takes none of the credentials: {_line(error)}",
            "Log in with: gcloud auth application-default login",
            provider=_PROVIDER,
        ) from error
    except google.GoogleAPICallError as error:
        raise _ours(error) from error
    except (google.RetryError, RequestException, TimeoutError) as error:
        raise Transient(
            f"BigQuery could not be reached: {_line(error)}",
            "Run the same command again; it goes on where it was.",
            provider=_PROVIDER,
        ) from error


def _ours(error: google.GoogleAPICallError) -> OutsideError:
    status = error.code if isinstance(error.code, int) else None
    told = _line(error)
    if isinstance(error, google.Unauthorized | google.Forbidden) and "ateLimit" not in told:
        return AuthError(
            f"BigQuery does not let us: {told}",
            "The account needs the roles BigQuery Data Editor and BigQuery Job User.",
            provider=_PROVIDER,
            status=status,
        )
    if isinstance(error, google.TooManyRequests | google.Forbidden):
        return RateLimited(f"BigQuery asks us to slow down: {told}", provider=_PROVIDER)
    if isinstance(error, google.ServerError):
        return Transient(
            f"BigQuery failed: {told}",
            "Run the same command again; it goes on where it was.",
            provider=_PROVIDER,
            status=status,
        )
    return BadRequest(f"BigQuery refused: {told}", provider=_PROVIDER, status=status)


def _line(error: Exception) -> str:
    line = str(error).strip().partition("\n")[0]
    line = f"{line[:300]}…" if len(line) > 300 else line
    return line if line.endswith((".", "…")) else f"{line}."
