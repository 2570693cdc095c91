"""The house holds: floors, circles, doors and sizes, read from the source with plain `ast`.

Every check is a function over a source tree that returns what it found wrong, one sentence each;
it runs over gesso, and over small made-up trees in which the fault is plain to see.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
VERBS = ("make", "collect", "study", "search", "show", "train")

# A room may import itself and rooms on lower floors, never a neighbour on its own floor.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("_version",),
    ("core.errors",),
    ("core.records", "core.registry"),
    ("core.pixels", "core.sound", "core.outside", "core.runner"),
    ("core.catalogue", "core.llms", "core.encoders"),
    ("core.indexes",),
    (*VERBS, "settings"),
    ("studio",),
    ("web",),
    ("cli",),
)
HEIGHTS = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

LATE_DOORS = {"gesso", "gesso.core.registry"}
READERS_OF_SETTINGS = ("studio", "cli")
MOST_ENTRIES = 9
MOST_LINES = 400
MOST_CORE_SHARE = 0.45
VERBS_BEFORE_THE_SHARE_COUNTS = 3


@dataclass(frozen=True)
class Import:
    """One name of ours that a module imports; `late` when it stands inside a function."""

    importer: str
    imported: str
    name: str
    late: bool
    line: int


@dataclass(frozen=True)
class House:
    """A source tree: `folder` holds the package gesso, `modules` are its files by dotted name."""

    folder: Path
    modules: Mapping[str, ast.Module]
    paths: Mapping[str, Path]

    @classmethod
    def read(cls, folder: Path) -> House:
        paths = {_dotted(path, folder): path for path in sorted(folder.rglob("*.py"))}
        modules = {name: ast.parse(path.read_text("utf-8")) for name, path in paths.items()}
        return cls(folder, modules, paths)

    def lines(self) -> dict[str, int]:
        return {
            name: len(path.read_text("utf-8").splitlines()) for name, path in self.paths.items()
        }

    def imports(self) -> Iterator[Import]:
        """Every import of one of our own modules, those inside functions included."""
        yield from self._imports

    @cached_property
    def nodes(self) -> Mapping[str, Sequence[tuple[ast.AST, bool]]]:
        """By module, every node that a check looks at; and whether it stands inside a function."""
        return {
            module: [(node, late) for node, late in _walk(tree) if isinstance(node, _LOOKED_AT)]
            for module, tree in self.modules.items()
        }

    @cached_property
    def _imports(self) -> Sequence[Import]:
        return [
            Import(importer, imported, name, late, getattr(node, "lineno", 0))
            for importer, nodes in self.nodes.items()
            for node, late in nodes
            for imported, name in self._imported(importer, node)
        ]

    def _imported(self, importer: str, node: ast.AST) -> Iterator[tuple[str, str]]:
        if isinstance(node, ast.Import):
            names = [(alias.name, alias.name.rpartition(".")[2]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = self._base(importer, node)
            names = [(f"{base}.{alias.name}", alias.name) for alias in node.names]
        else:
            return
        for dotted, name in names:
            if dotted.partition(".")[0] == "gesso":
                yield self._nearest(dotted), name

    def _base(self, importer: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        is_package = self.paths[importer].name == "__init__.py"
        parts = importer.split(".")
        parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
        return ".".join([*parts, *([node.module] if node.module else [])])

    def _nearest(self, dotted: str) -> str:
        while dotted not in self.modules and "." in dotted:
            dotted = dotted.rpartition(".")[0]
        return dotted


def _dotted(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


_LOOKED_AT = (ast.Import, ast.ImportFrom, ast.Call, ast.Attribute, ast.keyword)


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it stands inside a function."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, late = waiting.pop()
        yield node, late
        late = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        waiting.extend((child, late) for child in ast.iter_child_nodes(node))


def room_of(module: str) -> str | None:
    """The room a module belongs to: "core.pixels", "make"; "" for a package that only groups."""
    inside = module.removeprefix("gesso").lstrip(".")
    if inside in ("", "core"):
        return ""
    first, _, rest = inside.partition(".")
    room = f"core.{rest.partition('.')[0]}" if first == "core" else first
    return room if room in HEIGHTS else None


def strangers(house: House) -> list[str]:
    """Modules in no room that the house has; gesso/ and core/ hold these rooms and nothing else."""
    return [f"{module} stands in no room" for module in house.modules if room_of(module) is None]


def climbs(house: House) -> list[str]:
    """Imports that do not run down."""
    found = []
    for one in house.imports():
        here, there = room_of(one.importer), room_of(one.imported)
        if one.importer == "gesso" or here is None or there is None:
            continue
        if not _runs_down(here, there):
            found.append(f"{one.importer}:{one.line} imports {one.imported}")
    return found


def _runs_down(here: str, there: str) -> bool:
    if here == there and here:
        return True
    return bool(here and there) and HEIGHTS[there] < HEIGHTS[here]


def rows_that_climb(house: House) -> list[str]:
    """Registry rows that name a module which their own module could not import."""
    found = []
    for module, nodes in house.nodes.items():
        for call in (node for node, _ in nodes if isinstance(node, ast.Call)):
            row = _row(call)
            if row and not _runs_down(room_of(module) or "", room_of(row) or ""):
                found.append(f"{module}:{call.lineno} has a row for {row}")
    return found


def _row(call: ast.Call) -> str:
    named = isinstance(call.func, ast.Name) and call.func.id == "Entry"
    first = call.args[0] if named and call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return ""


def circles(house: House) -> list[str]:
    """The first circle of imports, if there is one; a late import closes a circle like any other.

    The package's own face is left out: every module sees its version, and it opens the studio.
    """
    graph: dict[str, set[str]] = {name: set() for name in house.modules}
    for one in house.imports():
        if "gesso" not in (one.importer, one.imported) and one.importer != one.imported:
            graph[one.importer].add(one.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def late_imports(house: House) -> list[str]:
    """Imports inside functions, and modules imported by name, outside the two late doors."""
    found = []
    for module, nodes in house.nodes.items():
        if module in LATE_DOORS or room_of(module) == "studio":
            continue
        for node, late in nodes:
            if (late and isinstance(node, ast.Import | ast.ImportFrom)) or _imports_by_name(node):
                found.append(f"{module}:{getattr(node, 'lineno', 0)} imports late")
    return found


def _imports_by_name(node: ast.AST) -> bool:
    callee = node.func if isinstance(node, ast.Call) else None
    name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
    return name in ("import_module", "__import__")


def readers_of_settings(house: House) -> list[str]:
    """Modules that read the settings and are neither the studio nor the command line."""
    return [
        f"{one.importer}:{one.line} reads the settings"
        for one in house.imports()
        if room_of(one.imported) == "settings"
        and room_of(one.importer) not in (*READERS_OF_SETTINGS, "settings")
    ]


def readers_of_the_environment(house: House) -> list[str]:
    """Modules other than the settings that look into the environment."""
    return [
        f"{module}:{getattr(node, 'lineno', 0)} reads the environment"
        for module, nodes in house.nodes.items()
        if room_of(module) != "settings"
        for node, _ in nodes
        if _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    words = {"environ", "environb", "getenv", "getenvb", "load_dotenv", "dotenv_values"}
    if isinstance(node, ast.Attribute):
        return node.attr in words
    if isinstance(node, ast.ImportFrom):
        foreign = (node.module or "").partition(".")[0]
        return foreign == "pydantic_settings" or any(alias.name in words for alias in node.names)
    return isinstance(node, ast.keyword) and node.arg == "envvar"


def crowded_folders(house: House) -> list[str]:
    """Folders of more than nine entries, but for the two drawn in full and the schema's history."""
    found = []
    for folder in sorted(path for path in (house.folder / "gesso").rglob("*") if path.is_dir()):
        entries = [entry for entry in folder.iterdir() if _is_entry(entry)]
        if len(entries) > MOST_ENTRIES and folder.name not in ("gesso", "core", "versions"):
            found.append(f"{folder.relative_to(house.folder)} has {len(entries)} entries")
    return found


def _is_entry(path: Path) -> bool:
    if path.is_dir():
        return any(path.rglob("*.py"))
    return path.suffix == ".py" and path.name != "__init__.py"


def long_files(house: House) -> list[str]:
    """Files of more than 400 lines."""
    lines = house.lines()
    return [f"{name} has {count} lines" for name, count in lines.items() if count > MOST_LINES]


def verbs_named_in_core(house: House) -> list[str]:
    """Modules of core that bear a verb's name: something sank that one verb owns."""
    return [
        f"{module} bears a verb's name"
        for module in house.modules
        if module.startswith("gesso.core.") and set(module.split(".")) & set(VERBS)
    ]


def core_share(house: House) -> float:
    """The share of all lines that stand in core, 0 to 1."""
    lines = house.lines()
    core = sum(count for name, count in lines.items() if name.startswith("gesso.core"))
    return core / max(1, sum(lines.values()))


Check = Callable[[House], list[str]]
CHECKS: tuple[Check, ...] = (
    strangers,
    climbs,
    rows_that_climb,
    circles,
    late_imports,
    readers_of_settings,
    readers_of_the_environment,
    crowded_folders,
    long_files,
    verbs_named_in_core,
)


@pytest.fixture(scope="module")
def gesso() -> House:
    return House.read(ROOT / "src")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_gesso_has_no(check: Check, gesso: House) -> None:
    assert check(gesso) == []


def test_core_owns_less_than_half_of_the_lines(gesso: House) -> None:
    share, verbs = core_share(gesso), [verb for verb in VERBS if f"gesso.{verb}" in gesso.modules]
    if len(verbs) < VERBS_BEFORE_THE_SHARE_COUNTS:
        pytest.skip(
            f"core is {share:.0%} of the lines under {len(verbs)} verb(s); "
            f"{MOST_CORE_SHARE:.0%} is the bar once {VERBS_BEFORE_THE_SHARE_COUNTS} stand"
        )
    assert share <= MOST_CORE_SHARE


@pytest.mark.parametrize("module", ["gesso", "gesso.core.errors", "gesso.core.records.works"])
def test_importing_what_is_plain_loads_no_numpy(module: str) -> None:
    code = f"import sys, {module}; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


FAULTS: tuple[tuple[Check, Mapping[str, str], str], ...] = (
    (strangers, {"helpers.py": ""}, "gesso.helpers stands"),
    (strangers, {"core/util.py": ""}, "gesso.core.util stands"),
    (climbs, {"core/errors.py": "import gesso.core.registry"}, "gesso.core.errors:1 imports"),
    (climbs, {"core/outside/desk.py": "from gesso.core import pixels"}, "imports gesso.core.pixe"),
    (climbs, {"core/runner.py": "from gesso.make import run"}, "imports gesso.make.run"),
    (climbs, {"make/run.py": "from gesso.studio import Studio"}, "imports gesso.studio"),
    (
        climbs,
        {"make/run.py": "def f():\n    from ..study import tools"},
        "run:2 imports gesso.study",
    ),
    (climbs, {"settings.py": "import gesso.make.run"}, "imports gesso.make.run"),
    (climbs, {"studio.py": "from gesso import Studio"}, "imports gesso"),
    (climbs, {"core/errors.py": "from gesso import __version__"}, "imports gesso"),
    (
        rows_that_climb,
        {"core/registry.py": "Entry('gesso.make.run', 'Run')"},
        "a row for gesso.make",
    ),
    (
        circles,
        {"make/run.py": "from . import events", "make/events.py": "from .run import R"},
        "<-",
    ),
    (circles, {"make/events.py": "def f():\n  from . import run"}, "<-"),
    (late_imports, {"make/run.py": "def f():\n    import json"}, "gesso.make.run:2"),
    (late_imports, {"make/run.py": "m = importlib.import_module('json')"}, "gesso.make.run:1"),
    (readers_of_settings, {"make/run.py": "from gesso import settings"}, "gesso.make.run:1"),
    (readers_of_the_environment, {"make/run.py": "import os\nos.environ['A']"}, "run:2 reads"),
    (readers_of_the_environment, {"cli/app.py": "from os import getenv"}, "app:1 reads"),
    (readers_of_the_environment, {"cli/app.py": "option('--s', envvar='S')"}, "app"),
    (crowded_folders, {f"make/m{n}.py": "" for n in range(10)}, "gesso/make has"),
    (long_files, {"make/run.py": "\n" * 401}, "gesso.make.run has 401 lines"),
    (verbs_named_in_core, {"core/catalogue/search.py": ""}, "gesso.core.catalogue.search bears"),
)


def build(folder: Path, files: Mapping[str, str]) -> House:
    """A small sound house, with `files` put into it."""
    sound = {
        "__init__.py": "def __getattr__(name):\n    from gesso.studio import Studio",
        "_version.py": "__version__ = '1'",
        "studio.py": "import gesso._version\nimport gesso.settings\nimport gesso.make.run",
        "settings.py": "import os\nfrom pydantic_settings import B\nos.environ['GESSO_STUDIO']",
        "cli/app.py": "from gesso.studio import Studio\nfrom gesso.settings import load",
        "make/run.py": "from gesso.core.pixels.picture import Picture\nfrom . import events",
        "make/events.py": "from gesso.core.errors import GessoError",
        "study/tools.py": "",
        "core/errors.py": "",
        "core/registry.py": "import importlib\ndef f():\n    importlib.import_module('json')",
        "core/pixels/picture.py": "from gesso.core.records.works import Work",
        "core/records/works.py": "",
    }
    for name, text in {**sound, **files}.items():
        path = folder / "gesso" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        for package in path.relative_to(folder).parents:
            (folder / package / "__init__.py").touch() if package.parts else None
    return House.read(folder)


def test_a_sound_house_passes(tmp_path: Path) -> None:
    assert [line for check in CHECKS for line in check(build(tmp_path, {}))] == []


@pytest.mark.parametrize(("check", "files", "said"), FAULTS)
def test_a_fault_is_found(
    check: Check, files: Mapping[str, str], said: str, tmp_path: Path
) -> None:
    found = check(build(tmp_path, files))

    assert any(said in line for line in found), found


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert {check for check, _, _ in FAULTS} == set(CHECKS)


def test_the_share_of_core_counts_lines(tmp_path: Path) -> None:
    assert 0.8 < core_share(build(tmp_path, {"core/catalogue/store.py": "x = 1\n" * 300})) < 1
