"""Folders that look like pipelines to whoever reads files, and hold next to nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PARTS: Mapping[str, tuple[str, str]] = {
    "scheduler": ("diffusers", "DDIMScheduler"),
    "text_encoder": ("transformers", "CLIPTextModel"),
    "tokenizer": ("transformers", "CLIPTokenizer"),
    "unet": ("diffusers", "UNet2DConditionModel"),
    "vae": ("diffusers", "AutoencoderKL"),
}


def write_model(
    folder: Path,
    *,
    pipeline: str = "StableDiffusionPipeline",
    configs: Mapping[str, Mapping[str, Any]] | None = None,
    fill: int = 7,
) -> Path:
    """A pipeline's folder; `configs` are added to those of its parts, `fill` is its weights."""
    index = {"_class_name": pipeline, "safety_checker": [None, None], "requires": False}
    write_json(
        folder / "model_index.json", index | {part: list(row) for part, row in PARTS.items()}
    )
    more = configs or {}
    scheduler = {"_class_name": "DDIMScheduler"} | dict(more.get("scheduler", {}))
    write_json(folder / "scheduler" / "scheduler_config.json", scheduler)
    write_json(folder / "tokenizer" / "tokenizer_config.json", {})
    write_json(folder / "tokenizer" / "vocab.json", {"a": 0})
    for part, stem in (
        ("text_encoder", "model"),
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
    ):
        write_json(folder / part / "config.json", more.get(part, {}))
        (folder / part / f"{stem}.safetensors").write_bytes(weights(fill))
    return folder


def weights(fill: int = 7, count: int = 300) -> bytes:
    """A whole safetensors file of `count` bytes."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}})
    return len(header).to_bytes(8, "little") + header.encode() + bytes([fill]) * count


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told), "utf-8")
