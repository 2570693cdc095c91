"""A model of pictures and words is run as its graphs wish, loaded late and let go when idle."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.stubs.tiny_clip import Tiny, change_json, write_clip

from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.towers.tower import Tower
from gesso.core.errors import DamageError, InputError, SettingsError
from gesso.core.pixels.picture import Picture

PLAIN = Tiny()
TEXTS = ["a cat", "the sea at night", "portrait"]


def pictures(count: int = 5) -> list[Picture]:
    rng = np.random.default_rng(7)
    return [
        Picture(rng.integers(0, 256, (30 + 9 * at, 50, 3), dtype=np.uint8)) for at in range(count)
    ]


def clip(folder: Path, tiny: Tiny = PLAIN, **more: Any) -> Clip:
    return Clip(ClipOptions(model=str(write_clip(folder / "mine", tiny)), **more))


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


# What graphs wish -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tiny",
    [
        Tiny(batch=1),
        Tiny(batch=3),
        Tiny(image="uint8"),
        Tiny(image="uint8", batch=1),
        Tiny(external=True),
        Tiny(more=True),
    ],
    ids=["one by one", "by threes", "bytes", "bytes one by one", "weights apart", "two outputs"],
)
def test_every_form_of_a_graph_gives_the_same_vectors(tiny: Tiny, tmp_path: Path) -> None:
    plain = clip(tmp_path / "plain")
    other = clip(tmp_path / "other", tiny)

    np.testing.assert_allclose(other.pictures(pictures()), plain.pictures(pictures()), atol=1e-5)
    np.testing.assert_allclose(other.words(TEXTS), plain.words(TEXTS), atol=1e-5)


def test_a_graph_of_16_bits_gives_nearly_the_same_vectors(tmp_path: Path) -> None:
    plain, half = clip(tmp_path / "plain"), clip(tmp_path / "half", Tiny(image="float16"))

    made = half.pictures(pictures())

    assert made.dtype == np.float32
    np.testing.assert_allclose(made, plain.pictures(pictures()), atol=2e-3)


def test_tokens_of_64_bits_are_as_good_as_those_of_32(tmp_path: Path) -> None:
    plain, wide = clip(tmp_path / "plain"), clip(tmp_path / "wide", Tiny(tokens="int64"))

    np.testing.assert_allclose(wide.words(TEXTS), plain.words(TEXTS), atol=1e-6)


def test_a_graph_that_asks_for_a_mask_is_told_where_words_are(tmp_path: Path) -> None:
    masked = clip(tmp_path, Tiny(has_mask=True))

    alone = masked.words(["cat"])
    among = masked.words(["cat", "the sea at night of the sea"])

    np.testing.assert_allclose(among[0], alone[0], atol=1e-6)
    assert abs(float(among[0] @ among[1])) < 0.999


def test_vectors_have_length_1_though_the_graph_gives_others(tmp_path: Path) -> None:
    made = clip(tmp_path)

    lengths = np.linalg.norm(np.concatenate([made.pictures(pictures()), made.words(TEXTS)]), axis=1)

    np.testing.assert_allclose(lengths, 1, atol=1e-6)


def test_a_batch_of_any_size_gives_the_vectors_of_each_alone(tmp_path: Path) -> None:
    whole = clip(tmp_path, batch=2)

    one_by_one = np.concatenate([whole.pictures([one]) for one in pictures()])

    np.testing.assert_allclose(whole.pictures(pictures()), one_by_one, atol=1e-6)


def test_nothing_in_is_nothing_out(tmp_path: Path) -> None:
    none = clip(tmp_path)

    assert none.pictures([]).shape == (0, 16)
    assert none.words([]).shape == (0, 16)
    assert not none.loaded


# Towers -----------------------------------------------------------------------------------------


def test_to_ask_for_the_space_loads_nothing(tmp_path: Path) -> None:
    made = clip(tmp_path)

    space = made.space

    assert (space.encoder, space.size, space.reads_words) == ("clip", 16, True)
    assert "mine" in space.knows
    assert not made.loaded
    assert made.device == ""


def test_each_tower_is_loaded_when_it_is_first_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    plain = Tower.__init__

    def noting(self: Tower, graph: Path, *args: Any, **more: Any) -> None:
        loaded.append(graph.parent.name)
        plain(self, graph, *args, **more)

    monkeypatch.setattr(Tower, "__init__", noting)
    made = clip(tmp_path)

    made.pictures(pictures())
    made.pictures(pictures())
    assert loaded == ["visual"]
    made.words(TEXTS)
    assert loaded == ["visual", "textual"]
    assert made.device == "cpu"


def test_a_tower_that_nobody_needs_is_let_go_and_the_other_kept(
    tmp_path: Path, clock: list[float]
) -> None:
    folder = write_clip(tmp_path / "mine")
    made = Clip(ClipOptions(model=str(folder), idle_s=300), clock=lambda: clock[0])
    made.pictures(pictures())
    clock[0] += 200
    made.words(TEXTS)
    clock[0] += 150

    made.unload_idle()

    assert list(made._towers) == ["textual"]
    clock[0] += 150
    made.unload_idle()
    assert not made.loaded


def test_it_loads_again_after_it_was_let_go_and_gives_the_same(tmp_path: Path) -> None:
    made = clip(tmp_path)
    before = made.pictures(pictures()), made.words(TEXTS)

    made.unload()

    assert not made.loaded
    np.testing.assert_array_equal(made.pictures(pictures()), before[0])
    np.testing.assert_array_equal(made.words(TEXTS), before[1])


def test_an_idle_tower_goes_by_itself(tmp_path: Path) -> None:
    made = clip(tmp_path, idle_s=0.1)
    made.pictures(pictures())

    until = time.monotonic() + 5
    while made.loaded and time.monotonic() < until:
        time.sleep(0.02)

    assert not made.loaded


def test_a_tower_stays_for_ever_where_idling_is_allowed(tmp_path: Path, clock: list[float]) -> None:
    folder = write_clip(tmp_path / "mine")
    made = Clip(ClipOptions(model=str(folder), idle_s=0), clock=lambda: clock[0])
    made.pictures(pictures())
    clock[0] += 1e9

    made.unload_idle()

    assert made.loaded


def test_an_encoder_that_nobody_holds_is_not_kept_by_its_watch(tmp_path: Path) -> None:
    made = clip(tmp_path)
    made.pictures(pictures())
    ghost = weakref.ref(made)

    del made
    gc.collect()

    assert ghost() is None


def test_threads_share_one_loading_and_get_their_own_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asked = clip(tmp_path), pictures(8)
    loads: list[str] = []
    plain = Clip._load

    def noting(self: Clip, name: str) -> Tower:
        loads.append(name)
        return plain(self, name)

    monkeypatch.setattr(Clip, "_load", noting)
    found: dict[int, NDArray[np.float32]] = {}

    def ask(at: int) -> None:
        found[at] = made.pictures([asked[at]])[0]

    threads = [threading.Thread(target=ask, args=[at]) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert loads == ["visual"]
    np.testing.assert_allclose(
        np.stack([found[at] for at in range(8)]), made.pictures(asked), atol=1e-6
    )


# Spaces -----------------------------------------------------------------------------------------


def test_the_same_files_elsewhere_are_the_same_space(tmp_path: Path) -> None:
    assert clip(tmp_path / "a").space.id == clip(tmp_path / "b").space.id


@pytest.mark.parametrize(
    "tiny",
    [
        Tiny(seed=1),
        Tiny(preprocess={"resize_mode": "squash"}),
        Tiny(preprocess={"interpolation": "bilinear"}),
        Tiny(languages="known"),
    ],
    ids=["weights", "resizing", "filter", "tokenizer"],
)
def test_whatever_shapes_a_vector_makes_another_space(tiny: Tiny, tmp_path: Path) -> None:
    assert clip(tmp_path / "a").space.id != clip(tmp_path / "b", tiny).space.id


def test_a_weight_in_a_file_of_its_own_makes_another_space(tmp_path: Path) -> None:
    before = clip(tmp_path, Tiny(external=True)).space.id
    weight = tmp_path / "mine" / "visual" / "up"
    data = bytearray(weight.read_bytes())
    data[5] ^= 1
    weight.write_bytes(data)

    assert Clip(ClipOptions(model=str(tmp_path / "mine"))).space.id != before


def test_what_shapes_no_vector_makes_no_other_space(tmp_path: Path) -> None:
    before = clip(tmp_path).space.id
    (tmp_path / "mine" / "README.md").write_text("Read me.")
    (tmp_path / "mine" / "visual" / "model.armnn").write_bytes(b"for others")

    assert Clip(ClipOptions(model=str(tmp_path / "mine"))).space.id == before


# Models that cannot be used -----------------------------------------------------------------------


def test_a_model_without_a_word_tower_says_so(tmp_path: Path) -> None:
    made = clip(tmp_path, Tiny(has_words=False))

    assert not made.space.reads_words
    assert made.pictures(pictures()).shape == (5, 16)
    with pytest.raises(InputError, match="knows no words"):
        made.words(TEXTS)


def test_a_tower_of_another_size_is_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path, Tiny(config={"embed_dim": 512}))

    with pytest.raises(SettingsError, match=r"gives vectors of 16 numbers, .* says 512"):
        made.pictures(pictures())


def test_towers_of_two_models_are_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path)
    other = write_clip(tmp_path / "other", Tiny(size=24))
    (tmp_path / "mine" / "textual" / "model.onnx").write_bytes(
        (other / "textual" / "model.onnx").read_bytes()
    )

    assert made.pictures(pictures()).shape == (5, 16)
    with pytest.raises(SettingsError, match="The word tower of 'mine' gives vectors of 24 numbers"):
        made.words(TEXTS)


def test_a_tower_that_reads_other_pictures_is_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path, Tiny(preprocess={"size": 64}))

    with pytest.raises(SettingsError, match=r"reads pictures of 32 x 32 pixels, .* says 64 x 64"):
        made.pictures(pictures())


def test_a_tower_that_reads_other_lengths_is_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path, Tiny(config={"text_cfg": {"context_length": 77}}))

    with pytest.raises(SettingsError, match=r"reads 8 tokens, and its config\.json says 77"):
        made.words(TEXTS)


def test_towers_in_each_other_s_place_are_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path)
    visual, textual = (tmp_path / "mine" / name / "model.onnx" for name in ("visual", "textual"))
    swapped = visual.read_bytes(), textual.read_bytes()
    textual.write_bytes(swapped[0])
    visual.write_bytes(swapped[1])

    with pytest.raises(SettingsError, match=r"reads text .* and not one picture"):
        made.pictures(pictures())
    with pytest.raises(SettingsError, match=r"reads image .* and not tokens"):
        made.words(TEXTS)


def test_vectors_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    made = clip(tmp_path, Tiny(external=True))
    weight = tmp_path / "mine" / "visual" / "down"
    weight.write_bytes(np.full(weight.stat().st_size // 4, np.nan, np.float32).tobytes())

    with pytest.raises(DamageError, match="are no numbers"):
        made.pictures(pictures())


def test_a_graph_that_is_not_of_this_kind_is_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path)
    graph = tmp_path / "mine" / "visual" / "model.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"AveragePool", b"AwesomePool"))

    with pytest.raises(SettingsError, match="The picture tower of 'mine' cannot be loaded"):
        made.pictures(pictures())


def test_a_device_that_is_not_here_is_refused_in_words(tmp_path: Path) -> None:
    made = clip(tmp_path, device="cuda")

    with pytest.raises(SettingsError, match="'cuda' is not here") as refused:
        made.pictures(pictures())

    assert "onnxruntime-gpu" in refused.value.advice


@pytest.mark.parametrize(("name", "value"), [("threads", -1), ("batch", 0), ("idle_s", -0.5)])
def test_an_option_out_of_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        ClipOptions(**{name: value})  # type: ignore[arg-type] # of any option


def test_a_changed_context_length_is_read_anew(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    change_json(folder / "config.json", text_cfg={"context_length": 0})

    with pytest.raises(SettingsError, match="context_length is 0"):
        _ = Clip(ClipOptions(model=str(folder))).space


@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_device_that_is_installed_and_does_not_work_leaves_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: both)
    made = clip(tmp_path / "auto")

    assert made.pictures(pictures()).shape == (5, 16)
    assert made.device == "cpu"
    with pytest.raises(SettingsError, match="'cuda' is not here, or does not work"):
        clip(tmp_path / "cuda", device="cuda").pictures(pictures())
