"""A model's folder in the layout that Immich uses: what stands in it, and whether it is whole.

    config.json                                       embed_dim, text_cfg
    visual/    model.onnx, preprocess_cfg.json        and files of weights beside the graph
    textual/   model.onnx, tokenizer.json, tokenizer_config.json

No graph is loaded here: a folder that was half copied is told by the name of the file that it
lacks, in milliseconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from gesso.core.encoders.clip.model.graph import NotWhole, external_files
from gesso.core.encoders.clip.towers.preprocess import Preprocess
from gesso.core.errors import SettingsError

CONFIG = "config.json"
PICTURES = "visual"
WORDS = "textual"
GRAPH = "model.onnx"
PREPROCESS = f"{PICTURES}/preprocess_cfg.json"
TOKENIZER = f"{WORDS}/tokenizer.json"
TOKENIZER_CONFIG = f"{WORDS}/tokenizer_config.json"

_LARGEST_JSON = 2**24
_LARGEST_SPACE = 16_384
_LONGEST_TEXT = 8192
# CLIP's, where a configuration is silent.
_USUAL_LENGTH = 77
_CHUNK = 2**20


@dataclass(frozen=True)
class WordRules:
    """How words are made ready for the word tower.

    Attributes:
        length: tokens that the tower reads.
        is_canonical: lower case, without punctuation, as the tower was taught.
        pad_token: what fills a shorter text; "" where only tokenizer.json can say.
    """

    length: int = _USUAL_LENGTH
    is_canonical: bool = False
    pad_token: str = ""


@dataclass(frozen=True)
class ModelFolder:
    """A model whose files are all there.

    Attributes:
        path: where it lies.
        name: as the owner calls it.
        size: numbers in a vector.
        preprocess: how pictures are made ready.
        words: how words are; None for a model without a word tower.
        files: all that shapes a vector, relative, with forward slashes, sorted.
    """

    path: Path
    name: str
    size: int
    preprocess: Preprocess
    words: WordRules | None
    files: tuple[str, ...]

    def graph(self, tower: str) -> Path:
        """The graph of a tower, PICTURES or WORDS."""
        return self.path / tower / GRAPH

    def towers(self) -> tuple[str, ...]:
        """Which towers it has."""
        return (PICTURES,) if self.words is None else (PICTURES, WORDS)


def looks_like_encoder(path: Path) -> bool:
    """Whether a folder is meant to be such a model, whole or not."""
    return (path / PICTURES).is_dir() or (path / WORDS).is_dir()


def read_folder(path: Path, name: str = "") -> ModelFolder:
    """Look a model's folder through.

    Args:
        path: the folder.
        name: as the owner calls it, "" for the folder's name.

    Raises:
        SettingsError: it is no such model, a file is missing or cut short, or one says what
            cannot be used.
    """
    return _Reading(path, name or path.resolve().name).read()


def digest_of(path: Path) -> str:
    """Sha256 of a file, hex."""
    found = hashlib.sha256()
    with path.open("rb") as opened:
        while piece := opened.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()


class _Reading:
    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._files: set[str] = set()

    def read(self) -> ModelFolder:
        if not self._path.is_dir():
            raise SettingsError(
                f"There is no folder '{self._path}'.", "Name the folder of a model."
            )
        if not looks_like_encoder(self._path):
            raise SettingsError(
                f"'{self._path}' is no encoder: it has no folders {PICTURES} and {WORDS}.",
                f"Name the folder that holds {CONFIG}, {PICTURES}/{GRAPH} and {WORDS}/{GRAPH}.",
            )
        config = self._json(CONFIG)
        size: Any = config.get("embed_dim")
        if not _is_count(size, _LARGEST_SPACE):
            self._refuse(CONFIG, f"embed_dim is {size!r:.40}, and must be a number of numbers")
        preprocess = self._preprocess()
        self._graph(PICTURES)
        words = self._words(config)
        return ModelFolder(
            self._path, self._name, size, preprocess, words, tuple(sorted(self._files))
        )

    def _preprocess(self) -> Preprocess:
        told = self._json(PREPROCESS)
        try:
            return Preprocess.read(told)
        except ValueError as error:
            self._refuse(PREPROCESS, str(error), error)

    def _words(self, config: Mapping[str, Any]) -> WordRules | None:
        told = config.get("text_cfg")
        if told is None and not (self._path / WORDS).is_dir():
            return None
        if not isinstance(told, Mapping):
            self._refuse(CONFIG, "text_cfg is not there, and there is a word tower")
        length = told.get("context_length", _USUAL_LENGTH)
        if not _is_count(length, _LONGEST_TEXT):
            self._refuse(CONFIG, f"context_length is {length!r:.40}, and must be a number of words")
        self._graph(WORDS)
        self._json(TOKENIZER, is_read=False)
        how = told.get("tokenizer_kwargs")
        clean = how.get("clean") if isinstance(how, Mapping) else None
        return WordRules(length, clean == "canonicalize", self._pad_token())

    def _pad_token(self) -> str:
        token = self._json(TOKENIZER_CONFIG).get("pad_token")
        if isinstance(token, Mapping):
            token = token.get("content")
        return token if isinstance(token, str) else ""

    # Files ---------------------------------------------------------------------------------

    def _graph(self, tower: str) -> None:
        path = self._there(f"{tower}/{GRAPH}")
        try:
            beside = external_files(path)
        except NotWhole as error:
            self._refuse(f"{tower}/{GRAPH}", str(error), error)
        except OSError as error:
            self._refuse(f"{tower}/{GRAPH}", str(error.strerror), error)
        for location, needed in beside.items():
            name = PurePosixPath(tower, location).as_posix()
            size = self._there(name).stat().st_size
            if size < needed:
                self._refuse(name, f"it is cut short: it has {size:,} of {needed:,} bytes")

    def _there(self, name: str) -> Path:
        path = self._path / name
        if not path.is_file():
            raise SettingsError(
                f"The model '{self._name}' is not whole: {name} is missing.",
                f"Copy or pull it again; it lies in {self._path}.",
            )
        self._files.add(name)
        return path

    def _json(self, name: str, *, is_read: bool = True) -> Mapping[str, Any]:
        path = self._there(name)
        if not is_read:
            return {}
        try:
            if path.stat().st_size > _LARGEST_JSON:
                self._refuse(name, "it is far too large")
            found = json.loads(path.read_text("utf-8"))
        except (ValueError, RecursionError) as error:
            self._refuse(name, "it is no JSON", error)
        except OSError as error:
            self._refuse(name, str(error.strerror), error)
        if not isinstance(found, dict):
            self._refuse(name, "it is no JSON object")
        return found

    def _refuse(self, name: str, why: str, error: Exception | None = None) -> NoReturn:
        raise SettingsError(
            f"The model '{self._name}' cannot be used: {name}: {why}.",
            f"Copy or pull it again; it lies in {self._path}.",
        ) from error


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most
