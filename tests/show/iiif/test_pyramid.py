"""Parts of pictures, drawn from the halving that is nearest."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gesso.show.iiif.geometry import Region, read_request
from gesso.show.iiif.held import Pyramids, Tiles
from gesso.show.iiif.pyramid import build, drawn, level_sizes

Pixels = NDArray[np.uint8]


def slope(width: int, height: int) -> Pixels:
    """Red grows to the right, green downwards: a pixel's colour tells where it is."""
    down, across = np.mgrid[:height, :width]
    blue = np.full((height, width), 90)
    pixels = np.stack([across * 255 / width, down * 255 / height, blue], axis=2)
    return pixels.astype(np.uint8)


def read(data: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize(
    ("width", "height", "levels"),
    [(1, 1, 1), (512, 512, 1), (513, 2, 2), (2049, 1300, 4), (1, 5000, 5)],
)
def test_levels_halve_until_one_tile_holds_all(width: int, height: int, levels: int) -> None:
    sizes = level_sizes(width, height)

    assert len(sizes) == levels
    assert max(sizes[-1]) <= 512
    pyramid = build(slope(width, height))
    assert [level.shape[1::-1] for level in pyramid.levels] == sizes


@pytest.mark.parametrize("folder", [False, True])
def test_each_level_shows_the_same_picture(tmp_path: Path, folder: bool) -> None:
    rgb = slope(2049, 1301)
    pyramid = build(rgb, tmp_path / "tiles" if folder else None)

    assert np.array_equal(pyramid.levels[0], rgb)
    for level in pyramid.levels[1:]:
        wanted = cv2.resize(rgb, level.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(level.astype(int) - wanted).max() <= 3


def test_a_mapped_pyramid_leaves_no_file_behind(tmp_path: Path) -> None:
    pyramid = build(slope(1200, 900), tmp_path / "tiles")

    assert pyramid.is_on_disk
    assert list((tmp_path / "tiles").iterdir()) == []
    assert pyramid.levels[0][800, 1100].tolist() == slope(1200, 900)[800, 1100].tolist()


@pytest.mark.parametrize(
    ("region", "size"),
    [
        (Region(0, 0, 512, 512), (512, 512)),
        (Region(1024, 512, 1024, 512), (512, 256)),
        (Region(3, 5, 1000, 700), (250, 175)),
        (Region(1999, 1299, 1, 1), (1, 1)),
        (Region(1990, 1290, 10, 10), (200, 200)),
        (Region(0, 0, 2000, 1300), (20, 13)),
    ],
)
def test_a_part_lies_where_it_lies_in_the_picture(region: Region, size: tuple[int, int]) -> None:
    rgb = slope(2000, 1300)
    width, height = size
    part = build(rgb).part(region, width, height)

    assert part.shape == (height, width, 3)
    whole = rgb[region.y : region.y + region.height, region.x : region.x + region.width]
    assert np.abs(part.mean(axis=(0, 1)) - whole.mean(axis=(0, 1))).max() < 1.5
    assert np.abs(part[0, 0].astype(int) - whole[0, 0]).max() <= 12


def test_a_tile_of_a_level_is_a_view_not_a_copy() -> None:
    pyramid = build(slope(2048, 2048))

    part = pyramid.part(Region(1024, 0, 1024, 1024), 512, 512)

    assert np.shares_memory(part, pyramid.levels[1])


def test_a_picture_is_mirrored_first_and_then_turned_clockwise() -> None:
    rgb = np.zeros((200, 300, 3), np.uint8)
    rgb[:50, :50] = (255, 0, 0)  # a red mark at the top left
    pyramid = build(rgb)

    def red_at(rotation: str) -> tuple[bool, bool]:
        asked = read_request(300, 200, "full", "max", rotation, "default.png")
        found = read(drawn(pyramid, asked))
        high, wide = found.shape[:2]
        down, across = np.argwhere(found[:, :, 0] > 128).mean(axis=0)
        return bool(across > wide / 2), bool(down > high / 2)

    assert red_at("0") == (False, False)
    assert red_at("90") == (True, False)
    assert red_at("180") == (True, True)
    assert red_at("270") == (False, True)
    assert red_at("!0") == (True, False)
    assert red_at("!90") == (True, True)


@pytest.mark.parametrize("form", ["jpg", "png", "webp"])
def test_every_quality_is_written_in_every_format(form: str) -> None:
    pyramid = build(slope(300, 200))

    def shown(quality: str) -> Pixels:
        asked = read_request(300, 200, "full", "150,", "0", f"{quality}.{form}")
        return read(drawn(pyramid, asked))

    assert np.abs(shown("default").astype(int) - shown("color")).max() == 0
    gray = shown("gray").astype(int)
    assert np.ptp(gray, axis=2).max() <= 2
    bitonal = shown("bitonal")
    assert float(((bitonal < 20) | (bitonal > 235)).mean()) > 0.97


def test_a_picture_is_decoded_once_however_many_ask(tmp_path: Path) -> None:
    pyramids = Pyramids(1 << 20, 1 << 30, tmp_path)
    asked: list[int] = []

    def load() -> Pixels:
        asked.append(1)
        time.sleep(0.05)
        return slope(700, 600)

    threads = [threading.Thread(target=lambda: pyramids.made("one", load)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(asked) == 1
    assert pyramids._making == {}


def test_a_picture_that_cannot_be_decoded_is_tried_again_by_the_next(tmp_path: Path) -> None:
    pyramids = Pyramids(1 << 20, 1 << 30, tmp_path)

    def fail() -> Pixels:
        raise OSError("the disk would not read")

    with pytest.raises(OSError, match="would not read"):
        pyramids.made("one", fail)
    assert pyramids.made("one", lambda: slope(9, 9)).levels[0].shape == (9, 9, 3)


def test_the_pyramid_that_was_asked_for_longest_ago_goes_first() -> None:
    pyramids = Pyramids(3 * 100 * 100 * 3, 0, None)
    for name in ("a", "b", "c"):
        pyramids.made(name, lambda: slope(100, 100))
    pyramids.get("a")

    pyramids.made("d", lambda: slope(100, 100))

    assert pyramids.get("b") is None
    assert all(pyramids.get(name) for name in ("a", "c", "d"))


def test_a_large_picture_goes_to_disk_and_small_ones_stay_in_memory(tmp_path: Path) -> None:
    pyramids = Pyramids(800_000, 50_000_000, tmp_path / "tiles")

    assert pyramids.made("large", lambda: slope(900, 700)).is_on_disk
    assert not pyramids.made("small", lambda: slope(90, 70)).is_on_disk


def test_a_folder_that_cannot_be_written_costs_memory_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "tiles").write_text("a file where the folder should be")
    pyramids = Pyramids(800_000, 50_000_000, tmp_path / "tiles")

    made = pyramids.made("large", lambda: slope(900, 700))

    assert not made.is_on_disk
    assert pyramids.get("large") is made


def test_finished_tiles_are_kept_up_to_their_bytes() -> None:
    tiles = Tiles(1000)
    for number in range(20):
        tiles.put(str(number), bytes(100))
    tiles.put("19", bytes(50))
    tiles.put("huge", bytes(500))

    assert tiles.get("19") == bytes(50)
    assert tiles.get("0") is None
    assert tiles.get("huge") is None
    assert sum(len(tiles.get(str(number)) or b"") for number in range(20)) <= 1000
