"""A scene composed from its motifs: the sky, the place, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable

from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.machines import clockwork, gears, orrery
from gesso.make.painters.procedural.motifs.built.rooms import bouquet, cathedral, glass, still_life
from gesso.make.painters.procedural.motifs.nature import flow, weather
from gesso.make.painters.procedural.motifs.places import SETTINGS
from gesso.make.painters.procedural.motifs.things import AFLOAT, SUBJECTS

WHOLES: dict[str, Callable[[Surface], None]] = {
    "flowers": bouquet.bouquet,
    "gears": gears.gears_whole,
    "orrery": orrery.orrery_whole,
    "clockwork": clockwork.clockwork_whole,
    "cathedral": cathedral.cathedral,
    "glass": glass.glass,
    "still-life": still_life.still_life,
    "flow": flow.flow,
}
"""Pictures that one thing fills."""


def compose(surface: Surface) -> None:
    """Paint the scene that the surface's spec asks for."""
    spec = surface.spec
    whole = WHOLES.get(spec.setting)
    if whole is not None:
        whole(surface)
        return
    ground = SETTINGS[spec.setting](surface)
    for number, name in enumerate(spec.subjects):
        if name in SUBJECTS:
            SUBJECTS[name](surface, ground, number)
    if ground.finish is not None:
        ground.finish(surface)
    for number, name in enumerate(spec.subjects):
        if name in AFLOAT:
            AFLOAT[name](surface, ground, number)
    if spec.weather:
        weather.falling(surface)
