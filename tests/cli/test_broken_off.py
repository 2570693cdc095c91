"""A run whose process was killed does not look as if somebody were at work."""

from __future__ import annotations

import json

from click.testing import CliRunner

from gesso.cli.app import app
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.runs import Item


def test_a_run_that_nobody_works_on_is_broken_off(tmp_path):
    with Catalogue.open(tmp_path / "studio") as catalogue:
        catalogue.runs.create("killed", "", {}, [Item("killed", "a", 0)])
    told = CliRunner().invoke(app, ["runs", "list", "--studio", str(tmp_path / "studio")])
    plain = CliRunner().invoke(
        app, ["runs", "list", "--json", "--studio", str(tmp_path / "studio")]
    )

    assert "broken off" in told.output
    assert json.loads(plain.output)["runs"][0]["at_work"] is False
