"""`gesso story`: works in order as a film."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gesso.cli.commands.publish.storyboard import (
    Filming,
    plain,
    show_board,
    show_deleted,
    show_film,
    show_list,
    show_new,
)
from gesso.cli.opening import opened
from gesso.cli.options import Number, Size, shared
from gesso.cli.printing import document, say
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.store.disk import Disk, write_whole
from gesso.core.errors import InputError
from gesso.search.records import Query
from gesso.show.sets import Sets
from gesso.show.story.composing.composer import StoryWish
from gesso.show.story.composing.editing import joined_by, moved, retitled, rewritten, without
from gesso.show.story.film.formats import FORMAT_NAMES, FormatName
from gesso.show.story.records import Frame, OrderName, Story
from gesso.show.story.sound.choosing import SoundWish
from gesso.studio import Studio

ORDERS = ("flow", "arc", "light", "chronological", "manual", "llm")
CHANGES = ("blocks", "dissolve", "cut", "between")
MOVES = ("towards", "away", "still")
_MANY = 24
"""Works of a story where nobody says how many."""

_VERSION = click.option("--version", type=Number(), help="As it was, not as it is.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(FORMAT_NAMES), default="mp4", show_default=True,
    help="mp4: H.264, AAC. webm: VP9, Opus. av1: AV1, Opus.",
)  # fmt: skip


@click.group()
def story() -> None:
    """Turn works into a short film, with music, labels and credits."""


@story.command()
@click.option("--work", "works", multiple=True, type=Number(), help="This work; repeat it.")
@click.option("--favourites", is_flag=True, help="The works that you marked.")
@click.option("--set", "board", type=Number(), help="The works of a set.")
@click.option("--search", "words", default="", metavar="WORDS", help="What a search finds.")
@click.option("--limit", default=_MANY, show_default=True, type=click.IntRange(1, 500),
              metavar="N", help="Of favourites or a search, so many.")  # fmt: skip
@click.option(
    "--title", default="", metavar="WORDS", help="Default: what the works have in common."
)
@click.option("--subtitle", default="", metavar="WORDS", help="Below the title.")
@click.option("--order", type=click.Choice(ORDERS), default="flow", show_default=True,
              help="How they follow one another.")  # fmt: skip
@click.option("--hold", default=5.0, show_default=True, type=float, metavar="SECONDS",
              help="For each picture; it ends on the nearest beat.")  # fmt: skip
@click.option("--into", type=click.Choice(CHANGES), default="blocks", show_default=True,
              help="How pictures come.")  # fmt: skip
@click.option("--into-seconds", "into_s", type=float, metavar="SECONDS", help="For how long.")
@click.option("--move", type=click.Choice(MOVES), default="towards", show_default=True,
              help="Of pictures, as to the place where the eye goes.")  # fmt: skip
@click.option("--music", type=click.Choice(("auto", "score", "none")), default="auto",
              show_default=True, help="Tracks that fit, a score, or silence.")  # fmt: skip
@click.option("--track", "tracks", multiple=True, type=Number(),
              help="This track; repeat it.")  # fmt: skip
@click.option("--loudness", default=-16.0, show_default=True, type=float, metavar="LUFS",
              help="-16 for the web, -23 for broadcasting.")  # fmt: skip
@click.option("--size", type=Size(), default="960x540", show_default=True, help="Pixels.")
@click.option("--fps", default=24, show_default=True, type=int, metavar="N",
              help="Frames a second.")  # fmt: skip
@click.option("--wall", type=click.Choice(("chalk", "gray", "nocturne")), default="nocturne",
              show_default=True, help="What the pictures hang on.")  # fmt: skip
@click.option("--captions", type=click.Choice(("burnt", "vtt", "both", "none")), default="burnt",
              show_default=True, help="Labels on the wall, or beside the film.")  # fmt: skip
@click.option("--llm", "asks", is_flag=True, help="Ask the llm of [story] llm for the words.")
@click.option("--no-title", "bare", is_flag=True, help="No title before.")
@click.option("--no-credits", "silent", is_flag=True, help="No credits after.")
@shared
@pass_session
def new(session: Session, /, **wished: Any) -> None:
    """Put a story together of works: by number, your favourites, a set, or a search."""
    width, height = wished["size"]
    wish = StoryWish(
        title=wished["title"],
        subtitle=wished["subtitle"],
        order=wished["order"],
        hold=wished["hold"],
        into=wished["into"],
        into_s=wished["into_s"],
        move=wished["move"],
        sound=SoundWish(wished["music"], wished["tracks"], wished["loudness"]),
        frame=Frame(width, height, wished["fps"], wished["wall"], wished["captions"]),
        asks=wished["asks"],
        has_title=not wished["bare"],
        has_credits=not wished["silent"],
    )
    with opened(session, must_exist=True) as studio:
        works = _chosen(studio, wished)
        made = studio.stories.new(works, wish)
    show_new(session, made)


@story.command(name="list")
@click.option("--deleted", is_flag=True, help="Those that were deleted, instead.")
@shared
@pass_session
def list_(session: Session, *, deleted: bool) -> None:
    """List the stories, the one that was changed last first."""
    with opened(session, looks=True) as studio:
        stories = list(studio.stories.all(deleted=deleted))
    show_list(session, stories, deleted=deleted)


@story.command()
@click.argument("number", type=Number())
@click.option("--films", is_flag=True, help="Delete the films that were made of it, too.")
@shared
@pass_session
def delete(session: Session, number: int, *, films: bool) -> None:
    """Take a story out of the list; it can be had back, with all its versions."""
    with opened(session, must_exist=True) as studio:
        before = len(studio.stories.films(number))
        gone = studio.stories.delete(number, films=films)
        kept = len(studio.stories.films(number))
    show_deleted(session, gone, taken=before - kept, kept=kept)


@story.command()
@click.argument("number", type=Number())
@shared
@pass_session
def restore(session: Session, number: int) -> None:
    """Have a deleted story back, as it was."""
    with opened(session, must_exist=True) as studio:
        back = studio.stories.restore(number)
    show_new(session, back)


@story.command()
@click.argument("number", type=Number())
@_VERSION
@shared
@pass_session
def show(session: Session, number: int, version: int | None) -> None:
    """Show the scenes of a story with their times, what is heard, and its versions."""
    with opened(session, looks=True) as studio:
        found = studio.stories.get(number, version)
        show_board(session, found, studio.stories.shots(found), studio.stories.versions(number))


@story.command()
@click.argument("number", type=Number())
@click.option("--by", type=click.Choice(ORDERS), default="flow", show_default=True)
@click.option("--works", default="", metavar="N,N,...", help="The order itself.")
@shared
@pass_session
def order(session: Session, number: int, by: OrderName, works: str) -> None:
    """Put the works of a story in another order; that is a new version of it."""
    wished = _numbers(works)
    with opened(session, must_exist=True) as studio:
        found = studio.stories.get(number)
        changed = studio.stories.reorder(found, "manual" if wished else by, wished)
    show_new(session, changed)


@story.command()
@click.argument("number", type=Number())
@click.option("--title", metavar="WORDS", help="Of the story, or of a scene's label.")
@click.option("--subtitle", metavar="WORDS", help="Below the title.")
@click.option("--scene", type=int, metavar="N", help="Which is changed, from 1.")
@click.option("--line", metavar="WORDS", help="On its label: by whom, when.")
@click.option("--text", metavar="WORDS", help="On its label: what is to be said.")
@click.option("--hold", type=float, metavar="SECONDS", help="How long it is shown.")
@click.option("--into", type=click.Choice(CHANGES), help="How it comes.")
@click.option("--into-seconds", "into_s", type=float, metavar="SECONDS", help="For how long.")
@click.option("--move", type=click.Choice(MOVES), help="How it moves.")
@click.option("--focal", metavar="X,Y", help="Where the eye goes, 0 to 1 each.")
@click.option("--to", type=int, metavar="PLACE", help="Put the scene there.")
@click.option("--remove", is_flag=True, help="Take the scene out.")
@click.option("--add", multiple=True, type=Number(), metavar="WORK", help="Add a work at the end.")
@click.option("--music", type=click.Choice(("auto", "score", "none")), help="Another soundtrack.")
@click.option("--track", "tracks", multiple=True, type=Number(), help="Of this track.")
@shared
@pass_session
def edit(session: Session, /, number: int, **told: Any) -> None:
    """Change a story; what it was stays as a version."""
    with opened(session, must_exist=True) as studio:
        found = studio.stories.get(number)
        changed = _edited(studio, found, told)
        if told["music"] or told["tracks"]:
            wish = SoundWish(told["music"] or "auto", told["tracks"], found.soundtrack.loudness)
            kept = studio.stories.resound(changed, wish)
        elif changed == found:
            raise InputError(
                "Nothing was said that would change it.", "See: gesso story edit --help"
            )
        else:
            kept = studio.stories.keep(changed, "edited")
    show_new(session, kept)


@story.command()
@click.argument("number", type=Number())
@_VERSION
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes.")
@click.option("--sheet", is_flag=True, help="A picture of every scene and transition, as PNG.")
@shared
@pass_session
def preview(
    session: Session, number: int, version: int | None, out: Path | None, sheet: bool
) -> None:
    """Film a story small and quickly, or draw its scenes on one sheet."""
    with opened(session, must_exist=True) as studio:
        found = studio.stories.get(number, version)
        if sheet:
            place = out or studio.stories.folder_of(found) / f"version-{found.version}.sheet.png"
            data = studio.stories.sheet(found)
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(Disk(), place, data)
            document({"file": str(place)}) if session.as_json else say(str(place))
            return
        with Filming(session) as filming:
            done = studio.stories.preview(found, out, heard=filming.hear)
    show_film(session, found, done)


@story.command()
@click.argument("number", type=Number())
@_VERSION
@_FORMAT
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes.")
@shared
@pass_session
def render(
    session: Session, number: int, version: int | None, form: FormatName, out: Path | None
) -> None:
    """Film a story. The same version gives the same bytes."""
    with opened(session, must_exist=True) as studio:
        found = studio.stories.get(number, version)
        with Filming(session) as filming:
            done = studio.stories.render(found, out, form, heard=filming.hear)
        if found.frame.captions in ("vtt", "both"):
            beside = done.film.path.with_suffix(".vtt")
            write_whole(Disk(), beside, studio.stories.captions(found).encode())
    show_film(session, found, done)


@story.command()
@click.argument("number", type=Number())
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@_VERSION
@click.option("--format", "forms", multiple=True, type=click.Choice(FORMAT_NAMES),
              help="Repeat it for several.  [default: mp4]")  # fmt: skip
@shared
@pass_session
def export(
    session: Session,
    number: int,
    folder: Path | None,
    version: int | None,
    forms: tuple[FormatName, ...],
) -> None:
    """Write films, poster, captions, credits and the story itself into FOLDER."""
    with opened(session, must_exist=True) as studio:
        found = studio.stories.get(number, version)
        with Filming(session) as filming:
            files = studio.stories.export(found, folder, forms or ("mp4",), heard=filming.hear)
    if session.as_json:
        document({"story": plain(found), "files": [str(path) for path in files]})
        return
    for path in files:
        say(str(path))


def _chosen(studio: Studio, wished: dict[str, Any]) -> list[int]:
    """The works that were meant, by whatever way."""
    found = list(wished["works"])
    limit = wished["limit"]
    if wished["favourites"]:
        page = studio.catalogue.works.page(limit=limit, favourite=True, order="oldest")
        found += [work.id for work in page.works]
        if not page.works:
            raise InputError("You have marked no favourites yet.", "Name works: --work 12")
    if wished["board"] is not None:
        found += _of_set(Sets(lambda: studio.catalogue), wished["board"])
    if wished["words"]:
        answer = studio.search.find(Query(words=wished["words"], limit=limit))
        found += [hit.work.id for hit in answer.hits if hit.work.has_original]
        if not answer.hits:
            raise InputError(
                f"The search for '{wished['words'][:80]}' found nothing.", "Try other words."
            )
    if not found:
        raise InputError(
            "Which works?",
            "Name them: --work 12 --work 15, --favourites, --set 1, or --search WORDS",
        )
    return found


def _of_set(sets: Sets, number: int) -> list[int]:
    board = sets.get(number)
    held = [] if board.is_deleted else sets.works(number)
    if not held:
        raise InputError(f"The set '{board.name}' holds no works.", "Name works: --work 12")
    return held


def _edited(studio: Studio, found: Story, told: dict[str, Any]) -> Story:
    changed = found
    if told["add"]:
        changed = joined_by(changed, studio.stories.scenes_for(told["add"], changed))
    number = told["scene"]
    if number is None:
        alone = [name for name in ("line", "text", "hold", "into", "move", "focal", "to") if
                 told[name] is not None]  # fmt: skip
        if alone or told["remove"]:
            name = alone[0] if alone else "remove"
            raise InputError(f"--{name} of which scene?", "Name it: --scene 3")
        if told["title"] is not None or told["subtitle"] is not None:
            changed = retitled(changed, told["title"], told["subtitle"])
        return changed
    if told["remove"]:
        return without(changed, number)
    told = told | {"focal": None if told["focal"] is None else _place(told["focal"])}
    names = ("title", "line", "text", "hold", "into", "into_s", "move", "focal")
    if any(told[name] is not None for name in names):
        changed = rewritten(changed, number, {name: told[name] for name in names})
    return changed if told["to"] is None else moved(changed, number, told["to"])


def _numbers(words: str) -> list[int]:
    try:
        return [int(part) for part in words.replace(" ", "").split(",") if part]
    except ValueError as error:
        raise InputError(
            f"'{words[:80]}' is no order.", "Write the numbers of the works: --works 3,1,2"
        ) from error


def _place(words: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in words.split(","))
    except ValueError as error:
        raise InputError(
            f"'{words[:40]}' is no place.", "Write it as two shares: --focal 0.4,0.3"
        ) from error
    return x, y
