"""The captioner that shows the picture to an llm, and keeps of its words what may be kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from gesso.collect.caption.captioner import Said, Subject
from gesso.collect.caption.llm.checks import complaints
from gesso.collect.caption.llm.shapes import Described
from gesso.collect.caption.offline import OfflineCaptioner, OfflineOptions
from gesso.core.errors import BadOutput, Refused
from gesso.core.llms.llm import Llm, Question
from gesso.core.llms.plain import instructions, material
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.works import Caption

log = logging.getLogger(__name__)

WORDS = "1"
"""The version of our own words to it; with the model it makes the captioner's version."""

_DESCRIBE = instructions("gesso.collect.caption.llm", "describe")
_TEMPERATURE = 0.2
_MOST_WRONG = 8
_LONGEST_TEXT = 1_000
_JUDGED = ("complexity", "valence", "arousal", "technical")


@dataclass(frozen=True)
class LlmCaptionOptions:
    """How pictures are shown.

    Attributes:
        side_px: the long side at which the llm sees a picture.

    Raises:
        ValueError: a side that shows nothing, or more than any llm takes.
    """

    side_px: int = 768

    def __post_init__(self) -> None:
        if not 128 <= self.side_px <= 2048:
            raise ValueError(f"side_px is 128 to 2048, not {self.side_px}")


class LlmCaptioner:
    """Asks an llm what is on a picture.

    What it answers is held against the record and the measurements; what is wrong is told to it
    once. What is wrong again, or refused, is left aside: the words are then measured ones, kept
    under the llm's name with the reason, so that nobody pays for the same answer twice.

    Args:
        options: how pictures are shown.
        llm: who looks.
    """

    Options: ClassVar[type] = LlmCaptionOptions
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, options: LlmCaptionOptions, llm: Llm) -> None:
        self._llm = llm
        self._offline = OfflineCaptioner(OfflineOptions())
        self.name = llm.name
        self.version = f"{llm.model}/{WORDS}"
        self.side_px = options.side_px

    def caption(self, subject: Subject, errand: Errand) -> Said:
        """Say what is on a picture; see `Captioner.caption`."""
        wrong: list[str] = []
        for _ in range(2):
            try:
                described = self._ask(subject, wrong, errand)
            except (Refused, BadOutput) as error:
                return self._fallen_back(subject, errand, error.message)
            wrong = complaints(described, subject)
            if not wrong:
                return self._said(described, subject)
            log.info("an llm's caption was not used: %s", "; ".join(wrong[:3]))
        return self._fallen_back(subject, errand, f"The llm's words did not hold: {wrong[0]}")

    def _ask(self, subject: Subject, wrong: list[str], errand: Errand) -> Described:
        shown = subject.look.shown
        question = Question(
            _DESCRIBE,
            material(**_told(subject), wrong_last_time=wrong[:_MOST_WRONG]),
            () if shown is None else (shown,),
            temperature=_TEMPERATURE,
            operation="caption",
            errand=errand,
        )
        return self._llm.answer(question, Described)

    def _said(self, described: Described, subject: Subject) -> Said:
        tags = dict.fromkeys(" ".join(tag.split()) for tag in described.tags)
        title = described.title.rstrip(".") if subject.needs_title else ""
        caption = Caption(title, described.caption, tuple(tags), self._maker())
        judged = {name: float(getattr(described, name)) for name in _JUDGED}
        return Said(caption, judged, f"{self.name} {self.version}"[:100])

    def _fallen_back(self, subject: Subject, errand: Errand, reason: str) -> Said:
        measured = self._offline.caption(subject, errand).caption
        held = {"words": f"{self._offline.name} {self._offline.version}", "fell_back": reason}
        maker = replace(self._maker(), offline=True, settings=held)
        return Said(replace(measured, maker=maker), note=reason)

    def _maker(self) -> Maker:
        return Maker(self.name, self.version)


def _told(subject: Subject) -> dict[str, object]:
    """What the llm gets beside the picture: the record's own words, and what was measured."""
    work, look = subject.work, subject.look
    record = {
        "title": "" if subject.needs_title else work.title,
        "artist": work.creator,
        "date": work.date,
        "medium": work.medium,
        "class": work.kind,
        "style": work.style,
        "school": work.place,
        "subjects": list(subject.tags[:20]),
        "text": work.text[:_LONGEST_TEXT],
        "painted_after": subject.prompt[:_LONGEST_TEXT],
    }
    measured = {
        "mean_lightness_of_100": round(look.tones.mean),
        "is_without_colour": look.tones.is_gray,
        "colours": [hue.words for hue in look.hues if hue.share >= 0.02][:8],
    }
    return {
        "record": {name: value for name, value in record.items() if value},
        "measured": measured,
        "needs_title": subject.needs_title,
    }
