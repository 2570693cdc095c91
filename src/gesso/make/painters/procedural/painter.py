"""The embedded painter: no key, no weights, no network, and the same picture from the same seed."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker, Setting
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.painters.procedural.canvas.brushwork import repaint
from gesso.make.painters.procedural.canvas.finish import finish
from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.canvas.toning.steering import steer
from gesso.make.painters.procedural.canvas.toning.tone import tone_step, veil
from gesso.make.painters.procedural.motifs import compose
from gesso.make.painters.procedural.reading import read_text
from gesso.make.painters.procedural.spec import PaintSpec
from gesso.make.painters.procedural.subjects import REPERTOIRE

ENGINE_VERSION = "2"
"""Goes up whenever the same order would give other pixels."""

_LEAST_SIDE_PX = 128


@dataclass(frozen=True)
class ProceduralOptions:
    """What the owner can set of the embedded painter.

    Attributes:
        scene_px: the side of a square as large as the ground on which scenes are composed,
            before they are repainted at full size.
    """

    scene_px: int = 600


class ProceduralPainter:
    """Composes a scene in OKLab and repaints it in strokes; a pure function of its order."""

    Options: ClassVar[type] = ProceduralOptions
    name: ClassVar[str] = "procedural"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self, options: ProceduralOptions, desk: Desk | None = None) -> None:
        del desk  # Nothing here is asked of the world.
        self._options = options

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture; see `Painter.paint`. A reference is not looked at."""
        brief = read_text(order.text, order.avoid, order.seed)
        tell("composing", 0.1)
        rgb = render(brief.spec, order.width, order.height, self._options.scene_px)
        tell("painted", 1.0)
        return Painting(
            picture=Picture(rgb),
            maker=Maker(self.name, ENGINE_VERSION, offline=True, settings=_settings(brief.spec)),
            source_type="algorithmicMedia",
            shows=brief.shows,
            omits=brief.omits,
            repertoire=REPERTOIRE,
            cost_usd=0.0,
        )


def render(spec: PaintSpec, width: int, height: int, scene_px: int = 600) -> NDArray[np.uint8]:
    """Paint a spec: (height, width, 3) uint8 sRGB."""
    grown = max(1.0, _LEAST_SIDE_PX / min(width, height))
    full_width, full_height = round(width * grown), round(height * grown)
    share = min(1.0, scene_px / math.sqrt(full_width * full_height))
    share = min(1.0, max(share, _LEAST_SIDE_PX / 2 / min(full_width, full_height)))
    surface = Surface(spec, round(full_width * share), round(full_height * share))
    compose(surface)
    air = surface.palette.value(0.80 - 0.42 * spec.night, 0.8)
    veil(surface, air)
    steer(surface, air)
    tone = tone_step(surface)
    painted = finish(repaint(surface, tone, full_width, full_height), surface)
    if grown > 1:
        painted = np.asarray(
            cv2.resize(painted, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    return painted


def _settings(spec: PaintSpec) -> dict[str, Setting]:
    told: dict[str, Setting] = {}
    for name, value in asdict(spec).items():
        if isinstance(value, tuple):
            told[name] = ", ".join(str(part) for part in value)
        else:
            told[name] = round(value, 4) if isinstance(value, float) else value
    return told
