"""The pages tell the truth: links lead somewhere, commands and names exist, shelves have pages.

Every check is a function from a page (or all pages) to sentences about what is wrong; each also
runs over a made-up page in which the fault is plain to see.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from gesso.cli import app
from gesso.core.registry import Registry

from .test_registry_rows import registries

ROOT = Path(__file__).resolve().parents[1]
VERBS = ("make", "collect", "study", "search", "show", "train")
SHELVES: tuple[Registry[Any], ...] = tuple(registries())
# Shelves that stand on the page of what they serve; the others have pages of their names.
PAGE_OF = {
    "agents": "mcp",
    "captioners": "caption",
    "film_encoders": "story",
    "hubs": "models",
    "mask_models": "study-figures",
    "reducers": "encoders",
    "servers": "postgres",
    "signers": "provenance",
    "sound_encoders": "encoders",
    "stretchers": "story",
    "tables": "sources",
    "tools": "study-figures",
    "warehouses": "export",
}
# Words that look like dotted names of ours and are none.
FILES_OF_OURS = {"gesso.toml", "gesso.db", "gesso.server", "gesso.log"}
SCHEMAS = {"gesso.recipe"}
LONGEST_README = 200
LARGEST_PICTURES = 1_500_000

_FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_DOTTED = re.compile(r"(?<![\w./-])gesso(?:\.[A-Za-z_]\w*)+")
_PATH = re.compile(r"(?:src|tests|docs|benchmarks|examples)/[\w./-]+")


@dataclass(frozen=True)
class Page:
    """One Markdown page."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, *languages: str) -> list[str]:
        return [body for kind, _, body in _FENCE.findall(self.text) if kind in languages]

    def anchors(self) -> set[str]:
        seen: dict[str, int] = {}
        found = set()
        for heading in _HEADING.findall(self.prose):
            plain = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", heading).lower())
            slug = plain.strip().replace(" ", "-")
            found.add(slug if slug not in seen else f"{slug}-{seen[slug]}")
            seen[slug] = seen.get(slug, 0) + 1
        return found


def read_page(path: Path) -> Page:
    return Page(path, path.read_text("utf-8"))


PAGES = [
    read_page(path) for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
]


# ---- links -------------------------------------------------------------------------------------


def broken_links(page: Page) -> list[str]:
    """Links to files that are not there, or to headings that their page does not have."""
    found = []
    for target in (first or second for first, second in _LINK.findall(page.prose)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.path.parent / file).resolve() if file else page.path
        if file and not path.exists():
            found.append(f"{page.name}: {target} leads nowhere")
        elif anchor and path.suffix == ".md":
            other = page if path == page.path else read_page(path)
            if anchor not in other.anchors():
                found.append(f"{page.name}: {target} has no such heading")
    return found


def missing_paths(page: Page) -> list[str]:
    """Files of the repository that are named in code and are not there."""
    named = {word for code in _INLINE.findall(page.prose) for word in _PATH.findall(code)}
    return [
        f"{page.name}: {path} is not there" for path in sorted(named) if not (ROOT / path).exists()
    ]


# ---- commands ----------------------------------------------------------------------------------


@cache
def root_command() -> click.Group:
    return next(thing for thing in vars(app).values() if isinstance(thing, click.Group))


def lines_of_code(page: Page) -> Iterator[str]:
    yield from (" ".join(code.split()) for code in _INLINE.findall(page.prose))
    for block in page.blocks("console", "bash", "sh", "text", "yaml", "cron", ""):
        joined = block.replace("\\\n", " ")
        yield from (line.strip().removeprefix("$ ") for line in joined.splitlines())


def unknown_commands(page: Page) -> list[str]:
    """`gesso …` lines whose command or whose options do not exist."""
    found = []
    for line in lines_of_code(page):
        match = re.match(r"(?:[A-Z_]+=\S+ )*gesso (?=[a-z-])(.*)", line)
        if match:
            found += [f"{page.name}: {line}: {why}" for why in _faults_of(match[1])]
    return found


def _faults_of(arguments: str) -> Iterator[str]:
    tokens = _tokens(arguments)
    command: click.Command = root_command()
    context = click.Context(command, resilient_parsing=True)
    options: set[str] = {"--help"}
    valued: set[str] = set()
    is_value = False
    for token in tokens:
        _learn(command, options, valued)
        if is_value:
            is_value = False
        elif token.startswith("-") and token != "-":
            name, equals, _ = token.partition("=")
            if name not in options and isinstance(command, click.Group):
                command = command.commands.get(getattr(command, "fallback", ""), command)
                _learn(command, options, valued)
            is_value = name in valued and not equals
            if name not in options:
                yield f"{command.name} has no {token}"
        elif isinstance(command, click.Group):
            below = [command.get_command(context, name) for name in token.split("|")]
            if None in below and hasattr(command, "fallback"):
                below = [command.get_command(context, command.fallback)]
            if None in below:
                yield f"there is no '{token}' under {command.name}"
                return
            command = next(one for one in below if one is not None)


def _learn(command: click.Command, options: set[str], valued: set[str]) -> None:
    for option in command.params:
        options |= set(option.opts)
        if isinstance(option, click.Option) and not option.is_flag:
            valued |= set(option.opts)


def _tokens(arguments: str) -> list[str]:
    plain = re.sub(r"[\[\]…]|\.\.\.", " ", re.split(r" (?:[|&>]|&&|2>|#) ?", arguments)[0])
    try:
        return shlex.split(plain)
    except ValueError:
        return plain.split()


def unknown_targets(page: Page) -> list[str]:
    """`make …` lines that name no target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = [re.match(r"make ([a-z]+)(?: |$)", line) for line in lines_of_code(page)]
    return [f"{page.name}: make {one[1]}" for one in named if one and one[1] not in targets]


# ---- names -------------------------------------------------------------------------------------


def unknown_names(page: Page) -> list[str]:
    """Dotted names of ours, in text or code, that are nothing."""
    named = set(_DOTTED.findall(page.text)) - FILES_OF_OURS - SCHEMAS
    return [f"{page.name}: {name} is nothing" for name in sorted(named) if not _exists(name)]


def _exists(name: str) -> bool:
    if name in {registry.group for registry in SHELVES}:
        return True
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            missing = object()
            fields = getattr(thing, "__dataclass_fields__", {})
            thing = fields.get(part) or getattr(thing, part, missing)
            if thing is missing:
                return False
        return True
    return False


def broken_code(page: Page) -> list[str]:
    """Python that does not parse or imports what is not there; TOML and JSON that are none."""
    found = []
    for block in page.blocks("python"):
        try:
            tree = ast.parse(block)
        except SyntaxError as error:
            found.append(f"{page.name}: {error}")
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gesso"):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                found += [f"{page.name}: {name} is nothing" for name in names if not _exists(name)]
    for kind, parse in (("toml", tomllib.loads), ("json", json.loads)):
        for block in page.blocks(kind):
            try:
                parse(block)
            except ValueError as error:
                found.append(f"{page.name}: no {kind}: {error}")
    return found


Check = Callable[[Page], list[str]]
CHECKS: tuple[Check, ...] = (
    broken_links,
    missing_paths,
    unknown_commands,
    unknown_targets,
    unknown_names,
    broken_code,
)
FAULTS: tuple[tuple[Check, str, str], ...] = (
    (broken_links, "[there](nowhere.md)", "nowhere.md leads nowhere"),
    (broken_links, "# One\n[there](#two)", "#two has no such heading"),
    (broken_links, '<img src="images/none.jpg">', "none.jpg leads nowhere"),
    (missing_paths, "see `src/gesso/nobody.py`", "src/gesso/nobody.py is not there"),
    (unknown_commands, "`gesso mkae`", "there is no 'mkae'"),
    (unknown_commands, "`gesso runs shwo ID`", "there is no 'shwo'"),
    (unknown_commands, '```console\n$ gesso make "A B" --wroks 2\n```', "make has no --wroks"),
    (unknown_commands, "```sh\nA=1 gesso make \\\n  --nope\n```", "make has no --nope"),
    (unknown_targets, "```console\nmake dmeo\n```", "make dmeo"),
    (unknown_names, "`gesso.core.nobody`", "gesso.core.nobody is nothing"),
    (unknown_names, "`gesso.core.errors.Nobody`", "gesso.core.errors.Nobody is nothing"),
    (broken_code, "```python\ndef (:\n```", "invalid syntax"),
    (broken_code, "```python\nfrom gesso.core.errors import Nobody\n```", "Nobody is nothing"),
    (broken_code, "```toml\na = \n```", "no toml"),
    (broken_code, "```json\n{\n```", "no json"),
)
SOUND = """# A page
See [the page](#a-page), `gesso.core.errors.GessoError` and `src/gesso/studio/studio.py`, then
`gesso make "THEME" [--works N]`, or `gesso runs list|show`.
```console
make demo
GESSO_STUDIO=here gesso make "Nocturne & Mechanism" --works 2 | less
```
```python
from gesso import Studio
```
"""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.relative_to(ROOT).as_posix())
def test_a_page_has_no(check: Check, page: Page) -> None:
    assert check(page) == []


@pytest.mark.parametrize(("check", "text", "said"), FAULTS)
def test_a_fault_in_a_page_is_found(check: Check, text: str, said: str, tmp_path: Path) -> None:
    found = check(Page(tmp_path / "page.md", f"{text}\n"))

    assert any(said in line for line in found), found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_sound_page_passes(check: Check, tmp_path: Path) -> None:
    assert check(Page(tmp_path / "page.md", SOUND)) == []


# ---- what must have a page -----------------------------------------------------------------------


def doc(name: str) -> Page:
    return read_page(ROOT / "docs" / f"{name}.md")


@pytest.mark.parametrize("verb", [verb for verb in VERBS if (ROOT / "src/gesso" / verb).is_dir()])
def test_every_verb_has_a_page(verb: str) -> None:
    assert doc(verb).text.startswith("# ")


@pytest.mark.parametrize("registry", SHELVES, ids=lambda one: one.plural)
def test_every_shelf_has_a_page_with_a_row_for_each_adapter(registry: Registry[Any]) -> None:
    page = doc(PAGE_OF.get(registry.plural, registry.plural))

    assert [name for name in registry.names() if f"| `{name}` |" not in page.text] == []


@pytest.mark.parametrize("registry", SHELVES, ids=lambda one: one.plural)
def test_every_shelf_says_by_which_entry_points_others_join_it(registry: Registry[Any]) -> None:
    page = doc(PAGE_OF.get(registry.plural, registry.plural))

    assert f"`{registry.group}`" in page.text


def test_every_shelf_is_held_and_none_that_is_gone() -> None:
    names = {registry.plural for registry in SHELVES}

    assert len(names) >= 23
    assert set(PAGE_OF) <= names


def test_every_command_is_told_of_somewhere() -> None:
    told = "\n".join(line for page in PAGES for line in lines_of_code(page))
    context = click.Context(root_command())

    untold = [
        name
        for name in root_command().list_commands(context)
        if not re.search(rf"\bgesso {name}\b", told)
    ]
    assert untold == []


def test_every_page_can_be_reached_from_the_index() -> None:
    waiting, reached = [(ROOT / "docs/index.md").resolve()], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md" or not path.exists():
            continue
        reached.add(path)
        links = (first or second for first, second in _LINK.findall(read_page(path).prose))
        waiting += [(path.parent / link.partition("#")[0]).resolve() for link in links]

    assert {page.path for page in PAGES if page.path.parent != ROOT} <= reached


def test_the_readme_is_short_and_its_pictures_are_light() -> None:
    readme = read_page(ROOT / "README.md")
    pictures = [path for path in (ROOT / "docs/images").iterdir() if path.is_file()]

    assert len(readme.text.splitlines()) < LONGEST_README
    assert sum(path.stat().st_size for path in pictures) < LARGEST_PICTURES
    assert "images/" in readme.text


def test_the_sites_navigation_has_every_page_once() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    listed = re.findall(r"[\w/-]+\.md", str(site["nav"]))
    pages = (path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md"))

    assert sorted(listed) == sorted(page.as_posix() for page in pages)
