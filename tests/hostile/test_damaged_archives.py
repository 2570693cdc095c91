"""Damaged archives, lists and sidecars: finds, complaints or one of our errors, nothing else."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.local.results import ResultsSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import GessoError

from .door import is_one_sentence
from .mutations import BLOWS, made_files

IN_CI = 60
IN_SOAK = 2000
PICTURES = made_files()[:8]

Packed = Callable[[], bytes]


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(PICTURES):
            archive.writestr(f"folder/{number}.png", data)
            archive.writestr(f"folder/{number}.json", b'{"title": "a", "tags": ["x"]}')
        archive.writestr("list.csv", b"file,title\nfolder/1.png,One\n")
    return out.getvalue()


def tarred(mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as tar:  # type: ignore[call-overload]
        for number, data in enumerate(PICTURES):
            for name, content in (
                (f"{'long' * 40}/{number}.png", data),
                (f"{'long' * 40}/{number}.xmp", b"<x/>"),
            ):
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(content), 1_700_000_000.5 + number
                tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


KINDS: dict[str, Packed] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "gnu.tar": lambda: tarred(form=tarfile.GNU_FORMAT),
    "a.tar.gz": lambda: tarred("w:gz"),
    "a.tar.bz2": lambda: tarred("w:bz2"),
    "a.tar.xz": lambda: tarred("w:xz"),
}


def damaged(data: bytes, luck: random.Random) -> bytes:
    for _ in range(luck.choice((1, 1, 2, 3))):
        blow = luck.choice(BLOWS[:-1])
        data = blow(bytearray(data), luck, [data])
    return data


def collect(kind: type[FolderSource], place: Path) -> int:
    """Collect all that a place offers; how many pictures came."""
    source = kind(FolderOptions())
    came, refusals = 0, []
    for find in source.finds(Wish((str(place),))):
        assert find.identifier.isprintable()
        json.dumps(find.facts.title).encode()
        try:
            delivery = source.fetch(find)
        except GessoError as error:
            refusals.append(error)
        else:
            assert delivery is not None
            came += 1
    assert all(map(is_one_sentence, refusals)), refusals
    assert all(line.isprintable() and len(line) <= 400 for line in source.complaints())
    return came


def damage_and_collect(name: str, count: int, folder: Path) -> int:
    luck, whole = random.Random(name), KINDS[name]()
    came = 0
    for _ in range(count):
        (folder / name).write_bytes(damaged(whole, luck))
        came += collect(FolderSource, folder)
    return came


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_archive_gives_what_it_can_and_says_the_rest(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(KINDS[name]())
    assert collect(FolderSource, tmp_path) == len(PICTURES)

    came = damage_and_collect(name, IN_CI, tmp_path)

    # What is packed as one block is whole or nothing.
    assert came > 0 or name not in {"a.zip", "a.tar", "gnu.tar"}


@pytest.mark.soak
@pytest.mark.parametrize("name", KINDS)
def test_thousands_of_damaged_archives_bring_nothing_down(name: str, tmp_path: Path) -> None:
    assert damage_and_collect(name, IN_SOAK, tmp_path) >= 0


def test_a_packed_tar_that_is_damaged_inside_its_packing(tmp_path: Path) -> None:
    """The packing is sound, the tar is not: nothing is caught by a checksum on the way."""
    luck, whole = random.Random(1), tarred()
    for _ in range(IN_CI):
        (tmp_path / "a.tar.gz").write_bytes(gzip.compress(damaged(whole, luck), 1))
        collect(FolderSource, tmp_path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "a.json",
            b'{"title": "A", "tags": ["x", {"name": "y"}], "year": 1900, "author": {"name": "Z"}}',
        ),
        ("a.csv", b'file,title,year\na.png,"A, B",1900\n"b.png","C\nD",1901\n'),
        ("a.jsonl", b'{"file": "a.png", "title": "A"}\n{"file": "b.png"}\n'),
        ("a.xmp", b'<x xmlns:d="http://purl.org/dc/elements/1.1/"><d:title>A</d:title></x>'),
        ("a.txt", b"a boat\nNegative prompt: fog\nSteps: 20, Sampler: Euler, Seed: 7, Size: 8x8"),
        ("summary.json", b'{"best_iteration": 1, "iterations": [{"iteration": 1, "score": 4.5}]}'),
        ("iteration_1_results.yaml", b"prompt: a boat\nscore: 4\ntakes:\n- {slot: 0, seed: 1}\n"),
    ],
)
def test_damaged_words_beside_a_picture_never_cost_the_picture(
    name: str, words: bytes, tmp_path: Path
) -> None:
    luck = random.Random(name)
    for picture in ("a.png", "b.png", "iteration_1.png"):
        (tmp_path / picture).write_bytes(PICTURES[4])
    for _ in range(2 * IN_CI):
        (tmp_path / name).write_bytes(damaged(words, luck))
        assert collect(FolderSource, tmp_path) == 3
        assert collect(ResultsSource, tmp_path) == 1
