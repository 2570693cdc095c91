"""Models are pulled from a hub over real HTTP, and stand on the shelf whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.stubs.hub_stub import COMMIT, HubStub
from tests.stubs.model_folder import weights, write_model

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    Interrupted,
    SettingsError,
    Transient,
)
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.models.fetching import Offer
from gesso.core.outside.models.hub import HUBS
from gesso.core.outside.models.shelf import Shelf
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.make.painters.diffusers.folder import read_folder
from gesso.make.painters.diffusers.pulling import offer, pull, register

constants = pytest.importorskip(
    "huggingface_hub.constants", reason="gesso[diffusers] is not installed"
)

NAME = "them/small"
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model whose largest file the hub keeps beside git."""
    folder = write_model(tmp_path / "theirs")
    (folder / UNET).write_bytes(weights(count=20_000))
    return folder


@pytest.fixture
def hub(folder: Path) -> Iterator[HubStub]:
    with HubStub() as stub:
        stub.hold(NAME, folder)
        yield stub


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


@pytest.fixture
def desk() -> Desk:
    soon = DeskOptions(retry=RetryOptions(attempts=2, wait_initial_s=0.01, wait_max_s=0.02))
    return Desk(MemoryLedger(), MemoryTroubles(), Budget(None), Limits(), soon)


def client_of(stub: HubStub, desk: Desk, key: str = "") -> Any:
    factory = HUBS.open("huggingface")
    return factory(factory.Options(api_key=key, base_url=stub.base_url), desk)


def fetch(stub: HubStub, desk: Desk, shelf: Shelf, **more: Any) -> Any:
    ours = client_of(stub, desk)
    return pull(ours, offer(ours, NAME, **more), shelf, lambda *_: None)


def names(found: Offer) -> set[str]:
    return {file.path for file in found.files}


# What is offered -----------------------------------------------------------------------------


def test_an_offer_tells_size_licence_and_revision(hub: HubStub, desk: Desk, folder: Path) -> None:
    found = offer(client_of(hub, desk), NAME)

    assert found.size == sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    assert (found.listing.licence, found.listing.revision) == ("apache-2.0", COMMIT)
    assert hub.fetched() == ["model_index.json"]


def test_only_what_a_pipeline_needs_is_taken(hub: HubStub, desk: Desk, folder: Path) -> None:
    whole = names(offer(client_of(hub, desk), NAME))
    hub.hold(
        NAME,
        folder,
        **{
            "LICENSE.md": b"free",
            "small.safetensors": b"1" * 20_000,
            "unet/diffusion_pytorch_model.bin": b"1" * 20_000,
            "unet/model.onnx": b"1",
            "unet/pipeline.py": b"1",
            "unused/config.json": b"{}",
            "pictures/sample.png": b"1",
        },
    )

    assert names(offer(client_of(hub, desk), NAME)) == whole | {"LICENSE.md"}


def test_half_precision_is_taken_where_there_is_some(
    hub: HubStub, desk: Desk, folder: Path
) -> None:
    half = "unet/diffusion_pytorch_model.fp16.safetensors"
    hub.hold(NAME, folder, **{half: weights(8)})

    taken = names(offer(client_of(hub, desk), NAME))
    plain = names(offer(client_of(hub, desk), NAME, variant=""))

    assert half in taken
    assert UNET not in taken
    assert half not in plain
    assert UNET in plain
    assert "vae/diffusion_pytorch_model.safetensors" in taken & plain


def test_weights_in_pieces_come_with_their_index(hub: HubStub, desk: Desk, folder: Path) -> None:
    (folder / UNET).unlink()
    pieces = [f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = {"weight_map": {"a": pieces[0], "b": pieces[1]}}
    more = {f"unet/{piece}": weights() for piece in pieces}
    more["unet/diffusion_pytorch_model.safetensors.index.json"] = json.dumps(index).encode()
    hub.hold(NAME, folder, **more)

    assert set(more) <= names(offer(client_of(hub, desk), NAME))


def test_pickles_are_not_offered(hub: HubStub, desk: Desk, folder: Path) -> None:
    (folder / UNET).rename(folder / "unet/diffusion_pytorch_model.bin")
    hub.hold(NAME, folder)

    with pytest.raises(BadRequest, match=r"the weights of its unet .* are a pickle"):
        offer(client_of(hub, desk), NAME)


def test_what_is_no_pipeline_is_not_offered(hub: HubStub, desk: Desk, folder: Path) -> None:
    (folder / "model_index.json").unlink()
    hub.hold(NAME, folder)

    with pytest.raises(BadRequest, match=r"it has no model_index\.json"):
        offer(client_of(hub, desk), NAME)


# What is pulled ------------------------------------------------------------------------------


def test_a_pulled_model_is_the_one_that_the_hub_has(
    hub: HubStub, desk: Desk, shelf: Shelf, folder: Path
) -> None:
    kept = fetch(hub, desk, shelf)

    assert shelf.find(NAME) == kept
    assert read_folder(kept.path).weights == read_folder(folder).weights
    assert kept.card.revision == COMMIT
    assert kept.card.files == {UNET: hashlib.sha256((folder / UNET).read_bytes()).hexdigest()}
    assert _files(kept.path) - _files(folder) == {"gesso-model.json"}


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_request_is_a_call_of_the_ledger_that_costs_nothing(
    hub: HubStub, desk: Desk, shelf: Shelf
) -> None:
    kept = fetch(hub, desk, shelf)

    calls = desk.ledger.calls("")
    files = [path for path in kept.path.rglob("*") if path.is_file()]
    assert [call.operation for call in calls] == ["look", *["pull"] * len(files)]
    assert {(call.provider, call.model, call.state, call.cost_usd) for call in calls} == {
        ("huggingface", NAME, "done", 0.0)
    }


def test_a_file_that_is_another_than_listed_is_taken_away(
    hub: HubStub, desk: Desk, shelf: Shelf, tmp_path: Path
) -> None:
    hub.spoiled.add(UNET)

    with pytest.raises(BadOutput, match=f"sent another {UNET} than it lists"):
        fetch(hub, desk, shelf)

    assert shelf.list() == []
    assert not list((tmp_path / "models").rglob("diffusion_pytorch_model.safetensors"))[1:]

    hub.spoiled.clear()
    assert fetch(hub, desk, shelf).name == NAME


def test_a_small_file_is_held_against_its_hash_as_well(
    hub: HubStub, desk: Desk, shelf: Shelf
) -> None:
    hub.spoiled.add("vae/config.json")

    with pytest.raises(BadOutput, match=r"vae/config\.json"):
        fetch(hub, desk, shelf)


def test_a_pull_that_was_broken_off_goes_on_in_the_middle_of_a_file(
    hub: HubStub, desk: Desk, shelf: Shelf, folder: Path
) -> None:
    (folder / UNET).write_bytes(weights(count=5_000_000))
    hub.hold(NAME, folder)
    ours = client_of(hub, desk)
    wanted = offer(ours, NAME)

    def stop(path: str, _: int) -> None:
        if path == UNET:
            desk.stop.set()

    with pytest.raises(Interrupted):
        pull(ours, wanted, shelf, stop)
    assert shelf.list() == []
    before = len(hub.requests)
    desk.stop.clear()
    told: list[int] = []

    kept = pull(ours, wanted, shelf, lambda _path, done: told.append(done))

    assert read_folder(kept.path).weights == read_folder(folder).weights
    asked = [one for one in hub.requests[before:] if one.method == "GET"]
    ranges = [one.headers.get("range") for one in asked if one.path.endswith(UNET)]
    assert ranges == ["bytes=1048576-"]
    assert not any("text_encoder" in one.path for one in asked)
    assert told == sorted(told)
    assert told[-1] == wanted.size


def test_a_revision_can_be_named(hub: HubStub, desk: Desk, shelf: Shelf) -> None:
    assert fetch(hub, desk, shelf, revision=COMMIT).card.revision == COMMIT
    with pytest.raises(BadRequest, match="has no such revision"):
        fetch(hub, desk, shelf, revision="nope")


def test_a_second_pull_takes_the_place_of_the_first(
    hub: HubStub, desk: Desk, shelf: Shelf, folder: Path
) -> None:
    fetch(hub, desk, shelf)
    (folder / UNET).write_bytes(weights(9, 20_000))
    hub.hold(NAME, folder)

    kept = fetch(hub, desk, shelf)

    assert [one.name for one in shelf.list()] == [NAME]
    assert read_folder(kept.path).weights == read_folder(folder).weights


# What goes wrong -----------------------------------------------------------------------------


def test_a_model_that_is_not_there_is_told(hub: HubStub, desk: Desk) -> None:
    with pytest.raises(BadRequest, match="'huggingface' has no model 'them/other'"):
        offer(client_of(hub, desk), "them/other")


def test_a_name_that_is_none_is_told(hub: HubStub, desk: Desk) -> None:
    with pytest.raises(BadRequest, match="is no name of a model"):
        offer(client_of(hub, desk), "a b/../c")

    assert not hub.requests


def test_a_gated_model_asks_for_a_token_and_takes_it(
    hub: HubStub, desk: Desk, shelf: Shelf
) -> None:
    hub.gated.add(NAME)
    hub.token = "hf_ours"

    with pytest.raises(AuthError, match="only to those who agree") as caught:
        offer(client_of(hub, desk, "hf_wrong"), NAME)

    assert "HF_TOKEN" in caught.value.advice
    ours = client_of(hub, desk, "hf_ours")
    found = offer(ours, NAME)
    assert found.listing.is_gated
    assert pull(ours, found, shelf, lambda *_: None).name == NAME


def test_no_token_but_the_owners_is_sent(
    hub: HubStub, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_another_program")

    offer(client_of(hub, desk), NAME)

    assert hub.requests
    assert not any("authorization" in request.headers for request in hub.requests)


def test_a_hub_that_fails_for_a_moment_is_asked_again(hub: HubStub, desk: Desk) -> None:
    hub.hold(f"{NAME}-500once", Path(__file__).parent)
    with pytest.raises(BadRequest, match="no model_index"):
        offer(client_of(hub, desk), f"{NAME}-500once")

    assert len(hub.requests) == 2


def test_a_hub_that_is_not_there_is_told(hub: HubStub, desk: Desk) -> None:
    ours = client_of(hub, desk)
    hub._server.server_close()

    with pytest.raises(Transient, match="could not be reached"):
        offer(ours, NAME)


def test_what_a_hub_has_half_is_not_put_on_the_shelf(
    hub: HubStub, desk: Desk, shelf: Shelf, folder: Path
) -> None:
    (folder / UNET).write_bytes(weights(count=20_000)[:-5])
    hub.hold(NAME, folder)

    with pytest.raises(SettingsError, match="is not whole"):
        fetch(hub, desk, shelf)

    assert shelf.list() == []


# Registering ---------------------------------------------------------------------------------


def test_a_folder_is_registered_where_it_lies(shelf: Shelf, folder: Path) -> None:
    kept = register(folder, shelf, "mine")

    assert (kept.name, kept.path) == ("mine", folder)
    assert shelf.find("mine") == kept


def test_a_folder_that_is_not_whole_is_not_registered(shelf: Shelf, folder: Path) -> None:
    (folder / "vae/config.json").unlink()

    with pytest.raises(SettingsError, match=r"vae/config\.json is missing"):
        register(folder, shelf)

    assert shelf.list() == []
