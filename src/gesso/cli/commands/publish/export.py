"""`gesso export`: kept works out of the studio, under names that a person can read.

The same word takes the catalogue's tables out: `gesso export ndjson`, and the others of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gesso.cli.commands.away.warehouses import bigquery, duckdb, ndjson, parquet, schema
from gesso.cli.commands.publish.signing import open_signer
from gesso.cli.opening import opened
from gesso.cli.options import Number, shared
from gesso.cli.printing import counted, document, say, title
from gesso.cli.session import Session, pass_session
from gesso.make.hanging.export import Choice, Exported, Exporter, ExportOptions, chosen
from gesso.studio import SOFTWARE


@click.command("export")
@click.argument("works", type=Number(), metavar="[WORK]...", nargs=-1)
@click.option("--run", "runs", metavar="ID", multiple=True, help="All that this run kept.")
@click.option("--favourites", is_flag=True, help="All works that are marked.")
@click.option("--all", "everything", is_flag=True, help="All kept works.")
@click.option("--strip", is_flag=True, help="Take every word out; the source type stays.")
@click.option("--sign", is_flag=True, help='Seal made works with C2PA; needs the extra "c2pa".')
@click.option("--overwrite", is_flag=True, help="Take the place of files that are there.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Where the copies go.",
)
@shared
@pass_session
def pictures(
    session: Session,
    *,
    works: tuple[int, ...],
    runs: tuple[str, ...],
    favourites: bool,
    everything: bool,
    strip: bool,
    sign: bool,
    overwrite: bool,
    folder: Path,
) -> None:
    """Copy kept works into a folder, under their titles.

    A WORK is the number that `gesso runs show` tells. What lies in the studio stays as it is.
    The catalogue's tables go out by the commands below.
    """
    # To seal makes the studio's keys; a plain copy only looks.
    with opened(session, must_exist=True, looks=not sign) as studio:
        signer = open_signer(studio) if sign else None
        wanted = chosen(studio.catalogue, Choice(works, runs, favourites, everything))
        options = ExportOptions(strip, overwrite, SOFTWARE)
        exporter = Exporter(studio.catalogue, options, signer, studio.stop)
        found = list(exporter.export(wanted, folder))
    root = signer.root_path if signer else None
    if session.as_json:
        document(
            {
                "folder": str(folder),
                "root": str(root) if root else None,
                "works": [_plain(one) for one in found],
            }
        )
    else:
        _show(found, folder, root)


class Export(click.Group):
    """Works by number or option, or the tables of the catalogue by the name of a warehouse.

    Args:
        pictures: the command that copies works.
        tables: the commands that take tables out, told by the first word.
    """

    allow_interspersed_args = True

    def __init__(self, pictures: click.Command, tables: Sequence[click.Command]) -> None:
        super().__init__(
            "export",
            commands={command.name or "": command for command in tables},
            params=pictures.params,
            callback=pictures.callback,
            help=pictures.help,
            invoke_without_command=True,
            no_args_is_help=False,
            subcommand_metavar="| TABLES [OPTIONS]",
        )
        self._pictures = pictures

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a first word; a number is a work."""
        found = super().get_command(ctx, cmd_name)
        return self._pictures if found is None and cmd_name.isdigit() else found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave the words of a warehouse to its command."""
        if args and args[0] in self.commands:
            ctx.args = args
            return args
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is meant."""
        if not (ctx.args and ctx.args[0] in self.commands):
            return click.Command.invoke(self, ctx)
        command = self.commands[ctx.args[0]]
        with command.make_context(command.name, ctx.args[1:], parent=ctx) as below:
            return command.invoke(below)


export = Export(pictures, (ndjson, parquet, duckdb, bigquery, schema))


def _plain(one: Exported) -> dict[str, Any]:
    return {
        "work": one.work.id,
        "title": one.work.title,
        "file": str(one.path),
        "sealed": one.is_sealed,
        "parents": one.parents,
        "note": one.note,
    }


def _show(found: list[Exported], folder: Path, root: Path | None) -> None:
    title(f"{counted(len(found), 'work')} in {folder}")
    for one in found:
        sealed = ", sealed" if one.is_sealed else ""
        if one.parents:
            sealed += f" over {counted(one.parents, 'earlier picture')}"
        say(f"  {one.path.name}{sealed}")
        if one.note:
            say(f"    {one.note}")
    if any(one.is_sealed for one in found) and root:
        say()
        say(f"  Whoever shall trust these seals needs the certificate {root}")
