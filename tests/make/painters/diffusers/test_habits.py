"""How a pipeline is asked where the owner says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gesso.make.painters.diffusers.folder import ModelFolder
from gesso.make.painters.diffusers.habits import Habit, habit_of

TRAILING = {"_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing"}


def model(name: str, pipeline: str, **configs: Mapping[str, Any]) -> ModelFolder:
    return ModelFolder(Path(name), name, f"{pipeline}Pipeline", configs=configs)


@pytest.mark.parametrize(
    ("asked", "steps", "guidance"),
    [
        (model("photo", "StableDiffusion"), 30, 7.5),
        (model("base-1.0", "StableDiffusionXL"), 30, 5.0),
        (model("them/big-turbo", "StableDiffusionXL"), 4, 0.0),
        (model("nameless", "StableDiffusionXL", scheduler=TRAILING), 4, 0.0),
        (model("fast-Lightning-8", "StableDiffusionXL"), 4, 0.0),
        (model("turbot-fish", "StableDiffusionXL"), 30, 5.0),
        (model("dream", "LatentConsistencyModel"), 4, 8.5),
        (model("dream", "StableDiffusion", scheduler={"_class_name": "LCMScheduler"}), 4, 1.0),
        (
            model(
                "dream",
                "StableDiffusion",
                scheduler={"_class_name": "LCMScheduler"},
                unet={"time_cond_proj_dim": 256},
            ),
            4,
            8.5,
        ),
        (model("f", "Flux", transformer={"guidance_embeds": True}), 28, 3.5),
        (model("f", "Flux", transformer={"guidance_embeds": False}), 4, 0.0),
        (model("medium", "StableDiffusion3"), 28, 4.5),
        (model("z-turbo", "ZImage"), 9, 0.0),
    ],
)
def test_a_kind_has_its_habit(asked: ModelFolder, steps: int, guidance: float) -> None:
    assert habit_of(asked) == Habit(steps, guidance)


def test_a_kind_that_nobody_knows_keeps_its_own_ways() -> None:
    assert habit_of(model("new", "Kandinsky")) == Habit(None, None)


def test_the_scheduler_that_the_owner_chose_counts() -> None:
    assert habit_of(model("photo", "StableDiffusion"), "LCMScheduler") == Habit(4, 1.0)
