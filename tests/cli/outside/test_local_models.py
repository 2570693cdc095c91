"""gesso make with a model on this machine, and the commands that put one there."""

from __future__ import annotations

import importlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.cli.conftest import Gesso, Start
from tests.stubs.hub_stub import HubStub

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import UnknownItem
from gesso.core.pixels.metadata.read import read_recipe

pytest.importorskip("diffusers", reason="gesso[diffusers] is not installed")
constants = importlib.import_module("huggingface_hub.constants")
tiny = importlib.import_module("tests.stubs.tiny_pipelines")

STUDIO = Path("studio")
MAKE = ("make", "the sea at night", "--painter", "diffusers", "--size", "64", "--seed", "5")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A turbo of random weights."""
    made = tiny.save_stable_diffusion(
        tmp_path_factory.mktemp("models") / "tiny-turbo", scheduler=tiny.turbo()
    )
    return Path(made)


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def hub(folder: Path) -> Iterator[HubStub]:
    with HubStub() as stub:
        stub.hold("them/tiny-turbo", folder)
        yield stub


def settings(**options: object) -> None:
    STUDIO.mkdir(exist_ok=True)
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in options.items()]
    (STUDIO / "gesso.toml").write_text("\n".join(["[painters.diffusers]", *lines]), "utf-8")


# Making --------------------------------------------------------------------------------------


def test_a_whole_run_is_made_with_a_local_model(gesso: Gesso, folder: Path) -> None:
    settings(model=str(folder))

    said = gesso(*MAKE, "--works", "2", "--rounds", "2", "--run-id", "sea", "--json")

    assert said.code == 0
    assert said.err == ""
    assert [item["state"] for item in said.document["items"]] == ["done", "done"]
    assert said.document["spent_usd"] == 0
    with Catalogue.open(STUDIO) as catalogue:
        recipes = [catalogue.works.recipe(kept["work"]) for kept in said.document["kept"]]
        takes = [
            catalogue.works.recipe(take.work)
            for played in catalogue.runs.rounds("sea", said.document["items"][0]["id"])
            for take in played.takes
        ]
    assert {recipe.painter.version for recipe in recipes if recipe} == {"tiny-turbo"}
    going_on = [take for take in takes if take and "reference" in take.painter.settings]
    assert all(take.painter.settings["reference"] == take.parent for take in going_on)
    assert [(take.round, take.slot) for take in going_on] == [(2, 0)]


def test_a_picture_replays_to_itself_and_one_that_went_on_as_well(
    gesso: Gesso, folder: Path
) -> None:
    settings(model=str(folder))
    gesso(*MAKE, "--size", "100x70", "--rounds", "2", "--run-id", "sea")
    with Catalogue.open(STUDIO) as catalogue:
        takes = [take for played in catalogue.runs.rounds("sea", "01") for take in played.takes]
        paths = [catalogue.path_of(catalogue.works.get(take.work)) for take in takes]
    assert len(paths) == 4

    verdicts = [gesso("replay", path, "--json").document["verdict"] for path in paths]

    assert verdicts == ["identical"] * 4


def test_a_replay_with_other_steps_says_so(gesso: Gesso, folder: Path) -> None:
    settings(model=str(folder))
    gesso("paint", "a bridge", "--painter", "diffusers", "--size", "64", "--out", "bridge.png")
    settings(model=str(folder), steps=2)

    said = gesso("replay", "bridge.png", "--json").document

    assert said["verdict"] == "drifted"
    assert "painted with steps 4, now 2" in said["line"]


def test_the_file_tells_the_truth_about_its_making(gesso: Gesso, folder: Path) -> None:
    settings(model=str(folder))
    gesso("paint", "a bridge", "--painter", "diffusers", "--size", "64", "--out", "bridge.png")

    found = read_recipe(Path("bridge.png").read_bytes())

    assert found is not None
    assert found.recipe is not None
    assert found.recipe.source_type == "trainedAlgorithmicMedia"
    assert found.recipe.painter.settings["scheduler"] == "EulerAncestralDiscreteScheduler"
    assert str(folder.parent) not in str(found.recipe)


def test_a_run_stops_between_two_steps_and_resumes(
    start: Start, gesso: Gesso, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    settings(model=str(folder), steps=1000)
    run = start(*MAKE, "--rounds", "1", "--run-id", "sea", stderr=subprocess.PIPE)
    with Catalogue.open(STUDIO) as catalogue:
        _wait_until(lambda: catalogue.runs.item("sea", "01").prompt is not None)
        time.sleep(2.0)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
        paused = catalogue.runs.get("sea")
        takes = [take for played in catalogue.runs.rounds("sea", "01") for take in played.takes]
    settings(model=str(folder), steps=2)
    again = gesso("runs", "resume", "sea", "--painter", "diffusers")

    assert (run.returncode, paused.state, takes) == (130, "paused", [])
    assert again.code == 0, again.err


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(UnknownItem):  # the other process has not begun its run yet
            if is_so():
                return
        time.sleep(0.1)
    raise AssertionError("it never came to be")


# What goes wrong -----------------------------------------------------------------------------


def test_without_a_model_the_run_waits_and_says_how_to_get_one(gesso: Gesso) -> None:
    said = gesso(*MAKE, "--works", "3", "--run-id", "sea")

    assert said.code != 0
    last = said.err.splitlines()[-2]
    assert last.startswith("gesso: The run 'sea' is paused. There is no model ")
    assert "gesso models pull" in last
    with Catalogue.open(STUDIO) as catalogue:
        assert catalogue.runs.get("sea").state == "paused"


def test_a_half_copied_model_is_told_by_the_file_that_is_missing(
    gesso: Gesso, folder: Path
) -> None:
    half = Path("half")
    half.mkdir()
    (half / "model_index.json").write_bytes((folder / "model_index.json").read_bytes())
    settings(model=str(half.resolve()))

    said = gesso(*MAKE, "--works", "3", "--run-id", "sea")

    assert said.code != 0
    assert "scheduler/scheduler_config.json is missing" in said.err.splitlines()[-2]


# The shelf -----------------------------------------------------------------------------------


def test_a_model_is_pulled_listed_and_paints(gesso: Gesso, hub: HubStub) -> None:
    pulled = gesso("models", "pull", "them/tiny-turbo", "--base-url", hub.base_url, "--yes")

    assert pulled.code == 0
    assert "apache-2.0" in pulled.out
    assert "6.7 MB in " in pulled.out
    (row,) = gesso("models", "list", "--json").document["here"]
    assert (row["name"], row["licence"]) == ("them/tiny-turbo", "apache-2.0")
    assert "On this machine" in gesso("models", "list").out
    said = gesso("paint", "a bridge", "--painter", "diffusers", "--size", "64", "--out", "b.png")
    assert said.code == 0
    found = read_recipe(Path("b.png").read_bytes())
    assert found is not None
    assert found.recipe is not None
    assert found.recipe.painter.version == "them/tiny-turbo"
    assert found.recipe.painter.settings["revision"] == row["revision"]


def test_nothing_is_fetched_without_a_yes(gesso: Gesso, hub: HubStub) -> None:
    ask = ("models", "pull", "them/tiny-turbo", "--base-url", hub.base_url)

    said = gesso(*ask, stdin=b"n\n")

    assert "Nothing was fetched." in said.out
    assert hub.fetched() == ["model_index.json"]
    assert gesso(*ask, "--json").code == 2
    assert hub.fetched() == ["model_index.json"]


def test_a_folder_is_put_on_the_shelf_of_the_settings(
    gesso: Gesso, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GESSO_MODELS__FOLDER", str(tmp_path / "shelf"))

    kept = gesso("models", "add", folder, "--name", "mine", "--json").document

    assert kept["folder"] == str(folder)
    assert (tmp_path / "shelf" / "mine").exists()
    assert gesso("paint", "a bridge", "--painter", "diffusers", "--size", "64").code == 0


def test_a_folder_that_is_no_pipeline_is_refused(gesso: Gesso, tmp_path: Path) -> None:
    said = gesso("models", "add", tmp_path)

    assert said.code == 2
    assert "is neither a painter nor an encoder" in said.err


def test_the_token_of_the_hub_is_a_secret(
    gesso: Gesso, hub: HubStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary_0123456789")
    hub.gated.add("them/tiny-turbo")
    hub.token = "another"

    said = gesso("models", "pull", "them/tiny-turbo", "--base-url", hub.base_url, "--yes")

    assert said.code == 4
    assert "only to those who agree" in said.err
    assert hub.requests[-1].headers["authorization"] == "Bearer hf_canary_0123456789"
    shown = gesso("settings").out
    assert "canary" not in said.out + said.err + shown


def test_a_dry_run_without_the_model_says_so_and_how_to_get_it(gesso: Gesso) -> None:
    said = gesso(*MAKE, "--dry-run")

    assert said.code == 2
    assert "There is no model" in said.err
    assert "gesso models pull" in said.err
    assert "nothing to pay" not in said.out
