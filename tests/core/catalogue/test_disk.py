"""Files into a folder: each whole or not at all, their names durable together."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gesso.core.catalogue.store.disk import Disk, storage_error, write_all
from gesso.core.errors import StorageError


class CountingDisk(Disk):
    """A disk that counts, and on which the file with one name cannot be placed."""

    def __init__(self, refused: str = "") -> None:
        self.steps: list[str] = []
        self._refused = refused

    def fsync(self, descriptor: int) -> None:
        self.steps.append("fsync")
        super().fsync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        if new.name == self._refused:
            raise OSError(errno.ENOSPC, "full")
        self.steps.append(new.name)
        super().rename(old, new)

    def fsync_folder(self, folder: Path) -> None:
        self.steps.append("fsync folder")
        super().fsync_folder(folder)


def test_every_file_is_durable_before_its_name_and_all_names_at_the_end(tmp_path: Path) -> None:
    disk = CountingDisk()

    write_all(disk, tmp_path, {"a": b"1", "b": b"22"})

    assert disk.steps == ["fsync", "a", "fsync", "b", "fsync folder"]
    assert (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes() == b"122"


def test_what_cannot_be_placed_leaves_nothing_of_itself(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the disk is full"):
        write_all(CountingDisk("b"), tmp_path, {"a": b"1", "b": b"22"})

    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_the_advice_is_also_true_of_a_folder_that_is_no_studio(code: int) -> None:
    told = storage_error(OSError(code, "no"), Path("backups"), "write").advice

    assert "another folder (--studio for the studio)" in told
