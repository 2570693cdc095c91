"""Models come onto the shelf whole, tried and hashed; a space is known by its card."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.stubs.hub_stub import COMMIT, HubStub
from tests.stubs.tiny_clip import Tiny, write_clip

from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.model import finding
from gesso.core.encoders.clip.model.finding import find_model
from gesso.core.encoders.clip.model.folder import ModelFolder, digest_of, read_folder
from gesso.core.encoders.clip.model.keeping import (
    has_encoder,
    offer,
    pull,
    put_made,
    register,
    verify,
)
from gesso.core.errors import BadOutput, BadRequest, DamageError, SettingsError
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.models.hub import HUBS
from gesso.core.outside.models.shelf import Shelf
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions

NAME = "them/clip"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubStub]:
    others = {
        "README.md": b"# A model",
        "visual/fp16/model.armnn": b"for another chip",
        "visual/rknpu/rk3588/model.rknn": b"for another chip",
        "textual/vocab.json": b"{}",
        "pytorch_model.bin": b"a pickle",
        "visual/hook.py": b"print('hello')",
    }
    with HubStub() as stub:
        folder = write_clip(tmp_path / "theirs", Tiny(external=True))
        stub.hold(NAME, folder, **others)
        yield stub


def client(stub: HubStub) -> Any:
    soon = DeskOptions(retry=RetryOptions(attempts=2, wait_initial_s=0.01, wait_max_s=0.02))
    desk = Desk(MemoryLedger(), MemoryTroubles(), Budget(None), Limits(), soon)
    factory = HUBS.open("huggingface")
    return factory(factory.Options(base_url=stub.base_url), desk)


def runs(model: ModelFolder) -> None:
    Clip(ClipOptions(model=str(model.path), idle_s=0)).try_out()


def pulled(stub: HubStub, shelf: Shelf) -> Any:
    ours = client(stub)
    return pull(ours, offer(ours.look(NAME)), shelf, lambda *_: None, runs)


# Pulling ----------------------------------------------------------------------------------------


def test_all_of_both_towers_is_offered_and_nothing_for_other_chips(hub: HubStub) -> None:
    listing = client(hub).look(NAME)

    names = {file.path for file in offer(listing).files}

    assert has_encoder(listing)
    assert names == {
        "README.md",
        "config.json",
        "visual/model.onnx",
        "visual/preprocess_cfg.json",
        "visual/up",
        "visual/down",
        "textual/model.onnx",
        "textual/tokenizer.json",
        "textual/tokenizer_config.json",
        "textual/vocab.json",
        "textual/table",
        "textual/places",
        "textual/up",
        "textual/down",
    }
    assert hub.fetched() == []


def test_a_pulled_model_stands_whole_with_its_licence_and_hashes(
    hub: HubStub, shelf: Shelf
) -> None:
    kept = pulled(hub, shelf)

    assert (kept.card.kind, kept.card.licence, kept.card.revision) == (
        "encoder",
        "apache-2.0",
        COMMIT,
    )
    assert kept.card.files["visual/up"] == digest_of(kept.path / "visual" / "up")
    assert {file.state for file in verify(kept)} == {"whole"}
    found = find_model(NAME, shelf)
    assert found.folder.name == NAME


def test_a_model_is_the_same_space_pulled_or_copied(
    hub: HubStub, shelf: Shelf, tmp_path: Path
) -> None:
    pulled(hub, shelf)

    assert find_model(NAME, shelf).space == find_model(str(tmp_path / "theirs"), shelf).space


def test_a_file_that_comes_changed_is_never_kept(hub: HubStub, shelf: Shelf) -> None:
    hub.spoiled = {"visual/down"}

    with pytest.raises(BadOutput, match="visual/down"):
        pulled(hub, shelf)

    assert shelf.list() == []


def test_a_model_that_does_not_run_is_not_kept(hub: HubStub, shelf: Shelf, tmp_path: Path) -> None:
    hub.hold(NAME, write_clip(tmp_path / "odd", Tiny(config={"embed_dim": 99})))

    with pytest.raises(SettingsError, match="gives vectors of 16 numbers"):
        pulled(hub, shelf)

    assert shelf.list() == []


def test_a_second_pull_fetches_nothing_that_is_here(hub: HubStub, shelf: Shelf) -> None:
    hub.spoiled = {"visual/up"}
    with pytest.raises(BadOutput):
        pulled(hub, shelf)
    hub.spoiled = set()
    before = len(hub.fetched())

    pulled(hub, shelf)

    again = hub.fetched()[before:]
    assert "visual/up" in again
    assert "config.json" not in again


def test_a_model_that_lacks_what_is_needed_is_refused_before_it_is_fetched(
    hub: HubStub, tmp_path: Path
) -> None:
    (tmp_path / "theirs" / "config.json").unlink()
    hub.hold(NAME, tmp_path / "theirs")

    with pytest.raises(BadRequest, match=r"it has no config\.json"):
        offer(client(hub).look(NAME))
    assert hub.fetched() == []


# Where it lies ----------------------------------------------------------------------------------


def test_a_registered_folder_stays_where_it_is(shelf: Shelf, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")

    kept = register(folder, shelf, runs, name="ours", licence="MIT")

    assert kept.path == folder
    assert find_model("ours", shelf).folder.path == folder
    assert shelf.list()[0].card.licence == "MIT"


def test_a_made_model_is_moved_to_its_place(shelf: Shelf, tmp_path: Path) -> None:
    part = tmp_path / "models" / "made.part"
    kept = put_made(read_folder(write_clip(part)), shelf, "made")

    assert not part.exists()
    assert find_model("made", shelf).folder.path == kept.path


def test_the_only_model_needs_no_name(shelf: Shelf, tmp_path: Path) -> None:
    register(write_clip(tmp_path / "mine"), shelf, runs)

    assert find_model("", shelf).folder.name == "mine"


def test_one_of_several_has_to_be_named(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("first", "second"):
        register(write_clip(tmp_path / name), shelf, runs)

    with pytest.raises(SettingsError, match="2 encoders") as refused:
        find_model("", shelf)
    assert "first, second" in refused.value.advice
    with pytest.raises(SettingsError, match="no encoder 'frist'") as refused:
        find_model("frist", shelf)
    assert "'first'" in refused.value.advice


def test_without_a_model_one_is_told_how_to_get_one(shelf: Shelf) -> None:
    with pytest.raises(SettingsError, match="no encoder on this machine") as refused:
        find_model("", shelf)
    assert "gesso models add" in refused.value.advice
    with pytest.raises(SettingsError) as refused:
        find_model("them/other", shelf)
    assert "gesso models pull them/other" in refused.value.advice


# Hashes -----------------------------------------------------------------------------------------


def test_a_space_is_known_from_the_card_without_reading_the_weights(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(write_clip(tmp_path / "mine"), shelf, runs)
    read: list[Path] = []

    def noting(path: Path) -> str:
        read.append(path)
        return digest_of(path)

    monkeypatch.setattr(finding, "digest_of", noting)

    space = find_model("mine", shelf).space

    assert read == []
    os.utime(tmp_path / "mine" / "visual" / "model.onnx", ns=(1, 1))
    assert find_model("mine", shelf).space == space
    assert [path.name for path in read] == ["model.onnx"]


def test_a_model_that_was_exchanged_is_not_taken_for_the_old_one(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = write_clip(tmp_path / "mine")
    register(folder, shelf, runs)
    write_clip(tmp_path / "other", Tiny(seed=5))
    graph = (tmp_path / "other" / "visual" / "model.onnx").read_bytes()
    (folder / "visual" / "model.onnx").write_bytes(graph)

    with pytest.raises(DamageError, match=r"visual/model\.onnx differs"):
        find_model("mine", shelf)


def test_verify_names_what_changed_and_what_is_gone(shelf: Shelf, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    kept = register(folder, shelf, runs)
    graph = bytearray((folder / "visual" / "model.onnx").read_bytes())
    graph[len(graph) // 2] ^= 4
    (folder / "visual" / "model.onnx").write_bytes(graph)
    (folder / "textual" / "tokenizer.json").unlink()

    states = {file.path: file.state for file in verify(kept) if file.state != "whole"}

    assert states == {"visual/model.onnx": "changed", "textual/tokenizer.json": "missing"}
