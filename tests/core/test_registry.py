"""The registry: a name opens an adapter, and everything else gets a helpful sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from gesso.core.errors import MissingExtra, UnknownAdapter
from gesso.core.registry import Entry, Registry

PAINTERS: Registry[object] = Registry(
    "painter",
    "painters",
    {
        "decimal": Entry("decimal", "Decimal", summary="numbers"),
        "needy": Entry("needy_painter", "Needy", extra="fal"),
        "broken": Entry("broken_painter", "Broken"),
        "torn": Entry("torn_painter", "Torn", extra="fal"),
    },
)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, for adapters that a test writes."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for module in set(sys.modules) - before:
        del sys.modules[module]


def announce(shelf: Path, name: str, target: str, group: str = "gesso.painters") -> None:
    """Install a distribution that announces `target` under `name`."""
    info = shelf / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {target}\n")


def test_a_name_opens_its_adapter() -> None:
    assert PAINTERS.open("decimal") is Decimal


def test_names_stand_in_the_order_of_the_table() -> None:
    assert PAINTERS.names() == ("decimal", "needy", "broken", "torn")


def test_an_adapter_is_imported_when_it_is_opened_and_not_before(shelf: Path) -> None:
    (shelf / "late_painter.py").write_text("class Late: ...\n")
    late: Registry[object] = Registry("painter", "painters", {"l": Entry("late_painter", "Late")})
    assert "late_painter" not in sys.modules

    late.open("l")

    assert "late_painter" in sys.modules


def test_a_near_name_is_offered() -> None:
    with pytest.raises(UnknownAdapter) as caught:
        PAINTERS.open("decimla")

    assert caught.value.message == "There is no painter called 'decimla'."
    assert caught.value.advice.startswith("Did you mean 'decimal'?")
    assert "The painters are: decimal, needy, broken, torn." in caught.value.advice


def test_no_name_is_offered_when_none_is_near() -> None:
    with pytest.raises(UnknownAdapter) as caught:
        PAINTERS.open("xyzzy")

    assert "Did you mean" not in caught.value.advice


def test_a_row_can_be_read_without_opening_it() -> None:
    assert PAINTERS.entry("needy").extra == "fal"
    with pytest.raises(UnknownAdapter):
        PAINTERS.entry("nobody")


def test_a_missing_package_gets_its_pip_line(shelf: Path) -> None:
    (shelf / "needy_painter.py").write_text("import no_such_package_anywhere\n")

    with pytest.raises(MissingExtra) as caught:
        PAINTERS.open("needy")

    assert "'no_such_package_anywhere'" in caught.value.message
    assert "pip install 'gesso[fal]'" in caught.value.advice


def test_a_package_whose_name_others_share_is_missing_all_the_same(shelf: Path) -> None:
    (shelf / "shared_name").mkdir()
    (shelf / "needy_painter.py").write_text("from shared_name import absent\n")

    with pytest.raises(MissingExtra) as caught:
        PAINTERS.open("needy")

    assert "'shared_name'" in caught.value.message


def test_a_package_that_lacks_a_name_is_at_fault_and_not_missing(shelf: Path) -> None:
    (shelf / "needy_painter.py").write_text("from decimal import no_such_name\n")

    with pytest.raises(ImportError, match="no_such_name"):
        PAINTERS.open("needy")


def test_a_missing_module_of_ours_is_our_fault_and_is_not_dressed_up(shelf: Path) -> None:
    (shelf / "torn_painter.py").write_text("import gesso.no_such_module\n")

    with pytest.raises(ModuleNotFoundError):
        PAINTERS.open("torn")


def test_an_adapter_without_an_extra_fails_as_it_is(shelf: Path) -> None:
    (shelf / "broken_painter.py").write_text("import no_such_package_anywhere\n")

    with pytest.raises(ModuleNotFoundError):
        PAINTERS.open("broken")


def test_a_third_party_adapter_is_found_by_its_entry_point(shelf: Path) -> None:
    (shelf / "their_painter.py").write_text("class Theirs: ...\n")
    announce(shelf, "theirs", "their_painter:Theirs")

    opened = PAINTERS.open("theirs")

    assert getattr(opened, "__name__", "") == "Theirs"


def test_a_third_party_cannot_shadow_ours(shelf: Path) -> None:
    (shelf / "their_painter.py").write_text("class Theirs: ...\n")
    announce(shelf, "decimal", "their_painter:Theirs")

    assert PAINTERS.open("decimal") is Decimal


def test_an_entry_point_of_another_shelf_is_not_ours(shelf: Path) -> None:
    (shelf / "their_tool.py").write_text("class Tool: ...\n")
    announce(shelf, "tool", "their_tool:Tool", group="gesso.tools")

    with pytest.raises(UnknownAdapter):
        PAINTERS.open("tool")


def test_third_party_names_are_listed_and_offered_too(shelf: Path) -> None:
    announce(shelf, "watercolour", "their_painter:Theirs")

    with pytest.raises(UnknownAdapter) as caught:
        PAINTERS.open("watercolor")

    assert "Did you mean 'watercolour'?" in caught.value.advice
    assert caught.value.advice.endswith("torn, watercolour.")
