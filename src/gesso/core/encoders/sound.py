"""The shelf of sound encoders: what one owes a search by ear, and who stands on the shelf.

A model of this kind (CLAP) lies in a folder like one of pictures and words, with its tower of sound
in the place of that of pictures:

    config.json                                       embed_dim, text_cfg
    audial/    model.onnx, preprocess_cfg.json        sample_rate, window_s, mels, n_fft, hop,
                                                      least_hz, most_hz
    textual/   model.onnx, tokenizer.json, tokenizer_config.json
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.registry import Entry, Factory, Registry


@dataclass(frozen=True)
class Wave:
    """Sound as numbers.

    Attributes:
        samples: (samples,) float32, one channel, -1 to 1.
        rate: samples a second.
    """

    samples: NDArray[np.float32]
    rate: int


class SoundEncoder(Protocol):
    """A sound encoder turns sounds, and perhaps words, into vectors of length 1.

    It owes what an `Encoder` owes: the same sound gives the same vector, up to rounding, for ever
    under one space id; it may be called from several threads; it loads what it needs at the first
    call, never when it is built. Its space is none of pictures: the two never mix.
    """

    @property
    def space(self) -> Space:
        """Where its vectors lie; known without loading anything heavy."""
        ...

    def sounds(self, waves: Sequence[Wave]) -> Vectors:
        """(waves, size) float32, each of length 1; any length and rate is taken."""
        ...

    def words(self, texts: Sequence[str]) -> Vectors:
        """(texts, size) float32, each of length 1.

        Raises:
            InputError: this space knows no words.
        """
        ...

    @property
    def loaded(self) -> bool:
        """Whether its weights are in memory now; to ask loads nothing."""
        ...

    def unload_idle(self) -> None:
        """Let go of weights that nobody has needed for a while; the next call loads them again."""
        ...


SOUND_ENCODERS: Registry[Factory[SoundEncoder]] = Registry(
    "sound encoder",
    "sound_encoders",
    {
        "clap": Entry(
            "gesso.core.encoders.clap.clap",
            "Clap",
            extra="clip",
            summary="sounds and words by a CLAP model of yours, on this machine",
        ),
    },
)
