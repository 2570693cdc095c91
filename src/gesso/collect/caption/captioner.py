"""The shelf of captioners: what one is given, what one says, and who stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gesso.collect.caption.measured.colours import Hue, Tones
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.works import Caption, Work
from gesso.core.registry import Entry, Factory, Registry


@dataclass(frozen=True)
class Look:
    """What was measured in a picture.

    Attributes:
        tones: how light it is.
        hues: its colours by family, the largest first.
        scores: by name, 0 to 1, see `measured.scores`.
        shown: the picture reduced for whoever looks at it; None where nobody does.
    """

    tones: Tones
    hues: tuple[Hue, ...]
    scores: Mapping[str, float]
    shown: Picture | None = None

    def share(self, family: str) -> float:
        """The share of the picture that one family of colours covers, 0 to 1."""
        return next((hue.share for hue in self.hues if hue.name == family), 0.0)


@dataclass(frozen=True)
class Subject:
    """A work as a captioner gets it.

    Attributes:
        work: its record.
        look: what was measured in its picture.
        tags: what its source, or its painter, says that it shows.
        prompt: what it was painted after, "" for nothing.
        needs_title: it has no title of its own.
    """

    work: Work
    look: Look
    tags: tuple[str, ...] = ()
    prompt: str = ""
    needs_title: bool = False


@dataclass(frozen=True)
class Said:
    """What a captioner says.

    Attributes:
        caption: with a title only where the work needs one.
        judged: scores of its own by name, 0 to 1, beside the measured ones.
        scorer: who judged, "" where nothing was judged.
        note: why the words are not the captioner's own but measured ones, "" where they are its.
    """

    caption: Caption
    judged: Mapping[str, float] = field(default_factory=dict)
    scorer: str = ""
    note: str = ""


class Captioner(Protocol):
    """Says in words what a work is.

    What every captioner owes: nothing in its words that neither the record tells nor the picture
    shows; `caption` may be called from several threads; it says who it is, and its words are kept
    under that name and version, beside what others say.
    """

    @property
    def name(self) -> str:
        """As captions are kept under it: "offline", "gemini"."""
        ...

    @property
    def version(self) -> str:
        """Changes when its words would."""
        ...

    @property
    def place(self) -> Literal["cpu", "outside"]:
        """Whether it asks somebody outside."""
        ...

    @property
    def side_px(self) -> int:
        """The long side at which it wants to be shown the picture; 0 for one that does not look."""
        ...

    def caption(self, subject: Subject, errand: Errand) -> Said:
        """Say what a work is.

        Raises:
            OutsideError: whoever it asks cannot be had now; it may be asked again later.
            BudgetSpent: the owner's cap would be passed.
            Interrupted: the owner stopped.
        """
        ...


CAPTIONERS: Registry[Factory[Captioner]] = Registry(
    "captioner",
    "captioners",
    {
        "offline": Entry(
            "gesso.collect.caption.offline",
            "OfflineCaptioner",
            summary="true sentences from the record and from measurements; knows no subjects",
        ),
        "llm": Entry(
            "gesso.collect.caption.llm.captioner",
            "LlmCaptioner",
            summary="asks an llm that sees; its words are checked before they are kept",
        ),
    },
)
