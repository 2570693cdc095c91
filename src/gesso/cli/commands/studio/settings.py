"""`gesso settings`: what is in force, and where it came from."""

from __future__ import annotations

import click
from rich.text import Text

from gesso.cli.options import shared
from gesso.cli.printing import QUIET, document, table
from gesso.cli.session import Session, pass_session
from gesso.settings import find_folder, load


@click.command()
@shared
@pass_session
def settings(session: Session) -> None:
    """Show every setting in force and where it came from; secrets are masked."""
    origins = load(find_folder(session.folder)).origins()
    if session.as_json:
        rows = [
            {"name": row.name, "value": row.value, "from": row.place, "allowed": row.allowed}
            for row in origins
        ]
        document({"settings": rows})
        return
    table(
        ("setting", "value", "from", "allowed"),
        [
            (
                row.name,
                "none" if row.value is None else str(row.value) if row.value != {} else "",
                Text(row.place, style=QUIET if row.place == "default" else ""),
                Text(row.allowed, style=QUIET),
            )
            for row in origins
        ],
    )
