"""What the pages show is run: the painter that is added, the notebook, the tables of facts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gesso.core import errors
from gesso.core.catalogue.store import tables
from gesso.make.aims import SCALES
from gesso.study.tips.percentiles import PLACES, table

ROOT = Path(__file__).resolve().parents[1]
SMALL = {
    "GESSO_MAKE__WIDTH": "128",
    "GESSO_MAKE__HEIGHT": "96",
    "GESSO_MAKE__ROUNDS": "1",
    "GESSO_MAKE__WORKERS": "0",
}
_FILE = re.compile(r"^```\w+ title=\"([^\"]+)\"\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def run(
    *command: str | Path, cwd: Path, path: Path | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run a program away from the repository, with small pictures; it must succeed."""
    env = {**os.environ, **SMALL, **extra}
    if path is not None:
        env["PYTHONPATH"] = str(path)
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


# ---- add a painter -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's package, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("gesso-stripes")
    for name, text in _FILE.findall(page("add-a-painter")):
        (folder / name).write_text(text, "utf-8")
    site = folder / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--target", site, folder)
    run(*pip, *offline, cwd=folder)
    return site


def test_the_pages_painter_keeps_the_contract(stripes: Path) -> None:
    contract = ROOT / "tests/contracts/test_painters.py"

    done = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", contract),
        cwd=ROOT,
        path=stripes,
        GESSO_CONTRACT_PAINTERS="stripes",
    )

    assert " passed" in done.stdout
    assert "failed" not in done.stdout


def test_the_pages_painter_paints_through_a_run(stripes: Path, tmp_path: Path) -> None:
    gesso = Path(sys.executable).with_name("gesso")
    command = ("make", "Tidal Bands", "--works", "2", "--size", "256x192", "--painter", "stripes")
    assert " ".join(f'"{word}"' if " " in word else word for word in command) in page(
        "add-a-painter"
    )

    run(gesso, *command, "--studio", tmp_path / "studio", cwd=tmp_path, path=stripes)

    assert len(list((tmp_path / "studio/exports").rglob("*.png"))) == 2


def test_the_pages_painter_is_offered_for_a_name_that_nobody_bears(stripes: Path) -> None:
    code = "from gesso.make.painters.painter import PAINTERS; PAINTERS.open('strips')"

    with pytest.raises(AssertionError, match="Did you mean 'stripes'"):
        run(sys.executable, "-c", code, cwd=stripes, path=stripes)


def test_the_pages_options_reach_the_painter(stripes: Path, tmp_path: Path) -> None:
    (tmp_path / "gesso.toml").write_text("[painters.stripes]\ncount = 24\n", "utf-8")
    code = (
        "from gesso import Studio\n"
        "with Studio.open('.', {'make.painter': 'stripes'}) as studio:\n"
        "    work = studio.make.paint('Stripes at night.')\n"
        "    print(studio.catalogue.works.recipe(work.id).painter.settings['count'])\n"
    )

    assert run(sys.executable, "-c", code, cwd=tmp_path, path=stripes).stdout == "24\n"


# ---- from a notebook ---------------------------------------------------------------------------


def test_the_notebook_runs(tmp_path: Path) -> None:
    cells = _PYTHON.findall(page("library"))
    assert len(cells) >= 4

    for cell in cells:
        run(sys.executable, "-c", cell, cwd=tmp_path)


def test_the_five_lines_keep_four_works(tmp_path: Path) -> None:
    done = run(sys.executable, ROOT / "examples/five_lines.py", cwd=tmp_path)

    told = [line.rsplit(" ", 1) for line in done.stdout.splitlines()]
    assert len(told) == 4
    assert all(title and (tmp_path / path).is_file() for title, path in told)


def test_the_five_lines_are_those_of_the_readme_and_the_page() -> None:
    example = (ROOT / "examples/five_lines.py").read_text("utf-8")
    shown = [
        *_PYTHON.findall((ROOT / "README.md").read_text("utf-8"))[:1],
        *_PYTHON.findall(page("library"))[:1],
    ]

    for block in shown:
        for line in block.split("\n"):
            assert line.strip() in example


# ---- tables of facts ---------------------------------------------------------------------------


def test_the_errors_page_shows_the_tree_as_it_is() -> None:
    tree = (errors.__doc__ or "").partition("\n\n")[2].strip()

    assert tree.startswith("GessoError")
    assert tree in page("errors")


def test_the_make_page_has_every_scale_with_its_unit_and_range() -> None:
    for scale in SCALES.values():
        row = f"| `{scale.label}` | {scale.unit} | {scale.low:g} to {scale.high:g} |"
        assert row in page("make")


def test_the_catalogue_page_has_every_table() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", page("catalogue"), re.MULTILINE))

    assert set(tables.metadata.tables) <= named


def test_the_page_of_figures_has_every_measurement_with_its_place_among_paintings() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (\S+) \| (\S+) \| (\S+) \|$", page("study-figures"),
                      re.MULTILINE)  # fmt: skip

    assert {name for name, *_ in rows} == set(table())
    for name, *told in rows:
        for place, words in zip((0.1, 0.5, 0.9), told, strict=True):
            value = float(np.interp(place, PLACES, table()[name]))
            assert words == (f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"), name
