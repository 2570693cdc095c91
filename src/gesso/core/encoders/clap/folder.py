"""The folder of a CLAP model, looked through before anything is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gesso.core.encoders.clap.mel import Ear
from gesso.core.encoders.clip.model.folder import (
    CONFIG,
    GRAPH,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WORDS,
    WordRules,
    digest_of,
)
from gesso.core.errors import SettingsError

SOUNDS = "audial"
PREPROCESS = f"{SOUNDS}/preprocess_cfg.json"
_EAR: Mapping[str, str] = {
    "sample_rate": "rate", "window_s": "window_s", "mels": "mels", "n_fft": "n_fft", "hop": "hop",
    "least_hz": "least_hz", "most_hz": "most_hz",
}  # fmt: skip
_LARGEST_JSON = 2**24
_SHOWN = 12


@dataclass(frozen=True)
class SoundModel:
    """A model whose files are all there.

    Attributes:
        path: where it lies.
        name: the folder's name.
        size: numbers in a vector.
        ear: how it hears.
        words: how words are made ready; None for a model without a word tower.
        mark: 12 hex digits over every file that shapes a vector.
    """

    path: Path
    name: str
    size: int
    ear: Ear
    words: WordRules | None
    mark: str


def read_sound_model(wish: str, shelf: str) -> SoundModel:
    """Find a model's folder and look it through.

    Args:
        wish: a folder, or the name of one on the shelf.
        shelf: the folder of the owner's models, "" for none.

    Raises:
        SettingsError: there is none, it is not whole, or a file says what cannot be used.
    """
    path = Path(wish).expanduser() if wish else Path()
    if wish and shelf and not path.is_dir():
        path = Path(shelf).expanduser() / wish
    if not wish or not (path / SOUNDS).is_dir():
        raise SettingsError(
            f"There is no sound model '{wish}'." if wish else "No sound model was chosen.",
            f"Name a folder that holds {SOUNDS}/{GRAPH}, by the option 'model' in "
            "[sound_encoders.clap].",
        )
    config = _json(path, CONFIG)
    size = config.get("embed_dim")
    if not isinstance(size, int) or not 0 < size <= 16_384:
        raise _refused(path, CONFIG, f"embed_dim is {size!r:.40}, and must be a number of numbers")
    told = {_EAR[key]: value for key, value in _json(path, PREPROCESS).items() if key in _EAR}
    try:
        ear = Ear(**told)
    except (TypeError, ValueError) as error:
        raise _refused(path, PREPROCESS, str(error)[:120]) from error
    files = [CONFIG, PREPROCESS, f"{SOUNDS}/{GRAPH}"]
    words = None
    if (path / WORDS).is_dir():
        files += [f"{WORDS}/{GRAPH}", TOKENIZER, TOKENIZER_CONFIG]
        length = _dict(config.get("text_cfg")).get("context_length", 77)
        pad = _json(path, TOKENIZER_CONFIG).get("pad_token") or ""
        words = WordRules(int(length), pad_token=str(_dict(pad).get("content", pad)))
    return SoundModel(path, path.resolve().name, size, ear, words, _mark(path, files))


def _mark(path: Path, files: list[str]) -> str:
    told = []
    for name in sorted(files):
        if not (path / name).is_file():
            raise _refused(path, name, "it is missing")
        told.append(f"{name}\0{digest_of(path / name)}\n")
    return hashlib.sha256(f"clap/1\n{''.join(told)}".encode()).hexdigest()[:_SHOWN]


def _json(path: Path, name: str) -> Mapping[str, Any]:
    file = path / name
    try:
        if file.stat().st_size > _LARGEST_JSON:
            raise _refused(path, name, "it is far too large")
        found = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise _refused(path, name, error.strerror or "it cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, name, "it is no JSON") from error
    if not isinstance(found, dict):
        raise _refused(path, name, "it is no JSON object")
    return found


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _refused(path: Path, name: str, why: str) -> SettingsError:
    return SettingsError(
        f"The sound model '{path.name}' cannot be used: {name}: {why}.",
        f"Copy it again; it lies in {path}.",
    )
