"""The studios that write their settings as they are: A1111's text, and three kinds of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gesso.core.pixels.metadata.found import (
    FoundRecipe,
    json_object,
    number,
    size,
    to_number,
    to_whole,
    whole,
    words,
)

# Pairs of the last line. Names and quoted values are bounded so that no line costs more than
# its length times a constant.
_PAIR = re.compile(r'\s*(\w[\w \-/]{1,60}):\s*("(?:\\.|[^\\"]){1,4000}"|[^,]*)(?:,|$)')
_MAX_LINE = 100_000
# Fewer pairs than this, and the last line still belongs to the prompt.
_LEAST_PAIRS = 3
_NEGATIVE = "Negative prompt:"


def read_a1111(text: str, container: str = "a1111") -> FoundRecipe | None:
    """Read A1111's text: the prompt, `Negative prompt:`, and a last line of settings.

    Returns:
        None where there is neither a line of settings nor a negative prompt: then it is a text
        that somebody called "parameters", and no recipe.
    """
    lines = text.strip().split("\n")
    settings = _settings(lines[-1])
    if settings:
        lines.pop()
    positive, negative = _parted(lines)
    if not settings and not negative:
        return None
    width, height = size(settings.get("Size", ""))
    return FoundRecipe(
        container=container,
        text=positive,
        negative=negative,
        seed=to_whole(settings.get("Seed")),
        model=settings.get("Model", ""),
        steps=to_whole(settings.get("Steps")),
        sampler=settings.get("Sampler", ""),
        cfg=to_number(settings.get("CFG scale", settings.get("Guidance Scale"))),
        width=width,
        height=height,
        software=settings.get("Version", ""),
        raw=text,
    )


def read_invoke(text: str) -> FoundRecipe | None:
    """Read InvokeAI's `invokeai_metadata`."""
    data = json_object(text)
    if not data or not ({"positive_prompt", "seed", "model"} & data.keys()):
        return None
    version = words(data, "app_version")
    return FoundRecipe(
        container="invokeai",
        text=words(data, "positive_prompt"),
        negative=words(data, "negative_prompt"),
        seed=whole(data, "seed"),
        model=_model_name(data.get("model")),
        steps=whole(data, "steps"),
        sampler=words(data, "scheduler"),
        cfg=number(data, "cfg_scale", "guidance"),
        width=whole(data, "width"),
        height=whole(data, "height"),
        software=f"InvokeAI {version}".strip(),
        raw=text,
    )


def read_swarm(text: str) -> FoundRecipe | None:
    """Read SwarmUI's JSON, which lies under the same name as A1111's text."""
    data = json_object(text)
    params = data.get("sui_image_params") if data else None
    if not isinstance(params, dict):
        return None
    version = words(params, "swarm_version")
    return FoundRecipe(
        container="swarmui",
        text=words(params, "prompt"),
        negative=words(params, "negativeprompt"),
        seed=whole(params, "seed"),
        model=words(params, "model"),
        steps=whole(params, "steps"),
        sampler=words(params, "sampler", "comfyuisampler", "comfy_sampler"),
        cfg=number(params, "cfgscale"),
        width=whole(params, "width"),
        height=whole(params, "height"),
        software=f"SwarmUI {version}".strip(),
        raw=text,
    )


def read_fooocus(text: str, scheme: str) -> FoundRecipe | None:
    """Read Fooocus in either scheme: its own JSON, or A1111's text.

    Args:
        text: the parameters.
        scheme: what `fooocus_scheme` says: "fooocus", "a1111", or "" where it is lost; then only
            JSON that carries Fooocus's own names is taken for it.
    """
    if scheme == "a1111":
        return read_a1111(text, "fooocus")
    data = json_object(text)
    if data is None or not (scheme or _looks_like_fooocus(data)):
        return None
    width, height = size(words(data, "resolution"))
    return FoundRecipe(
        container="fooocus",
        text=words(data, "prompt", "full_prompt"),
        negative=words(data, "negative_prompt", "full_negative_prompt"),
        seed=whole(data, "seed"),
        model=words(data, "base_model"),
        steps=whole(data, "steps"),
        sampler=words(data, "sampler"),
        cfg=number(data, "guidance_scale"),
        width=width,
        height=height,
        software=words(data, "version"),
        raw=text,
    )


def _looks_like_fooocus(data: Mapping[str, Any]) -> bool:
    return "base_model" in data and "fooocus" in str(data.get("version", "")).lower()


def _model_name(model: object) -> str:
    if isinstance(model, dict):
        return words(model, "name", "model_name")
    return model if isinstance(model, str) else ""


def _settings(line: str) -> dict[str, str]:
    if len(line) > _MAX_LINE:
        return {}
    pairs = _PAIR.findall(line)
    if len(pairs) < _LEAST_PAIRS:
        return {}
    return {name.strip(): _unquoted(value.strip()) for name, value in pairs}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        plain = json.loads(value)
    except ValueError:
        return value.strip('"')
    return plain if isinstance(plain, str) else value


def _parted(lines: list[str]) -> tuple[str, str]:
    for index, line in enumerate(lines):
        if line.strip().startswith(_NEGATIVE):
            first = line.strip().removeprefix(_NEGATIVE)
            negative = "\n".join([first, *lines[index + 1 :]])
            return "\n".join(lines[:index]).strip(), negative.strip()
    return "\n".join(lines).strip(), ""
