"""The critic that asks an llm to look."""

from gesso.make.critics.llm.critic import LlmCritic

__all__ = ["LlmCritic"]
