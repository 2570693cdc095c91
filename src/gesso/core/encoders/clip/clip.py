"""Pictures and words in one space, by a model of the owner's that runs on this machine.

Any folder in the layout that Immich uses will do (see `folder`). Its two towers are loaded apart,
each at the first call that needs it, and let go when nobody has needed it for a while.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gesso.core.encoders.clip.model.finding import Found, find_model
from gesso.core.encoders.clip.model.folder import PICTURES, WORDS, ModelFolder, WordRules
from gesso.core.encoders.clip.towers.lanes import lanes_on, pieces, side_by_side
from gesso.core.encoders.clip.towers.reading import (
    check_pictures,
    check_words,
    pictures_for,
    words_for,
)
from gesso.core.encoders.clip.towers.tokens import Tokens
from gesso.core.encoders.clip.towers.tower import Device, Tower
from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.errors import InputError
from gesso.core.outside.models.shelf import Shelf
from gesso.core.pixels.picture import Picture

NAME = "clip"

_SOONEST_S = 0.05
# The picture tower again, for many pictures: a thread for each batch, not all threads for one.
_MANY = f"{PICTURES}, many"


@dataclass(frozen=True)
class ClipOptions:
    """What the owner can set.

    Attributes:
        model: a folder, or a name that `gesso models list` shows; "" for the only one there.
        shelf: the folder of the owner's models.
        language: of the words that are searched with ("de"), for models that are told it.
        device: auto, cpu, cuda, openvino or coreml.
        threads: of the processor; 0 for one a core. Several pictures are read side by side, a
            batch on each thread; one alone by all of them.
        batch: pictures at once, where the model takes several; what stands between two layers of
            8 fits into the processor's cache, of 16 no longer.
        idle_s: a tower that nobody has needed for so long is let go; 0 for never.
    """

    model: str = ""
    shelf: str = ""
    language: str = "en"
    device: Device = "auto"
    threads: int = 0
    batch: int = 8
    idle_s: float = 300.0

    def __post_init__(self) -> None:
        for name, least in (("threads", 0), ("batch", 1), ("idle_s", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more")


class Clip:
    """An encoder of pictures and words; see `Encoder`.

    Args:
        options: which model, and how it runs.
        desk: not used; nothing leaves the machine.
        clock: seconds; for the time that nobody asks.
    """

    Options: ClassVar[type] = ClipOptions

    def __init__(
        self,
        options: ClipOptions,
        desk: object = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        del desk
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self._towers: dict[str, Tower] = {}
        self._tokens: Tokens | None = None
        self._used: dict[str, float] = {}
        self._timer: threading.Timer | None = None

    @cached_property
    def _found(self) -> Found:
        return find_model(self._options.model, Shelf.at(self._options.shelf))

    @property
    def _folder(self) -> ModelFolder:
        return self._found.folder

    @property
    def space(self) -> Space:
        """Where its vectors lie; known from the model's card and small files.

        Raises:
            SettingsError: there is no such model, or it is not whole.
        """
        found = self._found
        return Space(
            f"{NAME}-{found.space}",
            NAME,
            found.folder.size,
            reads_words=found.folder.words is not None,
            knows=f"Near means the same subject and mood, as {found.folder.name} learnt them from "
            "pictures with words.",
        )

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """(pictures, size) float32, each of length 1.

        Raises:
            SettingsError: the model cannot be used.
        """
        folder = self._folder
        if not pictures:
            return np.zeros((0, folder.size), dtype=np.float32)
        lanes = lanes_on(self._options.device, self._options.threads) if len(pictures) > 1 else 1
        tower = self._picture_tower(lanes)
        most = tower.batch or self._options.batch

        def embed(part: slice) -> Vectors:
            return tower.run([pictures_for(tower.inputs, folder, pictures[part])], most)

        parts = pieces(len(pictures), most, lanes, is_fixed=tower.batch is not None)
        found = side_by_side(embed, parts, lanes)
        self._keep_time(_MANY if lanes > 1 else PICTURES)
        return np.concatenate(found)

    def words(self, texts: Sequence[str]) -> Vectors:
        """(texts, size) float32, each of length 1.

        Raises:
            InputError: the model has no word tower.
            SettingsError: the model cannot be used.
        """
        if self._folder.words is None:
            raise InputError(
                f"The model '{self._folder.name}' knows no words, only pictures.",
                "Search by title, artist and tags, or add a model that has a word tower.",
            )
        if not texts:
            return np.zeros((0, self._folder.size), dtype=np.float32)
        tower = self._tower(WORDS)
        tokens = self._tokenizer(self._folder.words)
        found = tower.run(words_for(tower.inputs, tokens, texts), self._options.batch)
        self._keep_time(WORDS)
        return found

    def try_out(self) -> None:
        """Run every tower once, so that a model that cannot be used says so now.

        Raises:
            SettingsError: it cannot be used; the sentence says why.
        """
        self.pictures([Picture(np.full((3, 4, 3), 128, dtype=np.uint8))])
        if self._folder.words is not None:
            self.words(["a picture"])

    @property
    def loaded(self) -> bool:
        """Whether a tower is in memory; to ask loads nothing."""
        return bool(self._towers)

    @property
    def device(self) -> str:
        """What the towers run on, "" while none is loaded."""
        towers = list(self._towers.values())
        return towers[0].device if towers else ""

    def unload_idle(self) -> None:
        """Let go of each tower that nobody has needed for `idle_s`."""
        with self._lock:
            for name in list(self._towers):
                if self._clock() - self._used[name] >= self._options.idle_s > 0:
                    self._let_go(name)
            self._watch()

    def unload(self) -> None:
        """Let go of everything; the next call loads again."""
        with self._lock:
            for name in list(self._towers):
                self._let_go(name)
            self._watch()

    # Towers --------------------------------------------------------------------------------

    def _picture_tower(self, lanes: int) -> Tower:
        """One for so many batches at once. Its weights are in memory once, whoever asks."""
        with self._lock:
            if lanes > 1:
                self._towers.pop(PICTURES, None)
                return self._kept(_MANY)
            # A picture alone would be sooner on all threads, but not by as much as loading costs.
            return self._towers.get(_MANY) or self._kept(PICTURES)

    def _tower(self, name: str) -> Tower:
        with self._lock:
            return self._kept(name)

    def _kept(self, name: str) -> Tower:
        if name not in self._towers:
            self._towers[name] = self._load(name)
        self._used[name] = self._clock()
        self._watch()
        return self._towers[name]

    def _load(self, name: str) -> Tower:
        folder, is_of_words = self._folder, name == WORDS
        kind = "word" if is_of_words else "picture"
        tower = Tower(
            folder.graph(WORDS if is_of_words else PICTURES),
            f"{kind} tower of '{folder.name}'",
            folder.size,
            device=self._options.device,
            threads=1 if name == _MANY else self._options.threads,
        )
        if not is_of_words:
            check_pictures(tower.inputs, folder)
        else:
            check_words(tower.inputs, folder, folder.words or WordRules())
        return tower

    def _tokenizer(self, rules: WordRules) -> Tokens:
        with self._lock:
            if self._tokens is None:
                self._tokens = Tokens(self._folder, rules, self._options.language)
            return self._tokens

    def _keep_time(self, name: str) -> None:
        self._used[name] = self._clock()

    def _let_go(self, name: str) -> None:
        del self._towers[name]
        if name == WORDS:
            self._tokens = None

    def _watch(self) -> None:
        """Look again when the first tower may be idle; one look at a time."""
        if self._timer is not None and not self._towers:
            self._timer.cancel()
            self._timer = None
        if self._timer is None and self._towers and self._options.idle_s > 0:
            first = min(self._used[name] for name in self._towers)
            after = max(_SOONEST_S, first + self._options.idle_s - self._clock())
            self._timer = threading.Timer(after, _look, [weakref.ref(self)])
            self._timer.daemon = True
            self._timer.start()


def _look(asked: weakref.ref[Clip]) -> None:
    clip = asked()
    if clip is not None:
        clip._timer = None
        clip.unload_idle()
