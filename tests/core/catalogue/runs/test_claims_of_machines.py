"""Machines that share a server and nothing else see what each of them works on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.errors import StudioBusy

# Each studio here is a folder of its own, as on a machine of its own.
pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("ground", ["postgres"], indirect=True),
]

HOLDER = """
import sys, time
from pathlib import Path
from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
catalogue = Catalogue.open(Path(sys.argv[1]), options=CatalogueOptions(url=sys.argv[2]))
with catalogue.claims.hold("r1"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def far(ground: FileGround, tmp_path: Path) -> Iterator[Catalogue]:
    """The same server's catalogue, from a folder of another machine."""
    options = CatalogueOptions(url=ground.url(tmp_path / "studio"))
    with Catalogue.open(tmp_path / "far", options=options) as opened:
        yield opened


def test_a_run_of_another_machine_is_seen_and_not_gone_on_with(
    catalogue: Catalogue, far: Catalogue
) -> None:
    with far.claims.hold("r1"):
        assert catalogue.claims.is_held("r1")
        assert not catalogue.claims.is_held("r2")
        with (
            pytest.raises(StudioBusy, match="'r1' is being worked on by another machine") as told,
            catalogue.claims.hold("r1", "gesso collect status"),
        ):
            pass

    assert "gesso collect status r1" in told.value.advice
    assert not catalogue.claims.is_held("r1")
    with catalogue.claims.hold("r1"):
        assert far.claims.is_held("r1")


def test_runs_of_two_catalogues_on_one_server_are_apart(
    catalogue: Catalogue, ground: FileGround, tmp_path: Path
) -> None:
    with (
        ground.open(tmp_path / "other") as other,
        catalogue.claims.hold("r1"),
        other.claims.hold("r1"),
    ):
        assert other.claims.is_held("r1")


def test_a_machine_that_dies_holds_nothing(
    catalogue: Catalogue, ground: FileGround, tmp_path: Path
) -> None:
    url = ground.url(tmp_path / "studio")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "far"), url],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert catalogue.claims.is_held("r1")

    process.kill()
    process.wait()
    process.stdout.close()

    assert _soon(lambda: not catalogue.claims.is_held("r1"))


def test_a_line_that_breaks_lets_go_and_the_work_goes_on(
    catalogue: Catalogue, far: Catalogue
) -> None:
    with catalogue.claims.hold("r1"):
        with far.database.read() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND pid <> pg_backend_pid()"
                )
            )
        assert _soon(lambda: not far.claims.is_held("r1"))

    with catalogue.claims.hold("r1"):
        assert far.claims.is_held("r1")


def test_what_waits_for_nobody_keeps_no_transaction_open(
    catalogue: Catalogue, far: Catalogue
) -> None:
    with catalogue.claims.hold("r1"), far.database.read() as connection:
        idle = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE state = 'idle in transaction' AND datname = current_database()"
            )
        )

    assert idle == 0


def _soon(is_so: Callable[[], bool]) -> bool:
    """A server notices within moments that a client is gone."""
    give_up = time.monotonic() + 20
    while not is_so():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True
