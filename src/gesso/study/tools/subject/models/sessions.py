"""ONNX files opened on this machine's cores, and refused in one sentence where they cannot be."""

from __future__ import annotations

import hashlib
from pathlib import Path

import onnxruntime

from gesso.core.errors import SettingsError

Shape = tuple[int | None, ...]


def opened(path: Path) -> onnxruntime.InferenceSession:
    """Open a model.

    Raises:
        SettingsError: it cannot be read as ONNX.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # The same bytes on every machine matter more than the last core.
    options.intra_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        first = str(error).strip().splitlines()[0][:160].replace(str(path), path.name)
        raise refused(path, f"it cannot be opened ({first})") from error


def refused(path: Path, why: str) -> SettingsError:
    """The error for a file that is no model of ours."""
    return SettingsError(
        f"'{path.name}' cannot be used to find a subject: {why}.",
        "Use a U2-Net kind of file (u2net, u2netp, silueta, isnet, birefnet) or a folder with "
        "MobileSAM's encoder and decoder.",
    )


def shape_of(sizes: list[object]) -> Shape:
    """Sizes with None where the model takes any."""
    return tuple(size if isinstance(size, int) and size > 0 else None for size in sizes)


def digest_of(*paths: Path) -> str:
    """Sha256 over files, hex."""
    held = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                held.update(block)
    return held.hexdigest()
