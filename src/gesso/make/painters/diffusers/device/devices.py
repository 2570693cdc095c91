"""The devices of this machine that torch can use, and their numbers."""

from __future__ import annotations

import torch

from gesso.core.errors import SettingsError
from gesso.make.painters.diffusers.folder import ModelFolder

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


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
    # Transformers of pictures are trained in bfloat16 and overflow in float16. Cards before
    # Ampere reckon in it too, slowly; macOS has float16 alone.
    wide = "transformer" in model.configs and device.startswith("cuda")
    return "bfloat16" if wide and torch.cuda.is_bf16_supported() else "float16"


def hardware(device: str) -> str:
    """What stands behind a device's name, on which the last bits of a picture depend.

    The name of the card; for the processor its vector instructions ("AVX2"), by which torch
    chooses its code; "" where torch does not say.
    """
    if device.startswith("cuda"):
        return str(torch.cuda.get_device_name(device))
    return str(torch.backends.cpu.get_cpu_capability()) if device == "cpu" else ""


def _devices() -> list[str]:
    found = ["cpu"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found.insert(0, "cuda")
    return found


def _is_card(number: str) -> bool:
    return number.isdigit() and int(number) < torch.cuda.device_count()
