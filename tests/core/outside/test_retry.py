from __future__ import annotations

import random

import pytest

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    Interrupted,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Refused,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.waiting.retry import Retries, RetryOptions

OPTIONS = RetryOptions(attempts=4, wait_initial_s=1.0, wait_max_s=3.0, wait_jitter_s=0.5)


class Request:
    """Fails with each of `failures` in turn, then succeeds."""

    def __init__(
        self,
        *failures: Exception,
        options: RetryOptions = OPTIONS,
        resendable: bool = False,
    ) -> None:
        self.failures = list(failures)
        self.repairs: list[str] = []
        self.rests: list[float] = []
        self.met: list[tuple[str, str]] = []
        self.stop_at_rest = False
        self.retries = Retries(options, resendable, self.rest, self.note, random.Random(7))

    def rest(self, seconds: float) -> None:
        if self.stop_at_rest:
            raise Interrupted("stopped")
        self.rests.append(seconds)

    def note(self, error: OutsideError, action: str) -> None:
        self.met.append((error.kind, action))

    def make(self) -> int:
        """How many attempts it took."""
        for turn in self.retries:
            with turn.guard:
                self.repairs.append(turn.repair)
                if self.failures:
                    raise self.failures.pop(0)
                return turn.number
        raise AssertionError("no turn")


def test_what_succeeds_is_asked_once() -> None:
    request = Request()
    assert request.make() == 1
    assert (request.rests, request.met) == ([], [])


def test_a_provider_that_says_how_long_is_waited_for_exactly_so_long() -> None:
    request = Request(RateLimited("slow", after_s=37.25), RateLimited("slow", after_s=2))
    assert request.make() == 3
    assert request.rests == [37.25, 2]
    assert request.met == [("rate-limited", "retried")] * 2


@pytest.mark.parametrize("error", [Transient("hiccup"), RateLimited("slow")])
def test_a_passing_failure_is_backed_off_from_twice_as_long_each_time(error: OutsideError) -> None:
    request = Request(error, error, error)
    assert request.make() == 4

    first, second, third = request.rests
    assert 1.0 <= first <= 1.5
    assert 2.0 <= second <= 2.5
    assert third == 3.0, "never longer than wait_max_s"


def test_a_crowd_disperses() -> None:
    a, b = Request(Transient("x")), Request(Transient("x"))
    a.retries.rng, b.retries.rng = random.Random(1), random.Random(2)
    a.make()
    b.make()
    assert a.rests != b.rests


def test_after_the_last_attempt_the_last_failure_is_raised() -> None:
    request = Request(*(Transient(f"hiccup {n}") for n in range(1, 9)))
    with pytest.raises(Transient, match="hiccup 4"):
        request.make()
    assert request.met == [("transient", "retried")] * 3 + [("transient", "failed")]


@pytest.mark.parametrize("kind", [Refused, BadRequest, AuthError, QuotaSpent, UnknownOutcome])
def test_what_asking_again_cannot_mend_is_asked_once(kind: type[OutsideError]) -> None:
    request = Request(kind("no"))
    with pytest.raises(kind):
        request.make()
    assert request.repairs == [""]
    assert request.met == [(kind.kind, "failed")]


def test_an_unknown_outcome_is_sent_again_only_where_that_does_no_harm() -> None:
    request = Request(UnknownOutcome("silence"), resendable=True)
    assert request.make() == 2
    assert request.rests[0] >= 1.0


def test_an_unusable_answer_gets_one_repair_with_its_fault() -> None:
    request = Request(BadOutput("no title"), BadOutput("still no title"))
    with pytest.raises(BadOutput, match="still"):
        request.make()
    assert request.repairs == ["", "no title"]
    assert request.rests == [0.0]
    assert request.met == [("bad-output", "repaired"), ("bad-output", "failed")]


def test_a_repair_survives_a_hiccup() -> None:
    request = Request(BadOutput("no title"), Transient("hiccup"))
    assert request.make() == 3
    assert request.repairs == ["", "no title", "no title"]


def test_a_pause_beyond_our_patience_is_not_waited_for() -> None:
    request = Request(RateLimited("tomorrow", after_s=121.0))
    with pytest.raises(RateLimited, match="tomorrow"):
        request.make()
    assert request.rests == []


def test_a_failure_after_the_total_time_is_final() -> None:
    request = Request(Transient("late"), options=RetryOptions(total_timeout_s=1e-9))
    with pytest.raises(Transient, match="late"):
        request.make()
    assert len(request.repairs) == 1


def test_a_broken_asker_is_not_asked_again() -> None:
    request = Request(KeyError("a bug"))
    with pytest.raises(KeyError):
        request.make()
    assert (len(request.repairs), request.met) == (1, [])


def test_a_stop_during_the_rest_is_the_end_and_is_noted_as_such() -> None:
    request = Request(Transient("hiccup"))
    request.stop_at_rest = True
    with pytest.raises(Interrupted):
        request.make()
    assert request.met == [("transient", "stopped")]


def test_a_retry_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    Request(Transient("hiccup")).make()
    assert capfd.readouterr() == ("", "")


def test_pauses_that_were_asked_for_need_not_cost_an_attempt() -> None:
    storm = [RateLimited("slow", after_s=1.0)] * 9
    patient = RetryOptions(attempts=4, obeyed=9)

    assert Request(*storm, options=patient).make() == 10
    with pytest.raises(RateLimited):
        Request(*storm).make()


def test_failures_between_the_pauses_count_as_ever() -> None:
    told, hiccup = RateLimited("slow", after_s=1.0), Transient("hiccup")
    request = Request(
        *(told, hiccup, told, hiccup, told), options=RetryOptions(attempts=2, obeyed=9)
    )

    with pytest.raises(Transient):
        request.make()

    assert request.met == [
        *(("rate-limited", "retried"), ("transient", "retried")),
        *(("rate-limited", "retried"), ("transient", "failed")),
    ]


def test_no_more_pauses_than_granted_are_free() -> None:
    storm = [RateLimited("slow", after_s=1.0)] * 9
    request = Request(*storm, options=RetryOptions(attempts=2, obeyed=3))

    with pytest.raises(RateLimited):
        request.make()

    assert len(request.repairs) == 5
