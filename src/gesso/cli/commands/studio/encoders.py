"""`gesso models verify` and `quantise`: models held against their hashes, and made smaller."""

from __future__ import annotations

import shutil
from typing import Any

import click
from rich.text import Text

from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import BAD, GOOD, QUIET, counted, document, say, stderr, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.encoders.clip.model.finding import locate
from gesso.core.encoders.clip.model.folder import ModelFolder, read_folder
from gesso.core.encoders.clip.model.keeping import Held, TryOut, put_made, verify
from gesso.core.encoders.clip.reducer import REDUCERS, Reduced
from gesso.core.encoders.encoder import ENCODERS
from gesso.core.errors import DamageError, MissingExtra, UnknownItem
from gesso.core.outside.models.shelf import PART, Kept, Shelf


@click.command("verify")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@shared
@pass_session
def verify_models(session: Session, names: tuple[str, ...]) -> int:
    """Read every file of the models here and hold it against its hash.

    Without a NAME all are read, about a second a gigabyte. Ends with 3 where a file is missing or
    another than it was.
    """
    with opened(session) as studio:
        kept = _named(Shelf(studio.settings.shelf), names)
    found = [(one, verify(one)) for one in kept]
    if session.as_json:
        document({"models": [_plain(one, held) for one, held in found]})
    else:
        for one, held in found:
            _show(one, held)
        if not found:
            say("No model is on the shelf.")
    are_bad = any(file.state != "whole" for _, held in found for file in held)
    return DamageError.exit_code if are_bad else 0


@click.command("quantise")
@click.argument("model")
@click.option(
    "--to",
    "bits",
    type=click.Choice(REDUCERS.names()),
    default="int8",
    show_default=True,
    help="int8 for processors, fp16 for graphics cards.",
)
@click.option("--name", default="", help="Of the new model.  [default: MODEL-int8, MODEL-fp16]")
@shared
@pass_session
def quantise_model(session: Session, *, model: str, bits: str, name: str) -> None:
    """Make a smaller encoder of MODEL, a name on the shelf or a folder.

    MODEL stays as it is; the new one is put on the shelf beside it. Both read the same pictures
    and texts, and how well they agree is told; one that loses too much is not kept.
    """
    reduce = REDUCERS.open(bits)
    with opened(session) as studio:
        shelf = Shelf(studio.settings.shelf)
        path, old = locate(model, shelf)
        folder = read_folder(path, old.name if old else "")
        name = name or f"{folder.name}-{bits}"
        place = shelf.place(name)
        part = place.with_name(f"{place.name}{PART}")
        try:
            made = reduce(folder, part, lambda line: stderr().print(f"  {line}", style=QUIET))
            kept = put_made(made.folder, shelf, name, old.card.licence if old else "")
        finally:
            shutil.rmtree(part, ignore_errors=True)
    _tell(session, kept, made)


def tried(session: Session) -> TryOut:
    """Runs an encoder once, so that one that cannot be used is not kept."""

    def run(model: ModelFolder) -> None:
        try:
            factory: Any = ENCODERS.open("clip")
        except MissingExtra as error:
            if not session.as_json:
                say(f"It was not tried: {error.message} {error.advice}")
            return
        factory(factory.Options(model=str(model.path), device="cpu", idle_s=0)).try_out()

    return run


def _named(shelf: Shelf, names: tuple[str, ...]) -> list[Kept]:
    found = {kept.name: kept for kept in shelf.list()}
    for name in names:
        if name not in found:
            raise UnknownItem(
                f"No model '{name}' is on the shelf.",
                f"There are: {', '.join(found) or 'none'}.",
            )
    return [found[name] for name in names] if names else list(found.values())


def _show(kept: Kept, held: list[Held]) -> None:
    bad = [file for file in held if file.state != "whole"]
    if not held:
        title(f"{kept.name}: nothing to hold it against")
        say("  It was added before its files were hashed, or never pulled; add it again.")
        return
    state = Text(f"{counted(len(bad), 'file')} bad", BAD) if bad else Text("whole", GOOD)
    title(f"{kept.name}: {state.plain}, {counted(len(held), 'file')} read")
    if bad:
        table(("file", ""), [(file.path, Text(file.state, BAD)) for file in bad])
        say("  Pull or add the model again; until then its vectors cannot be trusted.")


def _plain(kept: Kept, held: list[Held]) -> dict[str, Any]:
    bad = {file.path: file.state for file in held if file.state != "whole"}
    return {"name": kept.name, "folder": str(kept.path), "files": len(held), "bad": bad}


def _tell(session: Session, kept: Kept, made: Reduced) -> None:
    if session.as_json:
        document(
            {
                "name": kept.name,
                "folder": str(kept.path),
                "cosine": dict(made.cosine),
                "left": dict(made.left),
                "before": made.before,
                "after": made.after,
            }
        )
        return
    say(f"{kept.name} is on the shelf: {kept.path}")
    table(
        ("tower", "cosine with the full one, at least", "products left"),
        [(tower, f"{made.cosine[tower]:.5f}", str(made.left[tower])) for tower in made.cosine],
        right=(1, 2),
    )
    say(f"  {made.before / 1e6:,.0f} MB became {made.after / 1e6:,.0f} MB.")
    say(
        f'Use it by model = "{kept.name}" in [encoders.clip]; its vectors are a space of their own.'
    )
