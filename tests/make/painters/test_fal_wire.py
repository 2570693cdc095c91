"""fal's own client against our stub: what the stub says must be what fal's client understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.stubs.fal_stub import FalStub
from tests.stubs.stub import KEY, Request

from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.make.painters.arriving import data_uri
from gesso.make.painters.fal import FalOptions, FalPainter

from .conftest import ORDER, Office

fal_client: Any = pytest.importorskip("fal_client", reason="fal's own client is not installed")
fal_module: Any = pytest.importorskip("fal_client.client")
http: Any = pytest.importorskip("httpx")

ARGUMENTS = {"prompt": "A bridge.", "seed": 7, "image_size": {"width": 96, "height": 64}}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FalStub]:
    """The stub where the client thinks that fal is: it can be given no address otherwise."""
    with FalStub() as served:
        monkeypatch.setattr(fal_module, "QUEUE_URL_FORMAT", f"{served.address}/")
        monkeypatch.setattr(fal_module, "MAX_ATTEMPTS", 1)
        yield served


@pytest.fixture
def client() -> Iterator[Any]:
    opened = fal_client.SyncClient(key=KEY)
    yield opened
    opened._client.close()


def test_a_job_goes_through_all_its_states(stub: FalStub, client: Any) -> None:
    handle = client.submit("stub/painter/fast", arguments=ARGUMENTS)
    states = [type(event).__name__ for event in handle.iter_events(with_logs=True, interval=0.01)]
    result = handle.get(interval=0.01)

    assert states == ["Queued", "InProgress", "Completed"]
    assert handle.request_id in stub.jobs
    assert result["images"][0]["width"] == 96
    assert result["seed"] == 7


def test_a_job_is_found_by_its_id_at_the_same_address(stub: FalStub, client: Any) -> None:
    handle = client.submit("stub/painter/fast", arguments=ARGUMENTS)

    found = client.get_handle("stub/painter/fast", handle.request_id)

    assert found.status_url == handle.status_url
    assert found.response_url == handle.response_url
    assert found.cancel_url == handle.cancel_url


def test_a_job_that_waits_is_cancelled_and_says_so(stub: FalStub, client: Any) -> None:
    stub.queue_polls = 100
    handle = client.submit("stub/painter", arguments=ARGUMENTS)

    handle.cancel()

    assert handle.status().error_type == "client_cancelled"


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("refuse", 422, None),
        ("runner", 503, "runner_disconnected"),
        ("broken", 500, "internal_error"),
    ],
)
def test_a_failure_is_read_as_the_client_reads_it(
    stub: FalStub, client: Any, fault: str, status: int, kind: str | None
) -> None:
    handle = client.submit(f"stub/painter-{fault}", arguments=ARGUMENTS)

    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        handle.get(interval=0.01)

    assert (caught.value.status_code, caught.value.error_type) == (status, kind)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("auth", 401),
        ("402", 402),
        ("locked", 403),
        ("forbidden", 403),
        ("404", 404),
        ("422", 422),
        ("429", 429),
        ("500", 500),
        ("503", 503),
    ],
)
def test_a_submit_that_is_refused_is_read_as_the_client_reads_it(
    stub: FalStub, client: Any, fault: str, status: int
) -> None:
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        client.submit(f"stub/painter-{fault}", arguments=ARGUMENTS)

    assert caught.value.status_code == status
    assert stub.jobs == {}


def test_how_long_a_job_may_wait_is_said_in_the_header_that_our_painter_sends(
    stub: FalStub, client: Any, office: Office
) -> None:
    client.submit("stub/painter", arguments=ARGUMENTS, start_timeout=900)
    options = FalOptions(
        model="stub/painter",
        api_key=KEY,
        base_url=stub.base_url,
        platform_url=stub.platform_url,
        poll_s=0.01,
        start_s=900.0,
    )
    FalPainter(options, office.desk).paint(ORDER)

    theirs, ours = (request.headers for request in stub.calls)
    name = "x-fal-request-timeout"
    assert float(theirs[name]) == float(ours[name]) == 900.0
    assert theirs["authorization"] == ours["authorization"]


def test_a_picture_to_go_on_from_is_wrapped_as_the_client_wraps_it(
    stub: FalStub, client: Any, office: Office
) -> None:
    grey = Picture(np.full((4, 4, 3), 99, dtype=np.uint8))
    theirs = fal_client.encode(encode(grey), "image/png")

    assert data_uri(grey) == theirs


def test_our_addresses_are_those_of_the_client(stub: FalStub, client: Any, office: Office) -> None:
    handle = client.submit("stub/painter/fast", arguments=ARGUMENTS)
    handle.status(with_logs=True)
    handle.get(interval=0.01)
    before = len(stub.requests)
    options = FalOptions(
        model="stub/painter/fast",
        api_key=KEY,
        base_url=stub.base_url,
        platform_url=stub.platform_url,
        poll_s=0.01,
    )
    FalPainter(options, office.desk).paint(ORDER)

    theirs = {_shape(request) for request in stub.requests[:before]}
    ours = {_shape(request) for request in stub.requests[before:]}
    assert ours - {("GET", "/files/ID.png", "")} <= theirs


def _shape(request: Request) -> tuple[str, str, str]:
    """A request without the id of its job."""
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", request.path)
    # fal's clients say it in both ways: the one of JavaScript "1", the one of Python "true".
    query = request.query.replace("logs=true", "logs=1")
    return request.method, path, query
