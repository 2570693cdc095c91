"""Pictures of works, decoded as little as will do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import DamageError, UnknownItem
from gesso.core.records.works import Provenance, Rights
from gesso.show.iiif.images import ImageOptions, Images, _small_copy
from gesso.show.iiif.rights import rights_of

WIDTH, HEIGHT = 4000, 2400


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def images(catalogue: Catalogue, tmp_path: Path) -> Images:
    return Images(lambda: catalogue, ImageOptions(folder=tmp_path / "tiles"))


def jpeg(width: int = WIDTH, height: int = HEIGHT, **said: object) -> bytes:
    """Left dark, right light."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, width // 2 :] = 220
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90, **said)
    return out.getvalue()


def bring(catalogue: Catalogue, data: bytes) -> int:
    return catalogue.accession.accept_bytes(
        data, name="a", title="a", provenance=Provenance("brought", "a"), rights=Rights()
    ).id


def read(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_small_view_of_a_large_jpeg_leaves_the_whole_undecoded(
    catalogue: Catalogue, images: Images
) -> None:
    subject = images.subject(bring(catalogue, jpeg()))
    small = images.read(subject, "full", "800,", "0", "default.png")
    tile = images.read(subject, "0,0,512,512", "max", "0", "default.png")

    shown = read(images.draw(subject, small))

    assert shown.shape == (480, 800, 3)
    assert shown[:, :390].max() < 30
    assert shown[:, 410:].min() > 200
    assert images.is_decoded(subject, small)
    assert not images.is_decoded(subject, tile)


def test_a_jpeg_that_has_to_be_turned_or_has_a_profile_is_decoded_with_patience(
    catalogue: Catalogue, images: Images
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert _small_copy(jpeg()) is not None
    assert _small_copy(jpeg(exif=exif)) is None
    assert _small_copy(jpeg(icc_profile=profile)) is None
    assert _small_copy(b"\x89PNG") is None
    assert _small_copy(jpeg()[:5000]) is None
    subject = images.subject(bring(catalogue, jpeg(exif=exif)))
    shown = read(images.draw(subject, images.read(subject, "full", ",800", "0", "default.png")))
    assert shown.shape == (800, 480, 3)
    assert shown[:390].max() < 30
    assert shown[410:].min() > 200


def test_a_finished_file_is_held_and_a_new_one_is_the_same(
    catalogue: Catalogue, images: Images
) -> None:
    subject = images.subject(bring(catalogue, jpeg(700, 500)))
    asked = images.read(subject, "10,10,300,300", "150,", "!90", "gray.jpg")

    assert images.held(subject, asked) is None
    data = images.draw(subject, asked)
    assert images.held(subject, asked) == data
    assert images.draw(subject, asked) == data


def test_a_work_that_is_not_here_has_no_picture(catalogue: Catalogue, images: Images) -> None:
    with pytest.raises(UnknownItem):
        images.subject(7)
    number = bring(catalogue, jpeg(700, 500))
    path = catalogue.path_of(catalogue.works.get(number))
    assert path is not None
    path.unlink()
    subject = images.subject(number)
    asked = images.read(subject, "full", "max", "0", "default.jpg")
    with pytest.raises(DamageError):
        images.draw(subject, asked)


@pytest.mark.parametrize(
    ("rights", "address"),
    [
        (Rights("CC0-1.0"), "http://creativecommons.org/publicdomain/zero/1.0/"),
        (Rights("CC-BY-NC-SA-4.0"), "http://creativecommons.org/licenses/by-nc-sa/4.0/"),
        (Rights("cc-by-3.0-de"), "http://creativecommons.org/licenses/by/3.0/de/"),
        (
            Rights("", "", "https://rightsstatements.org/page/InC/1.0/?language=en"),
            "http://rightsstatements.org/vocab/InC/1.0/",
        ),
        (
            Rights("https://www.creativecommons.org/licenses/by/4.0"),
            "http://creativecommons.org/licenses/by/4.0/",
        ),
        (Rights("All rights reserved"), ""),
        (Rights("", "", "javascript:alert(1)"), ""),
        (Rights(), ""),
    ],
)
def test_rights_are_told_as_the_addresses_that_viewers_know(rights: Rights, address: str) -> None:
    assert rights_of(rights) == address
