"""The encoder: the same frames and samples are the same bytes, wherever they are encoded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("av")

_ENCODE = """
import hashlib, os, sys
from pathlib import Path
import numpy as np
if sys.argv[2] == "one core":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from gesso.show.story.film.encoder import Encoder
from gesso.show.story.film.formats import FORMATS
from gesso.show.story.records import Frame
rng = np.random.default_rng(7)
ground = rng.integers(0, 256, (322, 370, 3), dtype=np.uint8)
for form in FORMATS.values():
    path = Path(sys.argv[1]) / form.name
    with Encoder(path, form, Frame(322, 322, 12), has_sound=True) as encoder:
        for number in range(24):
            encoder.picture(np.ascontiguousarray(ground[:, number : number + 322]))
            encoder.sound(rng.normal(0, 0.1, (2, 4000)).astype(np.float32))
    print(form.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be taken away here")
def test_a_film_is_the_same_bytes_on_one_core_and_on_all_whatever_lay_in_memory(tmp_path):
    told = set()
    for cores, memory in (("one core", "90"), ("all cores", "165")):
        # Fills what is allocated, so that what is read before it is written shows.
        kept = {**os.environ, "MALLOC_PERTURB_": memory}
        command = [sys.executable, "-c", _ENCODE, str(tmp_path), cores]
        told.add(subprocess.run(command, env=kept, check=True, capture_output=True).stdout)

    assert len(told) == 1
    assert told.pop().count(b"\n") == 3
