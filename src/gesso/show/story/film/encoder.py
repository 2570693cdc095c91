"""The encoder: frames and samples into one file, by FFmpeg's encoders in PyAV's wheel.

One clock: a frame's time is its number, a sample's time is its number. What an encoder puts before
the first sample (its priming) is written into the file's own table by its writer, and players and
decoders take it off again.

The same frames and samples are the same bytes, however busy the machine is and however many cores
it has: nothing is left to choose its own number of threads, colours are turned by sums that are the
same on every processor, and packets are laid down by their times alone, not as they come ready.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.codec import Codec, UnknownCodecError
from av.codec.context import Flags
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import storage_error
from gesso.core.errors import StorageError
from gesso.show.story.film.formats import Format, Pace, options_of
from gesso.show.story.records import TICKS, Frame

# SVT-AV1 tells its whole configuration on stderr; this is how it is told to tell errors alone.
os.putenv("SVT_LOG", "1")

_BT709 = 1
_LIMITED = 1
# Without these swscale rounds otherwise on another processor.
_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.BITEXACT

# A packet waits until every stream has one. The writer's own patience is ten seconds of film, and
# would end sooner or later with how far an encoder has come.
_ORDERLY = {"max_interleave_delta": "0"}


class Encoder:
    """Writes one film. Frames and samples come in order; sound keeps up with what is seen.

    Args:
        path: the file, written anew.
        form: the format.
        frame: what the film looks like.
        has_sound: samples will come.
        pace: the film itself, or a quick look at it.
        named: what errors call the file; None for `path`.

    Raises:
        StorageError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        form: Format,
        frame: Frame,
        *,
        has_sound: bool,
        pace: Pace = "film",
        named: Path | None = None,
    ) -> None:
        self._path = named or path
        self._frame = frame
        self._samples = 0
        self._frames = 0
        self._colours = VideoReformatter()
        try:
            self._container = av.open(
                str(path), "w", format=form.container, options={**_ORDERLY, **form.muxing}
            )
            self._video = self._video_stream(form, pace)
            self._audio = self._audio_stream(form) if has_sound else None
        except (FFmpegError, OSError) as error:
            raise _failed(error, self._path) from error

    @staticmethod
    def can_write(form: Format) -> bool:
        """Whether this PyAV was built with the encoders of a format."""
        try:
            return all(Codec(name, "w").is_encoder for name in (form.video, form.audio))
        except UnknownCodecError:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After a failure nothing that is still to be written can be trusted to be written.
        if kind is None:
            self.finish()
        else:
            with suppress(FFmpegError, OSError):
                self._container.close()

    def picture(self, rgb: NDArray[np.uint8]) -> None:
        """Take the next frame, (height, width, 3) sRGB.

        Raises:
            StorageError: the disk would not take it.
        """
        shown = self._colours.reformat(
            VideoFrame.from_ndarray(rgb, "rgb24"),
            format="yuv420p",
            interpolation=_EXACT,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        shown.pts, shown.time_base = self._frames, Fraction(1, self._frame.fps)
        shown.pict_type = 0
        self._frames += 1
        self._mux(self._encoded(self._video, shown))

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples, (2, count) float32, -1 to 1.

        Raises:
            StorageError: the disk would not take them.
        """
        assert self._audio is not None  # noqa: S101 - only where there is sound
        block = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        block.sample_rate, block.time_base = TICKS, Fraction(1, TICKS)
        block.pts = self._samples
        self._samples += samples.shape[1]
        self._mux(self._encoded(self._audio, block))

    def finish(self) -> None:
        """Write what the encoders still hold, and close the file.

        Raises:
            StorageError: the disk would not take it.
        """
        for stream in (self._video, self._audio):
            if stream is not None:
                self._mux(self._encoded(stream, None))
        try:
            self._container.close()
        except (FFmpegError, OSError) as error:
            raise _failed(error, self._path) from error

    def _encoded(
        self, stream: VideoStream | AudioStream, frame: VideoFrame | AudioFrame | None
    ) -> list[Packet[Any]]:
        try:
            if isinstance(stream, VideoStream):
                with _no_haste() if not stream.codec_context.is_open else nullcontext():
                    return stream.encode(frame)  # type: ignore[arg-type]  # of its own kind
            return stream.encode(frame)  # type: ignore[arg-type]  # of its own kind
        except (FFmpegError, OSError) as error:
            raise _failed(error, self._path) from error

    def _mux(self, packets: list[Packet[Any]]) -> None:
        try:
            self._container.mux(packets)
        except (FFmpegError, OSError) as error:
            raise _failed(error, self._path) from error

    def _video_stream(self, form: Format, pace: Pace) -> VideoStream:
        stream = self._container.add_stream(form.video, rate=self._frame.fps)
        assert isinstance(stream, VideoStream)  # noqa: S101 - for the types
        stream.width, stream.height = self._frame.width, self._frame.height
        stream.pix_fmt = "yuv420p"
        stream.options = dict(options_of(form, pace))
        stream.time_base = Fraction(1, self._frame.fps)
        context = stream.codec_context
        context.time_base = Fraction(1, self._frame.fps)
        context.color_range, context.colorspace = _LIMITED, _BT709
        context.color_primaries, context.color_trc = _BT709, _BT709
        context.flags |= Flags.bitexact
        context.thread_count = 1
        return stream

    def _audio_stream(self, form: Format) -> AudioStream:
        stream = self._container.add_stream(form.audio, rate=TICKS)
        assert isinstance(stream, AudioStream)  # noqa: S101 - for the types
        stream.layout = "stereo"
        stream.bit_rate = form.bit_rate
        stream.time_base = Fraction(1, TICKS)
        stream.codec_context.flags |= Flags.bitexact
        stream.codec_context.thread_count = 1
        if form.audio == "libopus":
            stream.options = {"vbr": "on", "application": "audio"}
        return stream


@contextmanager
def _no_haste() -> Iterator[None]:
    """Let nothing that an encoder does when it begins put this process before all others.

    Where it is root's, SVT-AV1 gives the thread that begins it the highest priority in real time,
    which its own threads inherit, and every thread and process that this one begins later: none of
    them would ever make room for anybody. Each gets back what this thread had.
    """
    if sys.platform != "linux":
        yield
        return
    policy, given, before = os.sched_getscheduler(0), os.sched_getparam(0), _hasty()
    try:
        yield
    finally:
        for thread in _hasty() - before:
            with suppress(OSError):  # it may be over by now
                os.sched_setscheduler(thread, policy, given)


def _hasty() -> set[int]:
    """The threads of this process that run in real time."""
    found = set[int]()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            if os.sched_getscheduler(int(thread.name)) in {os.SCHED_FIFO, os.SCHED_RR}:
                found.add(int(thread.name))
    return found


def _failed(error: Exception, path: Path) -> StorageError:
    """Our error for what FFmpeg could not write."""
    number = getattr(error, "errno", None)
    told = getattr(error, "strerror", None) or str(error)
    return storage_error(OSError(number or 0, told), path, "write")
