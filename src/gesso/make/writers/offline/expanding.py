"""Making a structured prompt of a text written by hand, without asking for more than it does."""

from __future__ import annotations

from gesso.core.errors import InputError
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt, Question
from gesso.make import aims
from gesso.make.writers.offline.vocabulary.plain import listed, some, things_of

MOST_QUESTIONS = 6
LONGEST_TITLE = 60
LONGEST_SUBJECT = 160


def expanded(text: str, title: str, avoid: str, maker: Maker) -> Prompt:
    """Expand `text`; see `Writer.expand`.

    Raises:
        InputError: the text is blank.
    """
    if not text.strip():
        raise InputError("The prompt's text is empty.", "Say what the picture shall show.")
    targets = aims.read(text)
    things = things_of(text, MOST_QUESTIONS)
    subject = _opening(text, LONGEST_SUBJECT)
    return Prompt(
        title=title.strip() or _opening(text, LONGEST_TITLE),
        subject=subject,
        scene="",
        mood="",
        light=_light(targets),
        palette=_palette(targets),
        composition="",
        avoid=avoid,
        text=_with_what_is_implied(text, targets),
        reasoning=_reasoning(things, targets),
        concept="",
        aims=aims.as_aims(targets),
        questions=tuple(Question(f"Does it show {some(thing)}?", thing) for thing in things),
        maker=maker,
    )


def _with_what_is_implied(text: str, targets: dict[str, float]) -> str:
    """The text as it is, then the clauses for what it asks in free words."""
    stated = aims.read_clauses(text)
    implied = {name: target for name, target in targets.items() if name not in stated}
    return f"{text}\n{aims.clauses(implied)}" if implied else text


def _opening(text: str, longest: int) -> str:
    """The first sentence or line, cut between words where it is too long."""
    plain = aims.strip_clauses(text).strip() or text.strip()
    line = plain.splitlines()[0].split(". ")[0].rstrip(" .,;:")
    if len(line) <= longest:
        return line or plain[:longest]
    cut = line[:longest].rpartition(" ")[0] or line[:longest]
    return f"{cut.rstrip(' .,;:')}…"


def _light(targets: dict[str, float]) -> str:
    if "light_x" not in targets:
        return ""
    return f"from {aims.SCALES['light_x'].word(targets['light_x'])}"


def _palette(targets: dict[str, float]) -> str:
    zones = (("hue_dark", "darks"), ("hue_mid", "middles"), ("hue_light", "lights"))
    return listed(
        [f"{aims.hue_name(targets[name])} {zone}" for name, zone in zones if name in targets]
    )


def _reasoning(things: tuple[str, ...], targets: dict[str, float]) -> str:
    said = ["The text is a person's own and stands as it was written."]
    if things:
        said.append(f"It is taken to name these things: {listed(things)}.")
    if targets:
        labels = [aims.SCALES[name].label.lower() for name in aims.SCALES if name in targets]
        said.append(f"Its words also ask for something measurable: {listed(labels)}.")
    return " ".join(said)
