"""What a pipeline is asked for an order: sizes, steps, guidance, and a picture to go on from."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import cv2
import torch
from PIL import Image

from gesso.core.outside.models.models import Pixels
from gesso.core.pixels.picture import Picture
from gesso.make.painters.diffusers.easel import Easel
from gesso.make.painters.diffusers.habits import Habit
from gesso.make.painters.painter import Order
from gesso.make.painters.sizes import nearest_size

# Sides are multiples of this in every pipeline, whatever its own step is.
_COMMON_STEP = 8


@dataclass(frozen=True)
class Asked:
    """One call of a pipeline.

    Attributes:
        pipeline: which of the two.
        width, height: pixels, multiples of what the pipeline takes.
        steps: that are really taken; 0 where the pipeline's own number holds.
        guidance: None where the pipeline's own holds.
        strength: how much of the picture to go on from is painted anew, None without one.
        heeds_avoid: what is to be avoided reaches the pipeline.
        unread: tokens at the end of the text that no text encoder reads.
        arguments: as they are passed.
    """

    pipeline: Any
    width: int
    height: int
    steps: int
    guidance: float | None
    strength: float | None
    heeds_avoid: bool
    unread: int
    arguments: Mapping[str, Any]


def ask_for(order: Order, easel: Easel, habit: Habit, strength: float) -> Asked:
    """Work out what is asked for an order.

    Args:
        order: as it came.
        easel: the pipelines.
        habit: steps and guidance.
        strength: for an order that goes on from a picture, above 0 to 1.
    """
    goes_on = order.reference is not None and easel.goes_on is not None
    pipeline = easel.goes_on if goes_on else easel.paints
    taken = inspect.signature(pipeline.__call__).parameters
    width, height = _size(pipeline, order)
    heeds_avoid = _heeds_avoid(taken, order, habit.guidance)
    asked: dict[str, Any] = {
        "prompt": order.text,
        "negative_prompt": order.avoid if heeds_avoid else None,
        "width": width,
        "height": height,
        "guidance_scale": habit.guidance,
        "num_inference_steps": habit.steps,
        "generator": _generator(order),
        "output_type": "np",
    }
    if goes_on and order.reference is not None:
        asked["image"] = _resized(order.reference, width, height)
        asked["strength"] = strength
        if habit.steps is not None and "original_inference_steps" not in taken:
            asked["num_inference_steps"] = _steps_in_all(habit.steps, strength)
    return Asked(
        pipeline,
        width,
        height,
        habit.steps or 0,
        habit.guidance,
        strength if goes_on else None,
        heeds_avoid,
        _unread(pipeline, order.text),
        {name: value for name, value in asked.items() if value is not None and name in taken},
    )


def each_step(asked: Asked, heard: Callable[[int, int], None]) -> dict[str, Any]:
    """The argument by which a pipeline calls back after each step, in either of its two forms.

    Args:
        asked: whose pipeline it is.
        heard: called with the number of steps done and of all steps (0: not known); what it
            raises ends the painting.
    """
    taken = inspect.signature(asked.pipeline.__call__).parameters

    def after(pipeline: Any, step: int, _time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        heard(step + 1, int(getattr(pipeline, "num_timesteps", 0)))
        return kept

    if "callback_on_step_end" in taken:
        return {"callback_on_step_end": after, "callback_on_step_end_tensor_inputs": []}
    if "callback" in taken:
        return {"callback": lambda step, _time, _latents: heard(step + 1, asked.steps)}
    return {}


def _size(pipeline: Any, order: Order) -> tuple[int, int]:
    processor = getattr(pipeline, "image_processor", None)
    step = getattr(getattr(processor, "config", None), "vae_scale_factor", None)
    step = math.lcm(_COMMON_STEP, int(step or 2 * _COMMON_STEP))
    return nearest_size(Pixels(step=step), order.width, order.height)


def _heeds_avoid(taken: Mapping[str, Any], order: Order, guidance: float | None) -> bool:
    """A negative prompt weighs by the guidance; at 1 and below it is never looked at.

    Pipelines of the Flux kind take one too, and heed it under a second, slower guidance alone.
    """
    takes = "negative_prompt" in taken and "true_cfg_scale" not in taken
    return bool(order.avoid) and takes and (guidance is None or guidance > 1)


def _generator(order: Order) -> torch.Generator:
    """The order's own chance, drawn on the processor: the same on every device.

    An order that goes on from a picture draws other numbers than the picture did: noise that
    is added to itself burns the colours.
    """
    seed = order.seed
    if order.reference is not None:
        told = f"{seed}/{order.reference.pixels_sha256}".encode()
        seed = int.from_bytes(blake2b(told, digest_size=8).digest(), "big") >> 1
    return torch.Generator("cpu").manual_seed(seed)


def _steps_in_all(steps: int, strength: float) -> int:
    """How many steps a schedule has of which the share `strength` is `steps`."""
    in_all = math.ceil(steps / strength)
    while int(in_all * strength) < steps:
        in_all += 1
    return in_all


def _resized(picture: Picture, width: int, height: int) -> Image.Image:
    if (picture.width, picture.height) == (width, height):
        return Image.fromarray(picture.rgb)
    shrinks = width * height < picture.width * picture.height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return Image.fromarray(cv2.resize(picture.rgb, (width, height), interpolation=how))


def _unread(pipeline: Any, text: str) -> int:
    """Tokens beyond what the text encoder with the longest patience reads."""
    beyond = [
        max(0, len(tokenizer(text, truncation=False).input_ids) - tokenizer.model_max_length)
        for name in ("tokenizer", "tokenizer_2", "tokenizer_3")
        if (tokenizer := getattr(pipeline, name, None)) is not None
    ]
    return min(beyond, default=0)
