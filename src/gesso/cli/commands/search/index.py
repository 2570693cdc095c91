"""`gesso index`: indexes over the works' vectors, built, verified, switched, rolled back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import shared
from gesso.cli.printing import BAD, GOOD, QUIET, counted, document, say, span, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.indexes.found import GenerationLine
from gesso.core.records.codec import to_plain
from gesso.search.embedding.importing import Importer
from gesso.search.embedding.spaces import OpenSpace
from gesso.studio import Studio

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def index() -> None:
    """Look after the indexes that searches ask.

    An index is made of the works' vectors and can be made again at any time; nothing is lost with
    one. Up to three generations of it are kept, so that a new one can be taken back.
    """


def _of_a_space(command: Command) -> Command:
    return click.option("--encoder", default="", metavar="NAME",
                        help="Of this encoder's space.  [default: search's]")(command)  # fmt: skip


@index.command()
@_of_a_space
@click.option("--kind", metavar="KIND", help="Of this kind.  [default: what suits the number]")
@shared
@pass_session
def build(session: Session, encoder: str, kind: str | None) -> None:
    """Build a new generation, check it against the vectors, and let it serve."""
    with opened(session, must_exist=True) as studio:
        space = _space(studio, encoder)
        line = space.index.build(kind) if kind else space.index.build()
    if session.as_json:
        document(to_plain(line))
        return
    say(
        f"Generation {line.number} of '{space.name}' serves: {counted(line.count, 'vector')}, "
        f"{line.kind}, built in {span(line.build_s)}."
    )
    say(_recall(line), style=QUIET)


@index.command()
@_of_a_space
@shared
@pass_session
def verify(session: Session, encoder: str) -> int:
    """Read every byte of the vectors and of all generations, and ask the test questions again."""
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        space = _space(studio, encoder)
        verdict = space.index.verify()
    is_well = not verdict.degraded and not verdict.damaged
    if session.as_json:
        document(to_plain(verdict) | {"well": is_well})
        return 0 if is_well else 1
    if is_well:
        say(f"All is well: {counted(verdict.vectors, 'vector')}, "
            f"{counted(len(verdict.generations), 'generation')}.", style=GOOD)  # fmt: skip
    else:
        say(f"Not well: {verdict.degraded or 'vectors are damaged'}.", style=BAD)
    if verdict.damaged:
        some = ", ".join(str(work) for work in verdict.damaged[:10])
        say(f"Damaged vectors of {counted(len(verdict.damaged), 'work')}: {some}.")
        say(f"They are made again with: gesso encode --encoder {space.name}")
    _tell(verdict.generations)
    return 0 if is_well else 1


@index.command()
@_of_a_space
@shared
@pass_session
def compact(session: Session, encoder: str) -> None:
    """Give room back that vectors of replaced and removed works take on the disk."""
    with opened(session, must_exist=True) as studio:
        space = _space(studio, encoder)
        freed = space.index.compact()
        state = space.index.state()
    if session.as_json:
        document(to_plain(freed) | {"state": to_plain(state)})
        return
    if not freed.freed_bytes:
        say("There is no room to give back: more than half of each file of vectors is in use.")
        return
    say(f"{freed.freed_bytes / 1e6:.1f} MB are free now; {counted(freed.moved, 'vector')} moved.")
    if state.generation is not None:
        say(f"Generation {state.generation} was built of what is left, and serves.", style=QUIET)


@index.command("list")
@_of_a_space
@shared
@pass_session
def list_(session: Session, encoder: str) -> None:
    """Show how the space stands, and its generations."""
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        space = _space(studio, encoder)
        state, lines = space.index.state(), space.index.generations()
        known, missing = studio.search.coverage.of(space, studio.search.columns.state())
        about = space.encoder.space
    if session.as_json:
        told: dict[str, Any] = {"space": about.id, "encoder": space.name, "knows": about.knows}
        told |= {"embedded": len(known), "missing": len(missing), "state": to_plain(state)}
        document(told | {"generations": [to_plain(line) for line in lines]})
        return
    title(f"{space.name}: {about.id}")
    say(about.knows)
    say(f"{counted(len(known), 'work')} embedded, {len(missing):,} missing; "
        f"{state.tail:,} came after the index.")  # fmt: skip
    if state.degraded:
        say(f"Not well: {state.degraded}", style=BAD)
    if missing.size:
        say(f"Embed them with: gesso encode --encoder {space.name}", style=QUIET)
    if state.wants_build:
        say("A new index would be faster: gesso index build", style=QUIET)
    _tell(lines)


@index.command()
@click.argument("number", type=int)
@_of_a_space
@shared
@pass_session
def use(session: Session, number: int, encoder: str) -> None:
    """Let generation NUMBER serve, once it has been checked."""
    with opened(session, must_exist=True) as studio:
        space = _space(studio, encoder)
        line = space.index.use(number)
    _served(session, space, line)


@index.command()
@_of_a_space
@shared
@pass_session
def rollback(session: Session, encoder: str) -> None:
    """Let the generation before the serving one serve again."""
    with opened(session, must_exist=True) as studio:
        space = _space(studio, encoder)
        line = space.index.rollback()
    _served(session, space, line)


@index.command("import")
@click.argument("vectors", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("whose", type=click.Path(dir_okay=False, path_type=Path))
@_of_a_space
@click.option("--unchecked", is_flag=True, help="Do not hold some against the encoder's own.")
@shared
@pass_session
def import_(session: Session, vectors: Path, whose: Path, encoder: str, *, unchecked: bool) -> None:
    """Bring in VECTORS (a FAISS index, or .npy) of the works that WHOSE names.

    WHOSE is a line of JSON for each vector, {"file": "ship.jpg"} or {"work": 12}, or a .npy of
    the works' numbers.
    """
    with opened(session, must_exist=True) as studio:
        space = _space(studio, encoder)
        importer = Importer(studio.catalogue)
        told = importer.bring(space, vectors, whose, is_checked=not unchecked)
    if session.as_json:
        document(to_plain(told))
        return
    say(f"{counted(told.taken, 'vector')} brought into the space of '{space.name}'.")
    if told.is_rounded:
        advice = "gesso encode makes better ones of the pictures."
        say(f"The file keeps its vectors only roughly ({told.kind}): {advice}", style=QUIET)
    if told.alike is not None:
        say(f"Beside the encoder's own they are {told.alike:.3f} alike.", style=QUIET)
    if told.unknown_count:
        some = ", ".join(told.unknown)
        say(f"{counted(told.unknown_count, 'line')} named no work of the catalogue: {some}")


def _space(studio: Studio, encoder: str) -> OpenSpace:
    return studio.searching.open(encoder or studio.searching.default)


def _served(session: Session, space: OpenSpace, line: GenerationLine) -> None:
    if session.as_json:
        document(to_plain(line))
    else:
        say(f"Generation {line.number} of '{space.name}' serves now.")


def _recall(line: GenerationLine) -> str:
    return (
        f"Of the true ten nearest it finds {line.recall_pictures:.1%} for pictures and "
        f"{line.recall_words:.1%} for words."
    )


def _tell(lines: tuple[GenerationLine, ...]) -> None:
    if not lines:
        say("No index was built yet; every vector is compared, which is exact.", style=QUIET)
        return
    say()
    table(
        ("", "number", "kind", "vectors", "built", "took", "recall", "size", "trouble"),
        [
            (
                "serves" if line.is_current else "",
                line.number,
                line.kind,
                f"{line.count:,}",
                datetime.fromtimestamp(line.built_at, UTC).strftime("%Y-%m-%d %H:%M"),
                span(line.build_s),
                f"{line.recall_pictures:.3f} / {line.recall_words:.3f}",
                f"{line.size_bytes / 1e6:.1f} MB",
                line.trouble,
            )
            for line in lines
        ],
        right=(1, 3, 5, 7),
    )
