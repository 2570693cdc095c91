"""A work's page, its files and its comparisons over HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import httpx2
import pytest
from PIL import Image

from gesso import Studio
from gesso.core.records.works import Rights

from ..conftest import hill, served
from .conftest import bring


def photograph() -> bytes:
    """A JPEG that says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Lantern Cameras"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (90, 120, 150)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def piers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Work 1 tells where it was taken, work 2 would be markup, work 3 lost its file."""
    folder = tmp_path_factory.mktemp("piers")
    with Studio.open(folder) as studio:
        bring(studio, "Café, pier", photograph())
        bring(studio, "</script><script>alert(1)", hill(2), Rights("", "<b>", "javascript:x"))
        lost = bring(studio, "Lost", hill(3))
        path = studio.catalogue.path_of(lost)
        assert path is not None
        path.unlink()
    with served(folder) as asked:
        yield asked


def test_a_file_comes_without_its_words_unless_they_are_asked_for(piers: httpx2.Client) -> None:
    plain = piers.get("/api/works/1/file")
    whole = piers.get("/api/works/1/file?form=original")

    assert b"Lantern" not in plain.content
    assert not Image.open(io.BytesIO(plain.content)).getexif().get_ifd(0x8825)
    assert whole.content == photograph()
    for answer in (plain, whole):
        told = answer.headers["content-disposition"]
        assert told.startswith('attachment; filename="Cafe pier 1.jpg"')
        assert "filename*=UTF-8''Caf%C3%A9%2C%20pier%201.jpg" in told


def test_a_page_says_first_that_an_original_tells_the_place(piers: httpx2.Client) -> None:
    page = piers.get("/works/1").text

    assert "It tells the place where it was taken (GPS), the camera." in page
    assert "It tells nothing beside its pixels." in piers.get("/works/2").text


def test_a_sidecar_is_xmp_with_a_name(piers: httpx2.Client) -> None:
    answer = piers.get("/api/works/1/sidecar")

    assert answer.headers["content-type"] == "application/rdf+xml"
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="Cafe pier 1.jpg.xmp"'
    )
    assert b"gesso" in answer.content


def test_words_of_others_are_words_on_the_page(piers: httpx2.Client) -> None:
    page = piers.get("/works/2").text

    assert "<script>alert" not in page
    assert "<b>" not in re.sub(r"<b>\w", "", page)
    assert "javascript:" not in page


def test_a_damaged_picture_is_told_and_the_page_stays(piers: httpx2.Client) -> None:
    answer = piers.get("/works/3")

    assert answer.status_code == 200
    assert "This picture is damaged." in answer.text
    assert "gesso check" in answer.text


def test_values_are_drawn_once_and_kept_by_who_has_them(piers: httpx2.Client) -> None:
    answer = piers.get("/works/1/values.png")
    again = piers.get("/works/1/values.png", headers={"If-None-Match": answer.headers["etag"]})

    assert Image.open(io.BytesIO(answer.content)).format == "PNG"
    assert again.status_code == 304


def test_a_strip_adds_up_to_the_whole(piers: httpx2.Client) -> None:
    page = piers.get("/works/2").text
    strip = re.search(r'<svg class="values".*?</svg>', page, re.DOTALL)
    assert strip

    bands = re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)" height="46"', strip[0])
    assert len(bands) >= 2
    assert sum(float(width) for _, width in bands) == pytest.approx(440, abs=0.5)
    assert float(bands[1][0]) == pytest.approx(float(bands[0][1]), abs=0.1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/compare?a=1&b=2", 200),
        ("/compare?a=1&b=values", 200),
        ("/compare?a=1", 200),
        ("/compare?a=1&b=99", 404),
        ("/compare?a=99", 404),
        ("/compare?a=1&b=two", 400),
        ("/compare?a=1&b=-2", 400),
        ("/compare?a=one", 422),
        ("/compare", 422),
        ("/works/99", 404),
        ("/works/99/near", 404),
        ("/works/99/values.png", 404),
        ("/api/works/99/file", 404),
        ("/api/works/1/file?form=all", 422),
        ("/api/works/99/sidecar", 404),
    ],
)
def test_what_is_asked_wrongly_is_answered_rightly(
    piers: httpx2.Client, path: str, status: int
) -> None:
    assert piers.get(path).status_code == status


def test_a_favourite_and_a_link_need_no_script(piers: httpx2.Client) -> None:
    assert piers.post("/works/1/favourite", data={"mark": "true"}).status_code == 303
    assert 'aria-pressed="true">Favourite' in piers.get("/works/1").text
    refused = piers.post("/works/1/shares", data={"days": "4000"})
    assert refused.status_code == 400
    assert "4,000 days" in refused.text
    assert piers.post("/works/99/shares", data={"days": "1"}).status_code == 404


def test_a_download_that_broke_off_is_gone_on_with(piers: httpx2.Client) -> None:
    path = "/api/works/1/file?form=original"
    whole = piers.get(path)
    tag = whole.headers["etag"]

    rest = piers.get(path, headers={"Range": "bytes=1000-", "If-Range": tag})
    other = piers.get(path, headers={"Range": "bytes=1000-", "If-Range": '"another"'})
    beyond = piers.get(path, headers={"Range": f"bytes={len(whole.content)}-"})

    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert rest.headers["content-disposition"] == whole.headers["content-disposition"]
    assert rest.headers["content-range"] == (
        f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    )
    assert (other.status_code, other.content) == (200, whole.content)
    assert beyond.status_code == 416
    assert piers.get(path, headers={"If-None-Match": tag}).status_code == 304
