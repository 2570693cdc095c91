"""What every source owes the acquisition (collect/sources/source.py), asked of each alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from tests.core.outside.conftest import FakeClock
from tests.stubs.web_stub import Leading, WebStub

from gesso.collect.acquisition.collector import previewed
from gesso.collect.acquisition.options import CollectOptions
from gesso.collect.licences import permission
from gesso.collect.sources.source import SOURCES, Source, Wish
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import Gone, InputError, SettingsError
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import Hosts, Pace
from gesso.core.outside.polite.wire import WireOptions
from gesso.core.pixels.decode import decode
from gesso.core.records.finds import Find

from .source_rows import COUNT, ROWS, World

_OPENED: list[str] = []
_PICTURES = (".jpg", ".png")


def _note_opened(event: str, told: tuple[Any, ...]) -> None:
    if event == "open" and str(told[0]).endswith(_PICTURES):
        _OPENED.append(str(told[0]))


sys.addaudithook(_note_opened)  # the one witness that no way around a file system escapes


@pytest.fixture
def web() -> Iterator[WebStub]:
    with WebStub() as stub:
        yield stub


@pytest.fixture
def fetcher_for(web: WebStub) -> Iterator[Callable[..., Fetcher]]:
    made: list[Fetcher] = []

    def make(contact: str = "us@gesso.test") -> Fetcher:
        options = FetchOptions(contact=contact, wire=WireOptions(read_s=2, total_s=5), list_tries=1)
        guard = Guard(ports=(80, 443, web.port), resolve=lambda *_: ["93.184.216.34"])
        hosts = Hosts(pace=Pace(1000, 1000), clock=FakeClock())
        made.append(Fetcher(options, guard=guard, hosts=hosts, network=Leading(web)))
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture(params=ROWS)
def world(request: pytest.FixtureRequest, web: WebStub, tmp_path: Path) -> World:
    return ROWS[request.param](World(request.param, tmp_path, web))


@pytest.fixture
def source(world: World, fetcher_for: Callable[..., Fetcher]) -> Source:
    return world.open(fetcher_for())


@pytest.fixture
def looked(world: World) -> Callable[[], int]:
    """How many pictures were opened on this disk or asked for on the web since the test began."""
    _OPENED.clear()
    return lambda: world.pictures.asked + len(_OPENED)


def names(finds: list[Find]) -> list[tuple[str, str]]:
    return [(find.source, find.identifier) for find in finds]


def of_pictures(finds: list[Find]) -> list[Find]:
    with_pictures = [find for find in finds if find.url]
    if not with_pictures:
        pytest.skip("It offers records without pictures.")  # such a claim says nothing of it
    return with_pictures


def test_every_source_is_held_to_these_claims() -> None:
    assert set(SOURCES.names()) == set(ROWS)


def test_it_is_called_what_the_registry_calls_it(world: World, source: Source) -> None:
    assert source.name == world.name
    assert source.is_remote == bool(world.web.hosts)


def test_finds_have_names_that_no_two_share(world: World, source: Source) -> None:
    found = list(source.finds(world.wish))

    assert len(found) >= COUNT
    assert len(set(names(found))) == len(found)
    assert all(find.identifier for find in found)
    assert all(find.source.partition(":")[0] == source.name for find in found)
    assert all(find.facts.title or find.url for find in found)


def test_a_list_that_is_read_again_gives_the_same_names_in_the_same_order(
    world: World, fetcher_for: Callable[..., Fetcher]
) -> None:
    whole = list(world.open(fetcher_for()).finds(world.wish))
    again = world.open(fetcher_for())
    begun = list(islice(again.finds(world.wish), 1))  # broken off, and started again

    assert names(begun) == names(whole[:1])
    assert names(list(again.finds(world.wish))) == names(whole)
    assert [find.revision for find in again.finds(world.wish)] == [one.revision for one in whole]


def test_a_limit_is_the_beginning_of_the_whole(world: World, source: Source) -> None:
    whole = list(source.finds(world.wish))

    assert list(source.finds(Wish(world.places, limit=2))) == whole[:2]
    assert list(source.finds(Wish(world.places, limit=0))) == []


def test_a_list_looks_at_no_picture(
    world: World, source: Source, looked: Callable[[], int]
) -> None:
    found = list(source.finds(world.wish))
    assert looked() == 0

    source.fetch(of_pictures(found)[0])
    assert looked() > 0


def test_a_dry_run_fetches_nothing_and_writes_nothing(
    world: World, source: Source, looked: Callable[[], int], tmp_path: Path
) -> None:
    with Catalogue.open(tmp_path / "studio") as catalogue:
        told = previewed(source, world.wish, CollectOptions(), catalogue)

        assert told.counts["offered"] >= COUNT
        assert looked() == 0
        assert all(catalogue.finds.get(*name) is None for name in names(list(told.examples)))
        assert catalogue.works.count() == 0


def test_what_says_nothing_of_rights_is_not_taken_for_free(world: World, source: Source) -> None:
    world.silence()

    for find in source.finds(world.wish):
        assert find.rights.licence == ""
        assert permission(find.rights.licence, ()) == "unknown"


def test_many_threads_get_whole_pictures_and_what_is_unchanged_is_not_sent(
    world: World, source: Source
) -> None:
    found = of_pictures(list(source.finds(world.wish)))

    with ThreadPoolExecutor(4) as threads:
        came = list(threads.map(source.fetch, found))
    again = [
        source.fetch(find, one.validator) for find, one in zip(found, came, strict=True) if one
    ]

    assert all(one is not None and decode(one.data).picture is not None for one in came)
    assert all(one is not None and one.name and one.validator for one in came)
    assert len({one.data for one in came if one is not None}) == len(found)
    assert again == [None] * len(found)


def test_what_a_delivery_teaches_changes_no_name(world: World, source: Source) -> None:
    for find in of_pictures(list(source.finds(world.wish))):
        delivery = source.fetch(find)
        assert delivery is not None
        learnt = delivery.find or find
        assert (learnt.source, learnt.identifier) == (find.source, find.identifier)


def test_a_picture_that_is_there_no_more_is_gone(world: World, source: Source) -> None:
    found = of_pictures(list(source.finds(world.wish)))
    world.lose()

    for find in found:
        with pytest.raises(Gone):
            source.fetch(find)


def test_a_place_that_it_cannot_use_is_said_before_anything_is_asked(
    world: World, source: Source
) -> None:
    for place in world.bad:
        with pytest.raises(InputError) as told:
            source.finds(Wish((place,)))
        assert told.value.advice
    assert not world.web.seen


def test_without_a_contact_nobody_on_the_web_is_asked(
    world: World, fetcher_for: Callable[..., Fetcher]
) -> None:
    source = world.open(fetcher_for(contact=""))
    if not source.is_remote:
        pytest.skip("It asks nobody.")  # a source of this machine needs no contact

    with pytest.raises(SettingsError, match="contact"):
        source.fetch(next(source.finds(world.wish)))
    assert not world.web.seen


def test_complaints_are_sentences(world: World, source: Source) -> None:
    list(source.finds(world.wish))

    assert source.complaints() == ()
