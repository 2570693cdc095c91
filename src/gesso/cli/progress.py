"""How far a run is: a quiet board on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gesso.cli.printing import ACCENT, BAD, GOOD, QUIET, counted, dollars, span
from gesso.make.run.events import Event

MOST_ROWS = 12
"""Items on the board at once; the rest are counted."""

EACH_ITEM = 60
"""Up to so many items a line is written for each; in longer runs for failures alone."""

PLAIN_EVERY_S = 10.0


@dataclass
class Bench:
    """One item that is being worked on."""

    name: str
    round: int = 0
    doing: str = "conceiving"
    shares: dict[str, float] = field(default_factory=dict)
    score: float | None = None
    best_round: int = 0


@dataclass
class Tally:
    """What a run has done so far."""

    total: int = 0
    kept: int = 0
    failed: int = 0
    waiting: int = 0
    pictures: int = 0
    spent_usd: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> int:
        """Items that are not worked on any more."""
        return self.kept + self.failed + self.waiting

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return max(time.monotonic() - self.began, 1e-6)

    def pace(self, budget: float | None) -> str:
        """Rates, the time that is left, and the money."""
        told = [f"{60 * self.pictures / self.seconds:.0f} pictures a minute"]
        done = self.kept + self.failed
        if 0 < done < self.total:
            told.append(f"about {span(self.seconds / done * (self.total - self.ended))} left")
        money = dollars(self.spent_usd)
        left = "" if budget is None else f", {dollars(max(0.0, budget - self.spent_usd))} left"
        told.append(f"{money} spent{left}")
        return "  ·  ".join(told)


class Board:
    """Listens to a run and shows it; `hear` may be called from many threads.

    Args:
        console: where to show it; on a terminal the board is drawn, elsewhere lines are written.
        rounds: how many rounds an item has at most.
        budget: US dollars that the run may spend, None for no cap.
        stop: set when the owner asked to stop.
        name_of: what an item is called that was begun earlier, "" where it has no name yet.
    """

    def __init__(
        self,
        console: Console,
        rounds: int,
        budget: float | None,
        stop: threading.Event,
        name_of: Callable[[str, str], str] = lambda _run, _item: "",
    ) -> None:
        self._console = console
        self._rounds = rounds
        self._budget = budget
        self._stop = stop
        self._name_of = name_of
        self._lock = threading.Lock()
        self._benches: dict[str, Bench] = {}
        self._tally = Tally()
        self._told_at = time.monotonic()
        self._waits_for = ""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the board while the run goes on."""
        if not self._console.is_terminal:
            yield
            return
        with Live(
            get_renderable=self.drawn, console=self._console, refresh_per_second=8, transient=True
        ):
            yield

    def hear(self, event: Event) -> None:
        """Take in what happened."""
        with self._lock:
            line = self._take(event)
        if line is not None:
            self._console.print(line)

    # What happened -------------------------------------------------------------------------

    def _take(self, event: Event) -> Text | None:
        self._tally.spent_usd = max(self._tally.spent_usd, event.spent_usd)
        if event.kind == "begin":
            self._tally = Tally(total=event.total)
            return None
        if event.kind == "aside":
            return self._aside(event.line)
        if event.kind in {"kept", "failed", "waiting"}:
            return self._end(event)
        if event.item:
            if event.item not in self._benches:
                name = self._name_of(event.run, event.item) or event.item
                self._benches[event.item] = Bench(name)
            self._work(event, self._benches[event.item])
        return None

    def _work(self, event: Event, bench: Bench) -> None:
        bench.round = event.round or bench.round
        match event.kind:
            case "concept":
                bench.name, bench.doing = event.line, "writing the prompt"
            case "prompt":
                bench.name, bench.doing = event.line or bench.name, "painting"
            case "painting":
                bench.doing = "painting"
                # The pair is painted at once and told apart by nothing; the further one shows.
                bench.shares["pair"] = max(bench.shares.get("pair", 0.0), event.share or 0.0)
            case "painted":
                self._tally.pictures += 1
                bench.doing = "evaluating"
            case "evaluated":
                bench.doing = "comparing"
            case "round":
                self._judge(event, bench)
            case "refined":
                bench.doing, bench.shares = "refining", {}

    def _judge(self, event: Event, bench: Bench) -> None:
        best = event.round_record.better if event.round_record else None
        score = best.evaluation.score if best and best.evaluation else None
        if score is not None and (bench.score is None or score > bench.score):
            bench.score, bench.best_round = score, event.round
        bench.shares = {}

    def _end(self, event: Event) -> Text | None:
        bench = self._benches.pop(event.item, None) or Bench(event.item)
        self._tally.kept += event.kind == "kept"
        self._tally.failed += event.kind == "failed"
        self._tally.waiting += event.kind == "waiting"
        if event.kind == "kept":
            bench.name = event.line or bench.name
        if event.kind == "kept" and self._tally.total > EACH_ITEM:
            return self._summed()
        if event.kind == "waiting" and self._stop.is_set():
            return None
        return self._line(event, bench)

    # How it looks --------------------------------------------------------------------------

    def _line(self, event: Event, bench: Bench) -> Text:
        style = {"kept": GOOD, "failed": BAD}.get(event.kind, ACCENT)
        count = f"{self._tally.ended}/{self._tally.total}"
        if event.kind == "kept":
            score = "" if bench.score is None else f"{bench.score:.2f} in round {bench.best_round}"
            rest = f"{bench.name:<34} {score}"
        else:
            # One full disk makes every item wait; its sentence is told once.
            told = event.kind == "waiting" and event.line == self._waits_for
            rest = bench.name if told else f"{bench.name}: {event.line}"
            self._waits_for = event.line if event.kind == "waiting" else self._waits_for
        if not self._console.is_terminal:
            return Text(f"{count:>9}  {event.kind:<7}  {rest}".rstrip())
        sign = {"kept": "●", "failed": "✕"}.get(event.kind, "◌")
        return Text.assemble("  ", (sign, style), "  ", rest.rstrip())

    def _aside(self, line: str) -> Text:
        if not self._console.is_terminal:
            return Text(f"{'':>9}  note     {line}")
        return Text.assemble("  ", ("!", ACCENT), "  ", line)

    def _summed(self) -> Text | None:
        """In a long run that nobody watches: a line now and then."""
        now = time.monotonic()
        if self._console.is_terminal or now - self._told_at < PLAIN_EVERY_S:
            return None
        self._told_at = now
        failed = f", {self._tally.failed} failed" if self._tally.failed else ""
        count = f"{self._tally.ended}/{self._tally.total}"
        return Text(f"{count:>9}  done{failed}  ·  {self._tally.pace(self._budget)}")

    def drawn(self) -> RenderableType:
        """The board as it stands now."""
        with self._lock:
            benches = list(self._benches.values())
            overall = self._overall()
        rows = [self._row(bench) for bench in benches[:MOST_ROWS]]
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=1)
        grid.add_column(width=34, no_wrap=True, overflow="ellipsis")
        grid.add_column(width=12, no_wrap=True)
        grid.add_column(width=18, no_wrap=True)
        grid.add_column(width=12)
        for row in rows:
            grid.add_row("", *row)
        hidden = len(benches) - len(rows)
        more = [Text(f"   and {counted(hidden, 'more')}", style=QUIET)] if hidden > 0 else []
        return Group(Text(), grid, *more, Text(), *overall)

    def _row(self, bench: Bench) -> tuple[RenderableType, ...]:
        share = max(bench.shares.values(), default=0.0)
        bar = ProgressBar(
            total=1.0, completed=share, width=12, complete_style=ACCENT, finished_style=ACCENT
        )
        return (
            Text(bench.name),
            Text(f"round {bench.round}/{self._rounds}" if bench.round else "", style=QUIET),
            Text(bench.doing, style=QUIET),
            bar if bench.doing == "painting" and share else Text(),
        )

    def _overall(self) -> tuple[RenderableType, ...]:
        tally = self._tally
        bar = ProgressBar(
            total=max(tally.total, 1),
            completed=tally.ended,
            width=34,
            complete_style=ACCENT,
            finished_style=GOOD,
        )
        grid = Table.grid(padding=(0, 2))
        failed = f", {tally.failed} failed" if tally.failed else ""
        count = Text(f"{tally.ended} of {tally.total}{failed}  ·  {span(tally.seconds)}")
        grid.add_row("", bar, count)
        stopping = "stopping  ·  " if self._stop.is_set() else ""
        return grid, Text(f"   {stopping}{tally.pace(self._budget)}", style=QUIET)
