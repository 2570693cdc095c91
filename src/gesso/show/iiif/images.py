"""The pictures of works, served part by part: what the Image API asks for, drawn or still held."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.records.works import Work
from gesso.show.iiif.geometry import Bounds, ImageRequest, read_request
from gesso.show.iiif.held import Pyramids, Tiles
from gesso.show.iiif.pyramid import TILE_SIDE, Pyramid, drawn, level_sizes

PROFILE = "http://iiif.io/api/image/3/level2.json"
CONTEXT = "http://iiif.io/api/image/3/context.json"
_SUBJECTS = 4096
_LARGE_PX = 8_000_000
"""From here on a small view of a whole picture is drawn without decoding all of it."""
_OVERVIEW_PX = 2048
_ORIENTATION = 0x0112
_OVERVIEW = "/overview"


@dataclass(frozen=True)
class ImageOptions:
    """How pictures are served.

    Attributes:
        bounds: how large an answer may be.
        memory_bytes: of decoded pictures that are held in memory.
        disk_bytes: of decoded pictures that are held in files.
        tile_bytes: of finished files.
        folder: for decoded pictures; None to hold them in memory.
    """

    bounds: Bounds = field(default=Bounds())
    memory_bytes: int = 256 << 20
    disk_bytes: int = 2 << 30
    tile_bytes: int = 64 << 20
    folder: Path | None = None


@dataclass(frozen=True)
class Subject:
    """A picture that can be asked for.

    Attributes:
        number: of its work.
        mark: changes when its pixels do.
        width: of the picture that is here.
        height: of the picture that is here.
        work: its record when it was first asked for.
    """

    number: int
    mark: str
    width: int
    height: int
    work: Work


class Images:
    """The pictures of all works. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        options: how they are served.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], options: ImageOptions) -> None:
        self._catalogue = catalogue
        self.options = options
        self._pyramids = Pyramids(options.memory_bytes, options.disk_bytes, options.folder)
        self._tiles = Tiles(options.tile_bytes)
        self._subjects: OrderedDict[int, Subject] = OrderedDict()
        self._lock = Lock()

    def known(self, number: int) -> Subject | None:
        """A picture that was asked for lately; asks nobody."""
        with self._lock:
            return self._subjects.get(number)

    def subject(self, number: int) -> Subject:
        """A work's picture.

        Raises:
            UnknownItem: there is no such work, or no picture of it here.
            DamageError: its file is not what was kept.
        """
        found = self.known(number) or self._found(number)
        with self._lock:
            self._subjects[number] = found
            self._subjects.move_to_end(number)
            while len(self._subjects) > _SUBJECTS:
                self._subjects.popitem(last=False)
        return found

    def read(
        self, subject: Subject, region: str, size: str, rotation: str, named: str
    ) -> ImageRequest:
        """Understand what is asked of a picture.

        Raises:
            BadRequest: see `read_request`.
            NotOffered: see `read_request`.
        """
        return read_request(
            subject.width, subject.height, region, size, rotation, named, self.options.bounds
        )

    def held(self, subject: Subject, asked: ImageRequest) -> bytes | None:
        """The file that is asked for, where it was finished before."""
        return self._tiles.get(f"{subject.mark}/{asked.canonical}")

    def is_decoded(self, subject: Subject, asked: ImageRequest) -> bool:
        """Whether drawing it takes a moment only."""
        return self._pyramids.get(_key(subject, asked)) is not None

    def draw(self, subject: Subject, asked: ImageRequest) -> bytes:
        """The file that is asked for.

        Raises:
            UnknownItem: the work is gone.
            DamageError: its file is not what was kept.
        """
        data = drawn(self._pyramid(subject, asked), asked)
        self._tiles.put(f"{subject.mark}/{asked.canonical}", data)
        return data

    def info(self, subject: Subject, base: str, rights: str = "") -> dict[str, Any]:
        """The description of a picture (`info.json`), section 5 of the Image API.

        Args:
            subject: the picture.
            base: its address without `/info.json`.
            rights: the address of a licence or a statement, "" for none.
        """
        bounds, sizes = self.options.bounds, level_sizes(subject.width, subject.height)
        told: dict[str, Any] = {
            "@context": CONTEXT,
            "id": base,
            "type": "ImageService3",
            "protocol": "http://iiif.io/api/image",
            "profile": "level2",
            "width": subject.width,
            "height": subject.height,
            "maxArea": bounds.max_area,
            "maxWidth": bounds.max_side,
            "maxHeight": bounds.max_side,
            "sizes": [
                {"width": wide, "height": high}
                for wide, high in reversed(sizes)
                if wide * high <= bounds.max_area and max(wide, high) <= bounds.max_side
            ],
            "tiles": [
                {
                    "width": TILE_SIDE,
                    "height": TILE_SIDE,
                    "scaleFactors": [1 << step for step in range(len(sizes))],
                }
            ],
            "preferredFormats": ["jpg", "png", "webp"],
            "extraFormats": ["webp"],
            "extraQualities": ["color", "gray", "bitonal"],
            "extraFeatures": [
                "canonicalLinkHeader",
                "mirroring",
                "profileLinkHeader",
                "regionSquare",
                "sizeUpscaling",
            ],
        }
        return told | ({"rights": rights} if rights else {})

    def _found(self, number: int) -> Subject:
        work = self._catalogue().works.get(number)
        if work.has_original:
            mark = work.fingerprint.pixels[:24]
            return Subject(number, mark, work.width, work.height, work)
        # Of a work that may only be linked to, the thumbnail is the picture.
        picture = self._catalogue().picture(work)
        return Subject(number, picture.pixels_sha256[:24], picture.width, picture.height, work)

    def _pyramid(self, subject: Subject, asked: ImageRequest) -> Pyramid:
        key = _key(subject, asked)
        held = self._pyramids.get(key)
        if held is not None:
            return held
        load = self._overview if key.endswith(_OVERVIEW) else self._whole
        return self._pyramids.made(key, lambda: load(subject))

    def _whole(self, subject: Subject) -> NDArray[np.uint8]:
        return self._catalogue().picture(subject.work).rgb

    def _overview(self, subject: Subject) -> NDArray[np.uint8]:
        """The whole picture, small: by a decoder that leaves out what nobody will see."""
        small = _small_copy(self._catalogue().data(subject.work))
        if small is not None:
            return small
        pyramid = self._pyramids.made(subject.mark, lambda: self._whole(subject))
        fitting = [level for level in pyramid.levels if max(level.shape[:2]) >= _OVERVIEW_PX]
        return np.array(fitting[-1])


def _key(subject: Subject, asked: ImageRequest) -> str:
    is_small = asked.is_whole and max(asked.width, asked.height) <= _OVERVIEW_PX
    is_large = subject.width * subject.height >= _LARGE_PX and subject.work.has_original
    return subject.mark + (_OVERVIEW if is_small and is_large else "")


def _small_copy(data: bytes) -> NDArray[np.uint8] | None:
    """A JPEG at an eighth, a quarter or a half; None for a file that needs the patient decoder."""
    if not data.startswith(b"\xff\xd8"):
        return None
    try:
        with hushed(), Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            is_plain = image.mode in ("RGB", "L") and "icc_profile" not in image.info
            if not is_plain or image.getexif().get(_ORIENTATION, 1) != 1:
                return None
            scale = max(image.size) / _OVERVIEW_PX
            sides = tuple(int(side / scale) for side in reversed(image.size))
        found: NDArray[Any] = simplejpeg.decode_jpeg(
            data, "RGB", min_height=sides[0], min_width=sides[1], strict=True
        )
    except (ValueError, OSError):
        return None
    return found
