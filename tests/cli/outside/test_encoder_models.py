"""gesso models with encoders: added, pulled, listed, verified, made smaller."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import SMALL, Gesso
from tests.stubs.hub_stub import HubStub
from tests.stubs.tiny_clip import Tiny, write_clip

pytest.importorskip("onnxruntime", reason="gesso[clip] is not installed")
importlib.import_module("huggingface_hub.constants")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "theirs" / "tiny", Tiny(external=True))


@pytest.fixture
def hub(folder: Path) -> Iterator[HubStub]:
    with HubStub() as stub:
        stub.hold("them/tiny", folder)
        yield stub


def test_a_folder_is_added_and_listed_with_its_licence(gesso: Gesso, folder: Path) -> None:
    added = gesso("models", "add", folder, "--licence", "MIT")

    assert added.code == 0
    assert "tiny is on the shelf" in added.out
    assert "[encoders.clip]" in added.out
    assert "gesso encode --encoder clip" in added.out
    here = gesso("models", "list", "--json").document["here"]
    assert [(row["name"], row["kind"], row["licence"]) for row in here] == [
        ("tiny", "encoder", "MIT")
    ]
    assert "encoder" in gesso("models", "list").out


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "visual" / "up").unlink(), "visual/up is missing"),
        (
            lambda folder: (folder / "visual" / "up").write_bytes(b"ab"),
            "visual/up: it is cut short",
        ),
        (
            lambda folder: (folder / "config.json").write_text(
                '{"embed_dim": 512, "text_cfg": {"context_length": 8}}'
            ),
            "gives vectors of 16 numbers, and config.json says 512",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_in_one_sentence_and_not_kept(
    spoil: object, said: str, gesso: Gesso, folder: Path
) -> None:
    spoil(folder)  # type: ignore[operator] # one of the three above

    added = gesso("models", "add", folder)

    assert added.code == 2
    assert said in " ".join(added.err.split())
    assert gesso("models", "list", "--json").document["here"] == []


def test_a_folder_of_neither_kind_is_refused(gesso: Gesso, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    said = gesso("models", "add", tmp_path / "empty")

    assert said.code == 2
    assert "is neither a painter nor an encoder" in " ".join(said.err.split())


def test_nothing_is_fetched_before_the_owner_says_so(
    gesso: Gesso, hub: HubStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)

    said = gesso("models", "pull", "them/tiny", "--base-url", hub.base_url)

    assert "an encoder" in said.out
    assert "apache-2.0" in said.out
    assert "Nothing was fetched." in said.out
    assert hub.fetched() == []


def test_a_model_is_pulled_and_verified(gesso: Gesso, hub: HubStub) -> None:
    pulled = gesso("models", "pull", "them/tiny", "--base-url", hub.base_url, "--yes", "--json")

    assert pulled.code == 0
    assert (pulled.document["kind"], pulled.document["licence"]) == ("encoder", "apache-2.0")
    verified = gesso("models", "verify", "--json").document["models"]
    assert verified[0]["bad"] == {}
    assert verified[0]["files"] > 5


def test_a_flipped_bit_is_found(gesso: Gesso, hub: HubStub) -> None:
    kept = gesso("models", "pull", "them/tiny", "--base-url", hub.base_url, "--yes", "--json")
    weight = Path(kept.document["folder"]) / "visual" / "up"
    data = bytearray(weight.read_bytes())
    data[99] ^= 1
    weight.write_bytes(data)

    said = gesso("models", "verify", "them/tiny")

    assert said.code == 3
    assert "visual/up" in said.out
    assert "changed" in said.out


def test_to_verify_what_is_not_there_is_refused(gesso: Gesso) -> None:
    said = gesso("models", "verify", "nobody")

    assert said.code == 2
    assert "No model 'nobody' is on the shelf" in said.err


def test_a_smaller_model_stands_beside_its_parent(gesso: Gesso, folder: Path) -> None:
    gesso("models", "add", folder, "--name", "them/tiny", "--licence", "MIT")

    said = gesso("models", "quantise", "them/tiny", "--json")

    assert said.code == 0
    assert min(said.document["cosine"].values()) >= 0.995
    here = {row["name"]: row for row in gesso("models", "list", "--json").document["here"]}
    assert set(here) == {"them/tiny", "them/tiny-int8"}
    assert here["them/tiny-int8"]["licence"] == "MIT"
    assert gesso("models", "verify").code == 0
    assert not list(Path("studio/models").glob("*.part"))


def test_a_folder_is_made_smaller_under_a_name_of_its_own(gesso: Gesso, folder: Path) -> None:
    said = gesso("models", "quantise", folder, "--to", "fp16", "--name", "small")

    assert said.code == 0
    assert "cosine with the full one" in said.out
    assert [row["name"] for row in gesso("models", "list", "--json").document["here"]] == ["small"]


def test_a_studio_begins_in_a_folder_that_only_holds_models(gesso: Gesso, folder: Path) -> None:
    gesso("models", "add", folder)

    said = gesso("paint", "a bridge", "--size", "64", "--out", "bridge.png")

    assert said.code == 0
    assert gesso("models", "list", "--json").document["here"][0]["name"] == "tiny"
    assert gesso("make", "a bridge", *SMALL).code == 0


WITHOUT = """
import sys
for name in ("onnxruntime", "tokenizers", "onnx"):
    sys.modules[name] = None
from gesso.cli.app import main
sys.exit(main())
"""


def test_without_the_extra_a_model_is_kept_untried_and_what_runs_it_is_named(folder: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", WITHOUT, *args], capture_output=True, text=True, check=False
        )

    added = call("models", "add", str(folder))
    assert added.returncode == 0
    assert "It was not tried" in added.stdout
    assert "gesso[clip]" in added.stdout
    assert call("models", "verify").returncode == 0

    smaller = call("models", "quantise", "tiny")
    assert smaller.returncode == 2
    assert "gesso[quantise]" in smaller.stderr
