"""A picture: upright sRGB pixels that nobody can change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Found = TypeVar("Found")


class Picture:
    """Upright sRGB pixels, immutable; equal to another with the same pixels.

    Args:
        rgb: (height, width, 3) uint8, at least one pixel. It is copied, so the caller's array
            stays the caller's.

    Raises:
        ValueError: another shape or dtype, or no pixels.
    """

    __slots__ = ("_known", "_rgb", "_shape", "_unpack")

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        self._hold(np.array(_checked(rgb), dtype=np.uint8, order="C", copy=True))

    @classmethod
    def adopt(cls, rgb: NDArray[np.uint8]) -> Picture:
        """Take an array over without a copy: the caller must not keep it, nor a view of it.

        Raises:
            ValueError: another shape or dtype, or no pixels.
        """
        picture = cls.__new__(cls)
        picture._hold(np.ascontiguousarray(_checked(rgb)))
        return picture

    @classmethod
    def from_array(cls, array: NDArray[Any]) -> Picture:
        """Make a picture from gray or RGB values.

        Args:
            array: (height, width) or (height, width, 3); integers 0 to 255 or floats 0 to 1.

        Raises:
            ValueError: another shape, values outside the range, or not finite.
        """
        values = np.asarray(array)
        if values.ndim == 2:
            values = np.repeat(values[:, :, np.newaxis], 3, axis=2)
        if values.dtype == np.uint8:
            return cls(values)
        top = 1.0 if np.issubdtype(values.dtype, np.floating) else 255.0
        if values.size and not (values.min() >= 0 and values.max() <= top):
            raise ValueError(f"A picture's values lie between 0 and {top:g} in {values.dtype}.")
        return cls.adopt(np.rint(values * (255.0 / top)).astype(np.uint8))

    def _hold(self, rgb: NDArray[np.uint8]) -> None:
        self._rgb: NDArray[np.uint8] | None = _locked(rgb)
        self._shape: tuple[int, ...] = rgb.shape
        self._unpack: Callable[[], NDArray[np.uint8]] | None = None
        self._known: dict[Callable[[Picture], Any], Any] = {}

    def packed(self, unpack: Callable[[], NDArray[np.uint8]]) -> Picture:
        """The same picture, with all that is known of it, whose pixels are unpacked when asked for.

        For one that is sent to another process where its pixels may never be looked at.

        Args:
            unpack: gives the same pixels each time, in an array of its own; it pickles.
        """
        return _repacked(self._shape, unpack, self._known)

    def once(self, work: Callable[[Picture], Found]) -> Found:
        """What `work` finds in these pixels, worked out once however often it is asked for.

        The finding stays with the picture and travels with it to other processes, so what a
        worker has worked out nobody works out again.

        Args:
            work: a pure function of the pixels that stands in a module; its result pickles, and
                nobody changes it.
        """
        if work not in self._known:
            self._known[work] = work(self)
        found: Found = self._known[work]
        return found

    def forget(self, work: Callable[[Picture], Any]) -> None:
        """Let go of what `work` found, when nobody will ask for it again."""
        self._known.pop(work, None)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 sRGB, read-only, C order."""
        if self._rgb is None:
            self._rgb = _locked(np.ascontiguousarray(_checked(self._unpack_now())))
        return self._rgb

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self._shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self._shape[0])

    @property
    def pixels_sha256(self) -> str:
        """Sha256 over the size (as "WIDTHxHEIGHT") and the pixels, hex; computed once."""
        return self.once(_sha256)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Picture):
            return NotImplemented
        if _sha256 in self._known and _sha256 in other._known:
            return bool(self._known[_sha256] == other._known[_sha256])
        return self is other or np.array_equal(self.rgb, other.rgb)

    def __hash__(self) -> int:
        return hash(self.pixels_sha256)

    def __repr__(self) -> str:
        return f"<Picture {self.width}x{self.height}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if self._rgb is None:
            return _repacked, (self._shape, self._unpack, dict(self._known))
        return _revived, (np.asarray(self._rgb), dict(self._known))

    def _unpack_now(self) -> NDArray[np.uint8]:
        if self._unpack is None:
            raise ValueError("A picture without pixels can say where they are.")
        return self._unpack()


def _revived(rgb: NDArray[np.uint8], known: dict[Callable[[Picture], Any], Any]) -> Picture:
    picture = Picture.adopt(rgb)
    picture._known.update(known)
    return picture


def _repacked(
    shape: tuple[int, ...],
    unpack: Callable[[], NDArray[np.uint8]],
    known: dict[Callable[[Picture], Any], Any],
) -> Picture:
    picture = Picture.__new__(Picture)
    picture._rgb, picture._shape, picture._unpack = None, shape, unpack
    picture._known = dict(known)
    return picture


def _locked(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rgb.setflags(write=False)
    # A view of a locked array cannot be unlocked again; the array itself could.
    return rgb.view()


def _sha256(picture: Picture) -> str:
    digest = hashlib.sha256(f"{picture.width}x{picture.height}".encode())
    digest.update(picture.rgb.data)
    return digest.hexdigest()


def _checked(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if rgb.dtype != np.uint8:
        raise ValueError(f"A picture is made of uint8 values, not of {rgb.dtype}.")
    if rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise ValueError(f"A picture's array is (height, width, 3) and not empty, not {rgb.shape}.")
    return rgb
