"""What a model hears in tracks, held against words: a bridge from captions to sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.encoders.sound import SoundEncoder, Wave
from gesso.core.errors import GessoError
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.sound.decoder import RATE
from gesso.core.sound.ear import excerpt
from gesso.core.sound.records import Track

Floats = NDArray[np.float64]


class Ears:
    """Compares words with tracks; a track is heard by the model once, and kept.

    Args:
        catalogue: whose tracks.
        encoder: of sounds and words.
        index: where what was heard is kept.
    """

    def __init__(self, catalogue: Catalogue, encoder: SoundEncoder, index: SpaceIndex) -> None:
        self._catalogue = catalogue
        self._encoder = encoder
        self._index = index

    def fits(self, words: str, tracks: Sequence[Track]) -> Floats | None:
        """(tracks,) how well each fits the words, as its share among all of them, 0 to 1.

        None where there are no words, or the model reads none.
        """
        if not words.strip() or not self._encoder.space.reads_words or not tracks:
            return None
        self._hear([track for track in tracks if track.id not in set(self._index.known().tolist())])
        known = set(self._index.known().tolist())
        heard = [at for at, track in enumerate(tracks) if track.id in known]
        if not heard:
            return None
        vectors = self._index.vectors(np.array([tracks[at].id for at in heard], np.int64))
        alike = vectors @ self._encoder.words([words])[0]
        shares = np.full(len(tracks), 0.5)
        shares[heard] = (alike.argsort().argsort() + 0.5) / len(heard)
        return shares

    def _hear(self, tracks: Sequence[Track]) -> None:
        for track in tracks:
            try:
                samples = excerpt(self._catalogue.tracks.data(track), track.source)
            except GessoError:  # its file is lost or damaged: it stands in the middle
                continue
            vector = self._encoder.sounds([Wave(samples, RATE)])
            self._index.add(np.array([track.id], np.int64), vector)
