from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.source import Delivery, Source, Wish
from gesso.core.records.finds import Find


def picture(colour: str = "red", size: tuple[int, int] = (8, 6), form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


RED, BLUE = picture("red"), picture("blue")


def fetched(source: Source, find: Find) -> Delivery:
    delivery = source.fetch(find)
    assert delivery is not None
    return delivery


@pytest.fixture
def source() -> FolderSource:
    return FolderSource(FolderOptions())


@pytest.fixture
def listed(source: FolderSource) -> Callable[..., list[Find]]:
    """The finds of places, with the fixture's source."""

    def finds(*places: Path) -> list[Find]:
        return list(source.finds(Wish(tuple(map(str, places)))))

    return finds


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file under the test's folder `art`."""
    root = tmp_path / "art"
    root.mkdir()

    def write(name: str, data: bytes = RED) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write
