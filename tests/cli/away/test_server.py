"""A studio whose catalogue is on a Postgres server, as a person has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.cli.conftest import SMALL, Gesso
from tests.stubs.grounds import PostgresGround

VARIABLE = "GESSO_CATALOGUE__URL"


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresGround]:
    """A server with a database for the studio, which the environment names."""
    ground = PostgresGround(empty=True)
    monkeypatch.setenv(VARIABLE, ground.url(Path("studio")))
    yield ground
    ground.close()


@pytest.fixture
def pictures() -> Path:
    folder = Path("pictures")
    folder.mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (12, 16, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), pixels)
    return folder


def test_pictures_are_made_collected_checked_and_carried_away(
    gesso: Gesso, postgres: PostgresGround, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gesso("make", "a storm over the sea", *SMALL).code == 0
    assert "3 new" in gesso("collect", "folder", pictures).out
    assert "3 unchanged" in gesso("collect", "folder", pictures).out
    checked = gesso("check", "--read-data", "--json")
    assert (checked.code, checked.document["works"]) == (0, 5)
    assert gesso("backup", "kept").code == 0
    assert gesso("runs", "list", "--json").document["runs"][0]["theme"] == "a storm over the sea"

    monkeypatch.setenv(VARIABLE, postgres.url(Path("moved")))
    assert gesso("restore", "kept", "--studio", "moved").code == 0
    assert gesso("check", "--read-data", "--studio", "moved", "--json").document["works"] == 5
    monkeypatch.delenv(VARIABLE)
    assert gesso("restore", "kept", "--studio", "plain").code == 0
    assert gesso("check", "--read-data", "--studio", "plain", "--json").document["works"] == 5


def test_another_folder_joins_the_catalogue(gesso: Gesso, postgres: PostgresGround) -> None:
    gesso("make", "a storm over the sea", *SMALL)

    listed = gesso("runs", "list", "--json", "--studio", "another")

    assert listed.document["runs"][0]["theme"] == "a storm over the sea"


def test_without_its_address_the_studio_says_where_it_is_and_no_second_one_is_made(
    gesso: Gesso, postgres: PostgresGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    gesso("make", "a storm over the sea", *SMALL)
    monkeypatch.delenv(VARIABLE)

    said = gesso("make", "a calm sea", *SMALL)

    assert said.code == 3
    assert "is on a server: postgresql" in said.err
    assert VARIABLE in said.err
    assert not Path("studio/gesso.db").exists()


def test_a_restored_copy_says_that_its_settings_still_name_the_server(
    gesso: Gesso, postgres: PostgresGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    gesso("make", "a storm over the sea", *SMALL)
    url = postgres.url(Path("studio"))
    Path("studio/gesso.toml").write_text(f'[catalogue]\nurl = "{url}"\n', encoding="utf-8")
    gesso("backup", "kept")
    monkeypatch.delenv(VARIABLE)

    said = gesso("restore", "kept", "--studio", "plain")

    assert said.code == 0
    assert "take [catalogue] url out" in said.out
    assert gesso("check", "--studio", "studio").code == 0
