"""What a painter is, and who can be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.recipes import SourceType
from gesso.core.registry import Entry, Factory, Registry

# Where a painter's time goes: "cpu" on the cores of this machine, in whichever process; "local" on
# a device of this machine that one picture has to itself; "outside" with a provider.
Place = Literal["cpu", "local", "outside"]

# What a painter tells while it works: a short line, and how far it is (0 to 1, None: unknown).
Tell = Callable[[str, float | None], None]


def silent(_line: str, _share: float | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Order:
    """What is asked of a painter.

    Attributes:
        text: the whole instruction; a painter reads nothing else about the picture.
        avoid: what must not be seen, "" for nothing.
        width, height: pixels, 64 to 8192 each.
        seed: 0 to 2**63 - 1.
        reference: a picture to go on from, None to start anew.
        errand: on whose behalf, for the ledger.

    Raises:
        InputError: a side or the seed is outside its range.
    """

    text: str
    avoid: str = ""
    width: int = 1024
    height: int = 1024
    seed: int = 0
    reference: Picture | None = None
    errand: Errand = field(default=Errand())

    def __post_init__(self) -> None:
        if not (64 <= self.width <= 8192 and 64 <= self.height <= 8192):
            raise InputError(
                f"A picture of {self.width}x{self.height} pixels cannot be painted.",
                "Ask for 64 to 8192 pixels on each side.",
            )
        if not 0 <= self.seed < 2**63:
            raise InputError(
                f"{self.seed} cannot be a seed.", "Use a whole number from 0 to 2**63 - 1."
            )


@dataclass(frozen=True)
class Painting:
    """What came back.

    Attributes:
        picture: the pixels, at the size that the painter could do nearest to the order.
        maker: the painter's name, its engine version or model id, its settings.
        source_type: the truth about the pixels (IPTC digital source type).
        shows: subjects that the painter knows to be in the picture, in plain words.
        omits: subjects that the order named and the painter cannot paint.
        repertoire: for a painter that omits: one line of what it can paint.
        cost_usd: None where nobody knows.
    """

    picture: Picture
    maker: Maker
    source_type: SourceType
    shows: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()
    repertoire: str = ""
    cost_usd: float | None = None


class Painter(Protocol):
    """A painter turns an order into a painting.

    What every painter owes the run: `paint` may be called from several threads at once; it
    returns a whole painting or raises one of our errors; a painter of place "cpu" is a pure
    function of the order and may be sent to another process, so it pickles and never talks to
    the world; a painter of place "local" stays in this process, lets one picture after the other
    onto its device by itself, and stops between two steps when the desk's `stop` is set; a
    painter of place "outside" sends every request over its desk. A painter with a true attribute
    `goes_on` is given the best picture so far as `Order.reference` for one of each later pair.

    What the run will never ask: to keep state between orders, to judge, to store, to retry.

    A painter behind an API may say whose models paint (`vendor`: "google", "openai", a host), so
    that the judge can be of another house; without it its name counts.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    @property
    def place(self) -> Place:
        """Where its time goes."""
        ...

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture.

        Raises:
            OutsideError: by its kind; the run switches on it.
        """
        ...


PAINTERS: Registry[Factory[Painter]] = Registry(
    "painter",
    "painters",
    {
        "procedural": Entry(
            "gesso.make.painters.procedural",
            "ProceduralPainter",
            summary="the embedded painter: no key, no weights, no network",
        ),
        "gemini": Entry(
            "gesso.make.painters.gemini",
            "GeminiPainter",
            extra="gemini",
            summary="Google's Gemini models of pictures: needs GEMINI_API_KEY",
        ),
        "openai": Entry(
            "gesso.make.painters.openai",
            "OpenAIPainter",
            extra="openai",
            summary="OpenAI's models of pictures, or a server that speaks alike: OPENAI_API_KEY",
        ),
        "fal": Entry(
            "gesso.make.painters.fal",
            "FalPainter",
            summary="the models at fal, over its queue: needs FAL_KEY",
        ),
        "diffusers": Entry(
            "gesso.make.painters.diffusers.painter",
            "DiffusersPainter",
            extra="diffusers",
            summary="your own models on this machine: no key, no network",
        ),
    },
)
