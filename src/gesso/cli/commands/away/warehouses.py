"""`gesso export ndjson|parquet|duckdb|bigquery`: the catalogue's tables, out to a warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import shared
from gesso.cli.printing import counted, document, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.collect.export.export import ExportReport
from gesso.collect.export.tables.published import published
from gesso.core.errors import StorageError
from gesso.core.records.codec import to_plain

_FULL = click.option("--full", is_flag=True, help="Everything anew, not only what has changed.")
_TO_FOLDER = click.option(
    "--to",
    "place",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder.  [default: in the studio's exports]",
)
_TO_FILE = click.option(
    "--to",
    "place",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file.  [default: exports/gesso.duckdb in the studio]",
)


@click.command()
@_TO_FOLDER
@_FULL
@shared
@pass_session
def ndjson(session: Session, place: Path | None, full: bool) -> int:
    """Write what changed as files of JSON lines, with their schemas and a manifest."""
    return _export(session, "ndjson", place, full=full)


@click.command()
@_TO_FOLDER
@_FULL
@shared
@pass_session
def parquet(session: Session, place: Path | None, full: bool) -> int:
    """Write what changed as Parquet files; needs the extra "warehouse"."""
    return _export(session, "parquet", place, full=full)


@click.command()
@_TO_FILE
@_FULL
@shared
@pass_session
def duckdb(session: Session, place: Path | None, full: bool) -> int:
    """Bring a DuckDB file up to date; needs the extra "warehouse"."""
    return _export(session, "duckdb", place, full=full)


@click.command()
@click.option("--project", metavar="ID", help="The Google project.")
@click.option("--dataset", metavar="NAME", help="The dataset; it is made when it is missing.")
@_FULL
@shared
@pass_session
def bigquery(session: Session, project: str | None, dataset: str | None, full: bool) -> int:
    """Bring a BigQuery dataset up to date; needs the extra "bigquery"."""
    over = {"project": project, "dataset": dataset}
    return _export(
        session, "bigquery", None, full=full, **{name: one for name, one in over.items() if one}
    )


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    required=True,
    help="Where the schemas go.",
)
@shared
@pass_session
def schema(session: Session, folder: Path) -> None:
    """Write the JSON Schema of every table."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in published().items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(
            f"Could not write to {folder}: {(error.strerror or '').lower()}.",
            "Name another folder with --to.",
        ) from error
    if session.as_json:
        document({"folder": str(folder), "schemas": list(published())})
    else:
        title(f"{counted(len(published()), 'schema')} in {folder}")


def _export(session: Session, name: str, place: Path | None, *, full: bool, **over: object) -> int:
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        warehouse = studio.exporting.warehouse(name, place, **over)
        report = studio.exporting.export(warehouse, full=full)
    if session.as_json:
        document(to_plain(report))
    else:
        _show(report)
    return 1 if report.refused else 0


def _show(report: ExportReport) -> None:
    rows: list[tuple[Any, ...]] = [(name, f"{count:,}") for name, count in report.rows.items()]
    changed = sum(report.rows.values())
    what = "Everything" if report.full else "What changed" if changed else "Nothing new"
    title(f"{what} is in {report.place}" if changed else f"{what} for {report.place}")
    if changed:
        table(("table", "rows"), [row for row in rows if row[1] != "0"], right=(1,))
    if report.refused:
        say()
        say(f"  {counted(report.refused, 'row')} did not fit and stayed here:")
        for one in report.refusals[:10]:
            say(f"  {one.table} {one.uid}: {one.why}")
        say("  See what is wrong with the studio: gesso check --read-data")
