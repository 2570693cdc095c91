"""The room in which works get their words: batches, states, one failure fails alone."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import uuid4

from gesso.collect.caption.captioner import Captioner, Look, Said, Subject
from gesso.collect.caption.keeping import RUNS, Keeping, Words, item_of
from gesso.collect.caption.measured.looking import Job
from gesso.collect.caption.titles import needs_title
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import (
    AuthError,
    BudgetSpent,
    DamageError,
    GessoError,
    InputError,
    Interrupted,
    OutsideError,
    QuotaSpent,
    SettingsError,
    StudioError,
)
from gesso.core.outside.waiting.pool import Outcome, run_streams
from gesso.core.records.calls import Errand
from gesso.core.records.maker import PERSON, Maker
from gesso.core.records.works import Caption, Work

log = logging.getLogger(__name__)

Measuring = Callable[[Job], Look]
"""Looks at a file, mostly in a worker; called from several threads."""

_PAGE = 500
_BATCH, _BATCH_S = 50, 2.0
_MOST_REASONS = 500
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_TAG, _MOST_TAGS = 300, 5_000, 60, 60


@dataclass(frozen=True)
class CaptionWish:
    """Which works are captioned.

    Attributes:
        works: these, whatever was said of them; empty for all that hang in the gallery.
        again: also those that this captioner has captioned in this version.
        limit: so many at most, None for all.
    """

    works: tuple[int, ...] = ()
    again: bool = False
    limit: int | None = None


@dataclass(frozen=True)
class CaptionReport:
    """What became of a run.

    Attributes:
        run: its name in the ledger.
        captioner, version: who captioned.
        counts: "captioned" by the captioner's own words; "fell back" to measured words for good;
            "postponed": measured words for now, because whoever was asked could not be had;
            "failed".
        reasons: why works failed, fell back or were postponed: (state, reason, works).
        spent_usd: what it cost.
        ended: what ended it early, None for nothing.
        seconds: how long it took.
    """

    run: str
    captioner: str
    version: str
    counts: Mapping[str, int]
    reasons: tuple[tuple[str, str, int], ...]
    spent_usd: float
    ended: GessoError | None
    seconds: float


@dataclass(frozen=True)
class Asked:
    """Who captions in one run, and what that has cost so far."""

    captioner: Captioner
    spent: Callable[[], float] = field(default=lambda: 0.0)


Watch = Callable[[Mapping[str, int]], None]


class CaptionRoom:
    """Captions works.

    Args:
        catalogue: where they are.
        ask: builds the captioner of a run, by the run's name.
        offline: whose words stand where the captioner's cannot be had.
        measure: looks at a file.
        streams: works at once.
        stop: set it to stop: nothing new is begun, what is paid for is kept.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        ask: Callable[[str], Asked],
        offline: Captioner,
        measure: Measuring,
        *,
        streams: int,
        stop: threading.Event,
    ) -> None:
        self._catalogue = catalogue
        self._ask = ask
        self._offline = offline
        self._measure = measure
        self._streams = streams
        self._stop = stop

    def caption(
        self, wish: CaptionWish, *, run: str = "", watch: Watch = lambda _counts: None
    ) -> CaptionReport:
        """Caption works until there are none left.

        What is said is kept as it comes, so that a run that dies has lost nothing that was paid
        for; begun again, it goes on with what is left.

        Args:
            wish: which works.
            run: its name in the ledger, "" for a new one.
            watch: told the counts after each batch.

        Returns:
            The report; `ended` says what ended it early.

        Raises:
            UnknownItem: the wish names a work that there is not.
            StudioBusy: another process is captioning in this studio.
            SettingsError: the captioner cannot be built.
            AuthError: whoever it asks needs a key, and there is none.
        """
        name = run or f"{RUNS}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{uuid4().hex[:4]}"
        for number in wish.works:
            self._catalogue.works.get(number)
        # Two never pay for the same words.
        with self._catalogue.claims.hold("caption", "gesso caption"):
            return _Round(self, self._ask(name), name, watch).go(wish)

    def say(
        self, work_id: int, *, title: str = "", text: str = "", tags: Sequence[str] = ()
    ) -> Caption:
        """Keep what a person says of a work; what she said before stays where she says nothing.

        Args:
            work_id: the work.
            title: what it is called; the work bears it from now on.
            text: what is to be seen.
            tags: in place of all tags that she gave before.

        Raises:
            UnknownItem: there is no such work.
            InputError: nothing was said, or too much.
        """
        title, text = " ".join(title.split()), text.strip()
        kept = tuple(dict.fromkeys(line for tag in tags if (line := " ".join(tag.split()))))
        _refuse_odd(title, text, kept)
        self._catalogue.works.get(work_id)
        known = [one for one in self._catalogue.captions.of(work_id) if one.maker.is_person]
        before = known[0] if known else Caption("", "", (), Maker(PERSON))
        caption = replace(
            before,
            title=title or before.title,
            text=text or before.text,
            tags=kept or before.tags,
        )
        with self._catalogue.database.write() as connection:
            self._catalogue.captions.put_in(connection, [(work_id, caption)])
            if title:
                self._catalogue.works.set_title_in(connection, work_id, title)
        return caption

    def unsay(self, work_id: int) -> bool:
        """Take back what a person said of a work, but for the title that it bears.

        Returns:
            Whether there was anything.
        """
        return self._catalogue.captions.remove(work_id, PERSON)

    # For the round ------------------------------------------------------------------------

    def subject(self, work: Work, side_px: int) -> Subject:
        """A work with all that a captioner gets of it.

        Raises:
            GessoError: its picture cannot be had.
        """
        look = self._measure(Job(self._file(work), f"work {work.id}", side_px))
        recipe = self._catalogue.works.recipe(work.id)
        return Subject(
            work,
            look,
            tags=self._catalogue.works.tags(work.id),
            prompt="" if recipe is None else recipe.prompt.text,
            needs_title=needs_title(work, self._catalogue.captions.of(work.id)),
        )

    def _file(self, work: Work) -> bytes:
        if work.has_original:
            return self._catalogue.data(work)
        return self._catalogue.thumbnail(work, 512)

    def numbers(self, wish: CaptionWish, captioner: Captioner) -> Iterator[int]:
        """The works that are wished for, in the order of their numbers."""
        if wish.works:
            yield from dict.fromkeys(wish.works)
            return
        last = 0
        while True:
            if wish.again:
                page = self._catalogue.captions.missing("", "", after=last, limit=_PAGE)
            else:
                page = self._catalogue.captions.missing(
                    captioner.name, captioner.version, after=last, limit=_PAGE
                )
            if not page:
                return
            yield from page
            last = page[-1]


class _Round:
    """One run of the room."""

    def __init__(self, room: CaptionRoom, asked: Asked, run: str, watch: Watch) -> None:
        self._room = room
        self._asked = asked
        self._captioner = asked.captioner
        self._run = run
        self._watch = watch
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._ending: GessoError | None = None
        self._waiting: list[Words] = []
        self._book = Keeping(room._catalogue, run)
        self._kept_at = time.monotonic()
        # What was paid for is kept at once; what was measured can be measured again.
        self._batch = _BATCH if self._captioner.place == "cpu" else 1

    def go(self, wish: CaptionWish) -> CaptionReport:
        began = time.monotonic()
        numbers = self._until_ended(self._room.numbers(wish, self._captioner), wish.limit)
        try:
            for outcome in run_streams(self._describe, numbers, self._room._streams):
                self._take(outcome)
        finally:
            self._keep()
        if self._room._stop.is_set() and self._ending is None:
            self._ending = Interrupted("Stopped as you asked; what was said is kept.")
        with suppress(StudioError):  # the disk may be full: the report says what ended it
            self._book.end(self._ending, is_all=not wish.works and wish.limit is None)
        reasons = [(*key, count) for key, count in self._reasons.most_common()]
        return CaptionReport(
            self._run,
            self._captioner.name,
            self._captioner.version,
            dict(self._counts),
            tuple(reasons),
            self._asked.spent(),
            self._ending,
            time.monotonic() - began,
        )

    def _until_ended(self, numbers: Iterable[int], limit: int | None) -> Iterator[int]:
        for count, number in enumerate(numbers):
            if self._ending is not None or self._room._stop.is_set():
                return
            if limit is not None and count >= limit:
                return
            yield number

    def _describe(self, number: int) -> Words:
        """In a thread: one work, from its file to its words."""
        work = self._room._catalogue.works.get(number)
        subject = self._room.subject(work, self._captioner.side_px)
        errand = Errand(self._run, item_of(number))
        try:
            said = self._captioner.caption(subject, errand)
        except OutsideError as error:
            if _ends_all(error):
                raise
            said = replace(self._room._offline.caption(subject, errand), note=error.message)
        return Words(number, said, subject.look.scores, subject.needs_title)

    def _take(self, outcome: Outcome[int, Words]) -> None:
        error, words = outcome.error, outcome.result
        if error is not None:
            self._fail(outcome.item, error)
        elif words is not None:
            self._waiting.append(words)
            state = self._state(words.said)
            self._counts[state] += 1
            if words.said.note:
                self._note(state, words.said.note)
        is_time = time.monotonic() - self._kept_at > _BATCH_S
        if len(self._waiting) + self._book.waiting >= self._batch or is_time:
            self._keep()

    def _state(self, said: Said) -> str:
        if not said.note:
            return "captioned"
        return "fell back" if said.caption.maker.name == self._captioner.name else "postponed"

    def _fail(self, number: int, error: Exception) -> None:
        if _ends_all(error) and isinstance(error, GessoError):
            self._ending = self._ending or error
            return
        if not isinstance(error, GessoError):
            log.error("work %s could not be captioned", number, exc_info=error)
        self._counts["failed"] += 1
        told = error.message if isinstance(error, GessoError) else f"{type(error).__name__}"
        self._note("failed", f"Work {number}: {told}")
        self._book.fail(number, error)

    def _note(self, state: str, reason: str) -> None:
        if (state, reason) in self._reasons or len(self._reasons) < _MOST_REASONS:
            self._reasons[state, reason] += 1

    def _keep(self) -> None:
        if not self._waiting and not self._book.waiting:
            return
        waiting, self._waiting = self._waiting, []
        self._kept_at = time.monotonic()
        try:
            self._book.keep(waiting, [one for one in waiting if self._is_for_good(one.said)])
        except StudioError as error:
            self._ending = error
            self._counts["captioned"] -= len(waiting)
            raise
        self._watch(self._counts)

    def _is_for_good(self, said: Said) -> bool:
        return self._state(said) != "postponed"


def _ends_all(error: Exception) -> bool:
    """Whether the next work would meet the same."""
    if isinstance(error, DamageError):
        return False
    return isinstance(
        error, AuthError | QuotaSpent | BudgetSpent | Interrupted | SettingsError | StudioError
    )


def _refuse_odd(title: str, text: str, tags: Sequence[str]) -> None:
    if not (title or text or tags):
        raise InputError(
            "Nothing was said.", "Say something with --title, --caption or --tag, or all three."
        )
    if len(title) > _LONGEST_TITLE or len(text) > _LONGEST_TEXT:
        raise InputError(
            f"A title of {len(title):,} and a caption of {len(text):,} letters are too long.",
            f"{_LONGEST_TITLE} and {_LONGEST_TEXT:,} are the most.",
        )
    for tag in tags:
        if len(tag) > _LONGEST_TAG:
            raise InputError(
                f"The tag '{tag[:40]}…' is too long.", f"{_LONGEST_TAG} letters are the most."
            )
    if len(tags) > _MOST_TAGS:
        raise InputError(f"{len(tags)} tags are too many.", f"{_MOST_TAGS} are the most.")
