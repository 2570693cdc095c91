"""The painter at fal against its stub over real HTTP: each fault, its kind, its calls."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.stubs.fal_stub import FalStub, Job
from tests.stubs.stub import KEY, QUIET_S

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
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.make.painters.fal import FalOptions, FalPainter

from .conftest import ORDER, Office, Teller

MODEL = "stub/painter"
PRICE_USD = 0.025


@pytest.fixture
def stub() -> Iterator[FalStub]:
    with FalStub() as served:
        yield served


Build = Callable[..., FalPainter]


@pytest.fixture
def build(stub: FalStub, office: Office) -> Build:
    """Build a painter for a fault; called again, the painter of a restarted process."""

    def built(fault: str = "", **wishes: Any) -> FalPainter:
        model = f"{MODEL}-{fault}" if fault else MODEL
        own: dict[str, Any] = {
            "model": model,
            "api_key": KEY,
            "base_url": stub.base_url,
            "platform_url": stub.platform_url,
            "unit_usd": PRICE_USD,
            "poll_s": 0.01,
            "job_s": 60.0,
            "lost_s": 0.2,
            "read_s": 60.0,
        }
        return FalPainter(FalOptions(**{**own, **wishes}), office.desk)

    return built


def submits(stub: FalStub) -> int:
    return len(stub.calls)


# A job that ends well ----------------------------------------------------------------------------


def test_an_order_is_handed_in_asked_after_and_fetched(
    stub: FalStub, build: Build, office: Office
) -> None:
    painting = build().paint(ORDER)

    assert (painting.picture.width, painting.picture.height) == (96, 64)
    assert painting.source_type == "trainedAlgorithmicMedia"
    assert (painting.maker.name, painting.maker.version) == ("fal", MODEL)
    assert painting.maker.settings["seed"] == 7
    assert painting.cost_usd == PRICE_USD
    (call,) = office.calls
    assert (call.state, call.cost_usd, call.price_source) == ("done", PRICE_USD, "billed units")
    assert (call.output_units, call.request_id) == (1.0, next(iter(stub.jobs)))
    assert office.budget.spent == pytest.approx(stub.meter.usd)


def test_what_is_sent_is_what_was_ordered(stub: FalStub, build: Build) -> None:
    grey = Picture(np.full((4, 4, 3), 99, dtype=np.uint8))
    order = replace(ORDER, avoid="people", seed=2**33 + 5, reference=grey)

    build(arguments={"num_inference_steps": 28}).paint(order)

    (sent,) = stub.calls
    assert sent.headers["authorization"] == f"Key {KEY}"
    assert sent.headers["x-app-fal-disable-fallback"] == "true"
    assert sent.body["prompt"] == ORDER.text
    assert sent.body["negative_prompt"] == "people"
    assert sent.body["image_size"] == {"width": 96, "height": 64}
    assert sent.body["num_inference_steps"] == 28
    assert 0 <= sent.body["seed"] < 2**31
    inside = base64.b64decode(sent.body["image_url"].partition(",")[2])
    assert Image.open(io.BytesIO(inside)).getpixel((0, 0)) == (99, 99, 99)


def test_addresses_of_a_job_leave_the_models_own_path_out(stub: FalStub, build: Build) -> None:
    build(model="stub/painter/fast/text-to-image").paint(ORDER)

    assert stub.calls[0].path == "/stub/painter/fast/text-to-image"
    polls = [request.path for request in stub.requests if request.path.endswith("/status")]
    assert all(path.startswith("/stub/painter/requests/") for path in polls)


def test_the_place_in_the_queue_and_each_step_are_told(
    stub: FalStub, build: Build, teller: Teller
) -> None:
    stub.queue_polls, stub.work_polls = 3, 2

    build().paint(ORDER, teller)

    lines = [line for line, _ in teller.told]
    shares = [share for _, share in teller.told if share is not None]
    assert "in fal's queue, 2 ahead" in lines
    assert lines.index("next in fal's queue") < lines.index("25%|##| 1/4 [00:01]")
    assert lines.count("25%|##| 1/4 [00:01]") == 1
    assert shares == sorted(shares)
    assert shares[0] == 0.25
    assert shares[-1] == 1.0
    assert all("\n" not in line and "\x1b" not in line and len(line) <= 80 for line in lines)


def test_a_picture_inside_the_answer_is_taken(build: Build) -> None:
    assert build("datauri").paint(ORDER).picture.width == 96


def test_a_picture_that_is_labelled_as_another_format_is_still_a_picture(build: Build) -> None:
    assert build("mislabelled").paint(ORDER).picture.width == 96


def test_without_a_word_about_units_the_estimate_counts(build: Build, office: Office) -> None:
    painting = build("nounits", unit_usd=0.5).paint(ORDER)

    assert painting.cost_usd is None
    (call,) = office.calls
    assert (call.cost_usd, call.reserved_usd, call.price_source) == (None, 0.5, "estimate")
    assert office.ledger.spent() == 0.5


def test_the_book_prices_its_own_models(stub: FalStub, build: Build, office: Office) -> None:
    stub.units = 2.0
    painting = build(model="", unit_usd=None).paint(ORDER)

    book_usd = office.calls[0].cost_usd
    assert painting.maker.version == stub.calls[0].path.removeprefix("/")
    assert book_usd is not None
    assert book_usd > 0
    assert office.calls[0].price_source == "billed units"


# Every fault: its kind, the number of submits, one sentence -----------------------------------

OF_THE_SUBMIT: dict[str, tuple[type[OutsideError], int, str]] = {
    "429": (RateLimited, 3, "failed"),
    "429bare": (RateLimited, 3, "failed"),
    "402": (QuotaSpent, 1, "failed"),
    "locked": (QuotaSpent, 1, "failed"),
    "auth": (AuthError, 1, "failed"),
    "forbidden": (AuthError, 1, "failed"),
    "404": (BadRequest, 1, "failed"),
    "422": (BadRequest, 1, "failed"),
    "500": (Transient, 3, "failed"),
    "503": (Transient, 3, "failed"),
    "webpage": (UnknownOutcome, 1, "unknown"),
    "lost": (UnknownOutcome, 1, "unknown"),
    "slow": (UnknownOutcome, 1, "unknown"),
    "hangup": (UnknownOutcome, 1, "unknown"),
    "noid": (UnknownOutcome, 1, "unknown"),
}
OF_THE_JOB: dict[str, tuple[type[OutsideError], int, str]] = {
    "pollauth": (UnknownOutcome, 1, "unknown"),
    "stuck": (UnknownOutcome, 1, "unknown"),
    "refuse": (Refused, 1, "failed"),
    "nsfw": (Refused, 1, "failed"),
    "badfield": (BadRequest, 1, "failed"),
    "runner": (Transient, 3, "failed"),
    "broken": (BadRequest, 1, "failed"),
    "noimage": (BadOutput, 2, "failed"),
    "badimage": (BadOutput, 2, "failed"),
    "badjson": (BadOutput, 2, "failed"),
    "nofile": (BadOutput, 2, "failed"),
    "huge": (BadOutput, 2, "failed"),
}
ALL = {**OF_THE_SUBMIT, **OF_THE_JOB}


def patience(fault: str) -> dict[str, float]:
    """Short for what never ends, long for what does, however busy the machine is."""
    return {
        "job_s": 0.1 if fault == "stuck" else 60.0,
        "read_s": 0.3 if fault == "slow" else 60.0,
    }


@pytest.mark.parametrize("fault", ALL)
def test_a_fault_is_of_its_kind_and_asked_as_often_as_its_kind_allows(
    stub: FalStub, build: Build, office: Office, fault: str
) -> None:
    kind, times, state = ALL[fault]
    painter = build(fault, **patience(fault), max_megabytes=1.0)

    with pytest.raises(kind) as caught:
        painter.paint(ORDER)

    assert type(caught.value).kind == kind.kind
    assert submits(stub) == times
    assert [call.state for call in office.calls] == [state] * times
    assert {call.error for call in office.calls} == {kind.kind}


@pytest.mark.parametrize("fault", ALL)
def test_a_fault_is_told_in_a_clear_sentence_without_the_key(
    build: Build, office: Office, fault: str
) -> None:
    painter = build(fault, **patience(fault), max_megabytes=1.0)

    with pytest.raises(OutsideError) as caught:
        painter.paint(ORDER)

    told = [str(caught.value), *(trouble.message for trouble in office.troubles.list())]
    assert all(KEY not in line and "\n" not in line for line in told)
    assert re.match(r"^[A-Z'].{10,400}[.…]( [A-Z].*[.…])?$", str(caught.value)), caught.value
    assert "fal" in caught.value.message


@pytest.mark.parametrize("fault", ["poll500", "poll429", "file503once"])
def test_a_question_that_fails_is_asked_again_and_nothing_is_handed_in_twice(
    stub: FalStub, build: Build, office: Office, fault: str
) -> None:
    build(fault).paint(ORDER)

    assert submits(stub) == 1
    assert office.rows() == [("done", "")]


@pytest.mark.parametrize("fault", ["429once", "429bareonce", "500once", "503once", "runneronce"])
def test_what_passes_is_tried_again_until_it_is_painted(
    stub: FalStub, build: Build, office: Office, fault: str
) -> None:
    build(fault).paint(ORDER)

    assert submits(stub) == 2
    assert [call.state for call in office.calls] == ["failed", "done"]
    assert office.ledger.spent() == pytest.approx(stub.meter.usd)


def test_a_wish_for_quiet_is_kept_by_questions_too(stub: FalStub, build: Build) -> None:
    build("poll429").paint(ORDER)

    asked = [request.at for request in stub.requests if request.path.endswith("/status")]
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert all(pause >= QUIET_S for pause in pauses[::2])


@pytest.mark.parametrize(
    "fault",
    ["", "refuse", "nsfw", "badfield", "runner", "broken", "noimage", "badimage", "badjson"],
)
def test_the_books_equal_the_meter_whatever_comes_of_a_job(
    stub: FalStub, build: Build, office: Office, fault: str
) -> None:
    with contextlib.suppress(OutsideError):
        build(fault).paint(ORDER)

    assert office.ledger.spent() == pytest.approx(stub.meter.usd, abs=1e-9)
    assert office.budget.spent == pytest.approx(stub.meter.usd, abs=1e-9)


def test_a_picture_inside_the_private_network_is_not_fetched(
    stub: FalStub, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The stub stands on this machine, where private addresses are allowed; only the question
    # whether it does is answered otherwise here.
    monkeypatch.setattr("gesso.make.painters.arriving.is_local", lambda _url: False)

    with pytest.raises(BadOutput, match=r"private network: '169\.254\.169\.254'"):
        build("private").paint(ORDER)

    assert submits(stub) == 2


def test_without_a_key_nothing_is_sent(stub: FalStub, office: Office) -> None:
    painter = FalPainter(FalOptions(model=MODEL), office.desk)

    with pytest.raises(AuthError, match="no key for 'fal'") as caught:
        painter.paint(ORDER)

    assert "FAL_KEY" in caught.value.advice
    assert office.calls == []


def test_a_key_is_in_no_description_of_the_options() -> None:
    assert KEY not in repr(FalOptions(api_key=KEY))


# Gone on with after a restart -------------------------------------------------------------------


def left_behind(painter: FalPainter, office: Office) -> None:
    """Let a process lose its job, and another one take over its books."""
    with pytest.raises(UnknownOutcome):
        painter.paint(ORDER)
    office.restart()


def test_a_job_that_outlasts_our_patience_is_asked_after_and_not_paid_twice(
    stub: FalStub, build: Build, office: Office
) -> None:
    stub.queue_polls = 10_000
    left_behind(build(job_s=0.05), office)
    stub.queue_polls = 0

    painting = build().paint(ORDER)

    assert painting.cost_usd == PRICE_USD
    assert submits(stub) == 1
    assert office.rows() == [("done", "")]
    assert office.ledger.spent() == pytest.approx(stub.meter.usd)


def test_a_job_is_asked_after_with_a_key_that_works_again(
    stub: FalStub, build: Build, office: Office
) -> None:
    left_behind(build("pollauth"), office)
    for job in stub.jobs.values():
        job.fault = ""

    build("pollauth").paint(ORDER)

    assert submits(stub) == 1
    assert office.rows() == [("done", "")]


@pytest.mark.parametrize("fault", ["lost", "slow", "noid"])
def test_a_job_whose_id_was_lost_is_found_in_the_history(
    stub: FalStub, build: Build, office: Office, fault: str
) -> None:
    left_behind(build(fault, **patience(fault)), office)

    build(fault).paint(ORDER)

    assert submits(stub) == 1
    assert [(call.state, call.request_id) for call in office.calls] == [
        ("done", next(iter(stub.jobs)))
    ]


def test_a_lost_job_is_found_behind_many_others(
    stub: FalStub, build: Build, office: Office
) -> None:
    for number in range(150):
        others = {"prompt": f"Another picture, {number}."}
        stub.jobs[f"other-{number}"] = Job(f"other-{number}", MODEL, others, "")
    stub.fail_next("lost")
    left_behind(build(), office)

    build().paint(ORDER)

    assert submits(stub) == 1
    assert office.calls[0].request_id not in {f"other-{number}" for number in range(150)}


def test_another_job_of_the_history_is_not_taken_for_the_lost_one(
    stub: FalStub, build: Build, office: Office
) -> None:
    build().paint(replace(ORDER, errand=Errand("run", "p0")))  # the same words, done and known
    stub.fail_next("hangup")
    left_behind(build(), office)

    build().paint(ORDER)

    assert submits(stub) == 3
    assert len({call.request_id for call in office.calls}) == 2


def test_a_job_that_never_arrived_is_handed_in_under_its_own_row(
    stub: FalStub, build: Build, office: Office
) -> None:
    stub.fail_next("hangup")
    left_behind(build(), office)

    build().paint(ORDER)

    assert submits(stub) == 2
    assert len(stub.jobs) == 1
    assert office.rows() == [("done", "")]
    assert office.ledger.spent() == pytest.approx(stub.meter.usd)


def test_with_a_closed_history_a_lost_job_stays_on_the_books_beside_the_new_one(
    stub: FalStub, build: Build, office: Office
) -> None:
    stub.lists = "none"
    stub.fail_next("lost")
    left_behind(build(), office)

    build().paint(ORDER)

    assert [call.state for call in office.calls] == ["unknown", "done"]
    assert office.ledger.spent() == pytest.approx(2 * PRICE_USD)
    assert any("history is closed" in trouble.message for trouble in office.troubles.list())


def test_a_picture_that_was_paid_for_and_not_kept_is_fetched_again_for_nothing(
    stub: FalStub, build: Build, office: Office
) -> None:
    first = build().paint(ORDER)
    office.restart()

    again = build().paint(ORDER)

    assert again.picture == first.picture
    assert again.cost_usd == PRICE_USD
    assert submits(stub) == 1
    assert office.ledger.spent() == pytest.approx(PRICE_USD)


def test_a_result_that_the_queue_forgot_comes_from_the_history(
    stub: FalStub, build: Build, office: Office
) -> None:
    first = build().paint(ORDER)
    stub.jobs[office.calls[0].request_id].fault = "gone"
    office.restart()

    assert build().paint(ORDER).picture == first.picture
    assert submits(stub) == 1


@pytest.mark.parametrize("fault", ["gone", "vanished"])
def test_a_result_that_nobody_keeps_is_ordered_again_in_a_row_of_its_own(
    stub: FalStub, build: Build, office: Office, fault: str
) -> None:
    build().paint(ORDER)
    stub.jobs[office.calls[0].request_id].fault = fault
    stub.lists = "none"
    office.restart()

    build().paint(ORDER)

    assert submits(stub) == 2
    assert [(call.state, call.cost_usd) for call in office.calls] == [
        ("failed", PRICE_USD),
        ("done", PRICE_USD),
    ]
    assert office.ledger.spent() == pytest.approx(stub.meter.usd)


def test_orders_outside_of_runs_are_jobs_of_their_own(stub: FalStub, build: Build) -> None:
    alone = replace(ORDER, errand=Errand())
    for _ in range(2):
        build().paint(alone)

    assert submits(stub) == 2


def test_other_words_another_seed_or_another_item_are_another_job(
    stub: FalStub, build: Build
) -> None:
    painter = build()
    for order in (
        ORDER,
        replace(ORDER, text="A lake."),
        replace(ORDER, seed=8),
        replace(ORDER, errand=Errand("run", "p2")),
        replace(ORDER, errand=Errand("other", "p1")),
        ORDER,
    ):
        painter.paint(order)

    assert submits(stub) == 5


# Stopping ----------------------------------------------------------------------------------------


def test_a_stop_takes_a_waiting_job_back_so_that_it_costs_nothing(
    stub: FalStub, build: Build, office: Office, teller: Teller
) -> None:
    stub.queue_polls = 10_000
    teller.heard = lambda line: office.stop.set() if "queue" in line else None

    with pytest.raises(Interrupted):
        build().paint(ORDER, teller)

    assert [job.state for job in stub.jobs.values()] == ["CANCELLED"]
    assert office.ledger.spent() == stub.meter.usd == 0.0


def test_a_stop_waits_for_a_job_that_has_begun(
    stub: FalStub, build: Build, office: Office, teller: Teller
) -> None:
    stub.work_polls = 5
    teller.heard = lambda line: office.stop.set() if "1/4" in line else None

    build().paint(ORDER, teller)

    assert office.rows() == [("done", "")]
    assert not [request for request in stub.requests if request.method == "PUT"]


def test_a_job_that_begins_while_it_is_taken_back_is_waited_for(
    stub: FalStub, build: Build, office: Office, teller: Teller
) -> None:
    def begin(name: str, job: Any) -> None:
        if name == "cancel":
            job.state, job.asked = "IN_PROGRESS", 2

    stub.queue_polls, stub.moment = 3, begin
    teller.heard = lambda line: office.stop.set() if "queue" in line else None

    assert build().paint(ORDER, teller).picture.width == 96
    assert office.rows() == [("done", "")]


# At large ----------------------------------------------------------------------------------------


def test_sixteen_threads_share_one_painter(stub: FalStub, build: Build, office: Office) -> None:
    painter, failed = build(), []

    def paint(number: int) -> None:
        try:
            painter.paint(replace(ORDER, seed=number))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failed.append(error)

    threads = [threading.Thread(target=paint, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert submits(stub) == len(office.calls) == 16
    assert office.ledger.spent() == pytest.approx(stub.meter.usd)
