"""The encoder: the same frames and samples are the same bytes, wherever they are encoded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gesso.show.story.film.formats import FORMATS

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


_HASTE = """
import os, sys, threading
from pathlib import Path
import numpy as np
from gesso.show.story.film.encoder import Encoder
from gesso.show.story.film.formats import FORMATS
from gesso.show.story.records import Frame
def policies():
    return {os.sched_getscheduler(int(name)) for name in os.listdir("/proc/self/task")}
grey = np.full((180, 320, 3), 90, dtype=np.uint8)
for form in FORMATS.values():
    with Encoder(Path(sys.argv[1]) / form.name, form, Frame(320, 180, 12), has_sound=False) as film:
        film.picture(grey)
        within = policies()
        film.picture(grey)
    print(form.name, within | policies() == {os.SCHED_OTHER})
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root's are put before others"
)
def test_an_encoder_puts_no_thread_of_this_process_before_all_others(tmp_path):
    command = [sys.executable, "-c", _HASTE, str(tmp_path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert told.splitlines() == [f"{name} True" for name in FORMATS]


_FILL = """
import resource, sys
from pathlib import Path
import numpy as np
from threading import Event
from gesso.core.errors import StorageError
from gesso.core.pixels.picture import Picture
from gesso.show.story.film.cards import Credits
from gesso.show.story.film.formats import FORMATS
from gesso.show.story.film.painter import FramePainter, Hands
from gesso.show.story.film.rendering import Job, render
from gesso.show.story.records import TICKS, Frame, Scene, Story
rng = np.random.default_rng(7)
noise = Picture(rng.integers(0, 256, (180, 320, 3), dtype=np.uint8))
story = Story("", (Scene(1, hold=4 * TICKS),), frame=Frame(320, 180, 12), opening=0, closing=0)
painter = FramePainter(story, Credits(()), Hands(lambda _: noise))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for form in FORMATS.values():
    try:
        job = Job(Path(sys.argv[1]) / f"film.{form.name}", form, story.frame)
        render(job, painter, None, Event())
    except StorageError as error:
        print(error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="files cannot be kept small here")
def test_where_a_film_finds_no_room_nothing_of_it_stays_and_it_is_named(tmp_path):
    command = [sys.executable, "-c", _FILL, str(tmp_path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()

    assert [f"film.{name}" in line for name, line in zip(FORMATS, told, strict=True)] == [True] * 3
    assert list(tmp_path.iterdir()) == []
