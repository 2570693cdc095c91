"""Building a generation: beside the one that serves, and checked before it has a name."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import uuid4

import numpy as np

from gesso.core.catalogue.store.disk import Disk, write_whole
from gesso.core.errors import DamageError, GessoError
from gesso.core.indexes.generations.canaries import (
    DEPTH,
    LEAST_PICTURES,
    LEAST_WORDS,
    OF_EACH,
    Canaries,
    queries_over,
)
from gesso.core.indexes.generations.canaries import NAME as CANARIES
from gesso.core.indexes.generations.generation import (
    ROWS,
    Generation,
    Service,
    rows_to_bytes,
)
from gesso.core.indexes.generations.manifest import Manifest, files_of
from gesso.core.indexes.generations.shelf import Shelf
from gesso.core.indexes.generations.source import TruthSource, fingerprint
from gesso.core.indexes.index import Queries
from gesso.core.indexes.scan import Lens, scan
from gesso.core.indexes.truth.rows import Ids, Rows
from gesso.core.indexes.truth.truth import Truth

_BEGUN = "begun.json"
_WIDENINGS = (1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
"""In small steps: every candidate too many is paid for by every search."""
_EASY, _SURE, _WORTH_IT = 0.3, 0.998, 10_000
"""Of an index that looks at every code: so few candidates do where they find all but everything.

Fewer works than the last are not worth another try."""
_TRIED = (128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384)
_PACKAGES = ("faiss-cpu", "numpy", "psycopg", "qdrant-client")


@dataclass(frozen=True)
class Site:
    """Where a generation is built.

    Attributes:
        shelf: on which it will stand; the caller is alone at it.
        service: the truth it is built of, and how indexes are made.
        disk: what to write on.
        now: the clock, in seconds since 1970.
    """

    shelf: Shelf
    service: Service
    disk: Disk
    now: Callable[[], float] = time.time


def build(site: Site, kind: str) -> Manifest:
    """Build a generation and give it its name; it does not serve yet.

    Raises:
        StorageError, OutsideError: it could not be written; nothing of it stays.
        DamageError: even with many more candidates it finds too little; nothing of it stays.
    """
    started = time.monotonic()
    clear(site)
    shelf, truth = site.shelf, site.service.truth
    number = max((*shelf.numbers(), shelf.current()[0] or 0)) + 1
    name = _name_of(truth.space.id, number)
    folder = shelf.begin(number)
    try:
        write_whole(site.disk, folder / _BEGUN, json.dumps({"kind": kind, "name": name}).encode())
        truth.verify()
        rows = truth.rows()
        chosen = np.flatnonzero(rows.live)
        draft = Manifest(
            number, truth.space.id, truth.space.size, kind, name, 1, len(chosen),
            len(rows.ids), fingerprint(rows, chosen), 0, 1.0, 1.0, site.now(), 0.0,
            _versions(), {},
        )  # fmt: skip
        manifest = _build_index(site, folder, draft, rows, chosen)
        (folder / _BEGUN).unlink()
        spent = time.monotonic() - started
        manifest = replace(manifest, build_s=round(spent, 3), files=files_of(folder))
        manifest.write(site.disk, folder)
        shelf.finish(folder, number)
    except BaseException:
        # Whatever ended it, also the owner's Ctrl-C: what it began elsewhere must not stay.
        with suppress(GessoError):
            clear(site)
        raise
    return manifest


def clear(site: Site) -> None:
    """Take away what builders who died left behind, also outside their folders."""
    site.shelf.sweep()
    for folder in site.shelf.begun():
        with suppress(OSError, ValueError, KeyError, TypeError, GessoError):
            said = json.loads((folder / _BEGUN).read_bytes())
            site.service.make(said["kind"], folder, said["name"]).discard()
        site.shelf.remove(folder)


def take_away(site: Site, number: int) -> None:
    """Remove a generation, also what its adapter keeps elsewhere."""
    folder = site.shelf.place(number)
    with suppress(GessoError):
        said = Manifest.read(folder)
        site.service.make(said.kind, folder, said.name).discard()
    site.shelf.remove(folder)


def _build_index(site: Site, folder: Path, draft: Manifest, rows: Rows, chosen: Ids) -> Manifest:
    """Everything but the manifest, in the folder; what is checked is what lies there."""
    service, truth = site.service, site.service.truth
    source = TruthSource(truth, chosen)
    index = service.make(draft.kind, folder, draft.name)
    index.build(source)
    index.close()
    write_whole(site.disk, folder / ROWS, rows_to_bytes(chosen))
    canaries = _canaries(site, source, chosen, draft.number)
    tries = [(widen, LEAST_PICTURES, LEAST_WORDS) for widen in _WIDENINGS]
    if draft.kind == "flat" and len(chosen) >= _WORTH_IT:
        tries.insert(0, (_EASY, _SURE, _SURE))
    for widen, least_pictures, least_words in tries:
        index = service.make(draft.kind, folder, draft.name, widen)
        index.open()
        generation = Generation(draft, index, chosen.astype(np.uint32), truth)
        hits = canaries.ask(generation.ask)
        pictures, words = canaries.recalls(hits)
        if pictures >= least_pictures and words >= least_words:
            break
        generation.close()
    else:
        raise DamageError(
            f"The new index finds {pictures:.0%} of the nearest works of pictures and {words:.0%} "
            f"of those of words, and {LEAST_PICTURES:.0%} and {LEAST_WORDS:.0%} are the least; it "
            "was thrown away and does not serve.",
            "Searches go on as before. Build it of another kind: gesso index build --kind exact",
        )
    few = _few(generation, rows) if len(chosen) else 0
    generation.close()
    write_whole(site.disk, folder / CANARIES, replace(canaries, hits=hits).to_bytes())
    return replace(draft, widen=widen, few=few, recall_pictures=pictures, recall_words=words)


def _canaries(site: Site, source: TruthSource, chosen: Ids, seed: int) -> Canaries:
    truth, depth = site.service.truth, min(DEPTH, source.count)
    none = np.zeros(2 * OF_EACH, dtype=np.int64)
    if depth == 0:
        queries = np.zeros((2 * OF_EACH, source.size), dtype=np.float32)
        return Canaries(queries, none.astype(np.float32), 0, none)
    queries = queries_over(source, seed)
    lens = Lens(queries, truth.width)
    top = np.full((len(queries), depth), -2, dtype=np.float32)
    for _, halves in truth.stretches(chosen):
        both = np.concatenate([top, lens.scores(halves)], axis=1)
        top = np.partition(both, both.shape[1] - depth, axis=1)[:, -depth:]
    return Canaries(queries, top.min(axis=1), depth, none)


def _few(generation: Generation, rows: Rows) -> int:
    """Up to how many works comparing them one by one takes less of the processor than asking."""
    rng = np.random.default_rng(0)
    truth = generation.truth
    few = 0
    for count in _TRIED:
        if count > len(generation.rows):
            break
        some = np.sort(rng.choice(generation.rows, count, replace=False)).astype(np.int64)
        mask = np.zeros(len(rows.ids), dtype=bool)
        mask[some] = True
        query = truth.gather(some[:1])[0][:, : truth.space.size].astype(np.float32)
        asking = _least_s(partial(generation.near, query, DEPTH, mask, "balanced"))
        comparing = _least_s(partial(_compare, query, truth, some))
        if comparing > asking:
            break
        few = count
    return few


def _compare(query: Queries, truth: Truth, rows: Ids) -> None:
    scan(Lens(query, truth.width), truth.stretches(rows))


def _least_s(work: Callable[[], object]) -> float:
    """The processor's seconds of this thread, the least of five goes."""
    spent = []
    for _ in range(5):
        begun = time.thread_time()
        work()
        spent.append(time.thread_time() - begun)
    return min(spent)


def _name_of(space: str, number: int) -> str:
    digest = hashlib.sha256(space.encode()).hexdigest()[:10]
    return f"gesso_{digest}_{number:06d}_{uuid4().hex[:8]}"


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found
