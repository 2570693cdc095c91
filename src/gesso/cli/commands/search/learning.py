"""The part of `gesso music` that learns: pairs, matchings learnt from them, their trials."""

from __future__ import annotations

import click

from gesso.cli.opening import opened
from gesso.cli.options import Number, shared
from gesso.cli.printing import BAD, GOOD, QUIET, counted, document, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.errors import InputError
from gesso.core.records.codec import to_plain
from gesso.show.music.learning.school import Learnt
from gesso.show.music.learning.trial import Standing


@click.command()
@click.argument("work")
@click.argument("track")
@click.option("--not", "apart", is_flag=True, help="They do not belong together.")
@click.option("--forget", is_flag=True, help="Take back what was said of the two.")
@shared
@pass_session
def pair(session: Session, work: str, track: str, *, apart: bool, forget: bool) -> None:
    """Say that WORK (work:12) and TRACK (track:3) belong together, or do not."""
    one, other = _number(work, "work"), _number(track, "track")
    with opened(session) as studio:
        if forget:
            was = studio.music.unpair(one, other)
            told = "What was said of the two is forgotten." if was else "Nothing was said of them."
        else:
            studio.music.pair(one, other, fits=not apart)
            told = "Kept: they do not belong together." if apart else "Kept: they belong together."
        count = len(studio.catalogue.pairings.list())
    if session.as_json:
        document({"work": one, "track": other, "fits": None if forget else not apart})
        return
    say(told)
    say(f"{counted(count, 'pair')} in all. Learn from them: gesso music learn", style=QUIET)


@click.command()
@shared
@pass_session
def learn(session: Session) -> None:
    """Learn from your pairs, and try what was learnt on pairs it has not seen."""
    with opened(session) as studio:
        learnt = studio.music.school.learn()
    if session.as_json:
        document(_plain(learnt))
        return
    _show(learnt)
    if learnt.report.is_better:
        say(f"It is better beyond doubt. Let it match: gesso music promote {learnt.version}")


@click.command()
@click.argument("version", type=Number(), required=False)
@shared
@pass_session
def evaluate(session: Session, version: int | None) -> None:
    """Show how good VERSION is beside what it would replace; without one, list all."""
    with opened(session, looks=True) as studio:
        school = studio.music.school
        found = school.versions() if version is None else [school.version(version)]
    if session.as_json:
        document([_plain(one) for one in found])
        return
    if version is not None:
        _show(found[0])
        return
    if not found:
        say("Nothing was learnt yet. Put pictures and tracks together: gesso music pair --help")
        return
    rows = [
        (
            one.version,
            f"{one.made_at:%Y-%m-%d %H:%M}",
            one.report.kind,
            one.report.pairs,
            f"{one.report.usual.mrr:.3f}",
            f"{one.report.learnt.mrr:.3f}",
            f"{one.report.least:+.3f} to {one.report.most:+.3f}",
            _state(one),
        )
        for one in found
    ]
    heads = ("", "learnt", "how", "pairs", "MRR without", "with", "gain, 99 %", "")
    table(heads, rows, right=(0, 3, 4, 5))


@click.command()
@click.argument("version", type=Number(), required=False)
@shared
@pass_session
def promote(session: Session, version: int | None) -> None:
    """Match by VERSION from now on, the newest without one; only if it is better beyond doubt."""
    with opened(session) as studio:
        learnt = studio.music.school.promote(version)
    if session.as_json:
        document(_plain(learnt))
        return
    say(f"Matches go by version {learnt.version} now.", style=GOOD)
    say("Undo it with: gesso music rollback", style=QUIET)


@click.command()
@shared
@pass_session
def rollback(session: Session) -> None:
    """Match by what counted before the last promotion."""
    with opened(session) as studio:
        learnt = studio.music.school.roll_back()
    if session.as_json:
        document(None if learnt is None else _plain(learnt))
        return
    now = "moods and words alone" if learnt is None else f"version {learnt.version}"
    say(f"Matches go by {now} now.")


def _number(name: str, kind: str) -> int:
    head, _, number = name.rpartition(":")
    if head not in ("", kind) or not number.isdecimal() or len(number) > 12:
        raise InputError(f"'{name[:60]}' is no {kind}.", f"Write {kind}:12.")
    return int(number)


def _show(learnt: Learnt) -> None:
    report = learnt.report
    title(f"Version {learnt.version}: {_state(learnt)}")
    say(
        f"Learnt by {report.kind} from {counted(report.pairs, 'pair')} among "
        f"{counted(report.music, 'track')}; each pair was held out once, with its album and its "
        "picture."
    )
    rows = [
        _row("with what was learnt", report.learnt),
        _row("moods and words alone", report.usual),
        _row("most chosen first", report.popular),
        _row("learnt from shuffled pairs", report.shuffled),
        ("chance", f"{report.chance:.3f}", "", "", "", ""),
    ]
    table(("", "MRR", "R@1", "R@5", "R@10", "nDCG"), rows, right=(1, 2, 3, 4, 5))
    say(
        f"Gain {report.gain:+.3f}, with 99 % confidence between {report.least:+.3f} and "
        f"{report.most:+.3f}.",
        style=GOOD if report.is_better else BAD,
    )


def _row(name: str, one: Standing) -> tuple[str, ...]:
    figures = (one.mrr, one.recall_1, one.recall_5, one.recall_10, one.ndcg)
    return (name, *(f"{figure:.3f}" for figure in figures))


def _state(learnt: Learnt) -> str:
    if learnt.is_in_force:
        return "in force"
    if not learnt.is_usable:
        return "of other looks"
    return "better" if learnt.report.is_better else "not better beyond doubt"


def _plain(learnt: Learnt) -> dict[str, object]:
    return {
        "version": learnt.version,
        "made_at": learnt.made_at.isoformat(),
        "is_in_force": learnt.is_in_force,
        "is_usable": learnt.is_usable,
        "is_better": learnt.report.is_better,
        "report": to_plain(learnt.report),
    }
