"""A scene composed from its motifs: the sky, the place, and what stands in it."""

from __future__ import annotations

from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.stage import SETTINGS, SUBJECTS, WHOLES


def compose(surface: Surface) -> None:
    """Paint the scene that the surface's spec asks for."""
    spec = surface.spec
    whole = WHOLES.get(spec.setting)
    if whole is not None:
        whole(surface)
        return
    ground = SETTINGS[spec.setting](surface)
    for number, name in enumerate(spec.subjects):
        SUBJECTS[name](surface, ground, number)
    if ground.finish is not None:
        ground.finish(surface)
