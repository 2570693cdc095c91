"""A soft-edged part of the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from gesso.make.painters.procedural.canvas.noise import Plane, f32


@dataclass(frozen=True)
class Stencil:
    """A soft-edged part of the ground.

    Attributes:
        rows, columns: its box in pixels.
        mask: (box height, box width) float32, 0 to 1.
    """

    rows: slice
    columns: slice
    mask: Plane

    def times(self, share: ArrayLike) -> Stencil:
        """The same box under a weaker mask."""
        return replace(self, mask=f32(self.mask * f32(share)))
