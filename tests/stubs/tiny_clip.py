"""Models of pictures and words in the layout that Immich uses, of a few kilobytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto as Kind
from onnx import helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

_SPOKEN = "a the of sea cat portrait painting at night blue red ein hund"
WORDS = tuple(_SPOKEN.split())
SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")
CODES = ("eng_Latn", "deu_Latn")

_GRID = 4
_HIDDEN = 64


@dataclass(frozen=True)
class Tiny:
    """What the model is like.

    Attributes:
        size: numbers in a vector.
        side: of the pictures that it reads.
        length: tokens that it reads.
        batch: pictures and texts at once; None for as many as one likes.
        image: float32, float16, or uint8 with colours last.
        tokens: int32 or int64.
        has_mask: the word tower asks which tokens are words.
        has_words: there is a word tower.
        more: there is a second output, which is no vector.
        languages: "" for none, "before" where the tokenizer puts one before its texts, "known"
            where it only knows them.
        external: weights lie in files beside the graph.
        seed: of the weights.
        preprocess: over the usual fields of preprocess_cfg.json.
        config: over the usual fields of config.json.
    """

    size: int = 16
    side: int = 32
    length: int = 8
    batch: int | None = None
    image: str = "float32"
    tokens: str = "int32"
    has_mask: bool = False
    has_words: bool = True
    more: bool = False
    languages: str = ""
    external: bool = False
    seed: int = 0
    preprocess: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)


def write_clip(folder: Path, tiny: Tiny = Tiny()) -> Path:
    """Write such a model; the folder."""
    words = {"text_cfg": {"context_length": tiny.length}} if tiny.has_words else {}
    write_json(folder / "config.json", {"embed_dim": tiny.size, **words, **tiny.config})
    usual = {
        "size": [tiny.side, tiny.side],
        "mode": "RGB",
        "mean": [0.5, 0.5, 0.5],
        "std": [0.25, 0.25, 0.25],
        "interpolation": "bicubic",
        "resize_mode": "shortest",
        "fill_color": 0,
    }
    write_json(folder / "visual" / "preprocess_cfg.json", usual | dict(tiny.preprocess))
    save(picture_tower(tiny), folder / "visual" / "model.onnx", external=tiny.external)
    if tiny.has_words:
        save(word_tower(tiny), folder / "textual" / "model.onnx", external=tiny.external)
        tokenizer(tiny).save(str(folder / "textual" / "tokenizer.json"))
        write_json(folder / "textual" / "tokenizer_config.json", {"pad_token": "<pad>"})
    return folder


def picture_tower(tiny: Tiny) -> onnx.ModelProto:
    """Means of sixteen fields, through two layers."""
    kind = {"float32": Kind.FLOAT, "float16": Kind.FLOAT16, "uint8": Kind.UINT8}[tiny.image]
    is_last = tiny.image == "uint8"
    sides = [tiny.side, tiny.side, 3] if is_last else [3, tiny.side, tiny.side]
    at = helper.make_node
    nodes = [at("Cast", ["image"], ["floats"], to=Kind.FLOAT)]
    weights: dict[str, Any] = {}
    if is_last:
        # It standardises by itself, as such graphs do.
        weights |= {
            "scale": np.float32(1 / (255 * 0.25)).reshape(1),
            "shift": np.float32(-0.5 / 0.25).reshape(1),
        }
        nodes += [
            at("Transpose", ["floats"], ["turned"], perm=[0, 3, 1, 2]),
            at("Mul", ["turned", "scale"], ["scaled"]),
            at("Add", ["scaled", "shift"], ["ready"]),
        ]
    else:
        nodes.append(at("Identity", ["floats"], ["ready"]))
    step = tiny.side // _GRID
    nodes += [
        at("AveragePool", ["ready"], ["fields"], kernel_shape=[step] * 2, strides=[step] * 2),
        at("Flatten", ["fields"], ["flat"]),
    ]
    nodes += _layers(tiny, "flat", 3 * _GRID**2, weights, 1)
    return _model(tiny, nodes, weights, {"image": (kind, sides)})


def word_tower(tiny: Tiny) -> onnx.ModelProto:
    """The mean of the words' vectors, through two layers."""
    rng = np.random.default_rng(tiny.seed + 2)
    count = len(SPECIAL) + len(WORDS) + len(CODES)
    weights: dict[str, Any] = {
        "table": rng.normal(size=(count, 24)).astype(np.float32),
        "places": rng.normal(size=(1, tiny.length, 24)).astype(np.float32) / 4,
        "along": np.array([1], dtype=np.int64),
    }
    at = helper.make_node
    nodes = [
        at("Cast", ["text"], ["numbers"], to=Kind.INT64),
        at("Gather", ["table", "numbers"], ["found"]),
        at("Add", ["found", "places"], ["placed"]),
    ]
    kind = {"int32": Kind.INT32, "int64": Kind.INT64}[tiny.tokens]
    ports = {"text": (kind, [tiny.length])}
    mean = "placed"
    if tiny.has_mask:
        ports["attention_mask"] = (kind, [tiny.length])
        weights["last"] = np.array([2], dtype=np.int64)
        nodes += [
            at("Cast", ["attention_mask"], ["masked"], to=Kind.FLOAT),
            at("Unsqueeze", ["masked", "last"], ["mask"]),
            at("Mul", ["placed", "mask"], ["kept"]),
        ]
        mean = "kept"
    nodes.append(at("ReduceMean", [mean, "along"], ["flat"], keepdims=0))
    nodes += _layers(tiny, "flat", 24, weights, 3)
    return _model(tiny, nodes, weights, ports)


def tokenizer(tiny: Tiny) -> Tokenizer:
    """Whole words, a start and an end, and languages where they are wished for."""
    names = [*SPECIAL, *WORDS, *CODES]
    made = Tokenizer(WordLevel({name: at for at, name in enumerate(names)}, unk_token="<unk>"))
    made.normalizer = Lowercase()
    made.pre_tokenizer = Whitespace()
    first = "eng_Latn" if tiny.languages == "before" else "<start>"
    ends = [(name, names.index(name)) for name in (first, "<end>")]
    made.post_processor = TemplateProcessing(single=f"{first} $A <end>", special_tokens=ends)
    made.add_special_tokens([*SPECIAL, *(CODES if tiny.languages else ())])
    if not tiny.languages:
        plain = json.loads(made.to_str())
        plain["model"]["vocab"] = {
            name: at for name, at in plain["model"]["vocab"].items() if name not in CODES
        }
        return Tokenizer.from_str(json.dumps(plain))
    return made


def save(model: onnx.ModelProto, path: Path, *, external: bool = False) -> None:
    """Write a graph, its weights in files of their own for `external`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(
        model,
        path,
        save_as_external_data=external,
        all_tensors_to_one_file=False,
        size_threshold=256,
    )


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told), "utf-8")


def change_json(path: Path, **told: Any) -> None:
    """Change fields of a JSON file; None takes one away."""
    found = json.loads(path.read_text("utf-8")) | told
    write_json(path, {name: value for name, value in found.items() if value is not None})


def _layers(
    tiny: Tiny, of: str, width: int, weights: dict[str, Any], seed: int
) -> list[onnx.NodeProto]:
    rng = np.random.default_rng(tiny.seed + seed)
    weights["up"] = (rng.normal(size=(width, _HIDDEN)) / width**0.5).astype(np.float32)
    weights["down"] = (rng.normal(size=(_HIDDEN, tiny.size)) / 8).astype(np.float32)
    at = helper.make_node
    return [
        at("MatMul", [of, "up"], ["raised"], name="up"),
        at("Tanh", ["raised"], ["bent"]),
        at("MatMul", ["bent", "down"], ["vectors"], name="down"),
        # Not of length 1, and in the numbers that the picture comes in.
        at("Cast", ["vectors"], ["embedding"], to=_given(tiny)),
    ]


def _given(tiny: Tiny) -> int:
    return int(Kind.FLOAT16 if tiny.image == "float16" else Kind.FLOAT)


def _model(
    tiny: Tiny,
    nodes: Sequence[onnx.NodeProto],
    weights: Mapping[str, Any],
    ports: Mapping[str, tuple[int, list[int]]],
) -> onnx.ModelProto:
    count = tiny.batch or "batch"
    outputs = [helper.make_tensor_value_info("embedding", _given(tiny), [count, tiny.size])]
    if tiny.more:
        outputs.insert(0, helper.make_tensor_value_info("bent", Kind.FLOAT, [count, _HIDDEN]))
    graph = helper.make_graph(
        list(nodes),
        "tower",
        [
            helper.make_tensor_value_info(name, kind, [count, *shape])
            for name, (kind, shape) in ports.items()
        ],
        outputs,
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model
