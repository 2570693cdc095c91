"""`gesso evaluate`: a picture held against its prompt."""

from __future__ import annotations

from pathlib import Path

import click

from gesso.cli.commands.files import read_data, read_prompt
from gesso.cli.opening import borrowed
from gesso.cli.options import shared
from gesso.cli.printing import document, mark, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.records.codec import to_plain
from gesso.core.records.judgements import Evaluation


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--prompt", metavar="TEXT", help="What was asked for.")
@click.option(
    "--prompt-file",
    type=click.Path(path_type=Path),
    metavar="JSON",
    help="A whole prompt: from `gesso refine --json`, or an iteration_N_results.json.",
)
@click.option("--llm", metavar="NAME", help="Who judges; `offline` measures.")
@shared
@pass_session
def evaluate(
    session: Session,
    file: Path,
    prompt: str | None,
    prompt_file: Path | None,
    llm: str | None,
) -> None:
    """Hold the picture in FILE against a prompt.

    Without a prompt the recipe inside the file is used.
    """
    if prompt is not None and prompt_file is not None:
        raise click.UsageError("--prompt and --prompt-file exclude each other.")
    data = read_data(file)
    asked = read_prompt(prompt_file) if prompt_file else prompt
    with borrowed(session, {"make.llm": llm}, asks=True) as studio:
        found = studio.make.evaluate(data, asked, name=file.name)
    if session.as_json:
        document(to_plain(found))
    else:
        _show(file, found)


def _show(file: Path, found: Evaluation) -> None:
    offline = ", measured offline" if found.maker.offline else f", by {found.maker.name}"
    title(f"{file.name}: score {found.score:.2f}{offline}")
    say(f"  {found.verdict}")
    if found.checks:
        say()
        table(
            ("check", "", "because"),
            [(check.words, mark(check.outcome), check.reason) for check in found.checks],
        )
    if found.measures:
        say()
        rows = [
            (
                measure.name,
                f"{measure.value:.3g}",
                "" if measure.target is None else f"{measure.target:.3g}",
                "" if measure.error is None else f"{measure.error:.2f}",
            )
            for measure in found.measures
        ]
        table(("measure", "is", "wished", "off by"), rows, right=(1, 2, 3))
