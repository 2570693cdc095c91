"""Bulk work in other processes: one item that fails, dies or hangs fails alone."""

from gesso.core.runner.workers import Workers

__all__ = ["Workers"]
