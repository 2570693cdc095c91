"""Bulk work: one function over many items, spread over processes; who fails, fails alone."""

from gesso.core.runner.workers import Workers

__all__ = ["Workers"]
