"""Credits: every work and every track, whose it is and under which licence."""

from __future__ import annotations

from collections.abc import Sequence

from gesso.core.llms.plain import plain
from gesso.core.records.works import Work
from gesso.core.sound.records import Track
from gesso.show.story.film.cards import Credit, Credits
from gesso.show.story.records import Story
from gesso.show.story.words.offline import line_of, title_of

_UNKNOWN = "licence unknown"


def credits_of(story: Story, works: Sequence[Work], tracks: Sequence[Track]) -> Credits:
    """What a film is made of, each work and track once, in the order they come.

    Args:
        story: whose film.
        works: of its scenes.
        tracks: of its soundtrack.
    """
    once = {work.id: work for work in works}
    sounds = {track.id: track for track in tracks}
    made = (
        ["Music synthesised by gesso from the colours of the works"]
        if story.soundtrack.kind == "score"
        else []
    )
    made.append(_words(story))
    return Credits(
        tuple(_work(work) for work in once.values()),
        tuple(_track(track) for track in sounds.values()),
        tuple(made),
    )


def as_text(story: Story, told: Credits) -> str:
    """The credits as a page of plain text."""
    lines = [story.title, ""]
    for heading, some in (("Works", told.works), ("Music", told.tracks)):
        if some:
            lines += [heading, ""]
            for credit in some:
                lines += [credit.name, *([f"  {credit.line}"] if credit.line else [])]
            lines.append("")
    return "\n".join([*lines, *told.made, ""])


def _work(work: Work) -> Credit:
    rights = work.rights
    credit = plain(rights.credit)
    told = [line_of(work), credit, plain(rights.licence) or _UNKNOWN]
    if work.provenance.origin == "made" and not rights.licence:
        told = [f"painted by {plain(work.provenance.source)}", credit]
    return Credit(title_of(work), ". ".join(dict.fromkeys(part for part in told if part)))


def _track(track: Track) -> Credit:
    if track.credit:
        return Credit(plain(track.name), plain(track.credit))
    told = [plain(track.artist), plain(track.licence) or _UNKNOWN]
    return Credit(plain(track.name), ". ".join(part for part in told if part))


def _words(story: Story) -> str:
    if story.words.is_person:
        return "Made with gesso"
    if story.words.offline:
        return "Made with gesso; words from what is known and measured"
    return f"Made with gesso; words by {plain(story.words.version or story.words.name)}"
