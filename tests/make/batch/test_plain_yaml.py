"""YAML of strangers: both parsers read the same, and nothing unfolds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gesso.core.errors import InputError
from gesso.make.batch import plain_yaml
from gesso.make.batch.plain_yaml import read_yaml

PATH = Path("p.yaml")
PARSERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.fixture(params=PARSERS, autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_yaml, "_PARSER", request.param)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("", None),
        ("- a fox\n- {id: hen, seed: 7, meta: {x: [1.5, true, null]}}\n",
         ["a fox", {"id": "hen", "seed": 7, "meta": {"x": [1.5, True, None]}}]),
        ("prompts:\n- prompt: |\n    two\n    lines\n", {"prompts": [{"prompt": "two\nlines\n"}]}),
        ("- 'Fuchs im Schnee — 雪の狐'\n", ["Fuchs im Schnee — 雪の狐"]),
        ("- '2020'\n- 2020\n", ["2020", 2020]),
    ],
)  # fmt: skip
def test_plain_data_is_read_as_it_stands(text: str, content: Any) -> None:
    assert read_yaml(PATH, text) == content


def test_the_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = yaml.parse

    def counted(text: str, **options: Any) -> Any:
        read.append(text)
        return parse(text, **options)

    monkeypatch.setattr(yaml, "parse", counted)
    monkeypatch.setattr(yaml, "load", None)
    monkeypatch.setattr(yaml, "safe_load", None)

    assert read_yaml(PATH, "- a\n") == ["a"]
    assert read == ["- a\n"]


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    levels = [f"- &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]

    with pytest.raises(InputError, match=r"uses the alias \*l0"):
        read_yaml(PATH, "\n".join(["- &l0 lol", *levels]))


@pytest.mark.parametrize("text", ["- &a {x: 1}\n- <<: *a\n", "&a [*a]"])
def test_no_alias_is_taken_wherever_it_stands(text: str) -> None:
    with pytest.raises(InputError, match=r"uses the alias \*a"):
        read_yaml(PATH, text)


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000])
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises(InputError, match="nested deeper than 32 levels"):
        read_yaml(PATH, text)


@pytest.mark.parametrize(
    "text", ["- a: b: c", "a\n---\nb", "- !!python/name:os.getcwd ''", "- \x07", "? [x]\n: 1"]
)
def test_what_is_not_plain_yaml_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is not YAML that can be read"):
        read_yaml(PATH, text)
