"""One find: its bytes, its developed picture, its place in the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from sqlalchemy import Connection

from gesso.collect.acquisition.gate import Gate
from gesso.collect.acquisition.options import Develop
from gesso.collect.acquisition.setbacks import Setbacks
from gesso.collect.sources.local.holder import told_source
from gesso.collect.sources.local.told.recipes import taught
from gesso.collect.sources.source import Source
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.runs.finds import Offer, Outcome, Taken
from gesso.core.catalogue.works.arrivals import Arrival, Kept
from gesso.core.pixels.derived.develop import Developed
from gesso.core.records.finds import Facts, Find, FindState
from gesso.core.records.works import Provenance

_MOST_PROMPT = 20_000


@dataclass(frozen=True)
class Fetched:
    """What came back of a find that was on its way.

    Attributes:
        taken: the find.
        offer: as it stands after the delivery, with what may be kept; None after an error.
        developed: its picture; None where it is unchanged or met an error.
        validator: for the next conditional fetch.
        size: bytes that were fetched.
        error: what it met, None for nothing.
    """

    taken: Taken
    offer: Offer | None = None
    developed: Developed | None = None
    validator: str = ""
    size: int = 0
    error: Exception | None = None


class Intake:
    """Fetches and develops in any thread; takes in where the run stands.

    Args:
        catalogue: where works and finds are kept.
        source: brings the bytes.
        develop: develops them.
        gate: what may be kept, also after what a delivery taught.
        setbacks: what finds have met, and have got over once they come in.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        source: Source,
        develop: Develop,
        gate: Gate,
        setbacks: Setbacks,
    ) -> None:
        self._catalogue = catalogue
        self._source = source
        self._develop = develop
        self._gate = gate
        self._setbacks = setbacks

    def fetch(self, taken: Taken) -> Fetched:
        """Bring a find's bytes and develop them.

        Raises:
            GessoError: as the source raises it, or as the decoder does.
        """
        find = taken.row.find
        delivery = self._source.fetch(find, self._validator(taken))
        if delivery is None:
            return Fetched(taken, self._gate.offer(find))
        size = len(delivery.data)
        try:
            developed = self._develop(delivery.data, delivery.name)
        except Exception as error:  # noqa: BLE001 - its bytes were fetched all the same
            return Fetched(taken, error=error, size=size)
        learnt = delivery.find or _taught(find, delivery.data)
        return Fetched(taken, self._gate.offer(learnt), developed, delivery.validator, size)

    def _validator(self, taken: Taken) -> str:
        """What makes the fetch a conditional one, "" where there is too little here of the work."""
        if taken.row.work is None:
            return ""
        has_original = self._catalogue.works.get(taken.row.work).has_original
        is_enough = has_original or not self._gate.offer(taken.row.find).whole
        return taken.row.validator if is_enough else ""

    def keep(self, fetched: Sequence[Fetched]) -> Counter[str]:
        """Take many in by one transaction, each with the state of its find.

        Returns:
            What became of them: "stored", "thumbed", "linked", "asked", "blocked".

        Raises:
            StorageError: the disk would not keep them; the catalogue is as before.
        """
        counts: Counter[str] = Counter()
        arrived: list[tuple[Fetched, Arrival]] = []
        rest: list[tuple[Taken, Outcome]] = []
        for one in fetched:
            if one.offer is None or one.developed is None:
                rest.append((one.taken, self._unchanged(one.taken)))
                counts["asked"] += 1
            elif one.offer.refused:
                refusal = Outcome(one.taken.number, "blocked", one.offer.refused)
                rest.append((one.taken, refusal))
                counts["blocked"] += 1
            else:
                arrived.append((one, arrival_of(one.offer, one.developed)))
        renewed = self._keep(arrived, rest, counts)
        if renewed:
            self._keep(renewed, [], counts)
        return counts

    def _keep(
        self,
        arrived: Sequence[tuple[Fetched, Arrival]],
        rest: Sequence[tuple[Taken, Outcome]],
        counts: Counter[str],
    ) -> list[tuple[Fetched, Arrival]]:
        """Keep them; returns those whose source shows another picture than it did, renewed."""
        renewed: list[tuple[Fetched, Arrival]] = []

        def settle(connection: Connection, became: Sequence[Kept]) -> None:
            settled = list(rest)
            for (one, arrival), kept in zip(arrived, became, strict=True):
                if kept.work is None:
                    renewed.append((one, _renewed(one, arrival)))
                    continue
                state: FindState = "stored" if kept.work.has_original else "thumbed"
                counts[state if kept.is_new else "linked"] += 1
                outcome = Outcome(
                    one.taken.number,
                    state,
                    work=kept.work.id,
                    find=None if one.offer is None else one.offer.find,
                    validator=one.validator,
                )
                settled.append((one.taken, outcome))
            self._settle_in(connection, settled)

        if arrived:
            self._catalogue.accession.keep_many([arrival for _, arrival in arrived], settle)
        elif rest:
            with self._catalogue.database.write() as connection:
                self._settle_in(connection, rest)
        return renewed

    def _settle_in(self, connection: Connection, settled: Sequence[tuple[Taken, Outcome]]) -> None:
        self._catalogue.finds.settle_in(connection, [outcome for _, outcome in settled])
        came = [taken for taken, outcome in settled if outcome.state != "blocked"]
        self._setbacks.got_over_in(connection, came)

    def _unchanged(self, taken: Taken) -> Outcome:
        """What is still what it was goes back to where it stood."""
        work = None if taken.row.work is None else self._catalogue.works.get(taken.row.work)
        has_original = work is None or work.has_original
        return Outcome(taken.number, "stored" if has_original else "thumbed")


def arrival_of(offer: Offer, developed: Developed) -> Arrival:
    """A find's picture as it stands at the door."""
    find, found = offer.find, developed.found
    prompt = "" if found is None else found.text[:_MOST_PROMPT]
    source_type = "" if found is None else found.source_type
    return Arrival(
        developed,
        Provenance(
            "collected", told_source(find.source), find.identifier, source_type=source_type[:80]
        ),
        title=find.facts.title or PurePath(find.identifier.replace("\\", "/")).stem,
        creator=find.facts.creator,
        rights=find.rights,
        facts=find.facts,
        page=find.page,
        prompt="" if prompt == find.facts.text else prompt,
        keeps_original=offer.whole,
        is_apart=False,
    )


def _renewed(one: Fetched, arrival: Arrival) -> Arrival:
    """The source shows another picture under the same name: a work beside the one before it."""
    version = arrival.developed.fingerprint.data[:12]
    provenance = arrival.provenance
    return replace(
        arrival,
        provenance=replace(provenance, identifier=f"{provenance.identifier}@{version}"),
        supersedes=one.taken.row.work,
    )


def _taught(find: Find, data: bytes) -> Find:
    """The find with what its file tells where the source says nothing, and what that was.

    What a file says of its own licence is kept as the credit says it, and opens no gate: anybody
    may have written it.
    """
    learnt = taught(find, data)
    if learnt is None:
        return find
    names = [
        name
        for name in ("title", "creator", "date", "text")
        if getattr(learnt.facts, name) and not getattr(find.facts, name)
    ]
    facts: Facts = learnt.facts
    if names:
        facts = replace(facts, extra={**facts.extra, "told_by_file": ", ".join(names)})
    credit = find.rights.credit or learnt.rights.credit
    return replace(learnt, facts=facts, rights=replace(find.rights, credit=credit))
