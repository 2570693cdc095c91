"""The search for duplicates: measure what is new, compare it with all, keep the groups."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from gesso.collect.duplicates.checks.jobs import (
    MAKER,
    VECTOR,
    Fitted,
    Fitting,
    Laying,
    Measuring,
    fit_all,
    lay,
    measure,
)
from gesso.collect.duplicates.checks.links import Link, links_of, pair
from gesso.collect.duplicates.checks.points import Points
from gesso.collect.duplicates.choosing import rank
from gesso.collect.duplicates.grouping import Grouping, Pair
from gesso.collect.duplicates.looking.candidates import Candidacy, Candidates
from gesso.collect.duplicates.options import (
    DuplicateOptions,
    DuplicateReport,
    Progress,
    Trouble,
    Watch,
    nobody,
)
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.marks import MarkRow
from gesso.core.errors import GessoError, StorageError
from gesso.core.records.calls import Trouble as Logged
from gesso.core.records.judgements import Duplicate, DuplicateGroup
from gesso.core.records.works import Work
from gesso.core.runner.engine import Engine

_SIDE = 512
_LISTED = 200
_KEPT_AT_ONCE = 64
_RUN = "duplicates"  # all searches are one: the next goes on where the last one stopped


class DuplicateFinder:
    """Finds works that show one picture.

    Args:
        catalogue: whose works.
        engine: does the work on pixels.
        options: how it is gone about.
        stop: set it to stop: what was compared is kept, the next search goes on.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        engine: Engine,
        options: DuplicateOptions,
        *,
        stop: threading.Event,
    ) -> None:
        self._catalogue = catalogue
        self._engine = engine
        self._options = options
        self._stop = stop

    def find(self, *, again: bool = False, watch: Watch = nobody) -> DuplicateReport:
        """Compare what is new with all that is here.

        Args:
            again: compare all works again, as if nothing had been found; what a person has said
                stands.
            watch: told how the search stands.

        Raises:
            StudioBusy: another process is searching.
            StorageError: the disk is full or failing; the next search goes on.
        """
        began = time.monotonic()
        with self._catalogue.claims.hold("duplicates", "gesso duplicates list"):
            if again:
                self._catalogue.marks.compare_again()
            self._catalogue.duplicates.leave_out_takes()
            search = _Search(
                self._catalogue, self._engine, self._options, self._stop, watch, again=again
            )
            search.measure()
            search.compare()
            search.log()
        return DuplicateReport(
            measured=search.measured,
            compared=search.compared,
            changed=tuple(sorted(search.changed)),
            groups=self._catalogue.duplicates.count(),
            troubles=tuple(Trouble(*told) for told in sorted(search.troubles.items())),
            is_stopped=self._stop.is_set(),
            seconds=time.monotonic() - began,
        )


class _Search:
    """One search, and what came of it so far."""

    def __init__(
        self,
        catalogue: Catalogue,
        engine: Engine,
        options: DuplicateOptions,
        stop: threading.Event,
        watch: Watch,
        *,
        again: bool,
    ) -> None:
        self._catalogue = catalogue
        self._engine = engine
        self._options = options
        self._stop = stop
        self._watch = watch
        self._again = again  # what was found before is no reason then
        self._work: Callable[[int], Work] = lru_cache(4096)(catalogue.works.get)
        self.measured = 0
        self.compared = 0
        self.changed: set[int] = set()
        self.troubles: dict[int, str] = {}
        self._slate = catalogue.troubles.slate_of_runs(_RUN)
        self._unlogged: list[Logged] = []

    def measure(self) -> None:
        """Measure the marks of the works that have none."""
        total = self._catalogue.marks.count_missing(MAKER)
        rows: list[MarkRow] = []
        for done in self._engine.run(measure, self._unmeasured()):
            if done.result is None:
                self._note({done.item.work}, done.error)
                continue
            rows.append(done.result)
            self.measured += 1
            if len(rows) == _KEPT_AT_ONCE:
                self._catalogue.marks.put(MAKER, rows)
                rows = []
                self._watch(Progress("measure", self.measured, total))
        self._catalogue.marks.put(MAKER, rows)
        if self.measured:
            self._watch(Progress("measure", self.measured, total))

    def compare(self) -> None:
        """Compare the works that were not yet compared with all, block by block."""
        if self._stop.is_set():
            return
        keys = self._catalogue.marks.keys(MAKER)
        candidacy = Candidacy(keys, VECTOR, self._options.neighbours)
        for block in candidacy.blocks(self._options.block):
            if self._stop.is_set():
                return
            self._compare_block(candidacy, block)
            self._watch(Progress("compare", self.compared, candidacy.fresh, len(self.changed)))

    def _compare_block(self, candidacy: Candidacy, block: Sequence[int]) -> None:
        marks = self._catalogue.marks.points(block)
        candidates = candidacy.of({work: Points.from_bytes(data) for work, data in marks.items()})
        apart = self._catalogue.duplicates.split_pairs()
        exact = self._exact(block)
        links = [*exact, *self._held(candidates, {link.pair for link in exact} | apart)]
        numbers = {work for link in links for work in link.pair} | set(block)
        groups = self._catalogue.duplicates.groups_of(numbers)
        if not self._again:
            links += [link for group in groups for link in links_of(group)]
        grouping = Grouping(self._rank, self._asked, apart)
        found = grouping.grouped(links, [group for group in groups if _is_spoken(group)])
        considered = {member.work for group in groups for member in group.members}
        compared = [work for work in block if work not in self.troubles]
        self.log(compared)
        self._keep(found, considered, groups, compared)

    def _keep(
        self,
        found: Sequence[Sequence[Duplicate]],
        considered: Iterable[int],
        before: Sequence[DuplicateGroup],
        compared: Sequence[int],
    ) -> None:
        after = self._catalogue.duplicates.put(found, considered=considered, compared=compared)
        known = {group.id: group for group in before}
        self.changed |= {group.id for group in after if known.get(group.id) != group}
        self.compared += len(compared)

    def log(self, compared: Iterable[int] = ()) -> None:
        """Keep in the error log what works have met, and which got over what they had met."""
        again = [item for work in compared if (item := _item(work)) in self._slate]
        if again or self._unlogged:
            with self._catalogue.database.write() as connection:
                self._slate.recover_in(connection, again)
                self._slate.note_in(connection, self._unlogged)
            self._unlogged = []

    def _unmeasured(self) -> Iterator[Measuring]:
        after = 0
        while works := self._catalogue.marks.missing(MAKER, after, _LISTED):
            after = works[-1].id
            for work in works:
                if self._stop.is_set():
                    return
                data = self._thumbnail(work)
                if data is not None:
                    yield Measuring(work.id, data)

    def _exact(self, block: Sequence[int]) -> list[Link]:
        """Works of the very same bytes or pixels: nothing has to be looked at."""
        same = self._catalogue.marks.identical(block)
        return [Link(one, other, "copy", method, 1.0) for one, other, method in same]

    def _held(self, candidates: Sequence[Candidates], known: set[Pair]) -> list[Link]:
        """The links that a local check finds among candidates."""
        upright: set[Pair] = {pair(one.work, other) for one in candidates for other in one.upright}
        mirrored = {pair(one.work, other) for one in candidates for other in one.mirrored}
        links = self._by_points(upright - known, mirrored - known)
        if self._options.shapes:
            plain = {pair(one.work, other) for one in candidates for other in one.plain}
            links += self._by_shapes(plain - known - {link.pair for link in links})
        return links

    def _asked(self, pairs: Sequence[Pair]) -> list[Link]:
        """Whatever check there is, for pairs that grouping asks for."""
        links = [link for one, other in pairs if (link := self._same(one, other))]
        links += self._by_points(set(pairs) - {link.pair for link in links}, set())
        links += self._by_points(set(), set(pairs) - {link.pair for link in links})
        if self._options.shapes:
            links += self._by_shapes(set(pairs) - {link.pair for link in links})
        return links

    def _same(self, one: int, other: int) -> Link | None:
        here, there = (self._work(work).fingerprint for work in (one, other))
        if here.data and here.data == there.data:
            return Link(one, other, "copy", "bytes", 1.0)
        is_same = here.pixels and here.pixels == there.pixels
        return Link(one, other, "copy", "pixels", 1.0) if is_same else None

    def _by_points(self, upright: set[Pair], mirrored: set[Pair]) -> list[Link]:
        others: dict[int, list[tuple[int, bool]]] = {}
        for pairs, in_mirror in ((upright, False), (mirrored, True)):
            for one, other in sorted(pairs):
                others.setdefault(one, []).append((other, in_mirror))
        fitted: list[Fitted] = []
        for done in self._engine.run(fit_all, self._fittings(others)):
            if done.result is None:
                self._note({done.item.work}, done.error)
            else:
                fitted += done.result
        return self._laid((one.work, one.other, one) for one in fitted)

    def _by_shapes(self, pairs: set[Pair]) -> list[Link]:
        return self._laid((one, other, None) for one, other in sorted(pairs))

    def _fittings(self, others: dict[int, list[tuple[int, bool]]]) -> Iterator[Fitting]:
        for work, some in others.items():
            points = self._catalogue.marks.points({work, *(other for other, _ in some)})
            if work in points:
                told = [(other, points[other], flip) for other, flip in some if other in points]
                yield Fitting(work, points[work], tuple(told))

    def _laid(self, pairs: Iterable[tuple[int, int, Fitted | None]]) -> list[Link]:
        links = []
        for done in self._engine.run(lay, self._layings(pairs)):
            if done.error is not None:
                self._note({done.item.work, done.item.other}, done.error)
            elif done.result is not None:
                links.append(done.result)
        return links

    def _layings(self, pairs: Iterable[tuple[int, int, Fitted | None]]) -> Iterator[Laying]:
        for one, other, fitted in pairs:
            thumbnails = [self._thumbnail(self._work(work)) for work in (one, other)]
            if thumbnails[0] is not None and thumbnails[1] is not None:
                yield Laying(one, other, thumbnails[0], thumbnails[1], fitted)

    def _thumbnail(self, work: Work) -> bytes | None:
        try:
            return self._catalogue.thumbnail(work, _SIDE)
        except StorageError:
            raise  # the disk is failing: that stops the search, and no work is to blame
        except GessoError as error:
            self._note({work.id}, error)
            return None

    def _rank(self, work: int) -> tuple[int, ...]:
        return rank(self._work(work), self._options.licences)

    def _note(self, works: Iterable[int], error: Exception | None) -> None:
        for work in works:
            says = error.message if isinstance(error, GessoError) else repr(error)
            kind = error.kind if isinstance(error, GessoError) else GessoError.kind
            self.troubles[work] = says
            self._unlogged.append(Logged(_RUN, _item(work), kind, says, "skipped", False))


def _item(work: int) -> str:
    return f"work {work}"


def _is_spoken(group: DuplicateGroup) -> bool:
    return any(member.by_person for member in group.members)
