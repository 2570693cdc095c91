"""`gesso query`: a question to the catalogue in SQL, in a session that can only read."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import Span, shared
from gesso.cli.printing import QUIET, document, harmless, say, stdout, table
from gesso.cli.session import Session, pass_session
from gesso.studio import Studio

_WIDEST = 200
# What a spreadsheet takes for a formula, when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command()
@click.argument("sql")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values.")
@click.option("--rows", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--seconds", type=Span(), default="60s", show_default=True, help="Then stop.")
@click.option("--as-is", is_flag=True, help="Ask the file as it is, without what is new.")
@shared
@pass_session
def query(
    session: Session, *, sql: str, as_csv: bool, rows: int, seconds: float, as_is: bool
) -> None:
    """Ask the catalogue in SQL: one SELECT over works, tags, scores, calls and more.

    The question goes to exports/gesso.duckdb, brought up to date first. It can change nothing and
    open nothing else. Tables and views: gesso query "SHOW ALL TABLES"
    """
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        answer = _ask(studio, sql, rows=rows, seconds=seconds, as_is=as_is)
    if session.as_json:
        plain = [
            {name: _plain(one) for name, one in zip(answer.columns, row, strict=True)}
            for row in answer.rows
        ]
        document({"columns": answer.columns, "rows": plain, "whole": answer.is_whole})
    elif as_csv:
        stdout().out(csv_of(answer.columns, answer.rows), end="")
    else:
        right = [at for at, one in enumerate(answer.rows[0] if answer.rows else ()) if _counts(one)]
        table(answer.columns, [[_shown(one) for one in row] for row in answer.rows], right=right)
        if not answer.is_whole:
            say(f"There are more; these are the first {rows:,} (--rows).", style=QUIET)


def _ask(studio: Studio, sql: str, *, rows: int, seconds: float, as_is: bool) -> Any:
    return studio.exporting.query(sql, refresh=not as_is, rows=rows, seconds=seconds)


def csv_of(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> str:
    """Rows as CSV in which no text is a formula: one that would be begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(one) for one in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or _counts(value):
        return value
    text = harmless(_text(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _shown(value: Any) -> str | None:
    """A value in one line, cut where a terminal would be flooded."""
    if value is None:
        return None
    text = " ".join(_text(value).split())
    return f"{text[:_WIDEST]}…" if len(text) > _WIDEST else text


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(_plain(value), ensure_ascii=False)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _counts(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
