"""One tower: a graph that onnxruntime runs, asked for what it wants to read before it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gesso.core.encoders.encoder import Vectors
from gesso.core.errors import DamageError, SettingsError

Device = Literal["auto", "cpu", "cuda", "openvino", "coreml"]
Array = NDArray[Any]

_PROVIDERS: Mapping[str, str] = {
    "cuda": "CUDAExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
# "auto" never takes coreml: what it gives differs too much from one macOS to the next.
_AUTO = ("cuda", "openvino", "cpu")
_CPU = _PROVIDERS["cpu"]
_KINDS: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
# What exporters call the vector, where a graph gives more than one thing.
_VECTORS = ("embedding", "image_embeds", "text_embeds", "audio_embeds", "sentence_embedding")
_QUIET = 3
_FATAL = 4


@dataclass(frozen=True)
class Port:
    """One input or output of a graph.

    Attributes:
        name: as the graph names it.
        kind: of its numbers.
        shape: None where a side is free.
    """

    name: str
    kind: type[np.generic]
    shape: tuple[int | None, ...]


class Tower:
    """A loaded graph; `run` may be called from several threads.

    Args:
        graph: its file.
        told: what it is called in an error: "the picture tower of 'mine'".
        size: numbers in a vector that it must give.
        device: what it runs on; "auto" for the first of CUDA, OpenVINO and the processor that is
            installed and works.
        threads: of the processor; 0 for one a core.

    Raises:
        SettingsError: the graph cannot be loaded, the device is not there, or what it gives is no
            vector of that size.
    """

    def __init__(
        self, graph: Path, told: str, size: int, *, device: Device = "auto", threads: int = 0
    ) -> None:
        self._told = told
        self._size = size
        self._session = _opened(graph, told, device, threads)
        self.inputs = tuple(self._port(port) for port in self._session.get_inputs())
        self._output = self._vector()

    @property
    def device(self) -> str:
        """What it runs on: "cpu", "cuda", "openvino" or "coreml"."""
        first = self._session.get_providers()[0]
        return next((name for name, long in _PROVIDERS.items() if long == first), "cpu")

    @property
    def batch(self) -> int | None:
        """How many it takes at once; None for as many as one likes."""
        return self.inputs[0].shape[0] if self.inputs[0].shape else None

    def run(self, arrays: Sequence[Array], most: int) -> Vectors:
        """Run it over arrays that stand for the same items, one for each of its inputs.

        Args:
            arrays: one or more; each is cast to what its input takes.
            most: items at once, where the graph takes as many as one likes.

        Returns:
            (items, size) float32, each of length 1.

        Raises:
            SettingsError: the graph refuses them, or gives vectors of another size.
            DamageError: what it gives are no numbers.
        """
        step = self.batch or most
        count = len(arrays[0])
        found = [
            self._step([array[at : at + step] for array in arrays]) for at in range(0, count, step)
        ]
        if not found:
            return np.zeros((0, self._size), dtype=np.float32)
        return self._of_length_1(np.concatenate(found)[:count])

    def _step(self, arrays: Sequence[Array]) -> Array:
        fed = {
            port.name: _filled(array, self.batch).astype(port.kind, copy=False)
            for port, array in zip(self.inputs, arrays, strict=True)
        }
        try:
            found = self._session.run([self._output], fed)[0]
        except Exception as error:  # each failure of the library is a class of its own
            raise self._refused(f"does not run: {_said(error)}") from error
        vectors = np.asarray(found, dtype=np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self._size:
            raise self._of_another_size(vectors.shape)
        return vectors[: len(arrays[0])]

    def _of_length_1(self, vectors: Array) -> Vectors:
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(length).all() and (length > 0).all()):
            raise DamageError(
                f"What {self._told} gives are no numbers.",
                "Take the same model in full precision, or pull it again.",
            )
        return np.asarray(vectors / length, dtype=np.float32)

    def _port(self, port: Any) -> Port:
        kind = _KINDS.get(port.type)
        if kind is None:
            raise self._refused(f"reads {port.type} for '{port.name}', which nobody can give")
        return Port(port.name, kind, tuple(s if isinstance(s, int) else None for s in port.shape))

    def _vector(self) -> str:
        """The name of the output that is the vector."""
        outputs = self._session.get_outputs()
        flat = [one for one in outputs if len(one.shape or ()) == 2]
        named = [one for one in flat if one.name in _VECTORS]
        fitting = [one for one in flat if one.shape[1] in (self._size, None)]
        for one in (*named, *fitting, *flat):
            width = one.shape[1]
            if isinstance(width, int) and width != self._size:
                raise self._of_another_size((width,))
            return str(one.name)
        shapes = ", ".join(f"{one.name} {one.shape}" for one in outputs)
        raise self._refused(f"gives no vector, but {shapes}")

    def _of_another_size(self, shape: tuple[int, ...]) -> SettingsError:
        return self._refused(
            f"gives vectors of {shape[-1]} numbers, and config.json says {self._size}"
        )

    def _refused(self, why: str) -> SettingsError:
        return SettingsError(
            f"The {self._told} {why}.", "Pull or copy the whole model again, or take another."
        )


def runs_on_processor(device: Device) -> bool:
    """Whether that is the only place where a tower can run; asks what is installed, loads nothing.

    Raises:
        SettingsError: there is no such device, or it is not installed.
    """
    return _wanted(device) == ("cpu",)


def _opened(graph: Path, told: str, device: Device, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # What fails is raised; what works need not be told.
    options.log_severity_level = _FATAL
    # A thread that waits for more would spin, and there are others who want the core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for name in _wanted(device):
        providers = [_PROVIDERS[name]] if name == "cpu" else [_PROVIDERS[name], _CPU]
        try:
            session = onnxruntime.InferenceSession(str(graph), options, providers=providers)
        except Exception as error:  # each failure of the library is a class of its own
            if device == "auto" and name != "cpu":
                continue
            raise SettingsError(
                f"The {told} cannot be loaded: {_said(error)}.",
                "Look at it with `gesso models verify`, or pull or copy it again.",
            ) from error
        if session.get_providers()[0] == _PROVIDERS[name]:
            return session
        if device != "auto":
            raise _not_there(device)
    raise _not_there(device)


def _wanted(device: Device) -> tuple[str, ...]:
    """The devices to try, in order."""
    here = onnxruntime.get_available_providers()
    if device == "auto":
        return tuple(name for name in _AUTO if _PROVIDERS[name] in here)
    if device not in _PROVIDERS:
        raise SettingsError(
            f"There is no device '{device}'.", f"The devices are: auto, {', '.join(_PROVIDERS)}."
        )
    if _PROVIDERS[device] not in here:
        raise _not_there(device)
    return (device,)


def _not_there(device: str) -> SettingsError:
    package = {"cuda": "onnxruntime-gpu", "openvino": "onnxruntime-openvino"}.get(device, "")
    how = f"Install {package} in the place of onnxruntime, or choose" if package else "Choose"
    return SettingsError(
        f"The device '{device}' is not here, or does not work.", f'{how} another: device = "auto".'
    )


def _filled(array: Array, batch: int | None) -> Array:
    """A batch of a fixed size is filled up with zeros, whose vectors nobody reads."""
    lacking = (batch or 0) - len(array)
    if lacking <= 0:
        return array
    return np.concatenate([array, np.zeros((lacking, *array.shape[1:]), dtype=array.dtype)])


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
