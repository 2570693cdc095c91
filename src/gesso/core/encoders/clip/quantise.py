"""Making a smaller model of one: weights of 8 bits for processors, of 16 for graphics cards.

Both towers read the same pictures and texts before and after, and the least cosine is told. Where
8 bits lose too much, the products whose numbers they fit least are left as they were.
"""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.transformers.float16 import convert_float_to_float16

from gesso.core.encoders.clip.layers import free_bends, halve_wide, move_factors, split_sums
from gesso.core.encoders.clip.model.folder import GRAPH, PICTURES, ModelFolder, read_folder
from gesso.core.encoders.clip.model.graph import external_files
from gesso.core.encoders.clip.patches import as_products
from gesso.core.encoders.clip.reducer import LEAST_COSINE, Reduced, Tell
from gesso.core.encoders.clip.rows import OLDEST, by_rows, in_rows, opset
from gesso.core.encoders.clip.tables import halve_tables
from gesso.core.encoders.clip.towers.reading import pictures_for, words_for
from gesso.core.encoders.clip.towers.tokens import Tokens
from gesso.core.encoders.clip.towers.tower import Port, Tower
from gesso.core.encoders.encoder import Vectors
from gesso.core.errors import DamageError, InputError, StorageError
from gesso.core.pixels.picture import Picture

# Of a vision transformer these are nearly all of the work, once its patches are among them.
_PRODUCTS = ["MatMul"]
# What is tried, in this order: the share of products that are left, and whether weights have 7
# bits, which processors without VNNI add up without overflow.
_TRIES = ((0.0, False), (0.0, True), (0.1, False), (0.25, False), (0.5, False))
# A protobuf ends at 2 GB: from here weights lie in a file of their own.
_LARGE = 1_500_000_000
_BESIDE = f"{GRAPH}.data"
_PROBES = 12
# Of these so many are looked at inside.
_INNER = 4
_TEXTS = (
    "a painting of the sea at night",
    "portrait of a woman in a red dress, oil on canvas",
    "snow",
    "an old map of the harbour of Amsterdam, drawn in ink and coloured by hand",
    "Two dancers. Blue and gold!",
    "a cat asleep on a chair beside a window with flowers",
    "storm",
    "still life with lemons, a silver jug and a half-peeled orange on a dark table",
)


def to_int8(model: ModelFolder, into: Path, tell: Tell) -> Reduced:
    """Weights of 8 bits; what is multiplied with them is brought to 8 bits as it comes."""
    return _reduced(model, into, tell, _try_int8)


def to_fp16(model: ModelFolder, into: Path, tell: Tell) -> Reduced:
    """Weights and arithmetic of 16 bits; what is read and given stays at 32."""
    return _reduced(model, into, tell, _try_fp16)


@dataclass(frozen=True)
class _Bench:
    """One tower on the bench: what it reads as a trial, and what it made of it.

    Attributes:
        model: the old one.
        tower: which of its towers.
        fed: its inputs by name, for all probes.
        vectors: what it made of them.
    """

    model: ModelFolder
    tower: str
    fed: dict[str, NDArray[Any]]
    vectors: Vectors

    @classmethod
    def of(cls, model: ModelFolder, tower: str) -> _Bench:
        old = Tower(
            model.graph(tower), f"{tower} tower of '{model.name}'", model.size, device="cpu"
        )
        arrays = _probes(model, tower, old.inputs)
        kinds = [port.kind for port in old.inputs]
        fed = {
            port.name: array.astype(kind, copy=False)
            for port, kind, array in zip(old.inputs, kinds, arrays, strict=True)
        }
        return cls(model, tower, fed, old.run(arrays, 1))

    @property
    def graph(self) -> Path:
        return self.model.graph(self.tower)

    def cosine(self, graph: Path) -> float:
        """The least cosine between what another graph makes of the probes and what this one did."""
        new = Tower(graph, f"made {self.tower} tower", self.model.size, device="cpu")
        try:
            made = new.run(list(self.fed.values()), 1)
        except DamageError:  # nothing is left of what it read
            return 0.0
        return float((made * self.vectors).sum(axis=1).min())


def _reduced(model: ModelFolder, into: Path, tell: Tell, make: Any) -> Reduced:
    cosine, left = {}, {}
    try:
        _copy_papers(model, into)
        for tower in model.towers():
            bench = _Bench.of(model, tower)
            cosine[tower], left[tower] = make(bench, into / tower / GRAPH, tell)
        made = read_folder(into, model.name)
    except OSError as error:
        raise StorageError(
            f"'{into}' cannot be written: {error.strerror}.", "Make room, then try again."
        ) from error
    return Reduced(made, cosine, left, _bytes(model), _bytes(made))


def _try_fp16(bench: _Bench, graph: Path, tell: Tell) -> tuple[float, int]:
    tell(f"{bench.tower}: 16 bits")
    with _quiet():
        old = onnx.load(bench.graph)
        _save(convert_float_to_float16(old, keep_io_types=True), graph)
    found = bench.cosine(graph)
    if found < LEAST_COSINE:
        raise _loses(bench, found, "16")
    return found, 0


def _try_int8(bench: _Bench, graph: Path, tell: Tell) -> tuple[float, int]:
    best = 0.0
    with TemporaryDirectory(dir=graph.parent) as work:
        folded = _folded(bench.graph, Path(work))
        products = _products(folded)
        if not products:
            raise InputError(
                f"The {bench.tower} tower of '{bench.model.name}' holds no products of 32 bits.",
                "It may be small already; use it as it is.",
            )
        if opset(onnx.load(folded, load_external_data=False)) < OLDEST:
            raise InputError(
                f"The {bench.tower} tower of '{bench.model.name}' is written in ONNX operators "
                f"older than version {OLDEST}.",
                "Export it anew, or use it as it is.",
            )
        ranked: list[str] = []
        for share, is_narrow in _TRIES:
            if share and not ranked:
                ranked = _by_misfit(folded, products, bench.fed)
            left = ranked[: math.ceil(share * len(products))]
            taken = {name: product for name, product in products.items() if name not in left}
            of = f", {len(left)} of {len(products)} products left" if left else ""
            tell(f"{bench.tower}: {'7' if is_narrow else '8'} bits{of}")
            model = onnx.load(folded)
            by_rows(model, taken, is_narrow=is_narrow)
            _save(model, graph)
            found = bench.cosine(graph)
            best = max(best, found)
            if found >= LEAST_COSINE:
                return found, len(left)
    raise _loses(bench, best, "8")


def _folded(graph: Path, work: Path) -> Path:
    """The graph with what is constant worked out: a weight that is turned first is a weight too."""
    made = work / GRAPH
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(made)
    options.log_severity_level = 4
    if _size_of(graph) > _LARGE or external_files(graph):
        entry = "session.optimized_model_external_initializers_file_name"
        options.add_session_config_entry(entry, _BESIDE)
    onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    model = onnx.load(made)
    _settle_weights(model.graph)
    _name(model)
    # The sums first: a bend is known by the product and the sum before it.
    for rewrite in (as_products, split_sums, free_bends, move_factors, halve_wide, halve_tables):
        rewrite(model)
    _save(model, made)
    return made


def _settle_weights(graph: onnx.GraphProto) -> None:
    """Let no weight be an input too, as old exporters write them: none of them is ever given."""
    weights = {one.name for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)


def _name(model: onnx.ModelProto) -> None:
    """Give every node a name of its own: ONNX wants none, and products are known by theirs."""
    taken = {""}
    for at, node in enumerate(model.graph.node):
        if node.name in taken:
            node.name = f"{node.name}.named_{at}"
        taken.add(node.name)


def _products(graph: Path) -> dict[str, tuple[str, str]]:
    """The products of something with a weight: the node's name, what is multiplied, the weight."""
    told = onnx.load(graph, load_external_data=False).graph
    weights = {
        weight.name
        for weight in told.initializer
        if weight.data_type == onnx.TensorProto.FLOAT and len(weight.dims) == 2
    }
    return {
        node.name: (node.input[0], node.input[1])
        for node in told.node
        if node.op_type in _PRODUCTS and node.input[1] in weights
    }


def _by_misfit(
    graph: Path, products: dict[str, tuple[str, str]], fed: dict[str, NDArray[Any]]
) -> list[str]:
    """The products by how much they lose when a row has 255 even steps, worst first.

    A few outliers stretch the steps until all the rest falls into one of them; where the weights
    make little of the outliers and much of the rest, nearly everything is lost.
    """
    told = onnx.load(graph)
    weights = {weight.name: weight for weight in told.graph.initializer}
    names = sorted({of for of, _ in products.values()} - set(fed))
    probes = _inner(told, names, fed, graph.parent)
    lost = {}
    for product, (of, by) in products.items():
        weight = onnx.numpy_helper.to_array(weights[by])
        seen = [numbers[names.index(of)] for numbers in probes] if of in names else []
        lost[product] = max((_loss(numbers, weight) for numbers in seen), default=0.0)
    return sorted(products, key=lambda product: -lost[product])


def _inner(
    told: onnx.ModelProto, names: Sequence[str], fed: dict[str, NDArray[Any]], work: Path
) -> list[list[NDArray[Any]]]:
    """What stands inside of a graph, by name, while it reads one item, for a few of them."""
    told.graph.ClearField("output")
    told.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    probing = work / "probing" / GRAPH
    probing.parent.mkdir(exist_ok=True)
    _save(told, probing)
    session = onnxruntime.InferenceSession(str(probing), providers=["CPUExecutionProvider"])
    items = [{name: array[at : at + 1] for name, array in fed.items()} for at in range(_INNER)]
    return [[np.asarray(numbers) for numbers in session.run(names, item)] for item in items]


def _loss(numbers: NDArray[Any], weight: NDArray[Any]) -> float:
    """The share of a product that is lost with what is multiplied in 255 even steps a row."""
    error = in_rows(numbers) - numbers
    return float(
        np.linalg.norm(error @ weight) / max(float(np.linalg.norm(numbers @ weight)), 1e-9)
    )


def _probes(model: ModelFolder, tower: str, ports: Sequence[Port]) -> list[NDArray[Any]]:
    if tower == PICTURES or model.words is None:
        return [pictures_for(ports, model, [_probe(seed) for seed in range(_PROBES)])]
    return words_for(ports, Tokens(model, model.words), _TEXTS)


def _probe(seed: int) -> Picture:
    """A made-up picture with large shapes, small ones and grain."""
    rng = np.random.default_rng(seed)
    sizes = (3, 8, 40, 256)
    layers = [
        cv2.resize(rng.random((size, size, 3), dtype=np.float32), (256, 256), interpolation=2)
        for size in sizes
    ]
    weights = rng.dirichlet((2.0, 1.0, 0.7, 0.2))
    mixed = sum(weight * layer for weight, layer in zip(weights, layers, strict=True))
    spread = np.clip((np.asarray(mixed) - 0.5) * rng.uniform(1, 3) + rng.uniform(0.2, 0.8), 0, 1)
    return Picture.from_array(spread)


def _copy_papers(model: ModelFolder, into: Path) -> None:
    """Everything but the graphs and their weights: configurations and the tokenizer."""
    if into.exists():
        shutil.rmtree(into)
    for tower in model.towers():
        (into / tower).mkdir(parents=True)
    for name in model.files:
        if name.endswith(".json"):
            shutil.copyfile(model.path / name, into / name)


def _save(model: onnx.ModelProto, graph: Path) -> None:
    _remove(graph)
    # A protobuf that has outgrown 2 GB cannot even be asked how large it is.
    is_large = sum(map(_size_in, model.graph.initializer)) > _LARGE
    onnx.save(model, graph, save_as_external_data=is_large, location=_BESIDE)


def _size_in(weight: onnx.TensorProto) -> int:
    kind = onnx.helper.tensor_dtype_to_np_dtype(weight.data_type)
    return int(math.prod(weight.dims) * kind.itemsize)


def _remove(graph: Path) -> None:
    # Weights of another try would be added to.
    for path in (graph, graph.with_name(_BESIDE)):
        path.unlink(missing_ok=True)


def _size_of(graph: Path) -> int:
    return sum(file.stat().st_size for file in graph.parent.iterdir() if file.is_file())


def _bytes(model: ModelFolder) -> int:
    return sum((model.path / name).stat().st_size for name in model.files)


def _loses(bench: _Bench, cosine: float, bits: str) -> InputError:
    return InputError(
        f"The model '{bench.model.name}' loses too much in {bits} bits: its {bench.tower} tower "
        f"has cosine {cosine:.4f} with the full one, and {LEAST_COSINE} is the least.",
        "Use it as it is.",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """What the tools log is advice for who writes models, not for who uses them."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
