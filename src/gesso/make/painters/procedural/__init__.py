"""The embedded painter: a scene composed in OKLab from an order's text, repainted in strokes."""

from gesso.make.painters.procedural.painter import (
    ENGINE_VERSION,
    ProceduralOptions,
    ProceduralPainter,
)

__all__ = ["ENGINE_VERSION", "ProceduralOptions", "ProceduralPainter"]
