"""Archives: members are finds, read where they lie; what lies is refused in words."""

from __future__ import annotations

import io
import lzma
import struct
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gesso.collect.sources.local.archives.limits import ArchiveLimits
from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import Gone, InputError
from gesso.core.records.finds import Find

from .conftest import BLUE, RED, fetched, picture

Listed = Callable[..., list[Find]]
TARS = ("tar", "tar.gz", "tar.bz2", "tar.xz")
KINDS = ("zip", *TARS)


def pack(path: Path, members: Iterable[tuple[str, bytes]]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        return path
    mode = {".tar": "w", ".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}[path.suffix]
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # the modes above
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_finds_and_nothing_is_unpacked(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    pack(tmp_path / f"old.{kind}", [("b/2.png", BLUE), ("a.png", RED), ("b/read.me", b"x")])

    found = listed(tmp_path)

    assert [find.identifier for find in found] == [f"old.{kind}!/a.png", f"old.{kind}!/b/2.png"]
    assert [fetched(source, find).data for find in found] == [RED, BLUE]
    assert all(source.fetch(find, find.revision) is None for find in found)
    assert [path.name for path in tmp_path.rglob("*")] == [f"old.{kind}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fetch_needs_no_listing_before_it(kind: str, tmp_path: Path, listed: Listed) -> None:
    pack(tmp_path / f"old.{kind}", [("a.png", RED), ("b.png", BLUE)])
    found = listed(tmp_path / f"old.{kind}")

    assert fetched(FolderSource(FolderOptions()), found[1]).data == BLUE


@pytest.mark.parametrize("kind", KINDS)
def test_members_come_whole_to_many_threads_in_any_order(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    members = [(f"{number:03}.png", picture("red", (1 + number, 7))) for number in range(120)]
    pack(tmp_path / f"many.{kind}", members)
    found = listed(tmp_path)
    shuffled = found[::-1][::2] + found[::-1][1::2]

    with ThreadPoolExecutor(8) as threads:
        came = list(threads.map(lambda find: fetched(source, find).data, shuffled))

    wanted = dict(members)
    assert came == [wanted[find.identifier.rpartition("/")[2]] for find in shuffled]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [
        "../up.png",
        "a/../../up.png",
        "/etc/up.png",
        "//host/up.png",
        "C:/up.png",
        "c:up.png",
        "..\\up.png",
        "a\\..\\..\\up.png",
        "\\\\host\\share\\up.png",
        "a//up.png",
        "./../up.png",
        "x" * 5000 + ".png",
    ],
)
def test_a_member_that_climbs_is_refused_and_the_others_are_taken(
    kind: str, name: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    pack(tmp_path / f"slip.{kind}", [(name, BLUE), ("ok.png", RED)])

    assert [find.identifier for find in listed(tmp_path)] == [f"slip.{kind}!/ok.png"]
    (said,) = source.complaints()
    assert "does not stay inside" in said


@pytest.mark.parametrize("kind", TARS)
def test_links_and_devices_in_a_tar_are_refused(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = tmp_path / f"links.{kind}"
    pack(path, [])
    mode = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}[kind]
    types = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # the modes above
        for number, kind_of_member in enumerate(types):
            info = tarfile.TarInfo(f"{number}.png")
            info.type, info.linkname = kind_of_member, "/etc/passwd"
            tar.addfile(info)

    assert listed(tmp_path) == []
    assert len(source.complaints()) == len(types)
    assert all("no plain file" in said for said in source.complaints())


def test_a_link_in_a_zip_is_refused(tmp_path: Path, source: FolderSource, listed: Listed) -> None:
    info = zipfile.ZipInfo("link.png")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")

    assert listed(tmp_path) == []
    assert "symbolic link" in source.complaints()[0]


def test_an_encrypted_member_is_refused(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = pack(tmp_path / "a.zip", [("locked.png", RED), ("open.png", BLUE)])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)

    assert [find.identifier for find in listed(tmp_path)] == ["a.zip!/open.png"]
    assert "is encrypted" in source.complaints()[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_last_counts(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    pack(tmp_path / f"twice.{kind}", [("a.png", RED), ("a.png", BLUE)])

    (find,) = listed(tmp_path)

    assert fetched(source, find).data == BLUE
    assert "more than once" in source.complaints()[0]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_in_an_archive_is_not_opened_and_that_is_said(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    pack(tmp_path / f"outer.{kind}", [("inner.zip", b"PK\x05\x06" + b"\0" * 18)])

    assert listed(tmp_path) == []
    assert "not opened" in source.complaints()[0]


def test_a_member_that_claims_to_grow_too_much_is_refused_by_its_ratio(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    pack(tmp_path / "bomb.zip", [("big.png", b"\0" * (40 << 20)), ("ok.png", RED)])

    assert [find.identifier for find in listed(tmp_path)] == ["bomb.zip!/ok.png"]
    assert "claims to grow" in source.complaints()[0]


def test_a_member_that_lies_about_its_size_is_cut_off_at_what_it_claims(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = pack(tmp_path / "liar.zip", [("big.png", b"\0" * (200 << 20))])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24  # the size as the directory tells it
    data[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(data)
    (find,) = listed(tmp_path)

    tracemalloc.start()
    with pytest.raises(InputError, match="not those that were packed"):
        source.fetch(find)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 << 20


@pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_packed_tar_that_grows_too_much_is_given_up(
    kind: str, tmp_path: Path, listed: Listed
) -> None:
    pack(tmp_path / f"bomb.{kind}", [("zeros.bin", b"\0" * (64 << 20)), ("after.png", RED)])
    source = FolderSource(FolderOptions())

    assert list(source.finds(Wish((str(tmp_path),)))) == []
    assert "grows beyond" in source.complaints()[0]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_of_too_many_members_is_refused(kind: str, tmp_path: Path) -> None:
    pack(tmp_path / f"many.{kind}", [(f"{number}.txt", b"") for number in range(50)])
    source = FolderSource(FolderOptions(limits=ArchiveLimits(most_members=20)))

    assert list(source.finds(Wish((str(tmp_path),)))) == []
    assert "more than 20 members" in source.complaints()[0]


def test_members_that_share_their_bytes_are_refused(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = pack(tmp_path / "a.zip", [("one.png", RED), ("two.png", BLUE), ("three.png", RED)])
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)

    assert [find.identifier for find in listed(tmp_path)] == ["a.zip!/three.png"]
    assert "shares its bytes" in source.complaints()[0]


def test_a_directory_that_would_take_much_memory_is_refused_unread(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = pack(tmp_path / "a.zip", [("one.png", RED)])
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<I", 40 << 20)
    path.write_bytes(data)

    assert listed(tmp_path) == []
    assert "directory of more than" in source.complaints()[0]


def test_an_xz_that_claims_much_memory_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        info = tarfile.TarInfo("a.png")
        info.size = len(RED)
        tar.addfile(info, io.BytesIO(RED))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    packed = bytearray(lzma.compress(inner.getvalue(), filters=filters))
    packed[12 + 4] = 37  # the dictionary's size in the block header: 1 GiB and more
    (tmp_path / "a.tar.xz").write_bytes(packed)
    source = FolderSource(FolderOptions())

    assert list(source.finds(Wish((str(tmp_path),)))) == []
    assert "damaged or cut off" in source.complaints()[0]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_that_breaks_off_gives_what_came_before(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    noise = [picture("red", (40 + number, 40), "TIFF") for number in range(8)]
    path = pack(tmp_path / f"cut.{kind}", [(f"{n}.tif", data) for n, data in enumerate(noise)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])

    found = listed(tmp_path)

    assert len(found) < 8
    assert source.complaints()
    for find in found:
        assert fetched(source, find).data == noise[int(find.identifier[-5])]
    if kind == "tar":
        assert len(found) >= 4


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_that_are_no_archive_are_told(
    kind: str, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    (tmp_path / f"no.{kind}").write_bytes(b"this is no archive" * 100)
    (tmp_path / f"none.{kind}").write_bytes(b"")

    assert listed(tmp_path) == []
    assert 1 <= len(source.complaints()) <= 2  # of nothing, tar has nothing to say


def test_a_flipped_byte_in_a_member_is_noticed(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.png", RED)
    data = bytearray(path.read_bytes())
    data[40 + len(RED) // 2] ^= 4
    path.write_bytes(data)
    (find,) = listed(tmp_path)

    with pytest.raises(InputError, match=r"'a\.zip!/a\.png' is damaged"):
        source.fetch(find)


def test_a_member_that_is_gone_is_gone(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    pack(tmp_path / "a.zip", [("a.png", RED)])
    (find,) = listed(tmp_path)
    pack(tmp_path / "a.zip", [("b.png", RED)])

    with pytest.raises(Gone, match=r"no 'a\.png' any more"):
        source.fetch(find)


def test_repacking_an_archive_changes_no_members_revision(tmp_path: Path, listed: Listed) -> None:
    pack(tmp_path / "a.zip", [("a.png", RED), ("b.png", BLUE)])
    before = {find.identifier: find.revision for find in listed(tmp_path)}
    pack(tmp_path / "a.zip", [("new.png", RED), ("b.png", BLUE), ("a.png", RED)])

    after = {find.identifier: find.revision for find in listed(tmp_path)}
    assert after.items() >= before.items()


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="then it is read")
def test_zstandard_is_refused_in_words(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    (tmp_path / "a.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"\0" * 100)

    assert listed(tmp_path) == []
    assert "from 3.14 on" in source.complaints()[0]


@pytest.mark.parametrize("kind", KINDS)
def test_sidecars_in_an_archive_are_read(kind: str, tmp_path: Path, listed: Listed) -> None:
    words = b'{"title": "Boats", "artist": "C. Monet"}'
    table = b"file,title\nsub/b.png,Sails\n"
    members = [("a.json", words), ("a.png", RED), ("list.csv", table), ("sub/b.png", BLUE)]
    pack(tmp_path / f"told.{kind}", members)

    first, second = listed(tmp_path)

    assert (first.facts.title, first.facts.creator) == ("Boats", "C. Monet")
    assert second.facts.title == "Sails"


@pytest.mark.parametrize("kind", ["tar.gz", "tar.xz"])
def test_a_packed_tar_is_unpacked_once_for_the_list_and_once_for_the_pictures(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [(f"{number:03}.png", picture("red", (9 + number, 9))) for number in range(60)]
    words = [(f"{number:03}.json", b'{"title": "A"}') for number in range(60)]
    path = pack(tmp_path / f"a.{kind}", sorted(members + words))
    opened = []
    real: Any = Path.open

    def counting(self: Path, *args: str) -> object:
        opened.append(self)
        return real(self, *args)

    monkeypatch.setattr(Path, "open", counting)
    source = FolderSource(FolderOptions())
    found = list(source.finds(Wish((str(path),))))
    assert [find.facts.title for find in found] == ["A"] * 60
    for find in found:
        fetched(source, find)
    assert opened.count(path) == 2
