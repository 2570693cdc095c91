"""MobileSAM: an encoder looks at the picture once, a decoder answers to points and a box.

The two files as MobileSAM's own export writes them: the encoder takes (height, width, 3) floats, 0
to 255, of a long side of 1,024; the decoder takes the embedding, points with labels (1 keep, 0
drop, 2 and 3 the corners of a box, -1 for padding) and an empty mask, and answers in logits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gesso.study.easel import Floats
from gesso.study.tools.subject.guidance import Guidance, Stroke
from gesso.study.tools.subject.models.model import ModelOptions
from gesso.study.tools.subject.models.sessions import digest_of, opened, refused, shape_of

_SIDE = 1024
_ASKED = frozenset(
    {"image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input",
     "orig_im_size"}
)  # fmt: skip
_POINTS = 8
"""Points taken along one stroke at most."""
_DROP, _KEEP, _LEFT_TOP, _RIGHT_BOTTOM, _PADDING = 0, 1, 2, 3, -1

Points = list[tuple[float, float, int]]


class MobileSam:
    """Cuts out what it is pointed at.

    Args:
        options: the folder with the encoder and the decoder.
        desk: not used.

    Raises:
        SettingsError: the folder does not hold them.
    """

    Options: ClassVar[type] = ModelOptions
    wants_a_hint = True

    def __init__(self, options: ModelOptions, desk: object = None) -> None:
        del desk
        encoder, decoder = _files(options.path)
        self._encoder, self._decoder = opened(encoder), opened(decoder)
        self._input = _encoder_input(encoder, self._encoder)
        missing = _ASKED - {asked.name for asked in self._decoder.get_inputs()}
        if missing:
            raise refused(decoder, f"it does not take {', '.join(sorted(missing))}")
        self._size = _mask_size(decoder, self._decoder)
        self.name, self.sha256 = options.path.name, digest_of(encoder, decoder)

    def likely(
        self, rgb: NDArray[np.uint8], guidance: Guidance, hint: NDArray[np.bool_] | None
    ) -> Floats | None:
        """(height, width) float32, 0 to 1; None where it sees no subject."""
        height, width = rgb.shape[:2]
        points = _points(guidance, hint, (height, width))
        if not points:
            return None
        scale = _SIDE / max(height, width)
        size = round(width * scale), round(height * scale)
        large = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
        embedding = self._encoder.run(None, {self._input: large})[0]
        coords = np.array([[(x * scale, y * scale) for x, y, _ in points]], np.float32)
        labels = np.array([[label for _, _, label in points]], np.float32)
        masks, scores = self._decided(embedding, coords, labels, (height, width))
        best = masks[int(np.argmax(scores)) if len(scores) == len(masks) else 0]
        if best.shape != (height, width) or not np.isfinite(best).all() or best.max() <= 0:
            return None
        return np.asarray(1 / (1 + np.exp(-np.clip(best, -30, 30))), dtype=np.float32)

    def _decided(
        self, embedding: Any, coords: Floats, labels: Floats, size: tuple[int, int]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        answers = self._decoder.run(None, {
            "image_embeddings": embedding,
            "point_coords": coords,
            "point_labels": labels,
            "mask_input": np.zeros((1, 1, self._size, self._size), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array(size, np.float32),
        })  # fmt: skip
        masks = np.asarray(answers[0], np.float32)
        scores = np.asarray(answers[1], np.float32).ravel() if len(answers) > 1 else np.zeros(0)
        return masks.reshape(-1, *masks.shape[-2:]), scores


def _files(folder: Path) -> tuple[Path, Path]:
    found = []
    for part in ("encoder", "decoder"):
        files = [file for file in sorted(folder.glob("*.onnx")) if part in file.name.lower()]
        if len(files) != 1:
            raise refused(folder, f"it holds {len(files)} ONNX files named '{part}', not one")
        found.append(files[0])
    return found[0], found[1]


def _encoder_input(path: Path, session: onnxruntime.InferenceSession) -> str:
    inputs = session.get_inputs()
    shape = shape_of(inputs[0].shape) if len(inputs) == 1 else ()
    if len(shape) != 3 or shape[2] not in (3, None):
        raise refused(path, "its encoder does not take one picture of height x width x 3")
    return str(inputs[0].name)


def _mask_size(path: Path, session: onnxruntime.InferenceSession) -> int:
    shape = next(shape_of(one.shape) for one in session.get_inputs() if one.name == "mask_input")
    if len(shape) != 4:
        raise refused(path, "its mask is not of four dimensions")
    return shape[3] or 256


def _points(guidance: Guidance, hint: NDArray[np.bool_] | None, shape: tuple[int, int]) -> Points:
    """Points and box corners in pixels; of our own estimate where a person said nothing."""
    height, width = shape
    points: Points = []
    for strokes, label in ((guidance.keep, _KEEP), (guidance.drop, _DROP)):
        points += [
            (x * (width - 1), y * (height - 1), label)
            for stroke in strokes
            for x, y in _thinned(stroke)
        ]
    if guidance.box is not None:
        return points + _corners(guidance.edges(shape))
    if points and guidance.keep:
        return [*points, (0.0, 0.0, _PADDING)]
    if hint is None or not hint.any():
        return []
    rows, columns = np.nonzero(hint)
    depth = cv2.distanceTransform(np.pad(hint.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    box = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    return [*points, (float(column), float(row), _KEEP), *_corners(box)]


def _corners(box: tuple[int, int, int, int]) -> Points:
    left, top, right, bottom = box
    return [(left, top, _LEFT_TOP), (right - 1, bottom - 1, _RIGHT_BOTTOM)]


def _thinned(stroke: Stroke) -> list[tuple[float, float]]:
    many = min(len(stroke), _POINTS)
    steps = np.unique(np.linspace(0, len(stroke) - 1, many).round().astype(int))
    return [stroke[step] for step in steps.tolist()]
