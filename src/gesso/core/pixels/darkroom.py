"""Decoding in another process: a hostile picture may bring that one down, and nobody else.

The pixels of a large picture are not sent back through a pipe: they are laid into a piece of
memory that both processes see. It has no name and belongs to whoever asked, so a worker that is
killed leaves nothing behind.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import NoWorker, PictureError, WorkerLost
from gesso.core.pixels.decode import Decoded, DecodeLimits, decode
from gesso.core.pixels.derived.develop import Developed, develop_file
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

if sys.platform == "linux":
    import fcntl
    import mmap

Result = TypeVar("Result")

_LAID_FROM = 1 << 20
"""Bytes of pixels that go through the pipe sooner than memory is shared for them."""


@dataclass(frozen=True)
class Job:
    """A picture that is worked on elsewhere.

    Attributes:
        data: the whole file.
        name: what it was called, for errors.
        limits: what it may ask for.
        tray: where its pixels may be laid, "" for nowhere.
        side: the long side to which it is reduced, for `small_job`.
        works: what is worked out of it there, for `small_job`; see `Picture.once`.
    """

    data: bytes
    name: str
    limits: DecodeLimits
    tray: str = ""
    side: int = 0
    works: tuple[Callable[[Picture], Any], ...] = ()


@dataclass(frozen=True)
class Laid:
    """A decoded picture whose pixels lie in the tray; in `decoded` one pixel stands for them."""

    decoded: Decoded
    shape: tuple[int, int, int]


class Do(Protocol):
    """Does a job in another process; raises what it raised, `WorkerLost` where it died or hung."""

    def __call__(self, function: Callable[[Job], Result], job: Job, /) -> Result:
        """Do it and wait."""
        ...


class Darkroom:
    """Decodes and develops pictures from elsewhere where they can do no harm.

    Args:
        do: does a job in another process, with little memory and little time.
        limits: what a picture may ask for.
    """

    def __init__(self, do: Do, limits: DecodeLimits) -> None:
        self._do = do
        self._limits = limits

    def decode(self, data: bytes, name: str = "the picture") -> Decoded:
        """Decode a picture's bytes; see `decode`.

        Raises:
            PictureError: it is no picture that we accept, or it took more memory or time than
                one may.
        """
        with _tray() as tray, _as_a_bad_picture(name):
            found = self._do(decode_job, Job(data, name, self._limits, tray.path))
            if isinstance(found, Decoded):
                return found
            return replace(found.decoded, picture=Picture.adopt(tray.pixels(found.shape)))

    def small(
        self,
        data: bytes,
        name: str = "the picture",
        *,
        side: int,
        works: tuple[Callable[[Picture], Any], ...] = (),
    ) -> Picture:
        """Decode a picture's bytes, reduce them, and work out there what will be asked for here.

        Where something is worked out, pixels are rarely looked at after: those of a small file stay
        behind, and are asked for when somebody does.

        Args:
            data: the whole file.
            name: what it was called, for errors.
            side: of what comes back, at most.
            works: functions of the reduced picture that stand in modules; `Picture.once` knows
                what they found.

        Raises:
            PictureError: it is no picture that we accept, or it took more memory or time than
                one may.
        """
        job = Job(data, name, self._limits, side=side, works=works)
        with _as_a_bad_picture(name):
            found = self._do(small_job, job)
        if not _stays_behind(job):
            return found
        return found.packed(_Behind(lambda: self.small(data, name, side=side).rgb))

    def warm(self) -> None:
        """Have a process ready before the first picture comes."""
        with suppress(PictureError):
            self.decode(b"")

    def develop(self, data: bytes, name: str = "the picture") -> Developed:
        """Decode a picture's bytes, and work out all that is kept of it; see `develop_file`.

        Raises:
            PictureError: it is no picture that we accept, or it took more memory or time than
                one may.
        """
        with _as_a_bad_picture(name):
            return replace(self._do(develop_job, Job(data, name, self._limits)), data=data)


def decode_job(job: Job) -> Decoded | Laid:
    """Decode one picture, in the process that is to do it."""
    decoded = decode(job.data, job.limits, job.name)
    rgb = decoded.picture.rgb
    if not job.tray or rgb.nbytes < _LAID_FROM:
        return decoded
    try:
        _lay(job.tray, rgb)
    except OSError:
        return decoded  # there is no room for two: it goes through the pipe
    stands_in = Picture.adopt(np.zeros((1, 1, 3), dtype=np.uint8))
    height, width, _ = rgb.shape
    return Laid(replace(decoded, picture=stands_in), (height, width, 3))


def small_job(job: Job) -> Picture:
    """Decode one picture and reduce it; its hash and what was asked for travel with it.

    Without its pixels where they stay behind.
    """
    picture = at_most(decode(job.data, job.limits, job.name).picture, job.side)
    _ = picture.pixels_sha256
    for work in job.works:
        picture.once(work)
    return picture.packed(_nobody) if _stays_behind(job) else picture


def at_most(picture: Picture, side: int) -> Picture:
    """The same picture with no side longer than `side`."""
    if max(picture.width, picture.height) <= side:
        return picture
    return Picture(reduced(np.asarray(picture.rgb), side))


@dataclass(frozen=True)
class _Behind:
    """Pixels that have stayed behind; in another process they are there."""

    ask: Callable[[], NDArray[np.uint8]]

    def __call__(self) -> NDArray[np.uint8]:
        return self.ask()

    def __reduce__(self) -> tuple[Any, ...]:
        return partial, (np.array, self.ask())


def _stays_behind(job: Job) -> bool:
    """Whether to hold the file costs less than to hold the pixels."""
    return bool(job.works) and len(job.data) <= job.side * job.side


def _nobody() -> NDArray[np.uint8]:
    """What stands in a picture on its way for whoever has its pixels."""
    raise WorkerLost("The pixels of a picture were left behind.", "Send it again.")


def develop_job(job: Job) -> Developed:
    """Develop one picture; its bytes are left out of what travels back."""
    return replace(develop_file(job.data, job.limits, job.name), data=b"")


if sys.platform == "linux":

    class _Tray:
        """Memory without a name, which another process of ours can open by its path."""

        def __init__(self) -> None:
            self._file = os.memfd_create("gesso", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            self.path = f"/proc/{os.getpid()}/fd/{self._file}"

        def pixels(self, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
            """What was laid in; it stays for as long as the array does."""
            # Who laid it in must not take the ground from under who reads it.
            fcntl.fcntl(self._file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
            size = int(np.prod(shape))
            if os.fstat(self._file).st_size < size:
                raise WorkerLost("A worker laid in fewer pixels than it said.", "Send it again.")
            held = mmap.mmap(self._file, size)
            return np.frombuffer(held, dtype=np.uint8).reshape(shape)

        def close(self) -> None:
            os.close(self._file)

    def _lay(path: str, rgb: NDArray[np.uint8]) -> None:
        with open(path, "r+b", buffering=0) as file:  # noqa: PTH123 - an open file, no path
            left = rgb.data.cast("B")
            while left:
                left = left[file.write(left) :]

else:

    class _Tray:
        """None: elsewhere pixels come back through the pipe."""

        path = ""

        def pixels(self, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
            """Never asked for."""
            raise NotImplementedError

        def close(self) -> None:
            """Nothing to let go of."""

    def _lay(path: str, _rgb: NDArray[np.uint8]) -> None:
        raise OSError(path)


@contextmanager
def _tray() -> Iterator[_Tray]:
    tray = _Tray()
    try:
        yield tray
    finally:
        tray.close()


@contextmanager
def _as_a_bad_picture(name: str) -> Iterator[None]:
    """What took its worker with it, or could not be held, is told as what it is."""
    try:
        yield
    except NoWorker:
        raise  # no picture's fault
    except (WorkerLost, MemoryError) as error:
        called = "The picture" if name == "the picture" else f"'{name}'"
        raise PictureError(
            f"{called} took more memory or time to decode than a picture may.",
            "Make it smaller, or save it anew as PNG or JPEG.",
        ) from error
