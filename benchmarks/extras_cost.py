"""What installed extras cost those who use none of them: nothing should be imported unasked.

`import gesso` and `gesso make` offline, with every extra installed and with all of them hidden by
an import hook, in turns, each in a fresh process; CPU time, medians. With the extras there, no
module of a vendor's SDK may be loaded at the end.

    python benchmarks/extras_cost.py [--turns 9]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

# What the extras bring (pyproject.toml), by the names under which it is imported.
EXTRAS = (
    *("openai", "google.genai", "fal_client", "c2pa", "cryptography"),
    *("torch", "diffusers", "transformers", "accelerate", "safetensors", "huggingface_hub"),
    *("onnxruntime", "onnx", "tokenizers"),
)
HIDING = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r} or name.startswith(tuple(n + "." for n in {names!r})):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
"""
DEEDS = {
    "import gesso": "import gesso",
    "gesso make, one work": (
        "from gesso.cli.app import main\n"
        "sys.argv = ['gesso', 'make', 'Tidal Clocks', '--size', '64', '--rounds', '1',"
        " '--seed', '5', '--json']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    ),
}
TOLD = """
import json, os, resource
loaded = sorted(n for n in {names!r} if n in sys.modules)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
own = resource.getrusage(resource.RUSAGE_SELF)
cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
os.write(2, ("TOLD" + json.dumps([cpu, loaded])).encode())
"""


def go(deed: str, *, hidden: bool) -> tuple[float, list[str]]:
    """CPU seconds of a fresh process that does it; and what of the extras was loaded."""
    script = ["import sys"]
    script += [HIDING.format(names=EXTRAS)] if hidden else []
    script += [DEEDS[deed], TOLD.format(names=EXTRAS)]
    env = {k: v for k, v in os.environ.items() if not k.startswith("GESSO_")}
    env["GESSO_MAKE__WORKERS"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", "\n".join(script)], cwd=Path(folder), env=env,
                              capture_output=True, check=True, text=True)  # fmt: skip
    cpu_s, loaded = json.loads(done.stderr.rpartition("TOLD")[2])
    return cpu_s, loaded


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    asked = parser.parse_args()
    here = [name for name in EXTRAS if _is_installed(name)]
    print(f"installed: {', '.join(here)}; not here: {', '.join(set(EXTRAS) - set(here)) or 'none'}")
    print(f"{'deed':<24}{'with ms':>10}{'hidden ms':>11}{'ratio':>8}   loaded of the extras")
    clean = True
    for deed in DEEDS:
        times: dict[bool, list[float]] = {False: [], True: []}
        loaded: set[str] = set()
        for _ in range(asked.turns):
            for hidden in (False, True):
                cpu_s, found = go(deed, hidden=hidden)
                times[hidden].append(cpu_s)
                loaded |= set(found)
        there, away = statistics.median(times[False]), statistics.median(times[True])
        clean &= not loaded
        print(f"{deed:<24}{there * 1000:>10.0f}{away * 1000:>11.0f}{there / away:>8.2f}   "
              f"{', '.join(sorted(loaded)) or 'nothing'}")  # fmt: skip
    print(f"{'bar':<24}{'':>10}{'':>11}{'1.0':>8}   nothing")
    return 0 if clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
