"""Words that a picture and a track have in common, by how rare they are (BM25)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset((Path(__file__).with_name("common.txt")).read_text("utf-8").split())
# Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009).
_SATURATION, _LENGTH = 1.2, 0.75
_HALF = 4.0
"""A score at which words are worth half of what they can be; ours."""


def words_of(text: str) -> list[str]:
    """The words of a text that mean something, in small letters."""
    return [word for word in _WORD.findall(text.casefold()) if word not in _COMMON]


class WordMatcher:
    """Finds in some texts what another says as well.

    Args:
        texts: what each thing is called and tagged with.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words_of(text)) for text in texts]
        self._known = Counter(word for counts in self._counts for word in counts)
        lengths = [sum(counts.values()) for counts in self._counts]
        self._usual = max(1.0, sum(lengths) / max(1, len(lengths)))

    def match(self, text: str) -> list[tuple[float, tuple[str, ...]]]:
        """For each of the texts: how much it has in common, 0 to 1, and which words."""
        wanted = sorted(set(words_of(text)) & set(self._known))
        return [self._one(counts, wanted) for counts in self._counts]

    def _one(self, counts: Counter[str], wanted: list[str]) -> tuple[float, tuple[str, ...]]:
        shared = tuple(word for word in wanted if word in counts)
        length = 1 - _LENGTH + _LENGTH * sum(counts.values()) / self._usual
        total = 0.0
        for word in shared:
            often = counts[word]
            weight = often * (_SATURATION + 1) / (often + _SATURATION * length)
            total += self._rarity(word) * weight
        return total / (total + _HALF), shared

    def _rarity(self, word: str) -> float:
        known, count = self._known[word], len(self._counts)
        return math.log(1 + (count - known + 0.5) / (known + 0.5))
