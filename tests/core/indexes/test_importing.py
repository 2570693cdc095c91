"""Indexes of other tools are brought in whole, or refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import faiss
import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.core.indexes.importing import import_faiss

from .room import vectors

SIZE = 16
COUNT = 700
HELD = vectors(COUNT, size=SIZE)


def written(folder: Path, kind: str, ids: np.ndarray | None = None, count: int = COUNT) -> Path:
    index = faiss.index_factory(SIZE, kind)
    index.train(HELD)
    index.add(HELD[:count]) if ids is None else index.add_with_ids(HELD[:count], ids)
    path = folder / "index.faiss"
    faiss.write_index(index, str(path))
    return path


def lines(folder: Path, count: int = COUNT) -> Path:
    path = folder / "meta.jsonl"
    path.write_text("".join(json.dumps({"path": f"{n}.png"}) + "\n" for n in range(count)))
    return path


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("Flat", 1.0),
        ("SQfp16", 0.999),
        ("SQ8", 0.999),
        ("HNSW8", 1.0),
        ("IVF4,Flat", 1.0),
        ("IVF4,SQ8", 0.999),
        ("IDMap,Flat", 1.0),
        ("PCAR16,Flat", 0.999),
    ],
)
def test_vectors_come_back_as_the_index_keeps_them(tmp_path: Path, kind: str, least: float) -> None:
    own = np.arange(COUNT, dtype=np.int64) if kind.startswith("IDMap") else None

    found = import_faiss(written(tmp_path, kind, own), lines(tmp_path))

    cosines = (found.vectors * HELD).sum(axis=1) / np.linalg.norm(found.vectors, axis=1)
    assert cosines.min() >= least - 1e-4
    assert found.ids.tolist() == list(range(COUNT))
    assert [row["path"] for row in found.rows] == [f"{n}.png" for n in range(COUNT)]
    assert found.is_rounded is ("Flat" not in kind and "HNSW" not in kind) or "PCA" in kind


def test_ids_that_are_places_of_lines_name_their_lines(tmp_path: Path) -> None:
    own = np.arange(COUNT, dtype=np.int64)[::-1].copy()

    found = import_faiss(written(tmp_path, "IDMap2,Flat", own), lines(tmp_path))

    assert found.kind == "IndexIDMap2 IndexFlatL2"
    assert found.ids.tolist() == own.tolist()
    assert found.rows[0] == {"path": f"{COUNT - 1}.png"}


def test_an_index_may_hold_some_of_the_lines_by_id(tmp_path: Path) -> None:
    own = np.arange(0, COUNT, 7, dtype=np.int64)

    found = import_faiss(written(tmp_path, "IDMap,Flat", own, len(own)), lines(tmp_path))

    assert found.rows[1] == {"path": "7.png"}


def test_ids_of_another_kind_leave_lines_in_their_order(tmp_path: Path) -> None:
    own = np.arange(COUNT, dtype=np.int64) + 10**12

    found = import_faiss(written(tmp_path, "IDMap,Flat", own), lines(tmp_path))

    assert found.rows[3] == {"path": "3.png"}
    assert found.ids[3] == 10**12 + 3


@pytest.mark.parametrize(
    ("array", "first"),
    [
        (np.array([f"{n}.png" for n in range(COUNT)]), {"key": "0.png"}),
        (np.arange(COUNT), {"key": 0}),
        (
            np.array([(n, f"{n}") for n in range(COUNT)], dtype=[("id", "i8"), ("path", "U9")]),
            {"id": 0, "path": "0"},
        ),
    ],
)
def test_metadata_may_be_an_array(
    tmp_path: Path, array: np.ndarray, first: dict[str, object]
) -> None:
    np.save(tmp_path / "meta.npy", array)

    found = import_faiss(written(tmp_path, "Flat"), tmp_path / "meta.npy")

    assert found.rows[0] == first
    assert len(found.rows) == COUNT


def test_without_metadata_there_are_places(tmp_path: Path) -> None:
    found = import_faiss(written(tmp_path, "Flat"))

    assert found.rows[:2] == ({}, {})
    assert found.kind == "IndexFlatL2"
    assert not found.is_rounded


def test_an_empty_index_holds_nothing(tmp_path: Path) -> None:
    found = import_faiss(written(tmp_path, "Flat", count=0), lines(tmp_path, 0))

    assert found.vectors.shape == (0, SIZE)
    assert found.rows == ()


@pytest.mark.parametrize("kind", ["LSH", "ITQ8,LSH", "RaBitQ", "RR16,IVF4,RaBitQfs"])
def test_an_index_that_cannot_give_its_vectors_back_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError, match="which cannot give its vectors back"):
        import_faiss(written(tmp_path, kind))


@pytest.mark.parametrize("left", [0, 4, 30, 5_000])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, left: int) -> None:
    path = written(tmp_path, "Flat")
    path.write_bytes(path.read_bytes()[:left])

    with pytest.raises(InputError, match="cannot be read as a FAISS index"):
        import_faiss(path)


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.faiss"
    path.write_bytes(b"\x89PNG\r\n" * 100)

    with pytest.raises(InputError, match="cannot be read as a FAISS index"):
        import_faiss(path)


@pytest.mark.parametrize("count", [COUNT - 1, COUNT + 1, 0])
def test_metadata_of_another_length_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(InputError, match=f"700 vectors and .* tells of {count}"):
        import_faiss(written(tmp_path, "Flat"), lines(tmp_path, count))


def test_metadata_that_could_run_code_is_not_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "meta.npy", np.array([{"path": 1}] * COUNT, dtype=object))

    with pytest.raises(InputError, match="may run code"):
        import_faiss(written(tmp_path, "Flat"), tmp_path / "meta.npy")


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = lines(tmp_path, 3)
    path.write_bytes(path.read_bytes() + b"\xff{")

    with pytest.raises(InputError, match="Line 4 of"):
        import_faiss(written(tmp_path, "Flat"), path)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file .*index\.faiss"):
        import_faiss(tmp_path / "index.faiss")
    with pytest.raises(InputError, match=r"no file .*meta\.jsonl"):
        import_faiss(written(tmp_path, "Flat"), tmp_path / "meta.jsonl")
    (tmp_path / "meta.csv").touch()
    with pytest.raises(InputError, match=r"meta\.csv is no metadata"):
        import_faiss(written(tmp_path, "Flat"), tmp_path / "meta.csv")
