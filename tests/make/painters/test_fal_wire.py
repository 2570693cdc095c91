"""fal's own client against our stub: what the stub says must be what fal's client understands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.stubs.fal_stub import FalStub
from tests.stubs.stub import KEY

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
