"""`gesso music`: sounds in the catalogue, and the music that fits a picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from gesso.cli.commands.files import read_data
from gesso.cli.commands.search.learning import evaluate, learn, pair, promote, rollback
from gesso.cli.opening import opened
from gesso.cli.options import Number, shared
from gesso.cli.printing import QUIET, counted, document, say, span, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.errors import Interrupted
from gesso.core.pixels.decode import decode
from gesso.core.sound.decoder import SoundLimits
from gesso.core.sound.records import Track
from gesso.show.music.adding import Added, add_all, sounds_in
from gesso.show.music.records import TrackMatch, WorkMatch
from gesso.show.music.telling import plain_track, plain_track_match, plain_work_match

_WORK = re.compile(r"work:(\d{1,12})")
_TRACK = re.compile(r"track:(\d{1,12})")


@click.group()
def music() -> None:
    """Keep sounds, match them with pictures, and learn from your own pairs."""


for _command in (pair, learn, evaluate, promote, rollback):
    music.add_command(_command)


@music.command()
@click.argument("place", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--title", default="", metavar="WORDS", help="What a single file is called.")
@click.option("--artist", default="", metavar="NAME", help="By whom they are.")
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="A mood or a genre of all.")
@click.option("--licence", "--license", "licence", default="", metavar="NAME",
              help="What they are under: CC-BY-4.0.")  # fmt: skip
@click.option("--credit", default="", metavar="LINE", help="How they want to be named.")
@shared
@pass_session
def add(session: Session, /, place: Path, **told: Any) -> int:
    """Take the sounds of FOLDER in: MP3, Ogg, Opus, FLAC, WAV, M4A. Each is kept once."""
    paths = sounds_in(place)
    facts = TrackFacts(**told)
    with opened(session) as studio:
        done = []
        for added in add_all(studio.catalogue, paths, facts, studio.stop, SoundLimits()):
            done.append(added)
            if not session.as_json:
                _tell(added)
    failed = sum(one.track is None for one in done)
    fresh = sum(one.is_new for one in done)
    if session.as_json:
        document([_plain_added(one) for one in done])
    else:
        line = [f"{counted(fresh, 'track')} came in"]
        known = len(done) - fresh - failed
        line += [f"{counted(known, 'was', 'were')} here already"] if known else []
        line += [f"{counted(failed, 'was', 'were')} passed over"] if failed else []
        say(", ".join(line) + ".")
    if len(done) < len(paths):
        raise Interrupted(
            f"{counted(len(paths) - len(done), 'file')} still to come.",
            f"Go on with: gesso music add {place}",
        )
    return 1 if failed else 0


@music.command(name="list")
@shared
@pass_session
def list_(session: Session) -> None:
    """List the tracks."""
    with opened(session, looks=True) as studio:
        tracks = studio.catalogue.tracks.list()
    if session.as_json:
        document([plain_track(track) for track in tracks])
        return
    if not tracks:
        say("No tracks yet. Add some: gesso music add FOLDER")
        return
    rows = [
        (
            track.id,
            track.name,
            track.artist,
            span(track.hearing.seconds),
            track.hearing.key or None,
            _bpm(track),
            _level(track),
            track.licence,
        )
        for track in tracks
    ]
    table(("", "title", "artist", "length", "key", "bpm", "LUFS", "licence"), rows, right=(0, 5, 6))


@music.command()
@click.argument("number", type=Number())
@shared
@pass_session
def show(session: Session, number: int) -> None:
    """Show what is heard in a track, and whose it is."""
    with opened(session, looks=True) as studio:
        track = studio.catalogue.tracks.get(number)
        where = studio.catalogue.tracks.path_of(track)
    if session.as_json:
        document(plain_track(track) | {"path": None if where is None else str(where)})
        return
    heard = track.hearing
    title(track.line)
    if not heard.is_music:
        say("Neither a pulse nor clear pitches: it has no mood, and is matched with nothing.")
    rows = [
        ("length", span(heard.seconds)),
        ("key", heard.key or "none"),
        (
            "tempo",
            f"{_bpm(track)} bpm, sure to {heard.tempo_sureness:.0%}" if heard.tempo else "none",
        ),
        ("onsets", f"{heard.onsets:.1f} a second"),
        ("loudness", f"{_level(track)} LUFS" if heard.loudness is not None else "silent"),
        ("true peak", f"{heard.peak:.1f} dBTP" if heard.peak is not None else "silent"),
        ("brightness", f"{heard.brightness:,.0f} Hz"),
        ("valence", f"{track.mood.valence:+.2f} (sad -1, glad 1)"),
        ("arousal", f"{track.mood.arousal:+.2f} (calm -1, stirring 1)"),
        ("file", f"{track.media_type}, {track.codec}, {track.rate:,} Hz, {track.channels} ch"),
        ("tags", ", ".join(track.tags) or "none"),
    ]
    table(("", ""), [*rows, *([("damaged", "in parts")] if track.is_damaged else [])])


@music.command()
@click.argument("wanted", metavar="FILE|work:N|track:N")
@click.option("--count", default=5, show_default=True, type=click.IntRange(1, 100), metavar="N")
@shared
@pass_session
def match(session: Session, wanted: str, count: int) -> None:
    """Find the tracks for a picture (a file, or work:12), or the works for track:3."""
    with opened(session, looks=True) as studio:
        if found := _TRACK.fullmatch(wanted):
            _show_works(session, studio.music.for_track(int(found[1]), count))
            return
        if found := _WORK.fullmatch(wanted):
            matches = studio.music.for_work(int(found[1]), count)
        else:
            picture = decode(read_data(Path(wanted)), name=Path(wanted).name).picture
            words = " ".join(re.split(r"[-_.\d]+", Path(wanted).stem))
            matches = studio.music.for_picture(picture, words, count)
    _show_tracks(session, matches)


def _show_tracks(session: Session, matches: list[TrackMatch]) -> None:
    if session.as_json:
        document([plain_track_match(one) for one in matches])
        return
    rows = [(one.track.id, one.track.line, f"{one.score:.2f}", one.reason) for one in matches]
    table(("", "track", "fits", "because"), rows, right=(0, 2))


def _show_works(session: Session, matches: list[WorkMatch]) -> None:
    if session.as_json:
        document([plain_work_match(one) for one in matches])
        return
    rows = [(one.work.id, one.work.title, f"{one.score:.2f}", one.reason) for one in matches]
    table(("", "work", "fits", "because"), rows, right=(0, 2))


def _tell(added: Added) -> None:
    if added.track is None:
        say(f"{added.path.name}: {added.why}")
    elif added.is_new:
        heard = added.track.hearing
        told = [heard.key, f"{heard.tempo:.0f} bpm" if heard.tempo else ""]
        about = ", ".join(part for part in told if part) if heard.is_music else "not music"
        say(f"{added.track.id:>5}  {added.track.name}  ({about})")
    else:
        say(f"{added.track.id:>5}  {added.track.name}  (here already)", style=QUIET)


def _plain_added(added: Added) -> dict[str, object]:
    return {
        "file": str(added.path),
        "track": None if added.track is None else added.track.id,
        "is_new": added.is_new,
        "why": added.why,
    }


def _bpm(track: Track) -> str | None:
    return None if track.hearing.tempo is None else f"{track.hearing.tempo:.0f}"


def _level(track: Track) -> str | None:
    return None if track.hearing.loudness is None else f"{track.hearing.loudness:.1f}"
