"""What goes wrong with a device and what to do then, and how its memory is given back."""

from __future__ import annotations

import gc
import traceback
from contextlib import suppress
from typing import Literal

import torch

from gesso.core.errors import Transient

# What one is at when memory runs out: each is helped by something else.
Stage = Literal["loading", "painting", "decoding"]

_NO_MEMORY = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "failed to allocate",
    "status_alloc_failed",  # of cuBLAS and cuDNN, for the space that they work in
)
# The errors of CUDA that leave the process no way but to end (cudaError_t in its documentation).
_BROKEN = (
    "illegal memory access",
    "illegal instruction",
    "misaligned address",
    "unspecified launch failure",
    "launch timed out",
    "device-side assert",
    "hardware stack error",
    "uncorrectable ecc error",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, on whichever device, says that memory is gone."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and _says(error, _NO_MEMORY)


def is_device_broken(error: BaseException) -> bool:
    """Whether a card met a fault after which it does nothing more for this process."""
    return isinstance(error, RuntimeError) and _says(error, _BROKEN)


def no_memory(
    error: BaseException, device: str, offload: str, doing: str, stage: Stage, *, tiles: bool
) -> Transient:
    """What to raise for memory that is gone; lets go of what the failure still held.

    Args:
        error: the failure.
        device: whose memory it is.
        offload: what waits in the machine's memory already: "none", "model" or "sequential".
        doing: "for a picture of 512x512".
        stage: what it failed at.
        tiles: the last step works on tiles already.
    """
    traceback.clear_frames(error.__traceback__)
    give_back(device)
    way, other = _way(device, offload, stage, tiles=tiles), _other(stage)
    return Transient(
        f"There is too little memory on {device} {doing}{_free(device)}.",
        f"{way}, then resume the run; or {other}.",
        provider="diffusers",
    )


def broken(error: BaseException, device: str) -> Transient:
    """What to raise for a device that does nothing more."""
    fault = str(error).partition("\n")[0]
    return Transient(
        f"The device {device} broke off: {fault}.",
        "It does nothing more for this process; end it, then resume the run.",
        provider="diffusers",
    )


def give_back(device: str) -> None:
    """Return memory that nothing uses any more to the device.

    Some pipelines refer to themselves in a circle, with all their weights; those go when circles
    are looked for, and by itself Python looks seldom.
    """
    gc.collect()
    # A card that met a fault answers nothing more, and then there is nothing to give back.
    with suppress(RuntimeError):
        if device.startswith("cuda"):
            torch.cuda.empty_cache()
        elif device == "mps":
            torch.mps.empty_cache()


def watch_peak(device: str) -> None:
    """Begin to measure `peak_gb` anew."""
    with suppress(RuntimeError):
        if device.startswith("cuda"):
            torch.cuda.reset_peak_memory_stats(device)


def peak_gb(device: str) -> float | None:
    """The most that this process held on a card since `watch_peak`, 10^9 bytes.

    None for devices that do not count it, or broke off.
    """
    with suppress(RuntimeError):
        if device.startswith("cuda"):
            return float(torch.cuda.max_memory_allocated(device)) / 1e9
    return None


def _way(device: str, offload: str, stage: Stage, *, tiles: bool) -> str:
    if stage == "decoding" and not tiles:
        return "Set vae_tiling = true in [painters.diffusers]"
    if device != "cpu" and offload != "sequential":
        more = "sequential" if offload == "model" else "model"
        return f'Set offload = "{more}" in [painters.diffusers]'
    return "Close what else uses it"


def _other(stage: Stage) -> str:
    """What makes another run of it: one that is resumed keeps its size."""
    return "take a smaller model" if stage == "loading" else "begin one with a smaller --size"


def _free(device: str) -> str:
    if not device.startswith("cuda"):
        return ""
    with suppress(RuntimeError):
        free, total = torch.cuda.mem_get_info(device)
        return f" ({free / 1e9:.1f} of {total / 1e9:.1f} GB are free)"
    return ""


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(word in said for word in words)
