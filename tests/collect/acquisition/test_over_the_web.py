"""Collecting over a small web: polite, stopped in the midst, gone on with, and asked again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from tests.stubs.museums_stub import Met, manifest_3, met_object, papers, picture, pictures
from tests.stubs.web_stub import NO_ROBOTS, Leading, Page, Seen, WebStub

from gesso.collect.acquisition.collector import Collector
from gesso.collect.acquisition.options import CollectOptions, CollectReport
from gesso.collect.sources.iiif.source import IiifOptions, IiifSource
from gesso.collect.sources.local.urls import UrlsOptions, UrlsSource
from gesso.collect.sources.met import MetOptions, MetSource
from gesso.collect.sources.source import Source, Wish
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace
from gesso.core.outside.polite.wire import WireOptions

from .conftest import develop

RETRY_AFTER_S = 1


@dataclass
class Host:
    """A host of pictures: some paths say no a few times before they answer, some for ever."""

    no: dict[str, list[Page]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    told: Callable[[], None] = lambda: None
    sent: Counter[tuple[str, int]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return NO_ROBOTS
        with self.lock:
            page = self._answer(seen)
            self.sent[seen.path, page.status] += 1
        self.told()
        return page

    def _answer(self, seen: Seen) -> Page:
        if seen.path in self.gone:
            return Page(404)
        waiting = self.no.get(seen.path)
        return waiting.pop(0) if waiting else pictures(seen)

    def count(self, status: int) -> Counter[str]:
        """How often each path was answered so."""
        with self.lock:
            return Counter({path: n for (path, it), n in self.sent.items() if it == status})


@dataclass
class Web:
    """Begins and resumes runs on one small web, each with a fetcher of its own."""

    stub: WebStub
    catalogue: Catalogue
    folder: Path
    fetchers: list[Fetcher] = field(default_factory=list)

    def collector(
        self, stop: threading.Event | None = None, *, patience_s: float = 10.0
    ) -> Collector:
        stop = stop or threading.Event()
        guard = Guard(ports=(80, self.stub.port), resolve=lambda *_: ["93.184.216.34"])
        breaker = BreakerOptions(first_s=0.1, longest_s=0.4)
        hosts = Hosts(self.folder / "hosts.db", pace=Pace(1000, 1000), breaker=breaker)
        options = FetchOptions(contact="us@gesso.test", wire=WireOptions(read_s=2, total_s=5))
        network = Leading(self.stub)
        fetcher = Fetcher(options, guard=guard, hosts=hosts, stop=stop, network=network)
        self.fetchers.append(fetcher)
        sources: dict[str, Callable[[], Source]] = {
            "urls": lambda: UrlsSource(UrlsOptions(), fetcher),
            "iiif": lambda: IiifSource(IiifOptions(), fetcher),
            "met": lambda: MetSource(MetOptions(base_url="http://api.met.test/v1"), fetcher),
        }
        return Collector(
            self.catalogue,
            lambda name: sources[name](),
            develop,
            CollectOptions(streams=4, first_wait_s=0.1, patience_s=patience_s),
            stop=stop,
            now=lambda: datetime.now(UTC),
        )


@pytest.fixture
def web(catalogue: Catalogue, tmp_path: Path) -> Iterator[Web]:
    with WebStub() as stub:
        opened = Web(stub, catalogue, tmp_path)
        yield opened
        for fetcher in opened.fetchers:
            fetcher.close()


def counts(report: CollectReport) -> dict[str, int]:
    return {name: count for name, count in report.acquisition.counts.items() if count}


def a_list(web: Web, *paths: tuple[str, str]) -> str:
    """A list of addresses, each given away by its owner."""
    rows = [f"{web.stub.url(host, path)},CC0" for host, path in paths]
    path = web.folder / "list.csv"
    path.write_text("\n".join(["url,license", *rows]), "utf-8")
    return str(path)


def test_a_list_comes_in_whole_through_hosts_that_say_no_and_a_stop_in_the_midst(web: Web) -> None:
    stop = threading.Event()

    def told() -> None:
        if calm.sent.total() >= 6:
            stop.set()

    later = {"Retry-After": f"{RETRY_AFTER_S}"}
    calm = Host({"/3.jpg": [Page(500)], "/4.jpg": [Page(500)]}, gone=("/gone.jpg",), told=told)
    busy = Host({"/b0.jpg": [Page(429, headers=later)], "/b2.jpg": [Page(429, headers=later)]})
    web.stub.hosts |= {"calm.test": calm, "busy.test": busy}
    names, others = [f"/{n}.jpg" for n in range(10)], [f"/b{n}.jpg" for n in range(4)]
    paths = [("calm.test", name) for name in (*names, "/gone.jpg")]
    paths += [("busy.test", name) for name in others]

    first = web.collector(stop).collect("urls", Wish((a_list(web, *paths),)))
    came = web.catalogue.works.count()
    last = web.collector().resume(first.acquisition.id)

    assert first.acquisition.state == "stopped"
    assert 0 < came < 14
    assert last.acquisition.state == "done", last.reasons
    assert (counts(last)["stored"], counts(last)["gone"]) == (14, 1)
    assert web.catalogue.works.count() == 14
    assert check(web.catalogue, read_data=True).is_clean
    # Nothing comes twice, not even what was on its way when somebody stopped.
    assert calm.count(200) == Counter(names)
    assert busy.count(200) == Counter(others)
    assert calm.count(500) == Counter(["/3.jpg", "/4.jpg"])
    assert busy.count(429).total() == 2
    assert min(rests_after_a_refusal(web.stub, busy)) >= RETRY_AFTER_S - 0.01
    left = [row.trouble for row in web.catalogue.troubles.list(recovered=False)]
    assert [one.kind for one in left] == ["gone"]
    assert len(web.catalogue.troubles.list()) >= 4  # what the hosts said, and that it was got over


def rests_after_a_refusal(stub: WebStub, host: Host) -> list[float]:
    """How long a host was left alone after each first request for a path that it refused."""
    refused = set(host.count(429))
    asked = [seen for seen in stub.seen if seen.host == "busy.test" and seen.path != "/robots.txt"]
    rests = []
    for one, following in pairwise(asked):
        if one.path in refused:
            refused.remove(one.path)
            rests.append(following.at - one.at)
    return rests


def test_a_second_run_over_an_unchanged_list_fetches_no_picture_byte(web: Web) -> None:
    host = Host(gone=("/gone.jpg",))
    web.stub.hosts["calm.test"] = host
    names = [f"/{n}.jpg" for n in range(6)]
    place = a_list(web, *[("calm.test", name) for name in (*names, "/gone.jpg")])
    web.collector().collect("urls", Wish((place,)))
    assert web.fetchers[0].bytes_fetched > 6 * 300
    host.sent.clear()

    report = web.collector().collect("urls", Wish((place,)))

    assert web.fetchers[1].bytes_fetched == 0
    assert host.sent == Counter({(name, 304): 1 for name in names})  # and the lost one rests
    assert counts(report) == {"offered": 7, "queued": 6, "resting": 1, "asked": 6}
    assert web.catalogue.works.count() == 6


def test_a_picture_that_changed_on_its_host_is_the_only_one_fetched(web: Web) -> None:
    host = Host()
    web.stub.hosts["calm.test"] = host
    names = [f"/{n}.jpg" for n in range(3)]
    place = a_list(web, *[("calm.test", name) for name in names])
    web.collector().collect("urls", Wish((place,)))
    other = picture("another one")
    host.no["/1.jpg"] = [other]
    host.sent.clear()

    report = web.collector().collect("urls", Wish((place,)))

    assert host.count(304) == Counter(["/0.jpg", "/2.jpg"])
    assert web.fetchers[1].bytes_fetched == len(other.body)
    assert (counts(report)["asked"], counts(report)["stored"]) == (2, 1)


def test_a_museum_is_asked_for_no_picture_that_it_says_is_unchanged(web: Web) -> None:
    museum = Met({n: met_object(n) for n in (1, 2, 3)}, found=(1, 2, 3))
    images = Host(
        {"/original/2.jpg": [Page(429, headers={"Retry-After": "1"})]}, gone=("/original/3.jpg",)
    )
    web.stub.hosts |= {"api.met.test": museum, "images.met.test": images}
    wish = Wish(("sunflowers",))

    first = web.collector().collect("met", wish)
    sent = images.sent.copy()
    second = web.collector().collect("met", wish)
    museum.objects[1]["metadataDate"] = "2026-09-01T00:00:00Z"
    third = web.collector().collect("met", wish)

    assert (counts(first)["stored"], counts(first)["gone"]) == (2, 1)
    assert counts(second) == {"offered": 3, "unchanged": 2, "resting": 1}
    assert sent == Counter(
        {
            ("/original/1.jpg", 200): 1,
            ("/original/2.jpg", 429): 1,
            ("/original/2.jpg", 200): 1,
            ("/original/3.jpg", 404): 1,
        }
    )
    assert images.sent - sent == Counter({("/original/1.jpg", 304): 1})
    assert counts(third)["asked"] == 1


# Sizes that are not so ---------------------------------------------------------------------------


def sizes(web: Web) -> list[tuple[int, int, int]]:
    return sorted(
        (one.width, one.height, one.size_bytes) for one in web.catalogue.works.page().works
    )


@pytest.mark.parametrize("claimed", [(4000, 3000), (1, 1), (10**12, -5), ("wide", None)])
def test_a_manifest_that_lies_about_sizes_changes_no_work(web: Web, claimed) -> None:
    def lying(base: str):
        told = manifest_3(base, 1, None)
        for canvas in told["items"]:
            body = canvas["items"][0]["items"][0]["body"]
            for one in (canvas, body):
                one["width"], one["height"] = claimed
        return told

    manifests = papers(web.stub, "library.test", {"/m": lying})
    images = {"/raw/1-1.jpg": picture("one", 60, 40), "/raw/1-2.jpg": picture("two", 30, 90)}
    web.stub.hosts["library.test"] = lambda seen: images.get(seen.path) or manifests(seen)

    report = web.collector().collect("iiif", Wish((web.stub.url("library.test", "/m"),)))

    assert counts(report)["stored"] == 2, report.reasons
    assert sizes(web) == [
        (30, 90, len(images["/raw/1-2.jpg"].body)),
        (60, 40, len(images["/raw/1-1.jpg"].body)),
    ]


@pytest.mark.parametrize("claimed", ["9000,9000,999999999", "1,1,1", "-3,nan,1e400", "wide,,"])
def test_a_list_that_lies_about_sizes_changes_no_work(web: Web, claimed: str) -> None:
    page = picture("one", 60, 40)
    web.stub.hosts["calm.test"] = lambda seen: NO_ROBOTS if seen.path == "/robots.txt" else page
    path = web.folder / "list.csv"
    row = f"{web.stub.url('calm.test', '/1.jpg')},CC0,{claimed}"
    path.write_text(f"url,license,width,height,bytes\n{row}\n", "utf-8")

    report = web.collector().collect("urls", Wish((str(path),)))

    assert counts(report)["stored"] == 1, report.reasons
    assert sizes(web) == [(60, 40, len(page.body))]
    assert counts(report)["bytes"] == len(page.body)


@pytest.mark.parametrize("said", [200, 40_000])
def test_a_host_that_lies_about_the_length_costs_only_its_own_find(web: Web, said: int) -> None:
    whole = picture("one", 60, 40)
    lying = Page(
        200, whole.body, {"Content-Type": "image/jpeg", "Content-Length": f"{said}"}, cut=200
    )
    answers = {"/1.jpg": whole, "/2.jpg": lying}
    web.stub.hosts["calm.test"] = lambda seen: answers.get(seen.path, NO_ROBOTS)
    place = a_list(web, ("calm.test", "/1.jpg"), ("calm.test", "/2.jpg"))

    report = web.collector(patience_s=0.0).collect("urls", Wish((place,)))

    assert sizes(web) == [(60, 40, len(whole.body))]
    assert counts(report)["failed"] == 1
    left = {row.trouble.item for row in web.catalogue.troubles.list(recovered=False)}
    assert left == {web.stub.url("calm.test", "/2.jpg")}
