"""`gesso replay`: a picture painted again from the recipe in its file."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from gesso.cli.commands.files import read_data
from gesso.cli.opening import borrowed
from gesso.cli.options import shared
from gesso.cli.printing import document, mark, say
from gesso.cli.session import Session, pass_session


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@shared
@pass_session
def replay(session: Session, file: Path) -> int:
    """Paint the picture in FILE again and say: identical, drifted or gone.

    Ends with 0 where it is identical, else with 1.
    """
    data = read_data(file)
    with borrowed(session, asks=False) as studio:
        found = studio.make.replay(data, name=file.name)
    if session.as_json:
        document(
            {
                "verdict": found.verdict,
                "line": found.line,
                "largest_difference": found.largest_difference,
            }
        )
    else:
        say(Text.assemble(mark(found.verdict), f"  {found.line}"))
    return 0 if found.verdict == "identical" else 1
