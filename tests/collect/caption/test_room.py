"""The room: batches, what is left, what fails alone, what a person said, what may be spent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from tests.contracts.llm_rows import TRIES, Place, open_place

from gesso.collect.caption.captioner import Captioner, Said, Subject
from gesso.collect.caption.llm.captioner import LlmCaptioner, LlmCaptionOptions
from gesso.collect.caption.measured.looking import look_at_file
from gesso.collect.caption.offline import OfflineCaptioner, OfflineOptions
from gesso.collect.caption.room import Asked, CaptionRoom, CaptionWish
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.runs.finds import Offer, Outcome
from gesso.core.errors import BudgetSpent, InputError, Interrupted, StudioBusy, UnknownItem
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.core.records.calls import Errand
from gesso.core.records.finds import Find, FindState
from gesso.core.records.maker import Maker
from gesso.core.records.works import Caption

from .conftest import Bring, texture

OFFLINE = OfflineCaptioner(OfflineOptions())
ALL = CaptionWish()
SAID = {
    "caption": "Coloured grain fills the picture evenly from edge to edge.",
    "title": "Coloured grain",
    "tags": ["grain", "texture", "abstract"],
    "complexity": 0.9, "valence": 0.5, "arousal": 0.5, "technical": 0.5,
}  # fmt: skip

Open = Callable[..., CaptionRoom]


class Speaker:
    """A captioner that says what a test sets, and counts."""

    name = "speaker"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"
    side_px = 0

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.asked: list[int] = []
        self.before: Callable[[Subject], None] = lambda _subject: None

    def caption(self, subject: Subject, errand: Errand) -> Said:
        self.asked.append(subject.work.id)
        self.before(subject)
        text = f"Said of {subject.work.id} for {errand.item}."
        return Said(Caption("", text, ("said",), Maker(self.name, self.version)))


def desk_over(catalogue: Catalogue, cap_usd: float | None) -> Desk:
    retry = RetryOptions(attempts=TRIES, wait_initial_s=0.01, wait_jitter_s=0.0)
    books = (catalogue.calls, catalogue.troubles)
    return Desk(*books, Budget(cap_usd), Limits(), DeskOptions(retry=retry))


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def room(catalogue: Catalogue, tmp_path: Path, stop: threading.Event) -> Open:
    def build(captioner: Captioner = OFFLINE, **changes: Any) -> CaptionRoom:
        asked = Asked(captioner, changes.pop("spent", lambda: 0.0))
        parts: dict[str, Any] = {"streams": 2, "stop": stop} | changes
        return CaptionRoom(catalogue, lambda _run: asked, OFFLINE, look_at_file, **parts)

    return build


@pytest.fixture
def gemini(catalogue: Catalogue) -> Iterator[Place]:
    with open_place("gemini") as place:
        place.stub.answer = SAID
        yield replace(place, desk=desk_over(catalogue, None))


def test_works_get_words_and_scores_and_are_found_by_them(catalogue, bring: Bring, room) -> None:
    works = [bring(texture(n), f"grain {n}") for n in range(3)]

    report = room().caption(ALL)

    assert dict(report.counts) == {"captioned": 3}
    assert report.ended is None
    for work in works:
        (caption,) = catalogue.captions.of(work.id)
        assert caption.maker == Maker("offline", "1", offline=True)
        scores = {score.name: score for score in catalogue.scores.of(work.id)}
        assert {"complexity", "contrast", "colourfulness", "valence", "arousal"} < set(scores)
        assert {score.scorer for score in scores.values()} == {"measured-1"}
    assert {hit.work.id for hit in catalogue.works.words("dense detail")} == {w.id for w in works}


def test_what_is_captioned_is_left_alone_until_it_is_wished_again(bring: Bring, room) -> None:
    works = [bring(texture(n)).id for n in range(3)]
    speaker = Speaker()

    for wish in (CaptionWish(limit=2), ALL, ALL, CaptionWish(again=True), CaptionWish((works[0],))):
        room(speaker).caption(wish)

    assert sorted(speaker.asked) == sorted([*works, *works, works[0]])


def test_another_version_captions_anew_and_both_stand(catalogue, bring: Bring, room) -> None:
    work = bring(texture())

    room(Speaker("1")).caption(ALL)
    report = room(Speaker("2")).caption(ALL)

    assert dict(report.counts) == {"captioned": 1}
    assert [one.maker.version for one in catalogue.captions.of(work.id)] == ["2", "1"]


def test_a_work_that_cannot_be_looked_at_fails_alone(catalogue, bring: Bring, room) -> None:
    bad, good = bring(texture(1)), bring(texture(2))
    path = catalogue.path_of(bad)
    path.chmod(0o644)
    path.write_bytes(b"\x89PNG\r\n\x1a\nno more")

    report = room().caption(ALL)

    assert dict(report.counts) == {"captioned": 1, "failed": 1}
    assert report.ended is None
    ((state, reason, count),) = report.reasons
    assert (state, count) == ("failed", 1)
    assert f"Work {bad.id}: " in reason
    assert catalogue.captions.best(good.id) is not None


def logged(catalogue: Catalogue) -> list[tuple[str, str, str, bool]]:
    """Each row of the error log as (item, kind, what was done, whether it recovered)."""
    rows = [row.trouble for row in reversed(catalogue.troubles.list())]
    return [(one.item, one.kind, one.action, one.recovered) for one in rows]


def test_what_failed_stands_in_the_error_log_until_a_round_gets_over_it(
    catalogue, bring: Bring, room
) -> None:
    bad = bring(texture(1))
    path = catalogue.path_of(bad)
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"\x89PNG\r\n\x1a\nno more")

    room().caption(ALL)
    ((item, _, done, recovered),) = logged(catalogue)
    assert (item, done, recovered) == (f"work-{bad.id}", "failed", False)

    path.write_bytes(data)
    room().caption(ALL)
    assert [row[3] for row in logged(catalogue)] == [True]


def test_what_ends_a_round_is_a_row_until_a_round_does_all(catalogue, bring: Bring, room) -> None:
    bring(texture(1))
    speaker = Speaker()

    def spend(_subject: Subject) -> None:
        raise BudgetSpent("The budget is spent.", "Raise it.")

    speaker.before = spend
    room(speaker).caption(ALL)
    assert logged(catalogue) == [("", "budget", "paused", False)]

    speaker.before = lambda _subject: None
    room(speaker).caption(ALL)
    assert logged(catalogue) == [("", "budget", "paused", True)]


def test_a_fault_of_a_captioner_fails_its_work_alone(bring: Bring, room) -> None:
    first = bring(texture(1)).id
    bring(texture(2))
    speaker = Speaker()

    def break_down(subject: Subject) -> None:
        if subject.work.id == first:
            raise RuntimeError("a fault")

    speaker.before = break_down

    assert dict(room(speaker).caption(ALL).counts) == {"captioned": 1, "failed": 1}


def test_a_stop_keeps_what_was_said_and_the_next_run_goes_on(bring: Bring, room, stop) -> None:
    for n in range(6):
        bring(texture(n))
    speaker = Speaker()
    speaker.before = lambda _subject: stop.set() if len(speaker.asked) == 3 else None

    report = room(speaker, streams=1).caption(ALL)

    assert isinstance(report.ended, Interrupted)
    assert report.counts["captioned"] == 3
    stop.clear()
    assert room(speaker).caption(ALL).counts["captioned"] == 3
    assert len(set(speaker.asked)) == len(speaker.asked) == 6


def test_two_runs_at_once_do_not_say_the_same_twice(bring: Bring, room, catalogue) -> None:
    bring(texture())

    with catalogue.claims.hold("caption"), pytest.raises(StudioBusy):
        room().caption(ALL)


def test_a_work_that_there_is_not_is_named_before_anything_is_done(bring: Bring, room) -> None:
    work = bring(texture())
    speaker = Speaker()

    with pytest.raises(UnknownItem, match="999"):
        room(speaker).caption(CaptionWish((work.id, 999)))

    assert speaker.asked == []


def test_a_find_whose_work_has_words_is_captioned_and_a_thumbnail_stays_one(
    catalogue, bring: Bring, room
) -> None:
    works = [bring(texture(n)).id for n in range(2)]
    catalogue.acquisitions.begin("c1", "folder", ("here",))
    finds = [Find("folder", str(n), url=f"file:///{n}") for n in range(2)]
    catalogue.finds.offer("c1", [Offer(find) for find in finds], lambda _run: False)
    taken = catalogue.finds.take("c1", 2)
    states: tuple[FindState, ...] = ("stored", "thumbed")
    catalogue.finds.settle(
        [
            Outcome(one.number, state, work=work)
            for one, state, work in zip(taken, states, works, strict=True)
        ]
    )

    room().caption(ALL)

    assert [row.state for row in catalogue.finds.list("c1")] == ["captioned", "thumbed"]


# Titles --------------------------------------------------------------------------------------


def test_a_better_captioner_betters_the_title_of_a_lesser_one_and_no_persons(
    catalogue, bring: Bring, room, gemini: Place
) -> None:
    plain, titled = bring(texture(1), "IMG_2041"), bring(texture(2), "harbour-3")
    llm = LlmCaptioner(LlmCaptionOptions(), gemini.llm())

    room().caption(ALL)
    assert catalogue.works.get(plain.id).title == "IMG_2041"

    room(llm).caption(ALL)
    assert catalogue.works.get(plain.id).title == "Coloured grain"
    assert catalogue.works.get(titled.id).title == "harbour-3"

    room().say(plain.id, title="Home")
    room(llm).caption(CaptionWish(again=True))
    assert catalogue.works.get(plain.id).title == "Home"


# A person ------------------------------------------------------------------------------------


def test_what_a_person_says_stands_whatever_is_said_after(catalogue, bring: Bring, room) -> None:
    work = bring(texture())
    mine = room()

    mine.say(work.id, title="  Home  ", text="Where I was born.")
    mine.say(work.id, tags=["garden", " garden ", "1960s"])
    mine.caption(CaptionWish(again=True))

    best = catalogue.captions.best(work.id)
    assert best == Caption("Home", "Where I was born.", ("garden", "1960s"), Maker("person"))
    assert catalogue.works.get(work.id).title == "Home"
    assert [hit.work.id for hit in catalogue.works.words("born garden")] == [work.id]


def test_a_person_who_only_tags_leaves_the_words_of_others(catalogue, bring: Bring, room) -> None:
    work = bring(texture())
    mine = room(Speaker())
    mine.caption(ALL)

    mine.say(work.id, tags=["garden"])

    best = catalogue.captions.best(work.id)
    assert (best.text, best.tags) == (f"Said of {work.id} for work-{work.id}.", ("garden",))


def test_what_a_person_said_can_be_taken_back(catalogue, bring: Bring, room) -> None:
    work = bring(texture())
    mine = room()
    mine.say(work.id, tags=["garden"])

    assert mine.unsay(work.id)
    assert not mine.unsay(work.id)
    assert catalogue.captions.of(work.id) == []


@pytest.mark.parametrize(
    "words",
    [{}, {"title": " "}, {"tags": ["", " "]}, {"title": "x" * 301}, {"text": "x" * 5001},
     {"tags": ["x" * 61]}, {"tags": [str(n) for n in range(61)]}],
)  # fmt: skip
def test_words_that_are_none_or_too_many_are_refused(bring: Bring, room, words) -> None:
    with pytest.raises(InputError):
        room().say(bring(texture()).id, **words)


# An llm --------------------------------------------------------------------------------------


def test_an_llms_words_and_scores_stand_beside_the_measured_ones(
    catalogue, bring: Bring, room, gemini: Place
) -> None:
    work = bring(texture())
    room().caption(ALL)

    room(LlmCaptioner(LlmCaptionOptions(), gemini.llm())).caption(ALL)

    assert catalogue.captions.best(work.id).text == SAID["caption"]
    assert [one.maker.name for one in catalogue.captions.of(work.id)] == ["gemini", "offline"]
    judged = [s for s in catalogue.scores.of(work.id) if s.scorer.startswith("gemini gemini-3.8")]
    assert {score.name: score.value for score in judged} == {
        "complexity": 0.9, "valence": 0.5, "arousal": 0.5, "technical": 0.5,
    }  # fmt: skip
    (call,) = catalogue.calls.calls()
    assert call.item == f"work-{work.id}"


def test_the_budget_ends_a_run_and_what_was_paid_for_is_kept(
    catalogue, bring: Bring, room, gemini: Place
) -> None:
    works = [bring(texture(n)).id for n in range(5)]
    room(LlmCaptioner(LlmCaptionOptions(), gemini.llm())).caption(CaptionWish(limit=1))
    (first,) = catalogue.calls.calls()
    # A cap that the first two calls keep to with what is set aside for them, and no third.
    desk = desk_over(catalogue, first.reserved_usd + 1.5 * (first.cost_usd or 0.0))
    llm = LlmCaptioner(LlmCaptionOptions(), replace(gemini, desk=desk).llm())

    report = room(llm, streams=1, spent=lambda: desk.budget.spent).caption(ALL)

    done = [work for work in works if catalogue.captions.of(work)]
    assert isinstance(report.ended, BudgetSpent)
    assert report.counts["captioned"] == 2
    assert len(done) == len(gemini.stub.calls) == 3
    assert report.spent_usd + (first.cost_usd or 0.0) == pytest.approx(gemini.stub.meter.usd)


def test_who_falls_back_is_counted_and_not_asked_again(
    catalogue, bring: Bring, room, gemini: Place
) -> None:
    work = bring(texture())
    llm = LlmCaptioner(LlmCaptionOptions(), gemini.llm("refuse"))

    first, second = room(llm).caption(ALL), room(llm).caption(ALL)

    assert dict(first.counts) == {"fell back": 1}
    assert first.reasons[0][0] == "fell back"
    assert dict(second.counts) == {}
    assert catalogue.captions.best(work.id).maker.settings["fell_back"] == first.reasons[0][1]


def test_who_cannot_be_had_leaves_measured_words_and_is_asked_again(
    catalogue, bring: Bring, room, gemini: Place
) -> None:
    work = bring(texture())
    gemini.stub.fail_next("500", "500", "500")
    llm = LlmCaptioner(LlmCaptionOptions(), gemini.llm())

    first = room(llm).caption(ALL)
    assert dict(first.counts) == {"postponed": 1}
    assert catalogue.captions.best(work.id).maker.name == "offline"

    assert dict(room(llm).caption(ALL).counts) == {"captioned": 1}
    assert catalogue.captions.best(work.id).text == SAID["caption"]


def test_a_key_that_is_refused_ends_the_run_at_once(bring: Bring, room) -> None:
    for n in range(4):
        bring(texture(n))
    with open_place("openai") as place:
        llm = LlmCaptioner(LlmCaptionOptions(), place.llm("auth"))

        report = room(llm, streams=1).caption(ALL)

        assert report.ended is not None
        assert report.ended.kind == "auth"
        assert dict(report.counts) == {}
        assert len(place.stub.calls) < 4
