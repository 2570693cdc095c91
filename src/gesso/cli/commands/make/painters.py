"""`gesso painters`: who can paint here, and what the others lack."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from gesso.cli.options import shared
from gesso.cli.printing import document, mark, table
from gesso.cli.session import Session, pass_session
from gesso.core.errors import MissingExtra
from gesso.make.painters.painter import PAINTERS


@click.command()
@shared
@pass_session
def painters(session: Session) -> None:
    """Show the painters that --painter takes, and which of them can work here."""
    rows = [_told(name) for name in PAINTERS.names()]
    if session.as_json:
        document({"painters": rows})
        return
    table(
        ("painter", "", "works", "options", "what it is"),
        [
            (
                row["name"],
                mark("ok" if row["ready"] else "missing"),
                {"cpu": "here", "local": "here", "outside": "over the network"}.get(
                    row["place"], ""
                ),
                ", ".join(row["options"]),
                row["summary"] if row["ready"] else row["advice"],
            )
            for row in rows
        ],
    )


def _told(name: str) -> dict[str, Any]:
    entry = PAINTERS.entry(name)
    told = {"name": name, "summary": entry.summary, "extra": entry.extra, "advice": ""}
    try:
        painter = PAINTERS.open(name)
    except MissingExtra as error:
        return told | {"ready": False, "place": "", "options": [], "advice": error.advice}
    options = [field.name for field in fields(painter.Options)]
    return told | {"ready": True, "place": getattr(painter, "place", ""), "options": options}
