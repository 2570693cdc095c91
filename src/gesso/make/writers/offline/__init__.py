"""The offline writer: a lexicon, a grammar and the arithmetic of refinement, with no model."""

from gesso.make.writers.offline.writer import OfflineOptions, OfflineWriter

__all__ = ["OfflineOptions", "OfflineWriter"]
