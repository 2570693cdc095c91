"""Salient objects by one ONNX file: U2-Net, U2-Netp, Silueta, IS-Net, BiRefNet.

Sizes and scaling as rembg feeds them: 320 pixels with ImageNet's statistics for the U2-Net kind,
1,024 with mean 0.5 for IS-Net, 1,024 with ImageNet's for BiRefNet, whose answers are logits.
"""

from __future__ import annotations

from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Floats
from gesso.study.tools.subject.guidance import Guidance
from gesso.study.tools.subject.models.model import ModelOptions
from gesso.study.tools.subject.models.sessions import digest_of, opened, refused, shape_of

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
_USUAL, _LARGE = 320, 1024
_SEEN = 0.3
"""An answer that is nowhere surer sees no subject: stretched, its noise would be one."""


class SalientModel:
    """One picture in, one plane out.

    Args:
        options: where the file lies.
        desk: not used.

    Raises:
        SettingsError: the file is no such model.
    """

    Options: ClassVar[type] = ModelOptions
    wants_a_hint = False

    def __init__(self, options: ModelOptions, desk: object = None) -> None:
        del desk
        self._path = options.path
        self._session = opened(options.path)
        self._input, self._side = self._checked()
        self.name, self.sha256 = options.path.name, digest_of(options.path)

    def likely(
        self,
        rgb: NDArray[np.uint8],
        guidance: Guidance,
        hint: NDArray[np.bool_] | None,
    ) -> Floats | None:
        """(height, width) float32, 0 to 1; None where it sees no subject.

        Inside a box alone is looked, when there is one.
        """
        del hint
        height, width = rgb.shape[:2]
        left, top, right, bottom = guidance.edges(rgb.shape)
        plane = self._asked(rgb[top:bottom, left:right])
        low, high = float(plane.min()), float(plane.max())
        if not np.isfinite(plane).all() or high < _SEEN or high - low < 1e-6:
            return None
        size = (right - left, bottom - top)
        stretched = ((plane - low) / (high - low)).astype(np.float32)
        whole = np.zeros((height, width), np.float32)
        inside = cv2.resize(stretched, size, interpolation=cv2.INTER_LINEAR)
        whole[top:bottom, left:right] = inside
        return whole

    def _asked(self, rgb: NDArray[np.uint8]) -> Floats:
        size = (self._side, self._side)
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        is_half = self._side == _LARGE and "birefnet" not in self._path.name.lower()
        scaled = small / max(float(small.max()), 1e-6)
        scaled = scaled - 0.5 if is_half else (scaled - _MEAN) / _SPREAD
        fed = np.ascontiguousarray(scaled.transpose(2, 0, 1)[np.newaxis], dtype=np.float32)
        first = np.asarray(self._session.run(None, {self._input: fed})[0], dtype=np.float32)
        plane = first.reshape(-1, *first.shape[-2:])[0]
        is_logits = float(plane.min()) < -0.01 or float(plane.max()) > 1.01
        return _sigmoid(plane) if is_logits else plane

    def _checked(self) -> tuple[str, int]:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1:
            raise refused(self._path, f"it takes {len(inputs)} inputs, not one picture")
        shape = shape_of(inputs[0].shape)
        is_picture = len(shape) == 4 and shape[1] in (3, None) and shape[0] in (1, None)
        if not is_picture or shape[2] != shape[3] or inputs[0].type != "tensor(float)":
            raise refused(self._path, f"its input is {inputs[0].type} of {_told(shape)}")
        answer = shape_of(outputs[0].shape)
        if len(answer) not in (3, 4) or (len(answer) == 4 and answer[1] not in (1, None)):
            raise refused(self._path, f"its answer is of {_told(answer)}, not one plane")
        return str(inputs[0].name), shape[2] or _USUAL


def _sigmoid(plane: NDArray[Any]) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(plane, -30, 30))), dtype=np.float32)


def _told(shape: tuple[int | None, ...]) -> str:
    return " x ".join("any" if size is None else str(size) for size in shape) or "no shape"
