"""How stories and films are shown: a storyboard with times, progress, what became of a film."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gesso.cli.printing import ACCENT, QUIET, counted, document, say, span, stderr, table, title
from gesso.cli.session import Session
from gesso.core.records.codec import to_plain
from gesso.show.story.filming import Rendered
from gesso.show.story.records import TICKS, Story, Version
from gesso.show.story.timeline import Shot

_EVERY_S = 10.0


class Filming:
    """Shows how far a film is: a bar on a terminal, a line now and then elsewhere.

    Args:
        session: as JSON nothing is shown.
    """

    def __init__(self, session: Session) -> None:
        self._console = stderr()
        self._quiet = session.as_json
        self._told_at = time.monotonic()
        self._bar: Progress | None = None
        if self._console.is_terminal and not self._quiet:
            self._bar = Progress(
                TextColumn("  {task.description}"),
                BarColumn(complete_style=ACCENT, finished_style=ACCENT),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
        self._task: Any = None
        self._doing = ""

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def hear(self, doing: str, done: int, whole: int) -> None:
        """Take in how far it is."""
        if self._bar is not None:
            if doing != self._doing:
                self._doing = doing
                self._task = self._bar.add_task(doing, total=whole)
            self._bar.update(self._task, completed=done)
            return
        now = time.monotonic()
        if not self._quiet and doing == "film" and now - self._told_at >= _EVERY_S:
            self._told_at = now
            self._console.print(f"{done:,} of {whole:,} frames")


def plain(story: Story) -> dict[str, Any]:
    """A story for JSON: with the length of its film."""
    told: dict[str, Any] = to_plain(story)
    return told | {"seconds": round(story.seconds, 3)}


def show_new(session: Session, story: Story) -> None:
    """What became of a story that was made or changed."""
    if session.as_json:
        document(plain(story))
        return
    scenes = counted(len(story.scenes), "scene")
    say(f"Story {story.id}, version {story.version}: {story.title}")
    say(f"{scenes}, {span(story.seconds)}, {_heard(story)}.")
    for note in story.notes:
        say(note, style=QUIET)
    say(f"Film it with: gesso story render {story.id}", style=QUIET)


def show_deleted(session: Session, story: Story, *, taken: int, kept: int) -> None:
    """What became of a story that was deleted, and of its films."""
    if session.as_json:
        document(plain(story) | {"films_taken": taken, "films_kept": kept})
        return
    say(f"Story {story.id} is deleted: {story.title}")
    if taken:
        say(f"{counted(taken, 'film')} went with it; it gives the same again.", style=QUIET)
    if kept:
        words = f"Its {counted(kept, 'film')} stayed; take them away with --films."
        say(words, style=QUIET)
    say(f"Have it back with: gesso story restore {story.id}", style=QUIET)


def show_list(session: Session, stories: Sequence[Story], *, deleted: bool = False) -> None:
    """All stories, a line each."""
    if session.as_json:
        document([plain(story) for story in stories])
        return
    if not stories:
        yet = "No stories yet. Make one: gesso story new --favourites"
        say("No story was deleted." if deleted else yet)
        return
    rows = [
        (story.id, story.title, len(story.scenes), span(story.seconds), story.order,
         _heard(story), story.version)
        for story in stories
    ]  # fmt: skip
    headings = ("", "title", "works", "length", "order", "music", "version")
    table(headings, rows, right=(0, 2, 6))


def show_board(
    session: Session, story: Story, shots: Sequence[Shot], versions: Sequence[Version]
) -> None:
    """Every scene of a story with its time, and what was changed when."""
    if session.as_json:
        history = [{"version": one.version, "note": one.note,
                    "created_at": one.created_at.isoformat()} for one in versions]  # fmt: skip
        document(plain(story) | {"versions": history})
        return
    title(story.title)
    if story.is_deleted:
        say(f"It was deleted. Have it back with: gesso story restore {story.id}")
    frame = story.frame
    say(
        f"Version {story.version} of {versions[0].version}: {span(story.seconds)}, "
        f"{_heard(story)}, {frame.width}x{frame.height}, {frame.fps} frames a second, "
        f"on {frame.wall}."
    )
    rows = [
        (number, _clock(shot.start), f"{(shot.end - shot.start) / TICKS:.1f} s",
         shot.scene.work, shot.scene.into.kind, shot.scene.title, shot.scene.text)
        for number, shot in enumerate(shots, 1)
    ]  # fmt: skip
    table(("", "at", "for", "work", "comes by", "title", "says"), rows, right=(0, 2, 3))
    for note in story.notes:
        say(note, style=QUIET)
    if len(versions) > 1:
        told = [(one.version, f"{one.created_at:%Y-%m-%d %H:%M}", one.note) for one in versions]
        table(("version", "when (UTC)", "what"), told, right=(0,))


def show_film(session: Session, story: Story, done: Rendered) -> None:
    """Where a film lies, and how loud it is."""
    film, sound = done.film, done.sound
    if session.as_json:
        document(
            {
                "story": story.id,
                "version": story.version,
                "file": str(film.path),
                "frames": film.frames,
                "seconds": round(film.ticks / TICKS, 6),
                "bytes": film.size_bytes,
                "loudness": None if sound is None else sound.loudness,
                "true_peak": None if sound is None else sound.peak,
            }
        )
        return
    say(str(film.path))
    told = [span(film.ticks / TICKS), f"{film.size_bytes / 1e6:.1f} MB"]
    if sound is not None and sound.loudness is not None and sound.peak is not None:
        told.append(f"{sound.loudness:.1f} LUFS, true peak {sound.peak:.1f} dBTP")
    say(", ".join(told), style=QUIET)


def _heard(story: Story) -> str:
    sound = story.soundtrack
    if sound.kind == "tracks":
        return counted(len(sound.tracks), "track")
    return "a score" if sound.kind == "score" else "silent"


def _clock(ticks: int) -> str:
    seconds = ticks / TICKS
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
