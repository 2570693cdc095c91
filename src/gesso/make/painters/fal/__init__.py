"""The painter that asks fal: its queue, its history, its failures."""

from gesso.make.painters.fal.painter import FalOptions, FalPainter

__all__ = ["FalOptions", "FalPainter"]
