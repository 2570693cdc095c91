"""How near our pictures made ready for CLIP are to what transformers and open_clip make of them.

    python benchmarks/clip_parity.py [FOLDER]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data); without it pictures are made.
Only pictures that are not square are read, since a square one cannot tell the modes apart. Printed
for each mode: the least cosine between the standardised values, and how many pictures are the same
to the last bit. open_clip's arithmetic is written out here, with Pillow, over whole pictures. Where
an odd number of pixels is over, open_clip rounds the half of it to even and transformers down, one
pixel beside in one picture of four; gesso rounds down, as Immich does too.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from transformers import CLIPImageProcessor, SiglipImageProcessor

from gesso.core.encoders.clip.towers.preprocess import Mode, Preprocess
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.picture import Picture

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")
LIMIT = 0.9999
SIDE = 224
Values = NDArray[np.float32]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    pictures = [one for one in _pictures(folder) if one.width != one.height]
    even = [one for one in pictures if _over(one) % 2 == 0]
    print(f"{len(pictures)} pictures that are not square, {len(even)} with an even number over")
    clip = CLIPImageProcessor()
    siglip = SiglipImageProcessor(size={"height": SIDE, "width": SIDE}, resample=3)
    half = (0.5, 0.5, 0.5)
    ours = {mode: Preprocess(SIDE, SIDE, mode=mode) for mode in _MODES}
    of_siglip = Preprocess(SIDE, SIDE, half, half, mode="squash")
    _say("shortest: transformers", pictures, ours["shortest"], lambda one: _by(clip, one))
    _say("squash: transformers (SigLIP)", pictures, of_siglip, lambda one: _by(siglip, one))
    _say("shortest: open_clip, even", even, ours["shortest"], _by_open_clip("shortest"))
    for mode in _MODES:
        _say(f"{mode}: open_clip", pictures, ours[mode], _by_open_clip(mode))


_MODES: tuple[Mode, ...] = ("shortest", "squash", "longest")


def by_open_clip(picture: Picture, mode: Mode) -> Values:
    """What `image_transform` of open_clip makes of a picture for evaluation."""
    image, size = Image.fromarray(picture.rgb), (picture.width, picture.height)
    if mode == "squash":
        made = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    elif mode == "longest":
        ratio = max(size) / SIDE
        inner = round(size[0] / ratio), round(size[1] / ratio)
        made = Image.new("RGB", (SIDE, SIDE))
        resized = image.resize(inner, Image.Resampling.BICUBIC)
        made.paste(resized, ((SIDE - inner[0]) // 2, (SIDE - inner[1]) // 2))
    else:
        longer = int(SIDE * max(size) / min(size))
        whole = (SIDE, longer) if size[1] > size[0] else (longer, SIDE)
        left, top = round((whole[0] - SIDE) / 2), round((whole[1] - SIDE) / 2)
        resized = image.resize(whole, Image.Resampling.BICUBIC)
        made = resized.crop((left, top, left + SIDE, top + SIDE))
    usual = Preprocess(SIDE, SIDE)
    values = (np.asarray(made, dtype=np.float64) / 255 - usual.mean) / usual.std
    return np.asarray(values.transpose(2, 0, 1), dtype=np.float32)


def _by_open_clip(mode: Mode) -> Callable[[Picture], Values]:
    return lambda picture: by_open_clip(picture, mode)


def _by(processor: Any, picture: Picture) -> Values:
    found = processor(Image.fromarray(picture.rgb), return_tensors="np")["pixel_values"][0]
    return np.asarray(found, dtype=np.float32)


def _say(
    what: str, pictures: list[Picture], ours: Preprocess, theirs: Callable[[Picture], Values]
) -> None:
    cosines, same = [], 0
    for picture in pictures:
        mine = ours.values(ours.pixels(picture)).transpose(2, 0, 1)
        other = theirs(picture)
        a, b = mine.ravel().astype(float), other.ravel().astype(float)
        cosines.append(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
        same += bool(np.abs(mine - other).max() < 1e-5)
    print(
        f"  {what:<32} least cosine {min(cosines):.6f}, median {np.median(cosines):.6f} "
        f"(bar {LIMIT}); the same {same} of {len(pictures)}"
    )


def _over(picture: Picture) -> int:
    short, long = sorted((picture.width, picture.height))
    return int(SIDE * long / short) - SIDE


def _pictures(folder: Path) -> list[Picture]:
    manifest = folder / "manifest.jsonl"
    if not manifest.exists():
        rng = np.random.default_rng(0)
        sizes = rng.integers(40, 900, (40, 2))
        return [Picture(rng.integers(0, 256, (*size, 3), dtype=np.uint8)) for size in sizes]
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    files = [folder / row["file"] for row in rows if row["file"].startswith("images/")][::4]
    return [decode(file.read_bytes(), DecodeLimits(), file.name).picture for file in files]


if __name__ == "__main__":
    main()
