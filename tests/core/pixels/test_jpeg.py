"""The short way through a JPEG: the patient decoder's pixels to the bit, or no answer at all."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gesso.core.errors import PictureError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.jpeg import clean_jpeg
from gesso.core.pixels.picture import Picture

KINDS = {
    "usual": {"quality": 85},
    "progressive": {"quality": 92, "progressive": True},
    "full colour": {"quality": 80, "subsampling": 0},
    "with restarts": {"quality": 70, "restart_marker_blocks": 2},
    "optimised": {"quality": 30, "optimize": True},
}


def _written(picture: Picture, mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture.rgb)).convert(mode).save(out, "JPEG", **how)
    return out.getvalue()


def _as_pillow_sees(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("how", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_clean_jpeg_has_the_same_pixels_by_either_way(
    painted: Picture, how: dict[str, object], mode: str
) -> None:
    data = _written(painted, mode, **how)
    clean = clean_jpeg(data)

    assert clean is not None
    assert np.array_equal(clean, _as_pillow_sees(data))
    assert np.array_equal(decode(data).picture.rgb, clean)


def test_a_jpeg_with_the_least_fault_is_left_to_the_patient_decoder(painted: Picture) -> None:
    data = _written(painted)
    damaged = data[: len(data) // 2] + b"\xff\xd9"

    assert clean_jpeg(damaged) is None
    assert np.array_equal(decode(damaged).picture.rgb, _as_pillow_sees(damaged))
    with pytest.raises(PictureError, match="cut off"):
        decode(data[: len(data) // 2])


def test_whatever_is_done_to_a_jpeg_the_two_ways_never_see_other_pixels(
    painted: Picture, capfd: pytest.CaptureFixture[str]
) -> None:
    luck = random.Random(11)
    sources = [_written(painted, mode, **how) for how in KINDS.values() for mode in ("RGB", "L")]
    seen = 0
    for _ in range(400):
        data = bytearray(luck.choice(sources))
        for _ in range(luck.randrange(1, 4)):
            data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
        clean = clean_jpeg(bytes(data))
        if clean is None:
            continue
        try:
            patient = _as_pillow_sees(bytes(data))
        except (OSError, SyntaxError, ValueError):
            continue  # its header is refused before either way is taken
        seen += 1
        assert np.array_equal(clean, patient)

    assert seen > 40
    assert capfd.readouterr() == ("", "")


def test_a_jpeg_in_other_inks_or_of_another_profile_goes_the_long_way(painted: Picture) -> None:
    cmyk = decode(_written(painted, "CMYK"))

    assert cmyk.source_mode == "CMYK"
    assert cmyk.picture.rgb.shape == painted.rgb.shape


def test_a_turned_jpeg_stands_upright_by_the_short_way(painted: Picture) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = _written(painted, exif=exif.tobytes())
    decoded = decode(data)

    assert decoded.oriented
    assert (decoded.picture.width, decoded.picture.height) == (120, 160)
    assert np.array_equal(decoded.picture.rgb, np.rot90(_as_pillow_sees(data), -1))
