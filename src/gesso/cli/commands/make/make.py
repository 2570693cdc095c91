"""`gesso make`: pictures on a theme, or of every prompt in a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gesso.cli.commands.make.estimating import plain_estimate, show_estimate, told_before
from gesso.cli.opening import opened
from gesso.cli.options import Size, Span, shared, size_flags
from gesso.cli.printing import document, span
from gesso.cli.reporting import tell, tell_bad, watch
from gesso.cli.session import Session, pass_session
from gesso.core.errors import GessoError, InputError, OutsideError, SettingsError
from gesso.make.batch import Entries, read_entries
from gesso.make.batch.entries import Entry
from gesso.studio import Studio

if TYPE_CHECKING:
    from gesso.make.batch.results import DataFormat
    from gesso.make.bench.estimate import Estimate

RESULTS = Path("results")


@dataclass(frozen=True)
class Wish:
    """What one pass is to make."""

    theme: str
    works: int | None
    allow_repeat: bool
    entries: Entries | None
    results: Path
    data_format: DataFormat


@click.command()
@click.argument("theme", required=False)
@click.option("--works", type=int, metavar="N", help="How many works.  [default: 1]")
@click.option("--painter", metavar="NAME", help="Who paints; see `gesso painters`.")
@click.option("--llm", metavar="NAME", help="Who writes the prompts.")
@click.option("--size", type=Size(), metavar="WxH", help="Pixels: 1024x768, or 512 for a square.")
@click.option("--seed", metavar="S", help="The same seed gives the same pictures.")
@click.option("--budget", metavar="USD", help="What the run may spend, or none.")
@click.option("--rounds", metavar="N", help="Rounds of refinement at most.  [default: 3]")
@click.option("--run-id", metavar="ID", help="Name the run; the same name goes on with it.")
@click.option("--allow-repeat", is_flag=True, help="A concept of an earlier work may come again.")
@click.option(
    "--input-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Make every prompt of a JSON, JSON lines or YAML file.",
)
@click.option(
    "--output-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where a folder for each prompt is written.  [default: results]",
)
@click.option("--batch-size", metavar="N", help="Prompts on their way at once.")
@click.option("--format", "data_format", type=click.Choice(["json", "yaml"]), help="Of results.")
@click.option("--ignore-unknown", is_flag=True, help="Drop unknown keys of a prompts file.")
@click.option("--dry-run", is_flag=True, help="Only tell what the run may cost.")
@click.option("--every", type=Span(), help="Again and again: 6h, 30m, 1d.")
@click.option("--times", type=click.IntRange(1), metavar="N", help="Stop after so many passes.")
@shared
@pass_session
def make(  # noqa: PLR0917 - click hands every option over as an argument
    session: Session,
    theme: str | None,
    works: int | None,
    painter: str | None,
    llm: str | None,
    size: tuple[int, int] | None,
    seed: str | None,
    budget: str | None,
    rounds: str | None,
    run_id: str | None,
    allow_repeat: bool,
    input_file: Path | None,
    output_dir: Path | None,
    batch_size: str | None,
    data_format: DataFormat | None,
    ignore_unknown: bool,
    dry_run: bool,
    every: float | None,
    times: int | None,
) -> int:
    """Make pictures on a THEME, or of every prompt in a file.

    Each work is conceived, prompted, painted as a pair, evaluated and refined; the better of all
    rounds is kept. What was interrupted goes on with `gesso runs resume`.
    """
    _check_usage(click.get_current_context().params)
    wish = Wish(
        theme=theme or "",
        works=works,
        allow_repeat=allow_repeat,
        entries=read_entries(input_file, ignore_unknown=ignore_unknown) if input_file else None,
        results=output_dir or RESULTS,
        data_format=data_format or "json",
    )
    flags = {
        "make.painter": painter,
        "make.llm": llm,
        "make.seed": seed,
        "make.budget_usd": budget,
        "make.rounds": rounds,
        "make.streams": batch_size,
        "make.works": works,
        "run_id": run_id,
        **size_flags(size),
    }
    with opened(session, flags) as studio:
        named = studio.settings.run_id
        if dry_run:
            return _tell_price(session, _estimate(studio, wish))
        studio.begin_to_paint()
        if every is None:
            return _pass(session, studio, wish, named)
        return _repeat(
            lambda number: _pass(session, studio, wish, _pass_id(named, number)),
            studio,
            every,
            times,
        )


def _check_usage(given: Mapping[str, Any]) -> None:
    def has(*names: str) -> bool:
        return any(given[name] is not None for name in names)

    if not has("theme", "input_file"):
        raise click.UsageError("Say a THEME, or name a prompts file with --input-file.")
    if has("theme") and has("input_file"):
        raise click.UsageError("A THEME and --input-file exclude each other.")
    if has("input_file") and has("works"):
        raise click.UsageError("--works goes with a THEME; a file says itself how many.")
    if has("theme") and has("output_dir", "data_format"):
        raise click.UsageError("--output-dir and --format go with --input-file.")
    if has("times") and not has("every"):
        raise click.UsageError("--times goes with --every.")


def _estimate(studio: Studio, wish: Wish) -> Estimate:
    if wish.entries is not None:
        return studio.make.estimate(entries=_usable(wish.entries))
    return studio.make.estimate(works=studio.settings.make.works)


def _tell_price(session: Session, estimate: Estimate) -> int:
    if session.as_json:
        document(plain_estimate(estimate))
    else:
        show_estimate(estimate)
    return 0


def _pass(session: Session, studio: Studio, wish: Wish, run_id: str | None) -> int:
    if not session.as_json:
        # What cannot be told, for want of a model, the run meets itself, and waits for it.
        with suppress(SettingsError):
            for line in told_before(_estimate(studio, wish)):
                click.echo(line, err=True)
    if wish.entries is not None:
        return _batch(session, studio, wish, wish.entries, run_id)
    report = watch(
        session,
        studio,
        lambda listen: studio.make.exhibition(
            wish.theme,
            works=studio.settings.make.works,
            run_id=run_id,
            listen=listen,
            allow_repeat=wish.allow_repeat,
        ),
    )
    return tell(session, studio, report)


def _usable(entries: Entries) -> Sequence[Entry]:
    if not entries.good:
        first = entries.bad[0]
        raise InputError(
            f"No entry can be used. {first.path}: {first.message}",
            "Mend the entries; the page 'batches' in the docs says what they hold.",
        )
    return entries.good


def _batch(
    session: Session, studio: Studio, wish: Wish, entries: Entries, run_id: str | None
) -> int:
    if not session.as_json:
        tell_bad(entries.bad)
    _usable(entries)
    report = watch(
        session,
        studio,
        lambda listen: studio.make.batch(
            entries.good,
            run_id=run_id,
            bad=entries.bad,
            results=wish.results,
            results_format=wish.data_format,
            listen=listen,
        ),
    )
    return tell(session, studio, report, bad=entries.bad, results=wish.results)


# Again and again ---------------------------------------------------------------------------


def _repeat(go: Callable[[int], int], studio: Studio, every_s: float, times: int | None) -> int:
    """Go once each `every_s` seconds; returns the exit code of the worst pass.

    Passes begin on a beat that is counted from the first; a pass that takes longer than the beat
    is followed by the next beat that is still to come. What the world outside does to one pass
    does not end the others.
    """
    worst, number, began = 0, 0, time.monotonic()
    while True:
        number += 1
        worst = max(worst, _try(go, number))
        if studio.stop.is_set() or number == times:
            return worst
        rest = every_s - (time.monotonic() - began) % every_s
        click.echo(f"The next pass begins in {span(rest)}.", err=True)
        if studio.stop.wait(rest):
            return worst


def _try(go: Callable[[int], int], number: int) -> int:
    try:
        return go(number)
    except (InputError, SettingsError):
        raise
    except OutsideError as error:
        _note(error)
        return error.exit_code


def _note(error: GessoError) -> None:
    click.echo(f"gesso: {error.message}", err=True)
    click.echo(f"       {error.advice}", err=True)


def _pass_id(named: str | None, number: int) -> str | None:
    """A pass is a run of its own: the owner's name for all of them, and when this one began."""
    if named is None:
        return None
    return f"{named[:80]}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{number}"
