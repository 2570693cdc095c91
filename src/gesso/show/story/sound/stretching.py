"""Stretching: a track faster or slower with its pitch unchanged, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.error import EOFError as EndOfFile
from av.filter import Graph
from av.filter.context import FilterContext

from gesso.core.sound.decoder import RATE, Block

_BLOCK = 8192


def stretched(blocks: Iterable[Block], speed: float) -> Iterator[Block]:
    """(2, count) blocks at another speed, by FFmpeg's `atempo`; at 1.0 as they come."""
    if abs(speed - 1) < 1e-4:
        yield from blocks
        return
    graph = Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=RATE, layout="stereo", time_base=Fraction(1, RATE)
    )
    tempo = graph.add("atempo", f"{speed:.6f}")
    # Some filters hand over interleaved samples; this one is told not to.
    shape = graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo")
    sink = graph.add("abuffersink")
    source.link_to(tempo)
    tempo.link_to(shape)
    shape.link_to(sink)
    graph.configure()
    count = 0
    for block in blocks:
        for at in range(0, block.shape[1], _BLOCK):
            part = np.ascontiguousarray(block[:, at : at + _BLOCK], np.float32)
            frame = AudioFrame.from_ndarray(part, "fltp", "stereo")
            frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
            frame.pts = count
            count += part.shape[1]
            source.push(frame)
            yield from _ready(sink)
    source.push(None)
    yield from _ready(sink)


def _ready(sink: FilterContext) -> Iterator[Block]:
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, EndOfFile):
            return
        assert isinstance(frame, AudioFrame)  # noqa: S101 - for the types
        yield np.asarray(frame.to_ndarray(), np.float32)
