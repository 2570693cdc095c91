"""Three hundred paths that climb, at every door that takes a path: not a byte from outside.

What is opened is watched by Python's own audit events, so a file that is opened and then thought
better of is noticed too.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.local.results import ResultsSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import GessoError
from gesso.core.records.finds import Find

from .mutations import made_files

PICTURE = made_files()[4]
CANARY = b"\x89PNG\r\n\x1a\n" + b"this lies outside " * 20

_opened: list[str] | None = None


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if _opened is not None and event in {"open", "os.listdir", "os.scandir"} and args[0]:
        _opened.append(os.fsdecode(args[0]) if isinstance(args[0], str | bytes) else str(args[0]))


sys.addaudithook(_hear)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What this process opens and lists meanwhile."""
    global _opened  # noqa: PLW0603 - a hook cannot be taken away again, only told to be quiet
    _opened = []
    try:
        yield _opened
    finally:
        _opened = None


def payloads(outside: Path) -> list[str]:
    """Paths that lead, or may be read as leading, to `secret.png` outside."""
    target = "secret.png"
    climbs = [
        *("../", "..\\", "./../", "a/../../", "a\\..\\..\\", "..//", "../../", "../../../"),
        *("....//", "..;/", "..\0/", ".. /", "../.", "/../", "//../", "\\..\\", "a/../a/../../"),
        *("%2e%2e/", "%2e%2e%2f", "..%2f", "%252e%252e%252f", "..%5c", "%c0%ae%c0%ae/", "..%00/"),
        *("\u2024\u2024/", "\uff0e\uff0e/", "..\u2215", "..\u2044", "..\uff0f", "..\u29f5"),
        *("\u202e../", "..\u200b/", "..\n/", "\x7f../", "x!/../", "../x!/", "!/", "%21/../"),
    ]
    ends = ["", "/", "/.", "%00.png", "\0.png", "::$DATA", "?x", "#x"]
    found = [climb + target + end for climb, end in product(climbs, ends)]
    here = str(outside / target)
    found += [
        *(here, "/" + here, "//" + here, "file://" + here, quote(here), here + "\0.png"),
        *("\\\\?\\C:\\" + target, "C:" + target, "C:/" + target, "\\\\host\\share\\" + target),
        *("~/" + target, "~root/" + target, "$HOME/" + target, "%HOME%/" + target),
        *(
            "/etc/passwd",
            "/proc/self/environ",
            "/dev/zero",
            "/proc/self/fd/0",
            "\ud800",
            "\udcff/..",
            "",
            ".",
            "..",
            "/",
        ),
        *("../" * 60 + here[1:], "a/" * 60 + "../" * 61 + target, "." * 300 + "/" + target),
    ]
    return list(dict.fromkeys(found))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with a secret, around the folder that is collected from."""
    folder = tmp_path / "outside"
    (folder / "art" / "a").mkdir(parents=True)
    for place in (tmp_path, folder):
        (place / "secret.png").write_bytes(CANARY)
    (folder / "art" / "boats.png").write_bytes(PICTURE)
    return folder


@pytest.fixture
def still(tmp_path: Path, outside: Path) -> Iterator[Callable[[list[str]], None]]:
    """Checks that nothing outside was opened; at the end, that nothing was written anywhere."""

    def look() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before: dict[Path, bytes] = {}

    def check(opened: list[str]) -> None:
        before.update(before or look())
        root = str((outside / "art").resolve())
        strays = [
            name
            for name in opened
            if os.path.isabs(name)  # noqa: PTH117 - it is text, and may hold anything
            and not name.startswith((root, sys.prefix, sys.base_prefix))
            and not name.endswith((".py", ".pyc"))
        ]
        assert strays == []

    yield check
    assert before == {} or look() == before


def test_there_are_three_hundred_payloads(outside: Path) -> None:
    assert len(payloads(outside)) >= 300


@pytest.mark.parametrize("kind", [FolderSource, ResultsSource])
def test_identifiers_lead_nowhere_but_down(
    kind: type[FolderSource], outside: Path, still: Callable[[list[str]], None]
) -> None:
    source = kind(FolderOptions())
    root = f"{source.name}:{(outside / 'art').resolve()}"
    answers = []
    for payload in payloads(outside):
        for identifier in (payload, f"a/{payload}", f"{payload}!/boats.png", f"a.zip!/{payload}"):
            with watched() as opened, suppress(GessoError):
                answers.append(source.fetch(Find(root, identifier)))
            still(opened)

    assert answers == []


@pytest.mark.parametrize("follow", [False, True])
def test_following_links_lets_no_identifier_climb(
    follow: bool, outside: Path, still: Callable[[list[str]], None]
) -> None:
    source = FolderSource(FolderOptions(follow_links=follow))
    root = f"folder:{(outside / 'art').resolve()}"
    for payload in payloads(outside):
        with watched() as opened, pytest.raises(GessoError):
            source.fetch(Find(root, payload))
        still(opened)


def test_members_of_archives_lead_nowhere(
    outside: Path, still: Callable[[list[str]], None]
) -> None:
    art = outside / "art"
    # Neither format can be made to hold what is half a letter.
    names = [name for name in payloads(outside) if name.encode("utf-8", "ignore").decode() == name]
    with zipfile.ZipFile(art / "slip.zip", "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            archive.writestr(info, CANARY)
        archive.writestr("ok.png", PICTURE)
    with tarfile.open(art / "slip.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name in [*names, "ok.png"]:
            member = tarfile.TarInfo(name)
            data = PICTURE if name == "ok.png" else CANARY
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    source = FolderSource(FolderOptions())

    with watched() as opened:
        finds = list(source.finds(Wish((str(art),))))
        came = {find.identifier: source.fetch(find) for find in finds}
    still(opened)

    assert came.keys() >= {"boats.png", "slip.zip!/ok.png", "slip.tar.gz!/ok.png"}
    for identifier in came:
        inside = identifier.partition("!/")[2]
        parts = inside.replace("%5C", "\\").replace("\\", "/").split("/")
        assert ".." not in parts
        assert identifier.isprintable()
        assert "\n" not in identifier


def test_names_in_sidecars_open_nothing(outside: Path, still: Callable[[list[str]], None]) -> None:
    art = outside / "art"
    names = payloads(outside)
    rows = [{"file": name, "title": "reached"} for name in names]
    (art / "list.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    text = "\n".join(f'"{name}",reached' for name in names if '"' not in name)
    table = f"filename,title\n{text}\nboats.png,Boats\n"
    (art / "list.csv").write_bytes(table.encode("utf-8", "surrogatepass"))
    claims = {"file": names, "path": names[0], "image": names[1], "$ref": names[2]}
    (art / "boats.json").write_text(json.dumps(claims), "utf-8")
    source = FolderSource(FolderOptions())

    with watched() as opened:
        (find,) = source.finds(Wish((str(art),)))
        source.fetch(find)
    still(opened)

    assert find.facts.title == "Boats"


def test_summaries_of_results_open_nothing(
    outside: Path, still: Callable[[list[str]], None]
) -> None:
    art = outside / "art"
    (art / "fox").mkdir()
    (art / "fox" / "iteration_1.png").write_bytes(PICTURE)
    names = payloads(outside)
    claims = {"picture": names[0], "kept": {"picture": names[1]}, "iterations": names}
    (art / "fox" / "summary.json").write_text(json.dumps(claims), "utf-8")
    source = ResultsSource(FolderOptions())

    with watched() as opened:
        (find,) = source.finds(Wish((str(art),)))
        source.fetch(find)
    still(opened)

    assert find.identifier == "fox/iteration_1.png"


def test_a_source_of_another_kind_or_of_no_place_is_refused(outside: Path) -> None:
    source = FolderSource(FolderOptions())
    for place in ("", "folder", "folder:", "met", "met:/etc", "folder:\0", "folder:%00", ":/etc"):
        with pytest.raises(GessoError):
            source.fetch(Find(place, "boats.png"))
    for payload in payloads(outside):
        with suppress(GessoError):
            delivery = source.fetch(Find(f"folder:{payload}", "boats.png"))
            assert delivery is None or delivery.data != CANARY
