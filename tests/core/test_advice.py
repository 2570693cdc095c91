"""What cannot be found is told with the next step, wherever it is raised."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gesso
from gesso.core.errors import UnknownAdapter
from gesso.make.painters.painter import PAINTERS

ROOT = Path(gesso.__file__).parent


def told_without_advice(path: Path) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]  # fmt: skip
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "UnknownItem"
        and len(call.args) + len(call.keywords) < 2
    ]


@pytest.mark.parametrize("part", ["core", "make", "collect", "study", "search", "cli", "studio"])
def test_what_is_unknown_is_told_with_advice(part: str) -> None:
    modules = sorted((ROOT / part).rglob("*.py"))

    assert modules
    assert [place for path in modules for place in told_without_advice(path)] == []


def test_the_page_on_errors_shows_what_is_truly_said() -> None:
    page = (ROOT.parents[1] / "docs" / "errors.md").read_text("utf-8")

    with pytest.raises(UnknownAdapter) as met:
        PAINTERS.open("proceduarl")

    assert met.value.message in page
    assert met.value.advice in page
