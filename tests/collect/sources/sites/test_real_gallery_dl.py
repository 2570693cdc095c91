"""Against the gallery-dl that is installed on this machine, if there is one, on the small web."""

from __future__ import annotations

import shutil

import pytest
from tests.stubs.web_stub import Page, Seen, WebStub

from gesso.collect.sources.sites.process import GalleryDl, ProcessOptions, failure
from gesso.core.errors import InputError

pytestmark = pytest.mark.skipif(
    shutil.which("gallery-dl") is None, reason="no gallery-dl is installed on this machine"
)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def process() -> GalleryDl:
    return GalleryDl(ProcessOptions(request_s=0.0), "gesso/0 (+us@gesso.test)", lambda _: None)


def test_a_file_is_told(web: WebStub, process: GalleryDl) -> None:
    told = list(process.messages("here", f"http://127.0.0.1:{web.port}/pic.jpg", 5))

    assert [message.kind for message in told] == ["post", "file"]
    assert told[1].url == f"http://127.0.0.1:{web.port}/pic.jpg"
    assert told[1].about["filename"] == "pic"


def test_a_failure_is_told_although_it_ends_with_0(web: WebStub, process: GalleryDl) -> None:
    def host(seen: Seen) -> Page:
        found = "lookup" in seen.path
        return Page(200, b'{"id": "5", "acct": "ann"}', JSON) if found else Page(404, b"{}", JSON)

    web.hosts["127.0.0.1"] = host
    told = list(process.messages("here", f"mastodon:http://127.0.0.1:{web.port}/@ann", 5))

    assert [message.kind for message in told] == ["failure"]
    assert "gallery-dl met a failure" in failure(told[0], "here").message
    assert web.seen[0].headers["user-agent"] == "gesso/0 (+us@gesso.test)"


def test_what_it_does_not_know_is_said(web: WebStub, process: GalleryDl) -> None:
    with pytest.raises(InputError, match="knows nothing"):
        list(process.messages("here", f"http://127.0.0.1:{web.port}/nothing", None))
