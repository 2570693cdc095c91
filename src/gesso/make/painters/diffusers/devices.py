"""The devices of this machine that torch can use, their numbers and their memory."""

from __future__ import annotations

import traceback

import torch

from gesso.core.errors import SettingsError, Transient
from gesso.make.painters.diffusers.folder import ModelFolder

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "failed to allocate")


def device_for(wish: str) -> str:
    """The device that a wish means; "auto" is the fastest that this machine has.

    Raises:
        SettingsError: it is not there.
    """
    here = _devices()
    if wish in {"", "auto"}:
        return here[0]
    kind, _, number = wish.partition(":")
    if kind in here and (not number or (kind == "cuda" and _is_card(number))):
        return "cuda" if wish == "cuda:0" else wish
    raise SettingsError(
        f"There is no device '{wish}' for torch {torch.__version__} here.",
        f'Take device = "auto" in [painters.diffusers], or one of: {", ".join(here)}.',
    )


def dtype_for(wish: str, device: str, model: ModelFolder) -> str:
    """The kind of numbers that a wish means; "auto" is what model and device do well with.

    Raises:
        SettingsError: there is no such kind.
    """
    if wish in DTYPES:
        return wish
    if wish not in {"", "auto"}:
        raise SettingsError(
            f"'{wish}' is no kind of numbers that a pipeline is loaded in.",
            f'Take dtype = "auto", or one of: {", ".join(DTYPES)}.',
        )
    if device == "cpu":
        return "float32"
    # Transformers of pictures are trained in bfloat16 and overflow in float16; older cards and
    # macOS have float16 alone.
    wide = "transformer" in model.configs and device.startswith("cuda")
    return "bfloat16" if wide and torch.cuda.is_bf16_supported() else "float16"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, on whichever device, says that memory is gone."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(
        words in str(error).lower() for words in _NO_MEMORY
    )


def no_memory(error: BaseException, device: str, offload: str, doing: str) -> Transient:
    """What to raise for memory that is gone; lets go of what the failure still held."""
    traceback.clear_frames(error.__traceback__)
    give_back(device)
    ways = "paint smaller (--size), or close what else uses it"
    if device != "cpu" and offload != "sequential":
        more = "sequential" if offload == "model" else "model"
        ways = f'paint smaller (--size), or set offload = "{more}" in [painters.diffusers]'
    return Transient(
        f"There is too little memory on {device} {doing}{_free(device)}.",
        f"{ways[0].upper()}{ways[1:]}; then resume the run.",
        provider="diffusers",
    )


def give_back(device: str) -> None:
    """Return memory that nothing uses any more to the device."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()


def _devices() -> list[str]:
    found = ["cpu"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found.insert(0, "cuda")
    return found


def _is_card(number: str) -> bool:
    return number.isdigit() and int(number) < torch.cuda.device_count()


def _free(device: str) -> str:
    if not device.startswith("cuda"):
        return ""
    free, total = torch.cuda.mem_get_info(device)
    return f" ({free / 1e9:.1f} of {total / 1e9:.1f} GB are free)"
