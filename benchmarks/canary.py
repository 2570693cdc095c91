"""Canary secrets: provoked failures, and not one secret in anything that is kept or shown.

Secrets that name themselves are put where owners put theirs: the environment, `.env.local`, a keys
file, the address of a server (as user and password, and as a query), a proxy's address, and from
there into headers. Then the command line is called again and again: with every fault of every stub
(which repeat the key that they were sent where real ones do) and with every wrong input that may
hold a secret. At the end every byte is searched, plain and as base64, percent-encoded and hex: what
the commands wrote, the database with its side files, the logs, and every text in every picture.

    python benchmarks/canary.py [--failures 200] [--keep]
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from click.testing import CliRunner
from PIL import Image

from gesso.cli.app import app
from gesso.core.pixels.metadata.read import read_recipe
from stubs import FalStub, GeminiStub, OpenAIStub, Stub
from wires import faults_for

SECRETS = {
    name: f"CANARY{number}+{name}/9f3c1ab7{number}e"
    for number, name in enumerate(
        ("environment", "dotenv", "keysfile", "password", "query", "proxy", "wrongfile", "broken")
    )
}
# A fal key is a pair; both halves are secrets.
SECRETS["plain"] = "CANARY9-plain-12ab34"
SECRETS["falid"] = "CANARY8-falid-77aa01"
# So much of a secret names it.
_TELLING = 9
STUDIO = Path("studio")
SIZE = ("--size", "64", "--rounds", "1", "--works", "1")


@dataclass(frozen=True)
class Provocation:
    """One call of the command line that fails.

    Attributes:
        name: what is wrong.
        args: of the command line.
        env: on top of the usual.
        before: makes it go wrong; what it returns puts it right again.
    """

    name: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    before: Callable[[], Callable[[], None]] = lambda: lambda: None


class World:
    """The stubs, and the folder in which the commands are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stubs: dict[str, Stub] = {
            "gemini": GeminiStub(),
            "openai": OpenAIStub(),
            "fal": FalStub(),
        }
        self.said: list[tuple[str, str]] = []
        self.codes: Counter[int] = Counter()

    def env(self) -> dict[str, str]:
        """Where secrets come from, and where the providers are."""
        fal = self.stubs["fal"]
        assert isinstance(fal, FalStub)
        options = {
            "painters__gemini": {"base_url": self.stubs["gemini"].base_url, "timeout_s": 0.3},
            "painters__openai": {"base_url": self.stubs["openai"].base_url, "timeout_s": 0.3},
            "painters__fal": {
                "base_url": fal.base_url,
                "platform_url": fal.platform_url,
                "poll_s": 0.01,
                "job_s": 0.3,
                "lost_s": 0.1,
                "read_s": 0.3,
                "max_megabytes": 1.0,
            },
            "llms__gemini": {"base_url": self.stubs["gemini"].base_url, "timeout_s": 0.3},
            "llms__openai": {
                "base_url": self.stubs["openai"].base_url,
                "timeout_s": 0.3,
                "vendor": "openai",
            },
        }
        return {
            "GEMINI_API_KEY": SECRETS["environment"],
            "GESSO_MAKE__WORKERS": "0",
            "GESSO_OUTSIDE__ATTEMPTS": "2",
            "GESSO_OUTSIDE__WAIT_MAX_S": "0.1",
            "LOG_LEVEL": "debug",
            **{f"GESSO_{name.upper()}": json.dumps(held) for name, held in options.items()},
        }

    def prepare(self) -> None:
        """Put the other secrets where owners put them."""
        Path(".env.local").write_text(f"OPENAI_API_KEY={SECRETS['dotenv']}\n")
        STUDIO.mkdir()
        keys = STUDIO / "keys.toml"
        keys.write_text(f'fal = "{SECRETS["falid"]}:{SECRETS["keysfile"]}"\n')
        keys.chmod(0o600)

    def provoke(self, one: Provocation) -> None:
        """Call the command line, and keep all that it says."""
        undo = one.before()
        try:
            result = CliRunner().invoke(app, list(one.args), env={**self.env(), **one.env})
        finally:
            undo()
        trace = "" if result.exception is None else repr(result.exception)
        self.said.append((one.name, f"{result.stdout}\n{result.stderr}\n{trace}"))
        self.codes[result.exit_code] += 1

    def close(self) -> None:
        for stub in self.stubs.values():
            stub.close()


def of_faults(world: World) -> Iterator[Provocation]:
    """Every fault of every stub, met by a painter and by an llm."""
    ways = (("gemini", "--painter"), ("openai", "--painter"), ("fal", "--painter"),
            ("gemini", "--llm"), ("openai", "--llm"))  # fmt: skip
    for name, flag in ways:
        stub = world.stubs[name]
        for fault in stub.faults:
            yield Provocation(
                f"{name} {flag[2:]}: {fault}",
                ("make", "Tidal Clocks", flag, name, "--budget", "none", *SIZE),
                {},
                partial(_fail, stub, fault),
            )


def _fail(stub: Stub, fault: str) -> Callable[[], None]:
    stub.fail_next(*faults_for(type(stub), fault) * 4)
    return stub._next.clear


def of_inputs(world: World) -> Iterator[Provocation]:
    """Wrong inputs that hold a secret."""
    word, fal = SECRETS["broken"], SECRETS["keysfile"]
    there = world.stubs["openai"].address.removeprefix("http://")
    make = ("make", "Tidal Clocks", *SIZE)
    secret = SECRETS["password"]
    addresses = {
        "user and password": f"http://owner:{secret}@{there}/v1",
        "user and quoted password": f"http://owner:{quote(secret, safe='')}@{there}/v1",
        "user and plain password": f"http://owner:{SECRETS['plain']}@{there}/v1",
        "user and plain password, nobody there": f"http://owner:{SECRETS['plain']}@127.0.0.1:9/v1",
        "user and plain password, no scheme": f"owner:{SECRETS['plain']}@example.invalid/v1",
        "user and password, nobody there": f"http://owner:{secret}@127.0.0.1:9/v1",
        "user and password, no port": f"http://owner:{secret}@127.0.0.1:x/v1",
        "user and password, no scheme": f"owner:{secret}@example.invalid/v1",
        "user and password, no host": f"https://owner:{secret}@/v1",
        "a key in the query": f"http://127.0.0.1:9/v1?key={SECRETS['query']}",
        "a token in the query": f"http://{there}/v1?access_token={SECRETS['query']}",
        "a key in the path's query": f"http://no.host.invalid/v1?api_key={SECRETS['query']}",
    }
    for what, address in addresses.items():
        for kind in ("PAINTERS", "LLMS"):
            flag = {"PAINTERS": "--painter", "LLMS": "--llm"}[kind]
            wish = {f"GESSO_{kind}__OPENAI": json.dumps({"base_url": address, "model": "any"})}
            yield Provocation(f"{kind.lower()}: {what}", (*make, flag, "openai"), wish)
            wish = {f"GESSO_{kind}__OPENAI": json.dumps({"base_url": address})}
            yield Provocation(f"{kind.lower()}: {what}, no model", (*make, flag, "openai"), wish)
            yield Provocation(f"{kind.lower()}: {what}, shown", ("settings", "--json"), wish)
        wish = {"GESSO_PAINTERS__FAL": json.dumps({"base_url": address})}
        yield Provocation(f"fal: {what}", (*make, "--painter", "fal"), wish)
        wish = {"GESSO_PAINTERS__GEMINI": json.dumps({"base_url": address})}
        yield Provocation(f"gemini: {what}", (*make, "--painter", "gemini"), wish)
        yield Provocation(
            f"check: {what}", ("models", "check", "openai", "--base-url", address), {}
        )
    for name, variable in (("gemini", "GEMINI_API_KEY"), ("openai", "OPENAI_API_KEY"),
                           ("fal", "FAL_KEY")):  # fmt: skip
        for what, key in (("a line break", f"{word}\nX: y"), ("no ASCII", f"{word}é"),
                          ("blanks", f" {word} ")):  # fmt: skip
            yield Provocation(
                f"{name}: a key with {what}", (*make, "--painter", name), {variable: key}
            )
    proxy = f"http://owner:{SECRETS['proxy']}@127.0.0.1:9"
    for name in ("gemini", "openai", "fal"):
        far = {f"GESSO_PAINTERS__{name.upper()}": "{}", "HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}
        yield Provocation(f"{name}: through a proxy", (*make, "--painter", name), far)
    yield from _wrong_settings(make, word, fal)


def _wrong_settings(make: tuple[str, ...], word: str, fal: str) -> Iterator[Provocation]:
    broken = {
        "GESSO_KEYS": f'{{"gemini": "{word}"',
        "GESSO_PAINTERS__FAL": f'{{"api_key": "{word}"',
        "GESSO_LLMS": f'{{"openai": {{"api_key": "{word}"}}',
        "GESSO_KEYS__ACME": word,
        "GESSO_KEYS__GEMINI": f'["{word}"]',
    }
    for variable, text in broken.items():
        yield Provocation(f"{variable} is wrong", ("settings",), {variable: text})
    for provider in ("gemini", "openai", "fal"):
        held = {f"GESSO_PAINTERS__{provider.upper()}": json.dumps({"api_key": word, "seed": 1})}
        yield Provocation(f"{provider}: a key among options", (*make, "--painter", provider), held)
        yield Provocation(f"{provider}: a key among options, shown", ("settings",), held)
        yield Provocation(f"{provider}: the same as JSON", ("settings", "--json"), held)
    wrong = SECRETS["wrongfile"]
    own, keys = STUDIO / "gesso.toml", STUDIO / "keys.toml"
    files = {
        "gesso.toml with [keys]": (own, f'[keys]\ngemini = "{wrong}"\n'),
        "gesso.toml with a key among options": (
            own, f'[painters.gemini]\napi_key = "{wrong}"\nmodle = "x"\n',
        ),
        "gesso.toml that is no TOML": (own, f'[painters.gemini]\nkey = "{wrong}\n'),
        "a keys file of another form": (keys, f'gemini = ["{wrong}"]\n'),
        "a keys file with another name": (keys, f'gmini = "{wrong}"\n'),
        "a keys file that is no TOML": (keys, f"gemini = {wrong}\n"),
        "a keys file that others read": (keys, f'gemini = "{wrong}"\n'),
        "an .env.local of another form": (Path(".env.local"), f"GESSO_KEYS__GMINI={wrong}\n"),
    }  # fmt: skip
    for what, (path, text) in files.items():
        mode = 0o644 if what.endswith("others read") else 0o600
        for args in (("settings",), ("settings", "--json"), (*make, "--painter", "gemini")):
            yield Provocation(
                what,
                args,
                {},
                partial(_swap, path, text, mode),
            )
    del fal


def _swap(path: Path, text: str, mode: int) -> Callable[[], None]:
    """Another file for a while."""
    before = path.read_bytes() if path.exists() else None
    path.write_text(text)
    path.chmod(mode)

    def undo() -> None:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
            path.chmod(0o600)

    return undo


# The search ----------------------------------------------------------------------------------


def forms(secret: str) -> set[bytes]:
    """What betrays a secret, a part of it included, as it stands and in programs' disguises."""
    plain = secret[:_TELLING].encode()
    found = {plain, base64.b64encode(plain).rstrip(b"="), plain.hex().encode()}
    found.add(quote(secret[:_TELLING], safe="").encode())
    # Inside a longer text base64 shifts by one or two bytes; the middle survives.
    found |= {base64.b64encode(b"x" * shift + plain)[4:-4] for shift in (1, 2)}
    return found


def texts_of(world: World) -> Iterator[tuple[str, bytes]]:
    """Everything that was kept or shown, with the name of its place."""
    for name, said in world.said:
        yield f"said at '{name}'", said.encode()
    hidden = {STUDIO / "keys.toml", Path(".env.local")}
    for path in sorted(Path().rglob("*")):
        if not path.is_file() or path in hidden:
            continue
        data = path.read_bytes()
        yield str(path), data
        yield from _inside(path, data)


def _inside(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    """What a file holds that its bytes do not show: rows of a database, texts of a picture."""
    if data.startswith(b"SQLite format 3"):
        with contextlib.closing(sqlite3.connect(path)) as database:
            yield f"{path} (rows)", "\n".join(database.iterdump()).encode()
    with contextlib.suppress(OSError), Image.open(io.BytesIO(data)) as picture:
        picture.load()
        yield f"{path} (texts)", repr(picture.info).encode()
        yield f"{path} (recipe)", repr(read_recipe(data)).encode()


def hits(world: World) -> Counter[tuple[str, str]]:
    """(secret, place) of every hit."""
    found: Counter[tuple[str, str]] = Counter()
    wanted = {name: forms(secret) for name, secret in SECRETS.items()}
    for place, data in texts_of(world):
        for name, disguises in wanted.items():
            if any(form in data for form in disguises):
                found[name, place] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", type=int, default=200, help="at least so many")
    parser.add_argument("--only", default="", help="those whose name holds this")
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    asked = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="canary-"))
    home = Path.cwd()
    for name in [name for name in os.environ if name.startswith("GESSO_") or name.endswith("_KEY")]:
        del os.environ[name]
    os.chdir(scratch)
    world = World(scratch)
    began = time.monotonic()
    try:
        world.prepare()
        provoked = [*of_inputs(world), *of_faults(world)]
        for one in provoked:
            if asked.only in one.name:
                world.provoke(one)
        sent = sum(secret in repr(request.headers) for stub in world.stubs.values()
                   for request in stub.requests for secret in SECRETS.values())  # fmt: skip
        found = hits(world)
        searched = [len(data) for _, data in texts_of(world)]
    finally:
        world.close()
        os.chdir(home)
        if not asked.keep:
            shutil.rmtree(scratch)
    failures = len(world.said) - world.codes[0]
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(world.codes.items()))
    print(f"{len(world.said)} calls of the command line, {failures} failed (exit codes {codes}), "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    print(f"secrets arrived in {sent} headers, so they were at work; searched: {len(searched):,} "
          f"places, {sum(searched) / 1e6:.1f} MB")  # fmt: skip
    for (name, place), _ in sorted(found.items())[:60]:
        print(f"  HIT  {name:<12} {place}")
    if asked.keep:
        print(f"kept: {scratch}")
    print(f"hits: {len(found)} (bar 0) over {failures} failures (bar {asked.failures} or more)")
    return 0 if not found and (asked.only or failures >= asked.failures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
