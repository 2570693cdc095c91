"""`gesso evaluate-search`: how good searches are on judged queries, in one space or several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import shared
from gesso.cli.printing import QUIET, counted, document, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.records.codec import to_plain
from gesso.search.scoring.evaluation import Judged, Report
from gesso.search.scoring.measures import Figure


@click.command("evaluate-search")
@click.argument("queries", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--encoder",
    "encoders",
    multiple=True,
    metavar="NAME",
    help="In whose space; several are compared.  [default: search's]",
)
@click.option("--depth", type=click.IntRange(1, 100), default=10, show_default=True,
              help="Hits that count.")  # fmt: skip
@click.option("--each", is_flag=True, help="Show every query, the worst first.")
@shared
@pass_session
def evaluate_search(
    session: Session, queries: Path, encoders: tuple[str, ...], depth: int, *, each: bool
) -> None:
    """Measure searches on QUERIES, a JSON object a line.

    {"query": "ships at sea", "relevant": ["ship.jpg", 12], "ignore": []}
    """
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        evaluator = studio.searching.evaluator()
        judged = evaluator.read(queries)
        reports = evaluator.compare(judged, encoders or (studio.searching.default,), depth)
    if session.as_json:
        document({"queries": len(judged), "reports": [to_plain(one) for one in reports]})
        return
    _tell(judged, reports)
    if each:
        _tell_each(reports[0])


def _tell(judged: list[Judged], reports: list[Report]) -> None:
    depth = reports[0].depth
    title(f"{counted(len(reports[0].scores), 'query', 'queries')}, the first {depth} hits of each")
    rows: list[tuple[Any, ...]] = [
        (
            one.encoder,
            _told(one.ndcg),
            _told(one.recall),
            _told(one.precision),
            "" if one.gain is None else f"{one.gain.mean:+.3f} ({_ends(one.gain)})",
        )
        for one in reports
    ]
    table(
        ("space", f"nDCG@{depth}", f"recall@{depth}", f"P@{depth}", "nDCG beside the first"), rows
    )
    say("In brackets: 95 % intervals over queries, by the bootstrap.", style=QUIET)
    unusable = sum(not one.relevant for one in judged)
    missing = sum(len(one.missing) for one in judged)
    if unusable or missing:
        say(
            f"{counted(missing, 'judgement')} of works that are not here; "
            f"{counted(unusable, 'query', 'queries')} left out for it.",
            style=QUIET,
        )


def _tell_each(report: Report) -> None:
    told = sorted(zip(report.scores, report.queries, strict=True), key=lambda one: one[0].ndcg)
    say()
    table(
        ("nDCG", "recall", "P", "query"),
        [(f"{s.ndcg:.2f}", f"{s.recall:.2f}", f"{s.precision:.2f}", q) for s, q in told],
        right=(0, 1, 2),
    )


def _told(figure: Figure) -> str:
    return f"{figure.mean:.3f} ({_ends(figure)})"


def _ends(figure: Figure) -> str:
    return f"{figure.low:.3f} to {figure.high:.3f}"
