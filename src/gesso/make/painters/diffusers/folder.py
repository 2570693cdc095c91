"""A pipeline's folder as it lies on the disk: what it is, and whether all of it is there.

Nothing is loaded here: a folder that was half copied is told by the name of the file that it
lacks, in milliseconds, before gigabytes are read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gesso.core.errors import SettingsError

INDEX = "model_index.json"

_NAME = re.compile(r"[A-Za-z_]\w*")
_LARGEST_JSON = 64 * 2**20
_VOCABULARIES = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "tokenizer.model",
    "sentencepiece.bpe.model",
)
_READERS = ("preprocessor_config.json", "processor_config.json", "tokenizer_config.json")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt")
_WEIGHTS = re.compile(
    r"(?P<stem>diffusion_pytorch_model|model)(\.(?P<variant>[a-z]\w*))?"
    r"(-\d{5}-of-\d{5})?\.safetensors"
)
# How much of each file the fingerprint reads: its beginning, its end, and pieces in between.
_PIECE = 65_536
_PIECES = 8


@dataclass(frozen=True)
class ModelFolder:
    """A pipeline whose files are all there.

    Attributes:
        path: where it lies.
        name: as the owner calls it, "owner/name" or the folder's.
        pipeline: the class that model_index.json names.
        variant: of the weights ("fp16"), "" for the plain ones.
        revision: the hub's commit, "" where nobody knows.
        weights: a fingerprint of the files: 32 hex digits over their names and sizes and over
            pieces of each, so that two models of the same shape differ.
        configs: each component's own configuration.
    """

    path: Path
    name: str
    pipeline: str
    variant: str = ""
    revision: str = ""
    weights: str = ""
    configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_folder(
    path: Path, name: str = "", *, revision: str = "", allow_pickle: bool = False
) -> ModelFolder:
    """Look a pipeline's folder through.

    Args:
        path: the folder.
        name: as the owner calls it, "" for the folder's name.
        revision: the hub's commit, where it is known.
        allow_pickle: the owner lets weights be pickles, which run code when they are read.

    Raises:
        SettingsError: it is no pipeline, a file is missing or cut short, its weights are pickles,
            or it brings code of its own.
    """
    return _Reading(path, name or path.resolve().name, allow_pickle).read(revision)


class _Reading:
    def __init__(self, path: Path, name: str, allow_pickle: bool) -> None:
        self._path = path
        self._name = name
        self._allow_pickle = allow_pickle
        self._used: list[Path] = []

    def read(self, revision: str) -> ModelFolder:
        index = self._index()
        pipeline = index.get("_class_name")
        if not isinstance(pipeline, str) or (self._path / "pipeline.py").exists():
            raise self._brings_code("pipeline.py")
        parts = dict(self._components(index))
        variant = self._variant(parts)
        configs = {
            part: self._component(part, library, kind, variant)
            for part, (library, kind) in parts.items()
        }
        return ModelFolder(
            self._path, self._name, pipeline, variant, revision, self._fingerprint(), configs
        )

    def _index(self) -> Mapping[str, Any]:
        file = self._path / INDEX
        if not self._path.is_dir():
            raise SettingsError(
                f"There is no folder '{self._path}'.", "Name the folder of a pipeline."
            )
        if not file.is_file():
            singles = sorted(found.name for found in self._path.glob("*.safetensors"))
            alone = f" '{singles[0]}' alone is a checkpoint, not a pipeline." if singles else ""
            raise SettingsError(
                f"'{self._path}' is no pipeline of diffusers: it has no {INDEX}.{alone}",
                "Name the folder that holds it, with its unet or transformer, vae and scheduler.",
            )
        return self._json(file)

    def _components(self, index: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
        for name, row in index.items():
            is_pair = isinstance(row, list) and len(row) == 2
            if name.startswith("_") or not is_pair or row == [None, None]:
                continue
            library, kind = row
            if not (_NAME.fullmatch(name) and isinstance(library, str) and isinstance(kind, str)):
                raise self._broken(self._path / INDEX, f"its row '{name[:40]}' is none")
            if (self._path / name / f"{library}.py").exists():
                raise self._brings_code(f"{name}/{library}.py")
            yield name, (library, kind)

    def _component(self, part: str, library: str, kind: str, variant: str) -> Mapping[str, Any]:
        folder = self._path / part
        if kind.endswith("Scheduler"):
            return self._json(self._there(folder / "scheduler_config.json"))
        if "Tokenizer" in kind:
            self._any(folder, _VOCABULARIES)
            return self._json(self._there(folder / "tokenizer_config.json"))
        if kind.endswith(("Processor", "FeatureExtractor")):
            return self._json(self._any(folder, _READERS))
        config = self._json(self._there(folder / "config.json"))
        self._check_weights(folder, library, variant)
        return config

    # Weights -------------------------------------------------------------------------------

    def _variant(self, parts: Mapping[str, tuple[str, str]]) -> str:
        """The variant without which some component would have no weights; "" for none."""
        for part in parts:
            found = self._variants(self._path / part)
            if found and "" not in found:
                return min(found)
        return ""

    def _variants(self, folder: Path) -> dict[str, list[Path]]:
        """A component's files of weights by variant; those of its index, where it has one."""
        found: dict[str, list[Path]] = {}
        for file in _files(folder):
            match = _WEIGHTS.fullmatch(file.name)
            if match:
                found.setdefault(match["variant"] or "", []).append(file)
        for index in _files(folder):
            name, is_index, variant = index.name.partition(".safetensors.index.")
            if name and is_index and variant.endswith("json"):
                found[variant.removesuffix("json").rstrip(".")] = self._shards(index)
        return found

    def _shards(self, index: Path) -> list[Path]:
        shards = self._json(index).get("weight_map")
        if not isinstance(shards, dict) or not shards:
            raise self._broken(index, "it names no files")
        return sorted({index.parent / Path(str(name)).name for name in shards.values()})

    def _check_weights(self, folder: Path, library: str, variant: str) -> None:
        found = self._variants(folder)
        here = variant if variant in found else ""
        if here in found:
            for file in found[here]:
                self._check_whole(self._there(file))
            return
        pickles = sorted(file for file in _files(folder) if file.suffix in _PICKLES)
        if not pickles:
            stem = "model" if library == "transformers" else "diffusion_pytorch_model"
            raise self._missing(folder / f"{stem}.safetensors")
        if not self._allow_pickle:
            raise SettingsError(
                f"The weights of '{self._name}' are a pickle ({self._told(pickles[0])}), "
                "and a pickle can run any code.",
                "Take a model in safetensors, or trust this one: "
                "allow_pickle = true in [painters.diffusers].",
            )
        self._used += pickles

    def _check_whole(self, file: Path) -> None:
        """A safetensors file says in its first bytes how long it is."""
        size = file.stat().st_size
        with file.open("rb") as opened:
            head = opened.read(8)
            length = int.from_bytes(head, "little")
            if head.startswith(b"version "):
                raise self._broken(
                    file, "it is a git-lfs pointer; run `git lfs pull` in its folder"
                )
            if len(head) < 8 or not 2 <= length <= min(size - 8, 100_000_000):
                raise self._broken(file, f"it has {size:,} bytes and no whole header")
            header = self._header(file, opened.read(length))
        ends = (row["data_offsets"][1] for key, row in header.items() if key != "__metadata__")
        whole = 8 + length + max(ends, default=0)
        if size < whole:
            raise self._broken(file, f"it has {size:,} of {whole:,} bytes")

    def _header(self, file: Path, data: bytes) -> Mapping[str, Any]:
        try:
            header: Mapping[str, Any] = json.loads(data)
            for key, row in header.items():
                if key != "__metadata__":
                    int(row["data_offsets"][1])
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise self._broken(file, "its header is unreadable") from error
        return header

    # Files ---------------------------------------------------------------------------------

    def _there(self, file: Path) -> Path:
        if not file.is_file():
            raise self._missing(file)
        self._used.append(file)
        return file

    def _any(self, folder: Path, names: tuple[str, ...]) -> Path:
        for name in names:
            if (folder / name).is_file():
                return self._there(folder / name)
        raise self._missing(folder / names[0])

    def _json(self, file: Path) -> Mapping[str, Any]:
        try:
            if file.stat().st_size > _LARGEST_JSON:
                raise self._broken(file, "it is far too large")
            found = json.loads(file.read_text("utf-8"))
        except ValueError as error:  # also bytes that are no text
            raise self._broken(file, "it is no JSON") from error
        except OSError as error:
            raise self._broken(file, str(error.strerror)) from error
        if not isinstance(found, dict):
            raise self._broken(file, "it is no JSON object")
        return found

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for file in sorted({self._path / INDEX, *self._used}):
            size = file.stat().st_size
            digest.update(f"{self._told(file)}\0{size}\0".encode())
            with file.open("rb") as opened:
                for piece in range(_PIECES):
                    opened.seek(max(0, (size - _PIECE) * piece // (_PIECES - 1)))
                    digest.update(opened.read(_PIECE))
        return digest.hexdigest()[:32]

    def _told(self, file: Path) -> str:
        return file.relative_to(self._path).as_posix()

    # Errors --------------------------------------------------------------------------------

    def _missing(self, file: Path) -> SettingsError:
        return SettingsError(
            f"The model '{self._name}' is not whole: {self._told(file)} is missing.",
            f"Copy or pull it again; it lies in {self._path}.",
        )

    def _broken(self, file: Path, why: str) -> SettingsError:
        return SettingsError(
            f"The model '{self._name}' is not whole: {self._told(file)}: {why}.",
            f"Copy or pull it again; it lies in {self._path}.",
        )

    def _brings_code(self, file: str) -> SettingsError:
        return SettingsError(
            f"The model '{self._name}' brings code of its own ({file}), which is not run.",
            "Take a model that needs none.",
        )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
