"""`gesso paint`: one picture of a text, with no evaluation and no refinement."""

from __future__ import annotations

from pathlib import Path

import click

from gesso.cli.opening import opened
from gesso.cli.options import Size, shared, size_flags
from gesso.cli.printing import document, say, title
from gesso.cli.reporting import plain_work
from gesso.cli.session import Session, pass_session
from gesso.core.errors import InputError, StorageError
from gesso.core.pixels.encode import SUFFIXES

_KINDS = {suffix: kind for kind, suffix in SUFFIXES.items()} | {".jpeg": "image/jpeg"}


@click.command()
@click.argument("text")
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), metavar="S", help="Same seed, same picture."
)
@click.option("--size", type=Size(), metavar="WxH", help="Pixels: 1024x768, or 512 for a square.")
@click.option("--title", "name", default="", metavar="WORDS", help="What to call it.")
@click.option("--avoid", default="", metavar="WORDS", help="What must not be seen.")
@click.option("--painter", metavar="NAME", help="Who paints; see `gesso painters`.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Copy the picture there, too.",
)
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
@shared
@pass_session
def paint(  # noqa: PLR0917 - click hands every option over as an argument
    session: Session,
    text: str,
    seed: int | None,
    size: tuple[int, int] | None,
    name: str,
    avoid: str,
    painter: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Paint one picture of TEXT and keep it.

    --out copies it as PNG, JPEG, WebP or AVIF, by the name of the file; each carries the recipe.
    """
    if out is not None:
        _check_target(out, force)
    with opened(session, {"make.painter": painter, **size_flags(size)}) as studio:
        work = studio.make.paint(
            text, seed=studio.settings.make.seed if seed is None else seed, title=name, avoid=avoid
        )
        if out is not None:
            kind = _KINDS[out.suffix.lower()]
            _copy(studio.make.file_of(work, kind, studio.settings.make.recipe), out)
        hung = out or studio.make.hang(work)
        told = plain_work(studio, work, studio.catalogue.works.recipe(work.id), hung)
    if session.as_json:
        document(told | {"out": str(out) if out else None})
        return
    title(f"{work.title}  ·  {work.width} x {work.height}, seed {told['seed']}")
    if told["lacks"]:
        say(f"  It shows no {' and no '.join(told['lacks'])}.")
    say(f"  {hung}")


def _check_target(out: Path, force: bool) -> None:
    if out.suffix.lower() not in _KINDS:
        raise InputError(
            f"'{out}' names no kind of picture that gesso writes.",
            f"End it with one of {', '.join(_KINDS)}.",
        )
    if out.exists() and not force:
        raise InputError(f"'{out}' is there already.", "Name another file, or add --force.")
    if not out.parent.is_dir():
        raise InputError(f"There is no folder '{out.parent}'.", "Make it, or name another file.")


def _copy(data: bytes, out: Path) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise StorageError(
            f"The picture is kept, but '{out}' cannot be written: {error.strerror}.",
            "Name another file.",
        ) from error
