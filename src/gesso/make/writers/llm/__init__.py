"""The writer that asks an llm."""

from gesso.make.writers.llm.writer import LlmWriter

__all__ = ["LlmWriter"]
