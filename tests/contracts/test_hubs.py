"""What every hub of models owes (core/outside/models/hub.py), asked of each behind its stub."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.stubs.hub_stub import COMMIT, HubStub

from gesso.core.errors import BadOutput, MissingExtra, OutsideError
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.models.hub import HUBS, Hub
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions

NAME = "them/tiny"
FILES = {"config.json": b'{"a": 1}', "deep/weights.onnx": bytes(range(256)) * 12_000}
ROWS: dict[str, Callable[[], AbstractContextManager[HubStub]]] = {"huggingface": HubStub}


@dataclass
class Place:
    """A hub before its stub, and the books of its desk."""

    hub: Hub
    stub: HubStub
    ledger: MemoryLedger


@pytest.fixture(params=ROWS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    try:
        factory = HUBS.open(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))  # its package is an extra that may be absent here
    theirs = tmp_path / "theirs"
    for path, data in FILES.items():
        (theirs / path).parent.mkdir(parents=True, exist_ok=True)
        (theirs / path).write_bytes(data)
    soon = DeskOptions(retry=RetryOptions(attempts=2, wait_initial_s=0.01, wait_max_s=0.02))
    with ROWS[request.param]() as stub:
        stub.hold(NAME, theirs)
        ledger = MemoryLedger()
        desk = Desk(ledger, MemoryTroubles(), Budget(None), Limits(), soon)
        yield Place(factory(factory.Options(base_url=stub.base_url), desk), stub, ledger)


def test_every_hub_on_the_shelf_is_held_to_the_contract() -> None:
    assert set(HUBS.names()) == set(ROWS)


def test_a_listing_tells_all_files_their_sizes_and_the_revision(place: Place) -> None:
    listing = place.hub.look(NAME)

    assert place.hub.name == listing.hub
    assert listing.hub in HUBS.names()
    assert (listing.name, listing.revision, listing.licence) == (NAME, COMMIT, "apache-2.0")
    assert {file.path: file.size for file in listing.files} == {
        path: len(data) for path, data in FILES.items()
    }
    assert all(file.sha256 or file.git_sha1 for file in listing.files)
    assert place.stub.fetched() == []


def test_a_fetched_file_is_what_was_listed_and_lies_under_its_path(
    place: Place, tmp_path: Path
) -> None:
    listing, told = place.hub.look(NAME), list[int]()
    for file in listing.files:
        path = place.hub.fetch(listing, file, tmp_path / "ours", told.append)
        assert path == tmp_path / "ours" / file.path
        assert path.read_bytes() == FILES[file.path]

    assert max(told) == len(FILES["deep/weights.onnx"])


def test_every_request_goes_over_the_desk(place: Place, tmp_path: Path) -> None:
    listing = place.hub.look(NAME)
    place.hub.fetch(listing, listing.files[0], tmp_path / "ours", lambda _: None)

    calls = place.ledger.calls("")
    assert [(call.provider, call.model) for call in calls] == [(place.hub.name, NAME)] * 2
    assert {call.state for call in calls} == {"done"}


def test_what_is_not_what_was_listed_is_not_there(place: Place, tmp_path: Path) -> None:
    listing = place.hub.look(NAME)
    place.stub.spoiled = set(FILES)
    for file in listing.files:
        with pytest.raises(BadOutput):
            place.hub.fetch(listing, file, tmp_path / "ours", lambda _: None)

    assert not any((tmp_path / "ours" / path).exists() for path in FILES)


def test_a_fetch_that_was_broken_off_goes_on_where_it_stopped(place: Place, tmp_path: Path) -> None:
    listing = place.hub.look(NAME)
    large = listing.file("deep/weights.onnx")
    assert large is not None

    class Enough(Exception):
        """The owner has seen enough."""

    def stop(count: int) -> None:
        if count:
            raise Enough

    with pytest.raises(Enough):
        place.hub.fetch(listing, large, tmp_path / "ours", stop)
    path = place.hub.fetch(listing, large, tmp_path / "ours", lambda _: None)

    assert place.stub.requests[-1].headers["range"].startswith("bytes=")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == large.sha256


@pytest.mark.parametrize("name", ["them/nothing", "nothing"])
def test_a_model_that_is_not_there_is_one_of_our_errors(place: Place, name: str) -> None:
    with pytest.raises(OutsideError) as refused:
        place.hub.look(name)

    assert refused.value.advice


def test_a_gated_model_says_that_it_wants_a_token(place: Place, tmp_path: Path) -> None:
    place.stub.gated.add(NAME)
    listing = place.hub.look(NAME)

    assert listing.is_gated
    with pytest.raises(OutsideError):
        place.hub.fetch(listing, listing.files[0], tmp_path / "ours", lambda _: None)
