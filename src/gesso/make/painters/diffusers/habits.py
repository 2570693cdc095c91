"""How a pipeline is usually asked: steps and guidance by its class and its configuration."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gesso.make.painters.diffusers.folder import ModelFolder

_WORDS = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Habit:
    """How it is asked.

    Attributes:
        steps: of denoising; None leaves it to the pipeline.
        guidance: how strongly the words pull; None leaves it to the pipeline.
    """

    steps: int | None = None
    guidance: float | None = None


def habit_of(model: ModelFolder, scheduler: str = "") -> Habit:
    """The habit that fits a model; an empty one where none does.

    Args:
        model: its folder.
        scheduler: the class of a scheduler that the owner chose over the model's own.
    """
    own = scheduler or str(model.configs.get("scheduler", {}).get("_class_name", ""))
    for row in _rows():
        if _fits(row, model, own):
            return Habit(row["steps"], row["guidance"])
    return Habit()


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, Any], ...]:
    text = files(__package__).joinpath("habits.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["habit"])


def _fits(row: Mapping[str, Any], model: ModelFolder, scheduler: str) -> bool:
    words = set(_WORDS.findall(model.name.lower()))
    return (
        model.pipeline.startswith(row.get("pipeline", ""))
        and row.get("scheduler", scheduler) == scheduler
        and ("words" not in row or bool(words & set(row["words"])))
        and all(_has(model, path, value) for path, value in row.get("config", {}).items())
    )


def _has(model: ModelFolder, path: str, value: object) -> bool:
    component, _, key = path.partition(".")
    found = model.configs.get(component, {}).get(key)
    return found is not None if value == "any" else found == value
