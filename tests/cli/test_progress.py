"""The board: what a terminal shows, what a log file shows, and that it counts right."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from gesso.cli.printing import counted, dollars, span
from gesso.cli.progress import EACH_ITEM, MOST_ROWS, Board
from gesso.core.records.judgements import Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.runs import Round, Take
from gesso.make.run.events import Event, EventKind

US = Maker("us")
PROMPT = Prompt("Fox", "", "", "", "", "", "", "", "a fox", "", "", (), (), US)


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)


def written(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def board(on: Console, budget: float | None = 0.5, rounds: int = 3) -> Board:
    return Board(on, rounds, budget, threading.Event())


def drawn(shown: Board) -> str:
    on = console(terminal=True)
    on.print(shown.drawn())
    return written(on)


def tell(shown: Board, kind: EventKind, item: str = "", line: str = "", **more: object) -> None:
    shown.hear(Event(kind, "run", item, line=line, **more))  # type: ignore[arg-type]  # by name


def judged(number: int, score: float) -> Round:
    found = Evaluation((), (), 0.0, score, "", US)
    return Round(number, PROMPT, (Take(0, 1, 1, found),), None)


def play(shown: Board, item: str, title: str, score: float) -> None:
    tell(shown, "item", item)
    tell(shown, "prompt", item, title)
    tell(shown, "round", item, round=1, round_record=judged(1, score))
    tell(shown, "kept", item, title)


def test_elsewhere_than_on_a_terminal_each_item_is_a_plain_line() -> None:
    on = console(terminal=False)
    shown = board(on)
    tell(shown, "begin", total=3)

    with shown.shown():
        play(shown, "a", "Ember Orrery", 0.91)
        tell(shown, "failed", "b", "the provider refused the words")
        tell(shown, "waiting", "c", "the budget is spent")

    assert written(on).splitlines() == [
        "      1/3  kept     Ember Orrery                       0.91 in round 1",
        "      2/3  failed   b: the provider refused the words",
        "      3/3  waiting  c: the budget is spent",
    ]


def test_the_score_that_is_told_is_the_best_of_the_rounds() -> None:
    on = console(terminal=False)
    shown = board(on)
    tell(shown, "begin", total=1)
    for number, score in ((1, 0.5), (2, 0.8), (3, 0.7)):
        tell(shown, "round", "a", round=number, round_record=judged(number, score))
    tell(shown, "kept", "a", "Fox")

    assert "0.80 in round 2" in written(on)


def test_a_reason_that_all_items_share_is_told_once() -> None:
    on = console(terminal=False)
    shown = board(on)
    tell(shown, "begin", total=2)
    tell(shown, "waiting", "a", "the disk is full")
    tell(shown, "waiting", "b", "the disk is full")

    assert written(on).count("the disk is full") == 1
    assert len(written(on).splitlines()) == 2


def test_a_long_run_in_a_log_file_tells_failures_and_not_each_item() -> None:
    on = console(terminal=False)
    shown = board(on)
    tell(shown, "begin", total=EACH_ITEM + 1)
    for number in range(EACH_ITEM):
        play(shown, str(number), "Fox", 0.5)
    tell(shown, "failed", "last", "it was refused")

    assert written(on).splitlines() == ["    61/61  failed   last: it was refused"]


def test_the_board_shows_overall_each_prompt_each_round_and_the_money() -> None:
    shown = board(console(terminal=True))
    tell(shown, "begin", total=4)
    play(shown, "a", "Ember Orrery", 0.9)
    tell(shown, "item", "b")
    tell(shown, "concept", "b", "Tide Clock")
    tell(shown, "painting", "b", "strokes", round=2, share=0.5, spent_usd=0.04)

    picture = drawn(shown)

    assert "1 of 4" in picture
    assert "Tide Clock" in picture
    assert "round 2/3" in picture
    assert "painting" in picture
    assert "$0.04 spent, $0.46 left" in picture
    assert "Ember Orrery" not in picture, "what is done has left the board"


def test_pictures_a_minute_are_counted() -> None:
    shown = board(console(terminal=True))
    tell(shown, "begin", total=2)
    shown._tally.began -= 30
    for _ in range(4):
        tell(shown, "painted", "a", round=1)

    assert "8 pictures a minute" in drawn(shown)


def test_more_prompts_than_fit_are_counted() -> None:
    shown = board(console(terminal=True))
    tell(shown, "begin", total=50)
    for number in range(MOST_ROWS + 5):
        tell(shown, "item", f"item-{number:02d}")

    picture = drawn(shown)

    assert picture.count("item-") == MOST_ROWS
    assert "and 5 more" in picture


def test_a_title_of_any_length_stays_in_its_column() -> None:
    shown = board(console(terminal=True))
    tell(shown, "begin", total=1)
    tell(shown, "prompt", "a", "A Title " * 40)

    assert all(len(line) <= 100 for line in drawn(shown).splitlines())


def test_words_that_look_like_markup_are_shown_as_they_are() -> None:
    on = console(terminal=False)
    shown = board(on)
    tell(shown, "begin", total=1)
    play(shown, "a", "[bold red]Fox[/]", 0.5)

    assert "[bold red]Fox[/]" in written(on)


def test_an_item_that_was_begun_earlier_has_its_name() -> None:
    names = {("run", "a"): "Ember Orrery"}
    shown = Board(
        console(terminal=True), 3, None, threading.Event(), lambda run, item: names[run, item]
    )
    tell(shown, "begin", total=1)
    tell(shown, "item", "a")

    assert "Ember Orrery" in drawn(shown)


def test_many_threads_may_tell_at_once() -> None:
    on = console(terminal=False)
    shown = board(on)
    tell(shown, "begin", total=40)
    threads = [
        threading.Thread(target=play, args=(shown, str(number), "Fox", 0.5)) for number in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = [line.split()[0] for line in written(on).splitlines()]
    assert sorted(counts, key=lambda told: int(told.split("/")[0])) == [
        f"{number}/40" for number in range(1, 41)
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (59.6, "1 min"), (200, "3 min 20 s"),
     (601, "10 min"), (3600, "1 h"), (3900, "1 h 5 min")],
)  # fmt: skip
def test_a_span_is_told_as_people_say_it(seconds: float, told: str) -> None:
    assert span(seconds) == told


@pytest.mark.parametrize(
    ("amount", "told"),
    [(0, "$0.00"), (0.04, "$0.04"), (0.5, "$0.50"), (0.0034, "$0.0034"), (12.345, "$12.35")],
)
def test_small_sums_keep_their_places(amount: float, told: str) -> None:
    assert dollars(amount) == told


def test_one_is_not_many() -> None:
    assert counted(1, "work") == "1 work"
    assert counted(1000, "entry", "entries") == "1,000 entries"
