from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of real and hostile samples, where it is at hand."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("GESSO_SAMPLE_DATA", root.parent / "shared" / "data"))
    if not (folder / "manifest.jsonl").is_file():
        pytest.skip("the sample data is not here")
    return folder


@pytest.fixture(scope="session")
def bad_rows(sample_data: Path) -> list[dict[str, Any]]:
    """The manifest's rows of hostile, damaged and degenerate files."""
    lines = (sample_data / "manifest.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"].startswith("bad_")]
