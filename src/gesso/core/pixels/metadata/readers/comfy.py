"""ComfyUI's graph: who samples, with what seed, and which words reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gesso.core.pixels.metadata.found import (
    FoundRecipe,
    json_object,
    number,
    to_whole,
    whole,
    words,
)

_SEEDS = ("seed", "noise_seed")
_MODELS = ("ckpt_name", "unet_name", "model_name")
# Inputs that hold words, in the order in which a node is asked for them.
_WORDS = ("text", "prompt", "text_g", "text_l", "t5xxl", "clip_l", "string", "value")
_SAMPLERS = ("sampler_name", "sampler")
# A walk through a graph ends here: the largest published workflows have some 2,000 nodes.
_MOST_NODES = 10_000

Inputs = Mapping[str, Any]


def read_comfy(prompt: str, workflow: str = "") -> FoundRecipe | None:
    """Read ComfyUI's `prompt` graph, or where there is none the `workflow` as it was drawn.

    Of several samplers the first one in the chain counts: the later ones refine its picture.
    """
    graph = json_object(prompt)
    if graph is not None:
        nodes = {
            str(name): node["inputs"]
            for name, node in graph.items()
            if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
        }
        if nodes:
            return _from_graph(nodes, prompt)
    drawn = json_object(workflow)
    return _from_drawing(drawn, workflow) if drawn is not None else None


def _from_graph(nodes: Mapping[str, Inputs], raw: str) -> FoundRecipe:
    sampler = _first_sampler(nodes)
    reached = list(_upstream(nodes, sampler, nodes[sampler])) if sampler else list(nodes.values())
    start = _opener(nodes, sampler)
    latent = list(_along(nodes, start, "latent_image", "latent", "samples"))
    return FoundRecipe(
        container="comfyui",
        text=_words_along(nodes, start, "positive", "conditioning"),
        negative=_words_along(nodes, start, "negative"),
        seed=_first(_seed(nodes, inputs) for inputs in reached),
        model=_first(words(inputs, *_MODELS) for inputs in reached) or "",
        steps=_first(whole(inputs, "steps") for inputs in reached),
        sampler=_first(words(inputs, *_SAMPLERS) for inputs in reached) or "",
        cfg=_first(number(inputs, "cfg", "guidance") for inputs in reached),
        width=_first(whole(inputs, "width") for inputs in latent),
        height=_first(whole(inputs, "height") for inputs in latent),
        software="ComfyUI",
        raw=raw,
    )


def _first_sampler(nodes: Mapping[str, Inputs]) -> str:
    """The sampler that no other sampler feeds."""
    samplers = [
        name
        for name, inputs in nodes.items()
        if any(key in inputs for key in ("latent_image", "latent"))
        and any(key in inputs for key in (*_SEEDS, "noise", "guider", "positive"))
    ]
    for name in samplers:
        fed_by = _along(nodes, nodes[name], "latent_image", "latent")
        others = [nodes[other] for other in samplers if other != name]
        if not any(inputs is other for inputs in fed_by for other in others):
            return name
    return samplers[0] if samplers else ""


def _opener(nodes: Mapping[str, Inputs], sampler: str) -> Inputs:
    """The node that holds the conditioning: the sampler, or the guider before it."""
    if not sampler:
        return next((inputs for inputs in nodes.values() if "positive" in inputs), {})
    inputs = nodes[sampler]
    guider = _linked(nodes, inputs.get("guider"))
    return {**inputs, **nodes[guider]} if guider else inputs


def _linked(nodes: Mapping[str, Inputs], value: object) -> str:
    """The name of the node that a link points to, "" where it is no link."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int):
        name = str(value[0])
        return name if name in nodes else ""
    return ""


def _along(nodes: Mapping[str, Inputs], start: Inputs, *keys: str) -> Iterator[Inputs]:
    """The nodes that feed these inputs of a node, nearest first."""
    for key in keys:
        name = _linked(nodes, start.get(key))
        if name:
            other = {"positive": "negative", "negative": "positive"}.get(key, "")
            yield from _upstream(nodes, name, nodes[name], other)


def _upstream(
    nodes: Mapping[str, Inputs], name: str, inputs: Inputs, other: str = ""
) -> Iterator[Inputs]:
    """A node and all that feed it; a node that carries both sides is left by ours, not `other`."""
    seen = {name}
    waiting = [inputs]
    for inputs_now in waiting:  # grows while it is walked: breadth first
        yield inputs_now
        for key, value in inputs_now.items():
            link = "" if key == other else _linked(nodes, value)
            if link and link not in seen and len(seen) < _MOST_NODES:
                seen.add(link)
                waiting.append(nodes[link])


def _words_along(nodes: Mapping[str, Inputs], start: Inputs, *keys: str) -> str:
    """The first node that says something, with all that it says: SDXL and Flux have two texts."""
    for inputs in _along(nodes, start, *keys):
        said = [inputs[key] for key in _WORDS if isinstance(inputs.get(key), str)]
        if any(text.strip() for text in said):
            return "\n".join(dict.fromkeys(text.strip() for text in said if text.strip()))
    return ""


def _seed(nodes: Mapping[str, Inputs], inputs: Inputs) -> int | None:
    for key in _SEEDS:
        link = _linked(nodes, inputs.get(key))
        found = (
            whole(nodes[link], *_SEEDS, "value", "int", "number")
            if link
            else to_whole(inputs.get(key))
        )
        if found is not None:
            return found
    return None


def _first(found: Iterator[Any]) -> Any:
    return next((value for value in found if value not in {None, ""}), None)


def _from_drawing(drawn: Mapping[str, Any], raw: str) -> FoundRecipe | None:
    """The editor's own format keeps values without names: only the commonest nodes are known."""
    nodes = drawn.get("nodes")
    if not isinstance(nodes, list):
        return None
    texts: list[str] = []
    negative, seed = "", None
    for node in nodes[:_MOST_NODES]:
        if not isinstance(node, dict):
            continue
        values = node.get("widgets_values")
        kind, title = str(node.get("type", "")), str(node.get("title", "")).lower()
        if not isinstance(values, list) or not values:
            continue
        if kind == "CLIPTextEncode" and isinstance(values[0], str):
            if "negative" in title:
                negative = negative or values[0].strip()
            else:
                texts.append(values[0].strip())
        elif kind.startswith("KSampler") and seed is None:
            seed = _first(to_whole(value) for value in values[:2])
    # Without titles the first text is the prompt and the second what is avoided, as the
    # program's own example has it.
    if len(texts) > 1 and not negative:
        negative = texts[1]
    return FoundRecipe(
        container="comfyui",
        text=texts[0] if texts else "",
        negative=negative,
        seed=seed,
        software="ComfyUI",
        raw=raw,
    )
