"""The real door, as a collection uses it: developed in a limited worker, then kept whole."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.errors import GessoError, WorkerLost
from gesso.core.pixels.derived.develop import Developed, develop_file
from gesso.core.records.works import Provenance, Work
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.limits import Limits
from gesso.core.runner.pool import ProcessEngine

WORKER = EngineOptions(
    workers=2, timeout_s=20, limits=Limits(memory_bytes=1 << 30, cpu_s=20, is_quiet=True)
)
MOST_OVER_BASELINE = 400 << 20
_SENTENCE = re.compile(r"[^\n]{10,400}\.")


@dataclass
class Tally:
    """What became of the files that came to the door.

    Attributes:
        kept: accepted, and whole in the catalogue.
        refused: answered with one of our errors.
        lost: their worker died or hung: the file brought it down.
        wrong: what must never happen, told for a person.
        baseline: peak resident bytes of a worker that has developed one small picture.
        peak: the same after everything.
    """

    kept: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    baseline: int = 0
    peak: int = 0


class Door:
    """A catalogue, and workers that develop what is brought to it.

    Args:
        folder: where the studio is made.
        options: of the workers.
    """

    def __init__(self, folder: Path, options: EngineOptions = WORKER) -> None:
        self.catalogue = Catalogue.open(folder)
        self._engine = ProcessEngine(options)
        self._watch = _Watch()

    def __enter__(self) -> Door:
        self.catalogue.__enter__()
        self._engine.__enter__()
        return self

    def __exit__(self, *why: object) -> None:
        self._watch.stop()
        self._engine.__exit__(None, None, None)
        self.catalogue.__exit__(None, None, None)

    def warm(self, data: bytes) -> None:
        """Let the workers develop a sound picture; what they hold then is the baseline."""
        for done in self._engine.run(develop_file, [data] * 8):
            assert done.error is None, done.error
        self._watch.begin()

    def through(self, files: Iterable[bytes]) -> Iterator[tuple[bytes, Work | Exception]]:
        """Bring files to the door; each comes back as a work or as the error that refused it."""
        for number, done in enumerate(self._engine.run(develop_file, files)):
            if done.result is None:
                yield done.item, done.error or AssertionError("neither a result nor an error")
                continue
            yield done.item, self._kept(done.result, number)

    def tally(self, files: Iterable[bytes]) -> Tally:
        """Bring files to the door, and hold each answer to what was promised."""
        tally = Tally(baseline=self._watch.baseline)
        for data, answer in self.through(files):
            name = f"{len(data)} bytes, sha256 {sha256(data).hexdigest()[:12]}"
            if isinstance(answer, Work):
                tally.kept += 1
                tally.wrong += [f"{name}: {why}" for why in self._faults(data, answer)]
            elif isinstance(answer, WorkerLost):
                tally.lost.append(f"{name}: {answer.message}")
            elif is_one_sentence(answer):
                tally.refused += 1
            else:
                tally.wrong.append(f"{name}: {type(answer).__name__}: {answer}")
        tally.peak = self._watch.peak
        return tally

    def _kept(self, developed: Developed, number: int) -> Work | Exception:
        provenance = Provenance("collected", "hostile", developed.fingerprint.data)
        try:
            return self.catalogue.accession.keep(Arrival(developed, provenance, f"file {number}"))
        except GessoError as error:
            return error

    def _faults(self, data: bytes, work: Work) -> Iterator[str]:
        """Where an accepted file's work is not what the file was."""
        if self.catalogue.data(work) != data:
            yield "the stored bytes are others"
        if not 0 < work.width * work.height <= 64_000_000:
            yield f"{work.width} x {work.height} was accepted"
        if len(work.thumbnails) < 1 or not work.thumbhash:
            yield "something derived is missing"
        if not 0.99 < sum(swatch.share for swatch in work.swatches) < 1.01:
            yield "the swatches' shares do not add up to 1"


def is_one_sentence(error: Exception) -> bool:
    """Whether an error is ours and says what happened in one plain sentence."""
    return (
        isinstance(error, GessoError)
        and _SENTENCE.fullmatch(error.message) is not None
        and error.message.isprintable()
        and bool(error.advice)
    )


class _Watch:
    """Looks at the peak memory of this process's worker processes, ten times a second."""

    def __init__(self) -> None:
        self.baseline = 0
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def begin(self) -> None:
        self.baseline = self.peak = max(_peaks(), default=0)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, *_peaks(), 0)


def _peaks() -> Iterator[int]:
    """The peak resident bytes (VmHWM) of every process below this one; none but on Linux."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text("utf-8")
        except OSError:  # it has ended meanwhile
            continue
        lines = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
        high = lines.get("VmHWM", "0 kB").split()[0]
        parents[int(lines["Pid"])] = (int(lines["PPid"]), int(high) * 1024)
    ours = {_own_pid()}
    grew = True
    while grew:
        below = {pid for pid, (parent, _) in parents.items() if parent in ours}
        grew = not below <= ours
        ours |= below
    yield from (parents[pid][1] for pid in ours - {_own_pid()} if pid in parents)


def _own_pid() -> int:
    return int(Path("/proc/self").readlink().name) if Path("/proc/self").exists() else 0


def timed(door: Door, files: Iterable[bytes]) -> tuple[Tally, float]:
    """A tally, and the seconds that it took."""
    began = time.perf_counter()
    return door.tally(files), time.perf_counter() - began
