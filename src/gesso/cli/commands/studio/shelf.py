"""`gesso models pull` and `add`: models that run on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from gesso.cli.commands.studio.encoders import tried
from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import ACCENT, GOOD, QUIET, document, say, stderr, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.encoders.clip.model import keeping as encoders
from gesso.core.encoders.clip.model.folder import looks_like_encoder
from gesso.core.errors import InputError
from gesso.core.outside.models.fetching import Offer, TellPull
from gesso.core.outside.models.hub import HUBS, Hub
from gesso.core.outside.models.shelf import ENCODER, Kept, Shelf
from gesso.make.painters.diffusers import pulling as pipelines
from gesso.studio import Studio, built

HUB = "huggingface"


@click.command("pull")
@click.argument("name")
@click.option("--revision", default="", metavar="REV", help="A branch, a tag or a commit.")
@click.option(
    "--variant",
    default="fp16",
    show_default=True,
    help="Of a painter's weights, where the model has it; 'none' for the plain ones.",
)
@click.option("--base-url", default="", metavar="URL", help="Another address of the hub.")
@click.option("--yes", is_flag=True, help="Do not ask before fetching.")
@shared
@pass_session
def pull_model(
    session: Session, *, name: str, revision: str, variant: str, base_url: str, yes: bool
) -> None:
    """Fetch the model NAME (owner/name) from the Hugging Face hub: a painter or an encoder.

    Its size and its licence are told first. What was broken off goes on where it stopped when the
    model is pulled again; every large file is held against its hash.
    """
    if session.as_json and not yes:
        raise click.UsageError("With --json nobody can be asked: add --yes.")
    with opened(session) as studio:
        hub = _hub(studio, base_url)
        found = _offer(hub, name, revision, "" if variant == "none" else variant)
        if not session.as_json:
            _show(found, studio.settings.shelf)
        if not (yes or click.confirm("Fetch it?", err=True)):
            say("Nothing was fetched.")
            return
        shelf = Shelf(studio.settings.shelf)
        with _watched(stderr(), found) as tell:
            if encoders.has_encoder(found.listing):
                kept = encoders.pull(hub, found, shelf, tell, tried(session))
            else:
                kept = pipelines.pull(hub, found, shelf, tell)
    _tell(session, kept)


@click.command("add")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="", help="What it is called.  [default: the folder's name]")
@click.option("--licence", default="", metavar="TEXT", help="Under which you have it.")
@shared
@pass_session
def add_model(session: Session, *, folder: Path, name: str, licence: str) -> None:
    """Put the painter or encoder in FOLDER on the shelf; it stays where it is.

    An encoder is run once, and its files are hashed: so long as they stay the same, vectors that
    were made with it can be compared.
    """
    with opened(session) as studio:
        shelf = Shelf(studio.settings.shelf)
        path = folder.expanduser()
        if looks_like_encoder(path):
            kept = encoders.register(folder, shelf, tried(session), name=name, licence=licence)
        elif path.is_dir() and not pipelines.looks_like_pipeline(path):
            raise InputError(
                f"'{folder}' is neither a painter nor an encoder.",
                "Name the folder that holds model_index.json (a painter of diffusers), or "
                "visual/model.onnx and textual/model.onnx (an encoder).",
            )
        else:
            kept = pipelines.register(folder, shelf, name, licence)
    _tell(session, kept)


def shelved(folder: Path) -> list[dict[str, Any]]:
    """The models on the shelf in a folder, as plain values."""
    return [plain(kept) for kept in Shelf(folder).list()]


def show_shelf(rows: list[dict[str, Any]]) -> None:
    """A table of the models on the shelf."""
    title("On this machine")
    table(
        ("model", "is a", "size", "licence", "revision", "folder"),
        [
            (
                row["name"],
                _KINDS.get(row["kind"], row["kind"]),
                size_in_words(row["size"]),
                row["licence"] or "not known",
                row["revision"][:12],
                row["folder"],
            )
            for row in rows
        ],
        right=(2,),
    )


def plain(kept: Kept) -> dict[str, Any]:
    """A model on the shelf as plain values."""
    card = kept.card
    return {
        "name": card.name,
        "kind": card.kind,
        "folder": str(kept.path),
        "hub": card.hub,
        "revision": card.revision,
        "licence": card.licence,
        "size": card.size,
        "added_at": card.added_at,
    }


def size_in_words(count: int) -> str:
    """Bytes as people say them: "351.1 MB"."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count / 1e3:.0f} kB"


_KINDS = {"pipeline": "painter"}


def _hub(studio: Studio, base_url: str) -> Hub:
    wishes = {"api_key": studio.settings.keys.huggingface or "", "base_url": base_url}
    return built(HUBS.open(HUB), HUB, wishes, studio.desk(""))


def _offer(hub: Hub, name: str, revision: str, variant: str) -> Offer:
    listing = hub.look(name, revision)
    if encoders.has_encoder(listing):
        return encoders.offer(listing)
    return pipelines.offer_of(hub, listing, variant=variant)


def _show(found: Offer, shelf: Path) -> None:
    listing = found.listing
    title(listing.name)
    rows = [
        ("is", "an encoder" if encoders.has_encoder(listing) else "a painter"),
        ("size", f"{size_in_words(found.size)} in {len(found.files)} files"),
        ("licence", listing.licence or "none is named: ask its owner before you publish"),
        ("terms", "its owner asks for an agreement first" if listing.is_gated else ""),
        ("revision", listing.revision),
        ("goes to", str(shelf)),
    ]
    table(("", ""), [row for row in rows if row[1]])
    say()


@contextmanager
def _watched(console: Console, found: Offer) -> Iterator[TellPull]:
    """Show how far it is, on a terminal."""
    columns = (
        TextColumn("  {task.description}", style=QUIET),
        BarColumn(34, complete_style=ACCENT, finished_style=GOOD),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with progress:
        task = progress.add_task("", total=found.size)

        def tell(path: str, done: int) -> None:
            progress.update(task, completed=done, description=path)

        yield tell


def _tell(session: Session, kept: Kept) -> None:
    if session.as_json:
        document(plain(kept))
        return
    say(f"{kept.name} is on the shelf: {kept.path}")
    if kept.card.kind == ENCODER:
        say("Look at works with it: gesso encode --encoder clip. To search with it, put")
        say('encoder = "clip" in [search] of gesso.toml.')
        say(f'model = "{kept.name}" in [encoders.clip] names it, where there are several.')
        return
    say(f'Paint with it: gesso make "..." --painter diffusers, and model = "{kept.name}"')
    say("in [painters.diffusers] of gesso.toml (not needed while it is the only one).")
