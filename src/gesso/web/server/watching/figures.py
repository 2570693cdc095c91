"""Figures in the text format of Prometheus, and the counts of what was answered.

Every label has few values: a route is its template, never a path, and what is not known is "".
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gesso.web.server.doors.guard import Passed

BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of a histogram's buckets, seconds."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True)
class Sample:
    """One number under one set of labels."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    suffix: str = ""


@dataclass(frozen=True)
class Figure:
    """A family of numbers.

    Attributes:
        name: in snake case, with its unit.
        kind: counter, gauge or histogram.
        says: what it is, for people.
        samples: the numbers.
    """

    name: str
    kind: str
    says: str
    samples: tuple[Sample, ...]


def gauge(name: str, says: str, value: float) -> Figure:
    """One number that goes up and down."""
    return Figure(name, "gauge", says, (Sample(value),))


def gauges(name: str, says: str, label: str, values: Mapping[str, float]) -> Figure:
    """Numbers that go up and down, by one label."""
    return Figure(name, "gauge", says, _by(label, values))


def counter(name: str, says: str, value: float) -> Figure:
    """One number that only goes up; its name ends in _total."""
    return Figure(name, "counter", says, (Sample(value),))


def counters(name: str, says: str, label: str, values: Mapping[str, float]) -> Figure:
    """Numbers that only go up, by one label."""
    return Figure(name, "counter", says, _by(label, values))


def text_of(figures: Iterable[Figure]) -> str:
    """The figures as Prometheus reads them."""
    lines: list[str] = []
    for figure in figures:
        lines.append(f"# HELP {figure.name} {_plain(figure.says)}")
        lines.append(f"# TYPE {figure.name} {figure.kind}")
        lines.extend(f"{figure.name}{_line(sample)}" for sample in figure.samples)
    return "\n".join(lines) + "\n"


@dataclass
class _Times:
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    total_s: float = 0.0


class Requests:
    """Counts what was answered; is asked and told on one thread."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str, str]] = Counter()
        self._times: dict[tuple[str, str], _Times] = {}
        self._problems: Counter[str] = Counter()
        self._received = 0
        self._sent = 0

    def look_on(self, passed: Passed) -> None:
        """Count a request."""
        method = passed.method if passed.method in _METHODS else "other"
        self._answers[method, passed.template, str(passed.status)] += 1
        times = self._times.setdefault((method, passed.template), _Times())
        times.counts[bisect_left(BOUNDS_S, passed.seconds)] += 1
        times.total_s += passed.seconds
        self._received += passed.received
        self._sent += passed.sent
        if passed.problem:
            self._problems[passed.problem] += 1

    def figures(self) -> list[Figure]:
        """What was counted since the server began."""
        answers = tuple(
            Sample(count, (("method", method), ("route", route), ("status", status)))
            for (method, route, status), count in sorted(self._answers.items())
        )
        return [
            Figure("gesso_http_requests_total", "counter", "Requests that were answered.", answers),
            Figure(
                "gesso_http_request_seconds",
                "histogram",
                "Seconds from a request's head to the end of its answer.",
                tuple(
                    sample
                    for (method, route), times in sorted(self._times.items())
                    for sample in _histogram(times, (("method", method), ("route", route)))
                ),
            ),
            counters(
                "gesso_problems_total",
                "Requests that were answered with a problem, by its kind.",
                "kind",
                self._problems,
            ),
            counter("gesso_http_received_bytes_total", "Bytes of requests.", self._received),
            counter("gesso_http_sent_bytes_total", "Bytes of answers.", self._sent),
        ]


def _histogram(times: _Times, labels: tuple[tuple[str, str], ...]) -> Iterable[Sample]:
    so_far = 0
    for bound, count in zip((*BOUNDS_S, float("inf")), times.counts, strict=True):
        so_far += count
        yield Sample(so_far, (*labels, ("le", _number(bound))), "_bucket")
    yield Sample(times.total_s, labels, "_sum")
    yield Sample(so_far, labels, "_count")


def _by(label: str, values: Mapping[str, float]) -> tuple[Sample, ...]:
    return tuple(Sample(value, ((label, name),)) for name, value in sorted(values.items()))


def _line(sample: Sample) -> str:
    named = ",".join(f'{name}="{_quoted(value)}"' for name, value in sample.labels)
    return f"{sample.suffix}{{{named}}} {_number(sample.value)}" if named else (
        f"{sample.suffix} {_number(sample.value)}"
    )  # fmt: skip


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("\n", "\\n")
