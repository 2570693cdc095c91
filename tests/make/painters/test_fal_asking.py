from __future__ import annotations

import threading
import time

import pytest

from gesso.core.errors import AuthError, BadRequest, RateLimited, Transient, UnknownOutcome
from gesso.core.outside.waiting.limits import Limits
from gesso.make.painters.fal.asking import Asking, Patience
from gesso.make.painters.fal.failures import RunnerFailed, cut_off

HASTY = Patience(poll_s=0.01, poll_max_s=0.02, silence_s=0.1)


class Question:
    """Fails with each of `failures` in turn, then is answered; knows when it was asked."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked: list[float] = []

    def __call__(self) -> str:
        self.asked.append(time.monotonic())
        if self.failures:
            raise self.failures.pop(0)
        return "an answer"


def test_what_passes_is_asked_again() -> None:
    question = Question(Transient("hiccup"), RateLimited("slow"), Transient("hiccup"))

    assert Asking(Limits(), HASTY).ask(question, cut_off) == "an answer"
    assert len(question.asked) == 4


def test_a_pause_that_is_asked_for_shuts_the_door_for_everybody() -> None:
    limits = Limits()
    question = Question(RateLimited("slow", after_s=0.08))

    Asking(limits, Patience(poll_s=0.01)).ask(question, cut_off)

    assert question.asked[1] - question.asked[0] >= 0.08
    limits.shut_for("fal", 0.08)
    began = time.monotonic()
    Asking(limits, HASTY).ask(question, cut_off)
    assert time.monotonic() - began >= 0.08


def test_a_longer_wish_that_comes_while_somebody_rests_is_not_slept_through() -> None:
    limits, question = Limits(), Question()
    limits.shut_for("fal", 0.05)
    threading.Timer(0.02, limits.shut_for, ("fal", 0.2)).start()
    began = time.monotonic()

    Asking(limits, HASTY).ask(question, cut_off)

    assert question.asked[0] - began >= 0.2


@pytest.mark.parametrize("error", [Transient("hiccup"), RateLimited("slow", after_s=60.0)])
def test_a_silence_that_lasts_is_given_up_by_the_askers_words(error: Exception) -> None:
    with pytest.raises(UnknownOutcome, match=r"cut off.*: (hiccup|slow)\."):
        Asking(Limits(), HASTY).ask(Question(*[error] * 100), cut_off)


def test_a_refused_key_says_nothing_about_the_job() -> None:
    with pytest.raises(UnknownOutcome, match="no entry"):
        Asking(Limits(), HASTY).ask(Question(AuthError("no entry")), cut_off)


@pytest.mark.parametrize("error", [BadRequest("wrong"), RunnerFailed("it died")])
def test_a_verdict_is_handed_on_at_once(error: Exception) -> None:
    question = Question(error)

    with pytest.raises(type(error)):
        Asking(Limits(), HASTY).ask(question, cut_off)
    assert len(question.asked) == 1
