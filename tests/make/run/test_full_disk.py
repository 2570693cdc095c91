"""A disk that fills while a run is at work: the owner reads in the catalogue what stopped it."""

from __future__ import annotations

import errno
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Transaction
from sqlalchemy.exc import OperationalError

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import StorageError
from gesso.core.records.runs import Item
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun

OPTIONS = RunOptions(rounds=1, width=64, height=64, seed=3)


class FillingDisk(Disk):
    """Has no room left from the Nth file on, but where the reserve was."""

    def __init__(self, reserve: Path, after: int) -> None:
        self._reserve = reserve
        self._left = after

    @property
    def is_full(self) -> bool:
        return self._left <= 0

    def write(self, descriptor: int, data: bytes) -> None:
        self._left -= 1
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().write(descriptor, data)

    def commit(self, transaction: Transaction) -> None:
        if self.is_full and self._reserve.exists():
            transaction.rollback()
            cause = sqlite3.OperationalError("database or disk is full")
            cause.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise OperationalError("COMMIT", None, cause)
        super().commit(transaction)


def test_a_full_disk_stands_among_the_errors(tmp_path: Path, parts: Parts) -> None:
    folder = tmp_path / "small"
    disk = FillingDisk(folder / "locks" / "reserve", after=7)
    with Catalogue.open(folder, disk=disk) as catalogue:
        items = [Item("r1", f"p{n}", n, settings={"text": f"Bridge {n}."}) for n in range(6)]
        run = catalogue.runs.create("r1", "", {}, items)
        with pytest.raises(StorageError, match="disk is full"):
            MakeRun(replace(parts, catalogue=catalogue), OPTIONS, run, nobody).go()

        assert disk.is_full
        rows = catalogue.troubles.list("r1")
        assert rows
        assert {row.trouble.kind for row in rows} == {StorageError.kind}
        assert catalogue.runs.get("r1").state == "paused"
        assert "disk is full" in catalogue.runs.get("r1").reason
        assert check(catalogue, read_data=True).is_clean


def test_the_reserve_is_there_again_when_there_is_room(tmp_path: Path, parts: Parts) -> None:
    run = parts.catalogue.runs.create("r1", "", {}, [Item("r1", "p", 0, settings={"text": "A."})])

    MakeRun(parts, OPTIONS, run, nobody).go()

    assert (parts.catalogue.folder / "locks" / "reserve").stat().st_size > 100_000
