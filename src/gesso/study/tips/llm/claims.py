"""What a sentence claims: its words without those that carry no claim, synonyms made one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"[^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*")


def claims(text: str) -> list[str]:
    """The words of a text that claim something, in its order, each as its meaning's first word."""
    words = (word.lower().replace("’", "'") for word in _WORD.findall(text))
    return [_meanings().get(word, word) for word in words if word not in _plain()]


def kept(said: Sequence[str], own: Sequence[str]) -> bool:
    """Whether every claim that is said is one of the own ones, in their order."""
    waiting = iter(own)
    return all(any(claim == held for held in waiting) for claim in said)


@cache
def _vocabulary() -> Mapping[str, Any]:
    return tomllib.loads(
        files("gesso.study.tips.llm").joinpath("vocabulary.toml").read_text("utf-8")
    )


@cache
def _plain() -> frozenset[str]:
    plain: str = _vocabulary()["plain"]
    return frozenset(plain.split())


@cache
def _meanings() -> Mapping[str, str]:
    lines: Sequence[str] = _vocabulary()["same"]
    return {word: line.split()[0] for line in lines for word in line.split()}
