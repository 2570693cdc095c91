"""Several pictures are read side by side, and each gives what it gives alone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.stubs.tiny_clip import Tiny, write_clip

from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.towers.lanes import lanes_on, pieces, side_by_side
from gesso.core.encoders.clip.towers.tower import Tower
from gesso.core.encoders.encoder import Vectors
from gesso.core.errors import SettingsError
from gesso.core.pixels.picture import Picture


def pictures(count: int) -> list[Picture]:
    rng = np.random.default_rng(3)
    return [Picture(rng.integers(0, 256, (40, 30 + at, 3), np.uint8)) for at in range(count)]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The threads of every tower that is loaded."""
    found: list[int] = []
    plain = Tower.__init__

    def noting(self: Tower, *args: Any, threads: int = 0, **more: Any) -> None:
        found.append(threads)
        plain(self, *args, threads=threads, **more)

    monkeypatch.setattr(Tower, "__init__", noting)
    return found


@pytest.mark.parametrize(
    ("count", "most", "lanes", "sizes"),
    [
        (16, 8, 2, [8, 8]),
        (10, 8, 2, [5, 5]),
        (20, 8, 2, [5, 5, 5, 5]),
        (5, 8, 1, [5]),
        (20, 8, 1, [7, 7, 6]),
        (3, 8, 16, [1, 1, 1]),
        (3, 1, 2, [1, 1, 1]),
    ],
)
def test_every_lane_has_about_as_much_to_do(
    count: int, most: int, lanes: int, sizes: list[int]
) -> None:
    things = list(range(count))

    parts = [things[part] for part in pieces(count, most, lanes)]

    assert [len(part) for part in parts] == sizes
    assert [one for part in parts for one in part] == things


def test_lanes_run_at_the_same_time_and_answer_in_order() -> None:
    both = threading.Barrier(2, timeout=5)

    def embed(part: slice) -> Vectors:
        both.wait()
        return np.full((1, 1), part.start, dtype=np.float32)

    found = side_by_side(embed, pieces(4, 1, 2), 2)

    assert [float(one[0, 0]) for one in found] == [0, 1, 2, 3]


def test_what_one_lane_raises_is_raised() -> None:
    def embed(part: slice) -> Vectors:
        if part.start == 1:
            raise ValueError("the second")
        return np.zeros((1, 1), dtype=np.float32)

    with pytest.raises(ValueError, match="the second"):
        side_by_side(embed, pieces(3, 1, 3), 3)


def test_there_is_a_lane_for_every_thread_of_the_processor() -> None:
    assert lanes_on("cpu", 3) == 3
    assert lanes_on("cpu", 0) >= 1
    with pytest.raises(SettingsError):
        lanes_on("toaster", 2)  # type: ignore[arg-type] # as the owner may write it


def test_a_graphics_card_is_given_one_batch_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "onnxruntime.get_available_providers",
        lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"],
    )

    assert lanes_on("auto", 4) == lanes_on("cuda", 4) == 1
    assert lanes_on("cpu", 4) == 4


@pytest.mark.parametrize("tiny", [Tiny(), Tiny(batch=1), Tiny(batch=3)], ids=["free", "1", "3"])
def test_the_vectors_are_the_same_on_any_number_of_threads(tiny: Tiny, tmp_path: Path) -> None:
    folder, given = write_clip(tmp_path / "mine", tiny), pictures(11)
    alone = Clip(ClipOptions(model=str(folder), threads=1))
    one_by_one = np.concatenate([alone.pictures([one]) for one in given])

    for threads in (1, 2, 5):
        made = Clip(ClipOptions(model=str(folder), threads=threads, batch=2)).pictures(given)

        np.testing.assert_allclose(made, one_by_one, atol=1e-6)


def test_a_model_of_a_fixed_batch_runs_no_oftener_for_having_lanes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    plain = Tower._step

    def noting(self: Tower, arrays: list[Any]) -> Any:
        runs.append(len(arrays[0]))
        return plain(self, arrays)

    monkeypatch.setattr(Tower, "_step", noting)
    folder = write_clip(tmp_path / "mine", Tiny(batch=4))

    Clip(ClipOptions(model=str(folder), threads=4)).pictures(pictures(5))

    assert sorted(runs) == [1, 4]


def test_a_picture_alone_is_read_by_all_threads_and_many_by_one_each(
    tmp_path: Path, loaded: list[int]
) -> None:
    made = Clip(ClipOptions(model=str(write_clip(tmp_path / "mine")), threads=2))

    made.pictures(pictures(1))
    assert loaded == [2]
    made.pictures(pictures(4))
    assert loaded == [2, 1]
    assert len(made._towers) == 1


def test_a_picture_alone_takes_the_tower_that_is_in_memory(
    tmp_path: Path, loaded: list[int]
) -> None:
    made = Clip(ClipOptions(model=str(write_clip(tmp_path / "mine")), threads=2))

    made.pictures(pictures(4))
    made.pictures(pictures(1))
    made.pictures(pictures(4))

    assert loaded == [1]


def test_pictures_alone_do_not_keep_the_tower_of_many(tmp_path: Path, loaded: list[int]) -> None:
    clock = [0.0]
    folder = write_clip(tmp_path / "mine")
    made = Clip(ClipOptions(model=str(folder), threads=2, idle_s=300), clock=lambda: clock[0])
    made.pictures(pictures(4))
    clock[0] += 200
    made.pictures(pictures(1))
    clock[0] += 150

    made.unload_idle()
    made.pictures(pictures(1))

    assert loaded == [1, 2]
