"""`gesso refine`: a better prompt from what was found in its pictures."""

from __future__ import annotations

from pathlib import Path

import click

from gesso.cli.commands.files import read_evaluation, read_prompt
from gesso.cli.opening import borrowed
from gesso.cli.options import shared
from gesso.cli.printing import document, say
from gesso.cli.session import Session, pass_session
from gesso.core.records.codec import to_plain


@click.command()
@click.option("--prompt", metavar="TEXT", help="The prompt's text.")
@click.option(
    "--prompt-file",
    type=click.Path(path_type=Path),
    metavar="JSON",
    help="A whole prompt: from `gesso refine --json`, or an iteration_N_results.json.",
)
@click.option(
    "--evaluation",
    "evaluations",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="JSON",
    help="From `gesso evaluate --json`, oldest first; - is stdin. May be given again.",
)
@click.option("--llm", metavar="NAME", help="Who writes it; `offline` by rules.")
@shared
@pass_session
def refine(
    session: Session,
    prompt: str | None,
    prompt_file: Path | None,
    evaluations: tuple[Path, ...],
    llm: str | None,
) -> None:
    """Write a better prompt from what was found in its pictures.

    What the words can mend is changed in the text; the intent stays as it is.
    """
    if (prompt is None) == (prompt_file is None):
        raise click.UsageError("Say either --prompt TEXT or --prompt-file JSON.")
    asked = read_prompt(prompt_file) if prompt_file else str(prompt)
    found = [read_evaluation(path) for path in evaluations]
    with borrowed(session, {"make.llm": llm}, asks=True) as studio:
        better = studio.make.refine(asked, found)
    if session.as_json:
        document(to_plain(better))
    else:
        say(better.text)
