"""Write the typed client's calls and shapes from the description of the API.

    .venv/bin/python tools/client.py

The files under src/gesso/web/client/calls and /shapes are its output, and nobody edits them.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill
from typing import Any

from gesso import Studio
from gesso.web.app import application
from gesso.web.server.doors.describing import operations
from gesso.web.server.options import ServerOptions

CLIENT = Path(__file__).parents[1] / "src" / "gesso" / "web" / "client"
GROUPS = {
    "works": "works", "sets": "works", "shares": "works",
    "study": "study",
    "search": "search",
    "jobs": "doings", "make": "doings", "collect": "doings", "runs": "doings",
    "figures": "studio", "health": "studio", "studio": "studio",
    "music": "music",
    "stories": "stories",
}  # fmt: skip
"""The module that an operation's tag goes to."""
COMMON = "common"
WIDE = 96
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

Schema = Mapping[str, Any]


@dataclass
class Call:
    """One operation, as a method."""

    name: str
    method: str
    path: str
    summary: str
    path_params: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str, bool]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    body: str = ""
    body_required: bool = True
    takes_json: bool = False
    returns: str = "None"
    how: str = "nothing"


def main() -> None:
    """Write all files anew."""
    described = description()
    calls, shapes = defaultdict(list), described["components"]["schemas"]
    used: dict[str, set[str]] = defaultdict(set)
    for method, path, operation in operations(described):
        group = GROUPS[operation["tags"][0]]
        call = call_of(method, path, operation)
        calls[group].append(call)
        used[group] |= named(call)
    homes = homes_of(shapes, used)
    write_shapes(shapes, homes)
    for group, some in sorted(calls.items()):
        write_calls(group, some, homes)
    written = [str(CLIENT / "calls"), str(CLIENT / "shapes")]
    ruff = [sys.executable, "-m", "ruff"]
    for words in (["format"], ["check", "--fix"], ["format"]):
        subprocess.run([*ruff, *words, "--quiet", *written], check=True)  # noqa: S603 - our own


def description() -> dict[str, Any]:
    """What the server says of itself."""
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder) / "studio") as studio:
        app: Any = application(studio, ServerOptions()).app
        found: dict[str, Any] = app.openapi()
        return found


def call_of(method: str, path: str, operation: Schema) -> Call:
    """An operation as a method."""
    call = Call(operation["operationId"], method, path, operation["summary"])
    for one in operation.get("parameters", ()):
        kind = type_of(one["schema"])
        if one["in"] == "path":
            call.path_params.append((one["name"], kind))
        elif one["in"] == "query":
            call.query.append((one["name"], kind, one.get("required", False)))
        elif one["in"] == "header":
            call.headers.append(one["name"])
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        shape = content["multipart/form-data"]["schema"].get("properties", {})
        call.files = [name for name, one in shape.items() if one.get("format") == "binary"]
        call.takes_json = "application/json" in content
    elif "application/json" in content:
        call.body = type_of(content["application/json"]["schema"])
        call.body_required = operation["requestBody"].get("required", False)
    call.returns, call.how = answer_of(operation["responses"])
    return call


def answer_of(responses: Schema) -> tuple[str, str]:
    """What a method returns, and how the answer is read."""
    for status in ("200", "201", "202"):
        content = responses.get(status, {}).get("content", {})
        if "application/json" in content:
            schema = content["application/json"].get("schema", {})
            return (type_of(schema) if schema.get("$ref") else "Any"), "json"
        if "text/event-stream" in content:
            return "Iterator[Event]", "events"
        if content:
            is_text = all(kind.startswith("text/") for kind in content)
            return ("str", "text") if is_text else ("bytes", "data")
    return "None", "nothing"


def type_of(schema: Schema) -> str:
    """A schema as a type."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(repr(value) for value in values)}]"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(type_of(one) for one in schema[several]))
    return holder_of(schema)


def holder_of(schema: Schema) -> str:
    """A list, a dictionary or a plain value as a type."""
    kind = schema.get("type")
    if kind == "array":
        return f"list[{type_of(schema.get('items') or {})}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {type_of(inner) if isinstance(inner, dict) else 'Any'}]"
    return _PLAIN.get(str(kind), "Any")


def named(call: Call) -> set[str]:
    """The shapes that a method names."""
    words = " ".join([call.body, call.returns, *(kind for _, kind, _ in call.query)])
    return set(re.findall(r"\b[A-Z]\w+\b", words)) - {"Any", "Literal", "None", "Iterator", "Event"}


def homes_of(shapes: Schema, used: Mapping[str, set[str]]) -> dict[str, str]:
    """The module of each shape: the group that alone uses it, else the one for all."""
    reach = {group: closure(shapes, names) for group, names in used.items()}
    homes = {}
    for name in shapes:
        users = [group for group, names in reach.items() if name in names]
        if users:
            homes[name] = users[0] if len(users) == 1 else COMMON
    for name in list(homes):
        if homes[name] == COMMON:
            for inner in closure(shapes, {name}):
                homes[inner] = COMMON
    return homes


def closure(shapes: Schema, names: Iterable[str]) -> set[str]:
    """Shapes with all that they are made of."""
    waiting, found = list(names), set()
    while waiting:
        name = waiting.pop()
        if name in shapes and name not in found:
            found.add(name)
            waiting += re.findall(r"#/components/schemas/(\w+)", str(shapes[name]))
    return found


def write_shapes(shapes: Schema, homes: Mapping[str, str]) -> None:
    """Write the shapes, a module a group."""
    folder = fresh(CLIENT / "shapes", "What the calls send and bring, as plain dictionaries.")
    for group in sorted(set(homes.values())):
        mine = [name for name in shapes if homes.get(name) == group]
        inner = {one for name in mine for one in closure(shapes, {name})} - set(mine)
        lines = head(f"Shapes of {'more than one part' if group == COMMON else group}.")
        lines += ["from typing import Any, Literal, NotRequired, TypedDict", ""]
        lines += imports(inner, homes)
        for name in mine:
            lines += shape_of(name, shapes[name])
        (folder / f"{group}.py").write_text("\n".join(lines) + "\n", "utf-8")


def shape_of(name: str, schema: Schema) -> list[str]:
    """One shape."""
    fields = schema.get("properties", {})
    required = set(schema.get("required", ()))
    kinds = {
        one: type_of(kind) if one in required else f"NotRequired[{type_of(kind)}]"
        for one, kind in fields.items()
    }
    if any(not one.isidentifier() or keyword.iskeyword(one) for one in kinds):
        inner = ", ".join(f"{one!r}: {kind!r}" for one, kind in kinds.items())
        return ["", "", f"{name} = TypedDict({name!r}, {{{inner}}})"]
    lines = ["", "", f"class {name}(TypedDict):", *documented(said(schema), 4), ""]
    return lines + [f"    {one}: {kind}" for one, kind in kinds.items()]


def write_calls(group: str, calls: list[Call], homes: Mapping[str, str]) -> None:
    """Write the methods of one group."""
    folder = CLIENT / "calls"
    if not (folder / "__init__.py").exists():
        fresh(folder, "The calls of the client, a group a module.")
    used = {name for call in calls for name in named(call)}
    lines = head(f"Calls of {group}.")
    lines += ["from collections.abc import Iterator", "from typing import Any, Literal", ""]
    lines += ["from gesso.web.client.wire import Event, Wire, quoted", *imports(used, homes)]
    lines += ["", "", f"class {group.capitalize()}Calls(Wire):", f'    """Calls of {group}."""']
    for call in calls:
        lines += method_of(call)
    (folder / f"{group}.py").write_text("\n".join(lines) + "\n", "utf-8")


def method_of(call: Call) -> list[str]:
    """One method."""
    files = {name: ("data" if len(call.files) == 1 else f"{name}_data") for name in call.files}
    given = ["self", *(f"{safe(name)}: {kind}" for name, kind in call.path_params)]
    if call.body:
        given.append(f"body: {call.body}" + ("" if call.body_required else " | None = None"))
    only_file = len(files) == 1 and not call.takes_json
    given += [f"{own}: bytes" + ("" if only_file else " | None = None") for own in files.values()]
    named_only = [
        f"{safe(name)}: {kind}" + ("" if required else " | None = None")
        for name, kind, required in call.query
        for kind in [kind if required else kind.removesuffix(" | None")]
    ]
    named_only += [f"{safe(name)}: str | None = None" for name in call.headers]
    if named_only:
        given += ["*", *named_only]
    path = re.sub(r"\{(\w+)\}", lambda one: f"{{quoted({safe(one[1])})}}", call.path)
    path = f'f"{path}"' if "{" in path else f'"{path}"'
    sent = [f'"{call.method}"', path]
    if call.query:
        pairs = ", ".join(f'"{name}": {safe(name)}' for name, *_ in call.query)
        sent.append(f"query={{{pairs}}}")
    if call.headers:
        pairs = ", ".join(f'"{name}": {safe(name)}' for name in call.headers)
        sent.append(f"headers={{{pairs}}}")
    if call.body:
        sent.append("json=body")
    if files:
        pairs = ", ".join(f'"{name}": {own}' for name, own in files.items())
        sent.append(f"files={{{pairs}}}")
    if call.takes_json:
        sent.append("or_json=True")
    value = f"self._{call.how}({', '.join(sent)})"
    body = f"return {value}" if call.how != "nothing" else value
    if call.how == "json" and call.returns != "Any":
        body = f"told: {call.returns} = {value}\n        return told"
    return [
        "",
        f"    def {call.name}({', '.join(given)}) -> {call.returns}:",
        *documented(call.summary, 8),
        f"        {body}",
    ]


def imports(names: Iterable[str], homes: Mapping[str, str]) -> list[str]:
    """Imports of shapes."""
    by_home = defaultdict(list)
    for name in sorted(names):
        by_home[homes[name]].append(name)
    return [
        f"from gesso.web.client.shapes.{home} import {', '.join(some)}"
        for home, some in sorted(by_home.items())
    ]


def head(says: str) -> list[str]:
    """How a module begins."""
    says = f'"""{says} Written by tools/client.py."""'
    return [says, "", "from __future__ import annotations", ""]


def documented(words: str, indent: int) -> list[str]:
    """A docstring of one paragraph."""
    text = words.strip().rstrip(".") + "."
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    space = " " * indent
    if len(text) + indent + 6 <= WIDE:
        return [f'{space}"""{text}"""']
    first, _, rest = text.partition(". ")
    first = first.rstrip(".") + "."
    lines = fill(rest, WIDE, initial_indent=space, subsequent_indent=space) if rest else ""
    return [f'{space}"""{first}', *(["", lines] if lines else []), f'{space}"""']


def said(schema: Schema) -> str:
    """What a schema says of itself, in one paragraph."""
    words: str = schema.get("description") or schema.get("title") or "A shape"
    return " ".join(words.partition("\n\n")[0].split())


def safe(name: str) -> str:
    """A name as Python may have it."""
    plain = name.replace("-", "_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def fresh(folder: Path, says: str) -> Path:
    """A package that holds nothing yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.py"):
        old.unlink()
    (folder / "__init__.py").write_text(f'"""{says}"""\n', "utf-8")
    return folder


if __name__ == "__main__":
    main()
