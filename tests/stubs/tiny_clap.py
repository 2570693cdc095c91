"""A model of sounds and words of a few kilobytes, in the layout that gesso reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto as Kind
from onnx import helper, numpy_helper
from tests.stubs.tiny_clip import Tiny, save, tokenizer, word_tower, write_json

FRAMES, MELS = 101, 16


def write_clap(folder: Path, *, has_words: bool = True, size: int = 16, seed: int = 0) -> Path:
    """Write such a model, which hears one second; the folder."""
    tiny = Tiny(size=size, seed=seed)
    text = {"text_cfg": {"context_length": tiny.length}} if has_words else {}
    write_json(folder / "config.json", {"embed_dim": size, **text})
    ear = {"sample_rate": 48_000, "window_s": 1, "mels": MELS, "n_fft": 1024, "hop": 480}
    write_json(folder / "audial" / "preprocess_cfg.json", ear)
    save(sound_tower(size, seed), folder / "audial" / "model.onnx")
    if has_words:
        save(word_tower(tiny), folder / "textual" / "model.onnx")
        tokenizer(tiny).save(str(folder / "textual" / "tokenizer.json"))
        write_json(folder / "textual" / "tokenizer_config.json", {"pad_token": "<pad>"})
    return folder


def sound_tower(size: int, seed: int) -> onnx.ModelProto:
    """The mean of each band, through one layer."""
    rng = np.random.default_rng(seed)
    weights = {
        "down": (rng.normal(size=(MELS, size)) / 40).astype(np.float32),
        "along": np.array([1, 2], dtype=np.int64),
    }
    nodes = [
        helper.make_node("ReduceMean", ["input_features", "along"], ["bands"], keepdims=0),
        helper.make_node("MatMul", ["bands", "down"], ["audio_embeds"]),
    ]
    heard = helper.make_tensor_value_info("input_features", Kind.FLOAT, ["n", 1, FRAMES, MELS])
    given = helper.make_tensor_value_info("audio_embeds", Kind.FLOAT, ["n", size])
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "tower", [heard], [given], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model
