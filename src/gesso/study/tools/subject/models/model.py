"""The shelf of mask models: what a model owes the tool, and how a file or folder is opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import SettingsError
from gesso.core.registry import Entry, Factory, Registry
from gesso.study.easel import Floats
from gesso.study.tools.subject.guidance import Guidance

_OPEN = 2
"""Models that stay loaded."""


class MaskModel(Protocol):
    """A model says for each pixel how likely it is the subject's.

    What every model owes the tool: the same picture gives the same answer; a file that is no such
    model is refused in one sentence when it is opened.
    """

    @property
    def name(self) -> str:
        """Of its file or folder, without where it lies."""
        ...

    @property
    def sha256(self) -> str:
        """Of its files, hex."""
        ...

    @property
    def wants_a_hint(self) -> bool:
        """It has to be shown where the subject is: by a person's marks, else by our estimate."""
        ...

    def likely(
        self, rgb: NDArray[np.uint8], guidance: Guidance, hint: NDArray[np.bool_] | None
    ) -> Floats | None:
        """(height, width) float32, 0 to 1; None where it sees no subject.

        Args:
            rgb: (height, width, 3) sRGB.
            guidance: what a person says.
            hint: (height, width) our estimate, for models that want one.
        """
        ...


@dataclass(frozen=True)
class ModelOptions:
    """Where a model lies.

    Attributes:
        path: its file or folder.
    """

    path: Path


MASK_MODELS: Registry[Factory[MaskModel]] = Registry(
    "mask model",
    "mask_models",
    {
        "salient": Entry(
            "gesso.study.tools.subject.models.salient",
            "SalientModel",
            extra="mask",
            summary="U2-Net, U2-Netp, Silueta, IS-Net, BiRefNet: one ONNX file",
        ),
        "mobile_sam": Entry(
            "gesso.study.tools.subject.models.mobile_sam",
            "MobileSam",
            extra="mask",
            summary="MobileSAM: a folder with an encoder and a decoder",
        ),
    },
)


def model_at(path: Path) -> MaskModel:
    """The model in a file or folder; opened once, and again when its files have changed.

    Raises:
        SettingsError: there is none, or it is of another kind.
        MissingExtra: onnxruntime is not installed.
    """
    files = sorted(path.glob("*.onnx")) if path.is_dir() else [path]
    try:
        known = tuple((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    except OSError as error:
        raise SettingsError(
            f"There is no model at '{path}'.",
            "Name an ONNX file, or a folder with MobileSAM's encoder and decoder, in "
            "[tools.subject] model.",
        ) from error
    return _opened(path, "mobile_sam" if path.is_dir() else "salient", known)


@lru_cache(maxsize=_OPEN)
def _opened(path: Path, kind: str, known: tuple[Any, ...]) -> MaskModel:  # noqa: ARG001 - what it was
    factory = MASK_MODELS.open(kind)
    return factory(ModelOptions(path), None)
