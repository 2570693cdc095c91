"""The words of measurable aims: how a prompt's text asks for a key, a contrast, a hue, a light.

Writer, refiner, critic and painter know each other only through these words. A text states an aim
exactly in a clause, "Key: low (28).", or loosely in free words, "a misty night"; a clause wins.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from gesso.core.records.prompts import Aim


@dataclass(frozen=True)
class Scale:
    """One measurable property of a picture.

    Attributes:
        name: "key".
        label: what opens its clause in a text: "Key".
        unit: what the number means, for people.
        low, high: the range that can be asked for.
        decimals: how exactly it is written.
        full_error: a miss that counts as wholly missed, in the scale's unit.
        words: (up to, word) in rising order; empty for hues, which have names of their own.
        circular: an angle in degrees.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    decimals: int
    full_error: float
    words: tuple[tuple[float, str], ...]
    circular: bool

    def clamp(self, value: float) -> float:
        """The nearest value that can be asked for."""
        return value % 360.0 if self.circular else min(self.high, max(self.low, value))

    def miss(self, value: float, target: float) -> float:
        """How far `value` is from `target`, signed; the short way round for angles."""
        if self.circular:
            return (value - target + 180.0) % 360.0 - 180.0
        return value - target

    def error(self, value: float, target: float) -> float:
        """How far `value` is from `target`: 0 met, 1 as far off as counts."""
        return min(1.0, abs(self.miss(value, target)) / self.full_error)

    def word(self, value: float) -> str:
        """What a person would say for `value`."""
        if self.circular:
            return hue_name(value)
        return next(word for limit, word in self.words if value <= limit + 1e-9)

    def clause(self, value: float) -> str:
        """The exact wish in words and a number: "Key: low (28)."."""
        held = self.clamp(value)
        return f"{self.label}: {self.word(held)} ({held:.{self.decimals}f})."


def _scale(name: str, row: Mapping[str, Any]) -> Scale:
    return Scale(
        name=name,
        label=row["label"],
        unit=row["unit"],
        low=row["low"],
        high=row["high"],
        decimals=row["decimals"],
        full_error=row["full_error"],
        words=tuple((float(limit), word) for limit, word in row.get("words", ())),
        circular=row.get("circular", False),
    )


_TABLE: dict[str, Any] = tomllib.loads((files("gesso.make") / "aims.toml").read_text("utf-8"))
_HUE_NAMES: dict[str, float] = _TABLE.pop("hues")
_SYNONYMS: dict[str, str] = _TABLE.pop("hue_synonyms")
_PHRASES = sorted(_TABLE.pop("phrases").items(), key=lambda pair: -len(pair[0]))

HUES = _HUE_NAMES | {word: _HUE_NAMES[name] for word, name in _SYNONYMS.items()}
"""Hue names and their synonyms, with their OKLCH angle in degrees."""

SCALES = {name: _scale(name, row) for name, row in _TABLE.items()}
"""Every scale by name, in the order in which clauses are written."""

_NUMBER = r"\(\s*(-?\d+(?:\.\d+)?)\s*\)"
_CLAUSES = {
    name: re.compile(rf"\b{re.escape(scale.label)}:\s*[^().:\n]*?{_NUMBER}\.?", re.IGNORECASE)
    for name, scale in SCALES.items()
}
_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)*", re.IGNORECASE)


def hue_name(angle: float) -> str:
    """The nearest of our hue names, for an OKLCH angle in degrees."""
    return min(_HUE_NAMES, key=lambda name: abs((_HUE_NAMES[name] - angle + 180) % 360 - 180))


def read(text: str) -> dict[str, float]:
    """Read every aim that `text` states, by scale name; a clause wins over free words.

    Colour words fill the hues of middles, lights and darks, in the order in which they stand.
    Numbers outside a scale are held to its range. A text that asks for nothing gives {}.
    """
    return read_words(strip_clauses(text)) | read_clauses(text)


def read_clauses(text: str) -> dict[str, float]:
    """Read only the exact clauses; where one stands twice, the last counts."""
    found: dict[str, float] = {}
    for name, pattern in _CLAUSES.items():
        numbers = pattern.findall(text)
        if numbers:
            found[name] = SCALES[name].clamp(float(numbers[-1]))
    return found


def read_words(text: str) -> dict[str, float]:
    """Read only the free words. Where two disagree, the one that stands first counts."""
    lowered = " " + " ".join(_WORDS.findall(text.lower())) + " "
    hits: list[tuple[int, dict[str, float]]] = []
    for phrase, wishes in _PHRASES:
        place = lowered.find(f" {phrase} ")
        while place >= 0:
            hits.append((place, wishes))
            lowered = lowered[: place + 1] + "." * len(phrase) + lowered[place + 1 + len(phrase) :]
            place = lowered.find(f" {phrase} ")
    found: dict[str, float] = {}
    for _place, wishes in sorted(hits, key=lambda hit: hit[0]):
        for name, target in wishes.items():
            found.setdefault(name, float(target))
    named = [HUES[word] for word in lowered.split() if word in HUES]
    found.update(zip(("hue_mid", "hue_light", "hue_dark"), named, strict=False))
    return found


def clauses(targets: Mapping[str, float]) -> str:
    """Write aims as clauses, in the order of `SCALES`.

    Raises:
        ValueError: a name is no scale.
    """
    unknown = set(targets) - set(SCALES)
    if unknown:
        raise ValueError(f"no scale is called {', '.join(sorted(unknown))}")
    return " ".join(SCALES[name].clause(targets[name]) for name in SCALES if name in targets)


def strip_clauses(text: str) -> str:
    """The text without its clauses."""
    for pattern in _CLAUSES.values():
        text = pattern.sub("", text)
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def with_clauses(text: str, targets: Mapping[str, float]) -> str:
    """The text with its clauses replaced by `targets`; clauses of other scales stay."""
    return f"{strip_clauses(text)} {clauses(read_clauses(text) | dict(targets))}".strip()


def as_aims(targets: Mapping[str, float]) -> tuple[Aim, ...]:
    """Targets as records, in the order of `SCALES`."""
    return tuple(Aim(name, float(targets[name])) for name in SCALES if name in targets)


def as_targets(aims: Iterable[Aim]) -> dict[str, float]:
    """Records as targets by name."""
    return {aim.name: aim.target for aim in aims}
