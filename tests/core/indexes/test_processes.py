"""Several processes at one space: each writes in its turn, and readers see what was written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from gesso.core.indexes.space_index import SpaceIndex

from . import victim

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np
import victim
from gesso.core.indexes.space_index import SpaceIndex

folder, first = Path(sys.argv[2]), int(sys.argv[3])
space = SpaceIndex(folder / "vectors", folder / "index", victim.SPACE, victim.FLAT)
for work in range(first, first + 25):
    space.add(np.array([work]), victim.batch(work)[:1])
"""


def test_writers_of_several_processes_lose_nothing_of_one_another(tmp_path: Path) -> None:
    reader = SpaceIndex(tmp_path / "vectors", tmp_path / "index", victim.SPACE, victim.FLAT)
    beside = str(Path(victim.__file__).parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, beside, str(tmp_path), str(first)])
        for first in (0, 25, 50)
    ]
    seen = [0]
    while any(writer.poll() is None for writer in writers):
        seen.append(len(reader.known()))
    assert [writer.returncode for writer in writers] == [0, 0, 0]

    assert seen == sorted(seen)
    assert reader.known().tolist() == list(range(75))
    held = np.stack([victim.batch(work)[0] for work in range(75)])
    assert np.allclose(reader.vectors(np.arange(75)), held, atol=2e-3)
    assert reader.verify().degraded == ""
    reader.close()
