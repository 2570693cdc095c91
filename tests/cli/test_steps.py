"""gesso evaluate, refine and replay: each step alone, joined by files and pipes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.make.llm_asked import asked
from tests.make.writers.llm_answers import expanded, refined
from tests.stubs.openai_stub import OpenAIStub

from .conftest import SMALL, Gesso


@pytest.fixture
def grey() -> Path:
    """A flat light grey, in a file without any metadata."""
    Image.fromarray(np.full((64, 64, 3), 200, dtype=np.uint8)).save("grey.png")
    return Path("grey.png")


@pytest.fixture
def painted(gesso: Gesso) -> Path:
    """A picture by the embedded painter, its recipe inside."""
    assert (
        gesso("paint", "a lake in mist", "--seed", "7", "--size", "64", "--out", "l.png").code == 0
    )
    return Path("l.png")


def measure(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in document["measures"] if row["name"] == name)
    return found


# Evaluate ------------------------------------------------------------------------------------


def test_a_picture_is_held_against_the_words(gesso: Gesso, grey: Path) -> None:
    told = gesso("evaluate", grey, "--prompt", "Key: low (20).", "--json").document

    key = measure(told, "key")
    assert key["target"] == 20
    assert key["value"] == pytest.approx(80.6, abs=0.5)
    assert key["error"] == 1.0
    assert told["maker"]["offline"]


def test_people_are_told_the_same(gesso: Gesso, grey: Path) -> None:
    said = gesso("evaluate", grey, "--prompt", "Key: low (20).")

    assert said.code == 0
    assert said.out.startswith("grey.png: score ")
    assert "measured offline" in said.out
    assert any(line.split()[:3] == ["key", "80.6", "20"] for line in said.out.splitlines())


def test_without_a_prompt_the_recipe_in_the_file_is_used(gesso: Gesso, painted: Path) -> None:
    assert gesso("evaluate", painted, "--json").code == 0


def test_a_file_without_a_recipe_wants_a_prompt(gesso: Gesso, grey: Path) -> None:
    said = gesso("evaluate", grey)

    assert said.code == 2
    assert "carries no prompt" in said.err


@pytest.mark.parametrize(
    ("name", "content"), [("none.png", None), ("text.png", b"no picture"), ("empty.png", b"")]
)
def test_what_is_no_picture_is_named(gesso: Gesso, name: str, content: bytes | None) -> None:
    if content is not None:
        Path(name).write_bytes(content)

    said = gesso("evaluate", name, "--prompt", "x")

    assert said.code == 2
    assert f"'{name}'" in said.err


# Refine --------------------------------------------------------------------------------------


def test_a_refined_prompt_asks_for_what_was_missed(gesso: Gesso, grey: Path) -> None:
    evaluation = gesso("evaluate", grey, "--prompt", "a lake. Key: low (30).", "--json")
    Path("e.json").write_text(evaluation.out, "utf-8")

    told = gesso(
        "refine", "--prompt", "a lake. Key: low (30).", "--evaluation", "e.json", "--json"
    ).document

    assert told["text"] != "a lake. Key: low (30)."
    assert told["aims"] == [{"name": "key", "target": 30.0}]
    Path("p.json").write_text(json.dumps(told), "utf-8")
    again = gesso("refine", "--prompt-file", "p.json", "--evaluation", "e.json")
    assert again.code == 0
    assert "lake" in again.out


def test_evaluations_come_through_a_pipe(gesso: Gesso, grey: Path) -> None:
    evaluation = gesso("evaluate", grey, "--prompt", "a lake. Key: low (30).", "--json").out

    said = gesso(
        "refine", "--prompt", "a lake. Key: low (30).", "--evaluation", "-",
        stdin=evaluation.encode(),
    )  # fmt: skip

    assert said.code == 0


def test_the_files_of_a_batch_are_taken(gesso: Gesso) -> None:
    Path("p.json").write_text('[{"id": "lake", "prompt": "a lake, high key"}]')
    assert gesso("make", "--input-file", "p.json", *SMALL).code == 0
    folder = Path("results/lake")

    said = gesso(
        "refine",
        "--prompt-file", folder / "iteration_1_results.json",
        "--evaluation", folder / "iteration_1_evaluation.json",
        "--json",
    )  # fmt: skip

    assert said.code == 0
    assert said.document["aims"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--prompt", "x"], "There is no evaluation to refine from."),
        (["--evaluation", "e.json"], "Say either --prompt TEXT or --prompt-file JSON."),
        (["--prompt", "x", "--evaluation", "none.json"], "'none.json' cannot be read"),
        (["--prompt", "x", "--evaluation", "bad.json"], "'bad.json' is not JSON"),
        (["--prompt", "x", "--evaluation", "deep.json"], "'deep.json' is nested deeper than any"),
        (["--prompt", "x", "--evaluation", "odd.json"], "This is no Evaluation"),
        (["--prompt", "x", "--evaluation", "other.json"], "This is no Evaluation"),
        (["--prompt-file", "other.json", "--evaluation", "other.json"], "This is no Prompt"),
    ],
)
def test_bad_files_are_named(gesso: Gesso, args: list[str], message: str) -> None:
    Path("bad.json").write_text("{")
    Path("deep.json").write_text("[" * 100_000)
    Path("odd.json").write_text('{"takes": [7], "comparison": "x"}')
    Path("other.json").write_text('{"takes": []}')

    said = gesso("refine", *args)

    assert said.code == 2
    assert message in said.err


# Replay --------------------------------------------------------------------------------------


def test_a_picture_of_ours_is_painted_again_identical(gesso: Gesso, painted: Path) -> None:
    told = gesso("replay", painted, "--json")

    assert told.code == 0
    assert told.document["verdict"] == "identical"
    assert told.document["largest_difference"] == 0


def test_a_retouched_picture_has_drifted(gesso: Gesso, painted: Path) -> None:
    with Image.open(painted) as picture:
        marks = picture.info
        pixels = np.array(picture.convert("RGB"))
    pixels[:8, :8] = 255 - pixels[:8, :8]
    from_marks = {str(key): value for key, value in marks.items() if isinstance(value, str)}
    _save(Path("retouched.png"), pixels, from_marks)

    said = gesso("replay", "retouched.png")

    assert said.code == 1
    assert said.out.startswith("drifted")


def test_a_foreign_picture_cannot_be_painted_again(gesso: Gesso, grey: Path) -> None:
    said = gesso("replay", grey)

    assert said.code == 2
    assert "carries no recipe" in said.err


def _save(path: Path, pixels: Any, texts: dict[str, str]) -> None:
    info = PngInfo()
    for key, value in texts.items():
        info.add_itxt(key, value)
    Image.fromarray(pixels).save(path, pnginfo=info)


# Whom to ask -----------------------------------------------------------------------------------


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIStub]:
    """A server that speaks as OpenAI does, and judges and refines."""

    def said(body: dict[str, Any]) -> dict[str, Any]:
        material = asked(body).material
        if "questions" in material:
            numbers = [one["number"] for one in material["questions"]]
            return {"answers": [{"number": n, "outcome": "no", "evidence": ""} for n in numbers]}
        return refined() if "attempts" in material else expanded()

    monkeypatch.setenv("OPENAI_API_KEY", "stub-key-0123456789")
    with OpenAIStub(answer=said) as stub:
        monkeypatch.setenv("GESSO_LLMS__OPENAI__BASE_URL", stub.base_url)
        monkeypatch.setenv("GESSO_LLMS__OPENAI__MODEL", "gpt-6-luna")
        monkeypatch.setenv("GESSO_LLMS__OPENAI__VENDOR", "openai")
        yield stub


def test_evaluate_and_refine_ask_the_llm_that_is_named(
    gesso: Gesso, painted: Path, openai: OpenAIStub
) -> None:
    judged = gesso(
        "evaluate",
        painted,
        "--prompt",
        "A fox in the snow. Key: low (30).",
        "--llm",
        "openai",
        "--json",
    )
    calls = len(openai.calls)
    Path("e.json").write_text(judged.out, "utf-8")
    better = gesso(
        "refine", "--prompt", "A fox in the snow.", "--evaluation", "e.json", "--llm", "openai"
    )

    assert (judged.code, better.code) == (0, 0), judged.err + better.err
    assert not judged.document["maker"]["offline"], judged.document
    assert calls > 0
    assert len(openai.calls) > calls
    assert "from edge to edge" in better.out


def test_the_word_offline_asks_nobody_whatever_the_settings_say(
    gesso: Gesso, grey: Path, openai: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GESSO_MAKE__LLM", "openai")
    judged = gesso("evaluate", grey, "--prompt", "Key: low (20).", "--llm", "offline", "--json")

    assert judged.document["maker"]["offline"]
    assert openai.calls == []


@pytest.mark.parametrize("step", [["evaluate", "grey.png"], ["refine", "--evaluation", "e.json"]])
def test_an_llm_that_is_none_is_refused_by_name(gesso: Gesso, grey: Path, step: list[str]) -> None:
    Path("e.json").write_text(gesso("evaluate", grey, "--prompt", "x", "--json").out, "utf-8")
    said = gesso(*step, "--prompt", "x", "--llm", "opnai")

    assert said.code != 0
    assert "'opnai'" in said.err
    assert "openai" in said.err
