"""A run whose provider is out, and what a run may cost, as a person sees both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import SMALL, Gesso
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenAIStub
from tests.stubs.stub import KEY

from gesso.core.catalogue.catalogue import Catalogue
from gesso.studio import Studio

STUDIO = Path("studio")
RUN = ("make", "Tidal Clocks", "--run-id", "r1", *SMALL)


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiStub]:
    pytest.importorskip("google.genai")
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiStub() as stub:
        monkeypatch.setenv("GESSO_PAINTERS__GEMINI__BASE_URL", stub.base_url)
        monkeypatch.setenv("GESSO_PAINTERS__GEMINI__MODEL", "gemini-3.1-flash-image")
        yield stub


def test_a_run_falls_to_the_next_and_says_so_everywhere(gesso: Gesso, gemini: GeminiStub) -> None:
    gemini.fail_next("", "quota", "quota")

    said = gesso(*RUN, "--painter", "gemini,procedural", "--rounds", "2")

    assert said.code == 0, said.err
    assert "note     'gemini' is out, so 'procedural' paints" in said.err
    rows = gesso("errors", "list", "--json").document
    assert {"fell back"} == {row["action"] for row in rows["errors"]}
    assert all(row["recovered"] for row in rows["errors"])
    with Catalogue.open(STUDIO) as catalogue:
        takes = [t for r in catalogue.runs.rounds("r1", "01") for t in r.takes]
        makers = [recipe.painter.name for t in takes if (recipe := catalogue.works.recipe(t.work))]
    assert sorted(makers) == ["gemini", "procedural", "procedural", "procedural"]


def test_every_picture_of_a_mixed_run_replays(gesso: Gesso, gemini: GeminiStub) -> None:
    gemini.fail_next("auth", "auth")
    kept = gesso(*RUN, "--painter", "gemini,procedural", "--json").document["kept"]

    said = gesso("replay", kept[0]["path"], "--json")

    assert said.document["verdict"] == "identical"


def test_with_nobody_left_the_run_pauses_and_goes_on_later(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    gemini.fail_next(*["quota"] * 2)
    said = gesso(*RUN, "--painter", "gemini")

    assert said.code == 4
    assert "gesso runs resume r1" in said.err
    again = gesso("runs", "resume", "r1", "--json")
    assert (again.code, again.document["waiting"]) == (0, 0)


def test_a_resume_keeps_to_the_cap_that_the_run_was_begun_with(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    order = (*RUN, "--painter", "gemini", "--works", "3")
    assert gesso(*order, "--budget", "0.05").code == 5
    asked = len(gemini.requests)

    assert gesso("runs", "resume", "r1").code == 5
    assert len(gemini.requests) == asked
    assert gesso(*order, "--budget", "0.06").code == 5  # the same run, with another cap
    assert gesso("runs", "resume", "r1", "--budget", "none").code == 0


def test_a_resume_writes_the_results_of_a_batch_as_its_first_call_would(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    Path("p.json").write_text('["a bridge"]', "utf-8")
    order = ("make", "--input-file", "p.json", *SMALL, "--painter", "gemini")
    gemini.fail_next(*["quota"] * 2)
    said = gesso(*order, "--output-dir", "out", "--format", "yaml", "--run-id", "r1")
    assert "Go on with: gesso runs resume r1" in said.err

    again = gesso("runs", "resume", "r1")

    assert again.code == 0
    names = {path.name for path in Path("out/prompt-0001").iterdir()}
    assert {"iteration_1_results.yaml", "iteration_1.png", "summary.json"} <= names
    assert str(Path("out").absolute()) in again.out.replace("\n", "")


def test_the_same_run_may_get_another_folder_for_its_results(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    Path("p.json").write_text('["a bridge"]', "utf-8")
    order = ("make", "--input-file", "p.json", *SMALL, "--painter", "gemini", "--run-id", "r1")
    gemini.fail_next(*["quota"] * 4)
    assert gesso(*order, "--output-dir", "one").code == 4
    assert gesso(*order, "--output-dir", "two").code == 4

    assert gesso("runs", "resume", "r1").code == 0
    assert Path("two/prompt-0001/summary.json").is_file()
    assert not Path("one/prompt-0001").exists()


def test_a_cap_that_a_resume_was_given_is_remembered(gesso: Gesso, gemini: GeminiStub) -> None:
    order = (*RUN, "--painter", "gemini", "--works", "3")
    assert gesso(*order, "--budget", "0.05").code == 5
    assert gesso("runs", "resume", "r1", "--budget", "0.09").code == 5
    asked = len(gemini.requests)

    assert gesso("runs", "resume", "r1").code == 5
    assert len(gemini.requests) == asked
    told = gesso("runs", "show", "r1", "--json").document
    assert told["options"]["budget_usd"] == 0.09


def test_a_notebooks_resume_keeps_to_the_cap_of_the_run(gesso: Gesso, gemini: GeminiStub) -> None:
    order = (*RUN, "--painter", "gemini", "--works", "3")
    assert gesso(*order, "--budget", "0.05").code == 5
    asked = len(gemini.requests)

    with Studio.open("studio", {"make.painter": "gemini"}) as studio:
        assert studio.settings.make.budget_usd != 0.05
        assert studio.make.resume("r1").run.state == "paused"
        assert len(gemini.requests) == asked
        assert studio.make.resume("r1", budget_usd=None).run.state == "done"


def test_a_dry_run_tells_the_most_and_asks_nobody(gesso: Gesso, gemini: GeminiStub) -> None:
    told = gesso(*RUN, "--painter", "gemini", "--works", "3", "--dry-run", "--json").document

    (paint,) = [charge for charge in told["charges"] if charge["deed"] == "paint"]
    assert (paint["calls"], paint["source"].split()[0]) == (6, "genai-prices")
    assert told["most_usd"] == pytest.approx(6 * paint["each_usd"])
    assert gemini.requests == []
    assert gesso("runs", "list", "--json").document["runs"] == []


def test_a_run_tells_what_it_may_cost_before_it_begins(gesso: Gesso, gemini: GeminiStub) -> None:
    said = gesso(*RUN, "--painter", "gemini")

    assert said.err.startswith("This run takes $0.0")
    assert "2 pictures by gemini" in said.err.splitlines()[0]


def test_what_costs_nothing_is_not_talked_about(gesso: Gesso) -> None:
    assert "This run takes" not in gesso(*RUN).err


def test_what_the_budget_cannot_begin_is_refused_before_anything_is_asked(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    said = gesso(*RUN, "--painter", "gemini", "--budget", "0.01", "--json")

    assert said.code == 5
    assert "Nothing was asked." in said.err
    assert gemini.requests == []
    assert gesso("runs", "list", "--json").document["runs"] == []


def test_a_server_with_a_price_that_nobody_knows_is_told_as_unknown(
    gesso: Gesso, monkeypatch
) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("GESSO_LLMS__OPENAI__BASE_URL", "http://models.example/v1")
    monkeypatch.setenv("GESSO_LLMS__OPENAI__MODEL", "llava")

    said = gesso(*RUN, "--llm", "openai", "--dry-run")

    assert "an unknown sum" in said.out
    assert "Nobody knows what 'llava' costs" in said.out


def test_models_check_asks_at_the_address_of_the_settings(gesso: Gesso, monkeypatch) -> None:
    pytest.importorskip("openai")
    with OpenAIStub() as ollama:
        ollama.asks_for_key, ollama.models = False, ["llava:latest"]
        monkeypatch.setenv("GESSO_LLMS__OPENAI__BASE_URL", ollama.base_url)

        said = gesso("models", "check", "openai", "--json")

        assert said.code == 0
        assert said.document["providers"][0]["others"] == ["llava:latest"]
        assert gesso("models", "check", "--json").document["providers"][0]["others"]
