"""Folders: stable names for whatever lies there, and never a byte from outside."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.local.holder import identifier_of, parts_of
from gesso.collect.sources.source import Wish
from gesso.core.errors import Gone, InputError, Transient
from gesso.core.records.finds import Find

from .conftest import BLUE, RED, fetched

Put = Callable[..., Path]
Listed = Callable[..., list[Find]]
posix = pytest.mark.skipif(sys.platform == "win32", reason="names and links as POSIX has them")


def names(finds: list[Find]) -> list[str]:
    return [find.identifier for find in finds]


def test_pictures_are_found_folder_by_folder_in_the_order_of_their_names(
    put: Put, tmp_path: Path, listed: Listed
) -> None:
    for name in ("b/2.png", "b/1.jpg", "a/x/1.webp", "c.png", "a.tif", "notes.md", "B/0.gif"):
        put(name)

    found = names(listed(tmp_path / "art"))

    assert found == ["a.tif", "c.png", "B/0.gif", "a/x/1.webp", "b/1.jpg", "b/2.png"]


def test_a_find_brings_its_bytes_and_says_what_it_is(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    put("boats.png", BLUE)

    (find,) = listed(tmp_path / "art")
    delivery = source.fetch(find)

    assert (find.media_type, find.size_bytes) == ("image/png", len(BLUE))
    assert find.source == f"folder:{(tmp_path / 'art').resolve()}"
    assert find.url == (tmp_path / "art" / "boats.png").resolve().as_uri()
    assert delivery is not None
    assert (delivery.data, delivery.name, delivery.validator) == (BLUE, "boats.png", find.revision)


def test_an_unchanged_file_is_not_read_again(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = put("boats.png")
    (find,) = listed(tmp_path / "art")

    assert source.fetch(find, find.revision) is None
    path.write_bytes(BLUE)
    os.utime(path, ns=(1, 1))
    again = source.fetch(find, find.revision)
    assert again is not None
    assert again.data == BLUE
    assert again.validator != find.revision


def test_the_same_files_have_the_same_names_after_the_folder_was_moved(
    put: Put, tmp_path: Path, listed: Listed
) -> None:
    for name in ("b/2.png", "b/1.png", "ä/%41.png"):
        put(name)
    before = [(find.identifier, find.revision) for find in listed(tmp_path / "art")]

    (tmp_path / "art").rename(tmp_path / "elsewhere")

    after = [(find.identifier, find.revision) for find in listed(tmp_path / "elsewhere")]
    assert after == before


@posix
def test_ten_thousand_odd_names_are_kept_apart_and_lead_back(
    tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    root = tmp_path / "odd"
    root.mkdir()
    odd = [
        b"line\nbreak",
        b"tab\tand\rreturn",
        b"not \xff\xfe utf-8",
        b"%41",
        b"A",
        b"percent%",
        b"bang!",
        "\u202egpj.exe".encode(),
        "nörmal".encode(),
        "no\u0308rmal".encode(),
        b"-rf",
        b" spaces ",
        b"quote\"'`$(x)",
        b"<img src=x onerror=alert(1)>",
        b"CON",
        b"\x1b[31mred",
        "🎨".encode(),
        b"back\\slash",
        b"x" * 240,
    ]
    plain = [f"{number:05}".encode() for number in range(10_000 - len(odd))]
    base = os.open(root, os.O_RDONLY)
    first = os.path.join(os.fsencode(root), plain[0] + b".png")  # noqa: PTH118 - bytes
    for name in [*plain, *odd]:
        descriptor = os.open(name + b".png", os.O_CREAT | os.O_WRONLY, dir_fd=base)
        os.write(descriptor, RED)
        os.close(descriptor)
    os.close(base)
    assert os.path.exists(first)  # noqa: PTH110 - bytes

    found = listed(root)

    assert len(found) == len(set(names(found))) == 10_000
    assert all(find.identifier.isprintable() for find in found)
    assert all(find.identifier.encode() for find in found)
    assert {identifier_of(parts_of(find.identifier)[1]) for find in found} == set(names(found))
    strange = [find for find in found if not find.identifier[:5].isdigit()]
    assert len(strange) == len(odd)
    assert all(fetched(source, find).data == RED for find in strange)
    assert source.complaints() == ()


def test_hidden_and_temporary_files_are_passed_over(
    put: Put, tmp_path: Path, listed: Listed
) -> None:
    hidden = (".hidden.png", ".git/a.png", "~$a.png", "a.png.part", "b.png~", "__MACOSX/._a.png")
    for name in (*hidden, "c.png.crdownload", "d.tmp", "@eaDir/a.png", "a.png", "~b.png"):
        put(name)

    assert names(listed(tmp_path / "art")) == ["a.png", "~b.png"]


def test_pictures_of_other_kinds_are_counted_and_told_once(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    for name in ("a.bmp", "b.BMP", "c.heic", "d.png"):
        put(name)

    assert names(listed(tmp_path / "art")) == ["d.png"]
    (said,) = source.complaints()
    assert "3 files" in said
    assert ".bmp 2, .heic 1" in said


@posix
def test_links_inside_offer_nothing_twice_and_links_outside_are_refused(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    put("a/boats.png")
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.png").write_bytes(BLUE)
    root = tmp_path / "art"
    (root / "again.png").symlink_to(root / "a" / "boats.png")
    (root / "a" / "loop").symlink_to(root)
    (root / "out").symlink_to(secret)
    (root / "out.png").symlink_to(secret / "key.png")
    (root / "dead.png").symlink_to(tmp_path / "nothing")

    assert names(listed(root)) == ["a/boats.png"]
    assert len(source.complaints()) == 3
    assert all("link" in said for said in source.complaints())


@posix
def test_links_that_lead_out_are_followed_when_asked_and_loops_end(
    put: Put, tmp_path: Path
) -> None:
    put("a.png")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.png").write_bytes(BLUE)
    (outside / "back").symlink_to(tmp_path / "art")
    (outside / "self").symlink_to(outside)
    (tmp_path / "art" / "out").symlink_to(outside)
    source = FolderSource(FolderOptions(follow_links=True))

    found = list(source.finds(Wish((str(tmp_path / "art"),))))

    assert names(found) == ["a.png", "out/b.png"]
    assert fetched(source, found[1]).data == BLUE


@posix
def test_a_file_of_two_names_is_offered_once(put: Put, tmp_path: Path, listed: Listed) -> None:
    path = put("a.png")
    os.link(path, tmp_path / "art" / "b.png")

    assert names(listed(tmp_path / "art")) == ["a.png"]


def test_places_that_overlap_offer_nothing_twice(put: Put, tmp_path: Path, listed: Listed) -> None:
    put("a/x.png")
    put("y.png")

    assert names(listed(tmp_path / "art" / "a", tmp_path / "art")) == ["x.png", "y.png"]


def test_a_single_file_may_be_named(put: Put, tmp_path: Path, listed: Listed) -> None:
    put("a.png")
    put("b.png")

    assert names(listed(tmp_path / "art" / "b.png")) == ["b.png"]


def test_limit_and_since_are_kept(put: Put, tmp_path: Path, source: FolderSource) -> None:
    for name in ("a.png", "b.png", "c.png"):
        os.utime(put(name), (1_000_000, 1_000_000))
    os.utime(tmp_path / "art" / "b.png", (2_000_000, 2_000_000))
    place = (str(tmp_path / "art"),)

    assert len(list(source.finds(Wish(place, limit=2)))) == 2
    since = datetime.fromtimestamp(1_500_000, UTC)
    assert names(list(source.finds(Wish(place, since=since)))) == ["b.png"]


@posix
def test_a_file_that_was_swapped_for_a_link_is_not_read(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    put("a/boats.png")
    (find,) = listed(tmp_path / "art")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "boats.png").write_bytes(BLUE)
    shutil.rmtree(tmp_path / "art" / "a")
    (tmp_path / "art" / "a").symlink_to(outside)

    with pytest.raises(InputError, match="does not lead to a file inside"):
        source.fetch(find)


@posix
def test_a_pipe_is_no_picture_and_holds_nobody_up(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    put("a.png")
    (find,) = listed(tmp_path / "art")
    (tmp_path / "art" / "a.png").unlink()
    os.mkfifo(tmp_path / "art" / "a.png")

    assert listed(tmp_path / "art") == []
    with pytest.raises(InputError, match="no plain file"):
        source.fetch(find)


def test_what_is_gone_is_gone(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    path = put("a.png")
    (find,) = listed(tmp_path / "art")
    path.unlink()

    with pytest.raises(Gone, match=r"a\.png"):
        source.fetch(find)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(put: Put, tmp_path: Path) -> None:
    put("a.png", RED + b"\0" * 1000)
    source = FolderSource(FolderOptions(max_bytes=500))
    (find,) = source.finds(Wish((str(tmp_path / "art"),)))

    with pytest.raises(InputError, match="more than the 500 allowed"):
        source.fetch(find)


@pytest.mark.parametrize("place", ["nowhere", "", "a\0b", "notes\n.txt"])
def test_a_place_that_is_not_there_is_named(place: str, source: FolderSource) -> None:
    with pytest.raises(InputError, match=r"[Nn]o folder"):
        list(source.finds(Wish((place,) if place else ())))


def test_a_recipe_in_the_file_is_told_with_the_delivery(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a lighthouse\nSteps: 20, Sampler: Euler, Seed: 7, Model: dream")
    path = put("made.png")
    Image.new("RGB", (4, 4)).save(path, pnginfo=info)

    (find,) = listed(tmp_path / "art")
    delivery = source.fetch(find)

    assert find.facts.text == ""
    assert delivery is not None
    assert delivery.find is not None
    assert delivery.find.identifier == find.identifier
    assert delivery.find.facts.text == "a lighthouse"
    assert delivery.find.facts.extra == {
        "recipe": "a1111",
        "prompt": "a lighthouse",
        "seed": 7,
        "model": "dream",
        "steps": 20,
        "sampler": "Euler",
    }


def test_a_plain_file_teaches_nothing(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    put("a.png")
    (find,) = listed(tmp_path / "art")

    assert fetched(source, find).find is None


def test_a_file_that_grows_while_it_is_read_is_left_for_later(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("a.png", RED)
    (find,) = listed(tmp_path / "art")
    real = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b"more")
        return real(descriptor)

    monkeypatch.setattr(os, "fstat", growing)
    with pytest.raises(Transient, match="changed while it was read"):
        source.fetch(find)
