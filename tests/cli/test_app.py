"""The root command: cheap help, errors in two lines, exit codes, readers that leave."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from gesso.cli.app import EXIT_BUG, EXIT_USAGE
from gesso.cli.commands.command import COMMANDS
from gesso.cli.options import shared
from gesso.core.errors import GessoError, NewerStudio, OutsideError
from gesso.core.registry import Entry, Registry

from .conftest import Gesso, Start

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")

Put = Callable[[Callable[[], object]], None]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Put a command called `odd` in the place of all others."""

    def put_command(act: Callable[[], object]) -> None:
        module = ModuleType("gesso_odd")
        module.odd = click.command("odd")(shared(act))  # type: ignore[attr-defined]  # made here
        monkeypatch.setitem(sys.modules, "gesso_odd", module)
        table: Registry[click.Command] = Registry(
            "command", "commands", {"odd": Entry("gesso_odd", "odd")}
        )
        monkeypatch.setattr("gesso.cli.app.COMMANDS", table)

    return put_command


def errors() -> Iterator[type[GessoError]]:
    waiting: list[type[GessoError]] = [GessoError]
    for kind in waiting:
        waiting += kind.__subclasses__()
    yield from waiting


# Help ----------------------------------------------------------------------------------------


def test_help_names_every_command_with_its_summary(gesso: Gesso) -> None:
    said = gesso("--help")

    assert said.code == 0
    for name in COMMANDS.names():
        summary = COMMANDS.entry(name).summary
        assert re.search(rf"^  {name} +{re.escape(summary)}$", said.out, re.MULTILINE)


def test_help_imports_no_command_and_nothing_heavy() -> None:
    probe = (
        "import sys; from gesso.cli.app import app; app(['--help'], standalone_mode=False); "
        "heavy = {'numpy', 'PIL', 'cv2', 'rich', 'pydantic', 'sqlalchemy', 'yaml', 'asyncio'}; "
        "found = heavy & set(sys.modules) | {m for m in sys.modules "
        "if m.startswith(('gesso.cli.commands.make', 'gesso.cli.commands.studio', 'gesso.make'))}; "
        "sys.exit(f'imported: {sorted(found)}' if found else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_every_summary_says_what_the_command_says_of_itself() -> None:
    for name in COMMANDS.names():
        command = COMMANDS.open(name)
        assert command.name == name
        assert COMMANDS.entry(name).summary.endswith(".")
        assert command.get_short_help_str()


def test_every_command_takes_a_studio_and_json() -> None:
    def leaves(command: click.Command) -> Iterator[click.Command]:
        if isinstance(command, click.Group):
            for child in command.commands.values():
                yield from leaves(child)
        else:
            yield command

    for name in COMMANDS.names():
        for leaf in leaves(COMMANDS.open(name)):
            options = {flag for param in leaf.params for flag in param.opts}
            assert {"--studio", "--json"} <= options, f"{name} {leaf.name}"


def test_the_version_is_told(gesso: Gesso) -> None:
    assert re.fullmatch(r"gesso \d+\.\d+\.\d+\n", gesso("--version").out)


def test_gesso_alone_shows_its_help(gesso: Gesso) -> None:
    said = gesso()

    assert said.code == 2
    assert said.err.startswith("Usage: gesso")


# Errors --------------------------------------------------------------------------------------


def test_an_unknown_command_is_answered_with_the_nearest(gesso: Gesso) -> None:
    said = gesso("mkae")

    assert said.code == 2
    first, second = said.err.splitlines()
    assert first == "gesso: There is no command called 'mkae'."
    assert second.startswith("       Did you mean 'make'?")


@pytest.mark.parametrize("args", [["--fob"], ["make", "--fob"], ["paint"], ["runs", "lst"]])
def test_wrong_usage_is_told_in_two_lines(gesso: Gesso, args: list[str]) -> None:
    said = gesso(*args)

    assert said.code == 2
    assert re.fullmatch(r"gesso: .+\n       See: gesso.* --help\n", said.err)


def test_a_word_that_is_no_choice_is_answered_with_the_nearest(gesso: Gesso) -> None:
    near = gesso("story", "new", "--work", "1", "--order", "flwo")
    far = gesso("story", "new", "--work", "1", "--order", "zzz")

    assert "Did you mean 'flow'? See: gesso story new --help" in near.err
    assert "Did you mean" not in far.err


def test_an_error_of_ours_is_two_lines_and_its_own_exit_code(gesso: Gesso, put: Put) -> None:
    def act() -> None:
        raise NewerStudio("A newer gesso made it.", "Install that one.")

    put(act)
    said = gesso("odd")

    assert said.code == 3
    assert said.err == "gesso: A newer gesso made it.\n       Install that one.\n"
    assert said.out == ""


def test_with_json_an_error_is_a_document_as_well(gesso: Gesso, put: Put) -> None:
    def act() -> None:
        raise OutsideError("It is down.", "Try later.")

    put(act)
    said = gesso("odd", "--json")

    assert said.code == 4
    assert said.document == {
        "error": {"kind": "outside", "message": "It is down.", "advice": "Try later.",
                  "exit_code": 4}
    }  # fmt: skip


def test_a_fault_of_our_own_leaves_its_traceback_in_the_studio(
    gesso: Gesso, put: Put, tmp_path: Path
) -> None:
    def act() -> None:
        raise ZeroDivisionError("by nothing")

    put(act)
    said = gesso("odd", "--studio", tmp_path)

    assert said.code == EXIT_BUG
    assert said.err.startswith("gesso: A fault in gesso itself: ZeroDivisionError: by nothing.\n")
    (crash,) = (tmp_path / "logs").glob("crash-*.txt")
    assert str(crash) in said.err
    assert 'raise ZeroDivisionError("by nothing")' in crash.read_text("utf-8")
    assert "Traceback" not in said.err


def test_a_word_that_is_no_text_is_no_fault_of_gesso(gesso: Gesso, put: Put) -> None:
    def act() -> None:
        Path("kept.txt").write_text("\udcff", "utf-8")

    put(act)
    said = gesso("odd", "--studio", "a\udcff")

    assert said.code == EXIT_USAGE
    assert said.err == "gesso: 'a\\udcff' is no UTF-8 text.\n       See: gesso --help\n"
    assert gesso("odd").code == EXIT_BUG


def test_without_a_studio_the_traceback_is_shown_and_none_is_made(gesso: Gesso, put: Put) -> None:
    def act() -> None:
        raise ZeroDivisionError("by nothing")

    put(act)
    said = gesso("odd")

    assert said.code == EXIT_BUG
    assert "Traceback" in said.err
    assert not Path("studio").exists()


def test_a_command_that_is_interrupted_ends_with_130(gesso: Gesso, put: Put) -> None:
    def act() -> None:
        raise KeyboardInterrupt

    put(act)
    said = gesso("odd")

    assert said.code == 130
    assert "gesso: Stopped." in said.err


def test_a_pipe_that_breaks_elsewhere_is_a_fault(gesso: Gesso, put: Put) -> None:
    def act() -> None:
        raise BrokenPipeError

    put(act)

    assert gesso("odd").code == EXIT_BUG


@pytest.mark.parametrize("args", [["settings"], ["settings", "--json"], ["--help"]])
def test_a_reader_that_leaves_is_no_error(start: Start, args: list[str]) -> None:
    process = start(*args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0
    assert told == b""


# The page ------------------------------------------------------------------------------------


def test_the_page_lists_exactly_the_codes_there_are() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}

    assert listed == {0, EXIT_BUG, *(kind.exit_code for kind in errors())}


def test_the_page_puts_each_family_of_errors_beside_its_code() -> None:
    rows = dict(re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|$", PAGE, re.MULTILINE))

    for code, told in rows.items():
        for name in re.findall(r"`(\w+Error|BudgetSpent)`", told):
            kind = next(known for known in errors() if known.__name__ == name)
            assert kind.exit_code == int(code)


def test_the_example_on_the_page_is_what_is_said(gesso: Gesso) -> None:
    said = gesso("make", "x", "--rounds", "11", "--json")

    assert said.err in PAGE
    assert json.dumps(said.document, ensure_ascii=False) in PAGE
