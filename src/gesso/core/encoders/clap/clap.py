"""Sounds and words in one space, by a model of the owner's that runs on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gesso.core.encoders.clap.folder import SOUNDS, SoundModel, read_sound_model
from gesso.core.encoders.clap.mel import log_mels, pieces_of
from gesso.core.encoders.clip.model.folder import GRAPH, WORDS
from gesso.core.encoders.clip.towers.reading import words_for
from gesso.core.encoders.clip.towers.tokens import Tokens
from gesso.core.encoders.clip.towers.tower import Device, Tower
from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.encoders.sound import Wave
from gesso.core.errors import InputError, SettingsError

NAME = "clap"


@dataclass(frozen=True)
class ClapOptions:
    """What the owner can set.

    Attributes:
        model: a folder, or the name of one on the shelf.
        shelf: the folder of the owner's models.
        device: auto, cpu, cuda, openvino or coreml.
        threads: of the processor; 0 for one a core.
        idle_s: what nobody has needed for so long is let go; 0 for never.
    """

    model: str = ""
    shelf: str = ""
    device: Device = "auto"
    threads: int = 0
    idle_s: float = 300.0


class Clap:
    """An encoder of sounds and words; see `SoundEncoder`.

    Args:
        options: which model, and how it runs.
        desk: not used; nothing leaves the machine.
        clock: seconds; for the time that nobody asks.
    """

    Options: ClassVar[type] = ClapOptions

    def __init__(
        self,
        options: ClapOptions,
        desk: object = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        del desk
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self._towers: dict[str, Tower] = {}
        self._used: dict[str, float] = {}

    @cached_property
    def _model(self) -> SoundModel:
        return read_sound_model(self._options.model, self._options.shelf)

    @property
    def space(self) -> Space:
        """Where its vectors lie; known from the model's files.

        Raises:
            SettingsError: there is no such model, or it is not whole.
        """
        model = self._model
        return Space(
            f"{NAME}-{model.mark}",
            NAME,
            model.size,
            reads_words=model.words is not None,
            knows=f"Near means a like sound, as {model.name} learnt them from sounds with words.",
        )

    def sounds(self, waves: Sequence[Wave]) -> Vectors:
        """(waves, size) float32, each of length 1: the mean over up to three pieces of each.

        Raises:
            SettingsError: the model cannot be used.
        """
        if not waves:
            return np.zeros((0, self._model.size), dtype=np.float32)
        return np.concatenate([self._sound(wave) for wave in waves])

    def words(self, texts: Sequence[str]) -> Vectors:
        """(texts, size) float32, each of length 1.

        Raises:
            InputError: the model has no word tower.
            SettingsError: the model cannot be used.
        """
        if self._model.words is None:
            raise InputError(
                f"The model '{self._model.name}' knows no words, only sounds.",
                "Take one that has a word tower.",
            )
        if not texts:
            return np.zeros((0, self._model.size), dtype=np.float32)
        tower = self._tower(WORDS)
        tokens = Tokens(self._model, self._model.words)
        return tower.run(words_for(tower.inputs, tokens, texts), len(texts))

    @property
    def loaded(self) -> bool:
        """Whether a tower is in memory; to ask loads nothing."""
        return bool(self._towers)

    def unload_idle(self) -> None:
        """Let go of each tower that nobody has needed for `idle_s`."""
        with self._lock:
            for name in list(self._towers):
                if self._clock() - self._used[name] >= self._options.idle_s > 0:
                    del self._towers[name]

    def _sound(self, wave: Wave) -> Vectors:
        ear = self._model.ear
        tower = self._tower(SOUNDS)
        samples = _at_rate(wave, ear.rate)
        heard = np.stack([log_mels(piece, ear) for piece in pieces_of(samples, ear)])
        found = tower.run([heard[:, None]], len(heard)).mean(axis=0, keepdims=True)
        return np.asarray(found / np.linalg.norm(found), np.float32)

    def _tower(self, name: str) -> Tower:
        with self._lock:
            if name not in self._towers:
                self._towers[name] = self._load(name)
            self._used[name] = self._clock()
            return self._towers[name]

    def _load(self, name: str) -> Tower:
        model, kind = self._model, "sound" if name == SOUNDS else "word"
        told = f"{kind} tower of '{model.name}'"
        tower = Tower(
            model.path / name / GRAPH,
            told,
            model.size,
            device=self._options.device,
            threads=self._options.threads,
        )
        wanted = (1, model.ear.frames, model.ear.mels)
        if name == SOUNDS:
            shape = tower.inputs[0].shape[1:]
            sides = zip(shape, wanted, strict=False)
            if (
                len(tower.inputs) != 1
                or len(shape) != 3
                or any(side not in (None, want) for side, want in sides)
            ):
                raise SettingsError(
                    f"The {told} reads {shape}, and its preprocess_cfg.json says {wanted}.",
                    "Copy the whole model again, or take another.",
                )
        return tower


def _at_rate(wave: Wave, rate: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The samples at another rate, by straight lines between them."""
    if wave.rate == rate or not len(wave.samples):
        return np.asarray(wave.samples, np.float32)
    count = max(1, round(len(wave.samples) * rate / wave.rate))
    places = np.arange(count) * wave.rate / rate
    return np.interp(places, np.arange(len(wave.samples)), wave.samples).astype(np.float32)
