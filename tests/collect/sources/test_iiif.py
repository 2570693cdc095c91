from __future__ import annotations

from typing import Any

import pytest
from tests.stubs.museums_stub import Images, manifest_2, manifest_3, papers, pictures
from tests.stubs.web_stub import WebStub

from gesso.collect.sources.iiif.reading import read, text
from gesso.collect.sources.iiif.source import IiifOptions, IiifSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import BadOutput, BadRequest, Gone, InputError, OutsideError
from gesso.core.outside.polite.fetcher import Fetcher

IMAGES = "http://images.test/iiif/one"
V3 = {"id": IMAGES, "type": "ImageService3", "profile": "level2"}
V2 = {
    "@id": IMAGES,
    "@context": "http://iiif.io/api/image/2/context.json",
    "profile": ["http://iiif.io/api/image/2/level2.json", {"formats": ["jpg"]}],
}
LEVEL_0 = {"id": IMAGES, "type": "ImageService3", "profile": "level0"}


def serve(web: WebStub, images: Images | None = None, **known: Any) -> None:
    web.hosts["library.test"] = papers(web, "library.test", {f"/{k}": v for k, v in known.items()})
    web.hosts["images.test"] = images or Images()


def source(fetcher: Fetcher, **options: Any) -> IiifSource:
    return IiifSource(IiifOptions(**options), fetcher)


def test_a_manifest_of_version_3_is_read(web: WebStub, fetcher: Fetcher) -> None:
    serve(web, m=lambda base: manifest_3(base, 1, V3))
    found = list(source(fetcher).finds(Wish((web.url("library.test", "/m"),))))

    base = web.url("library.test", "")
    assert [find.identifier for find in found] == [f"{base}/canvas/1-1", f"{base}/canvas/1-2"]
    first = found[0]
    assert first.url == f"{IMAGES}/full/2048,/0/default.jpg"
    assert first.page == "https://library.test/1"
    assert first.facts.title == "The book; of hours, Folio 1"
    assert (first.facts.creator, first.facts.date) == ("Jean Fouquet", "c. 1455")
    assert first.facts.text == "A prayer book"
    assert first.facts.extra["shelfmark"] == "MS 71"
    assert first.rights.licence == "CC-PDM-1.0"
    assert first.rights.credit == "Provided by the library"
    assert first.rights.url == "http://creativecommons.org/publicdomain/mark/1.0/"


def test_a_manifest_of_version_2_is_read(web: WebStub, fetcher: Fetcher) -> None:
    serve(web, Images(version=2), m=lambda base: manifest_2(base, 1, V2))
    find = next(source(fetcher).finds(Wish((web.url("library.test", "/m"),))))

    assert find.facts.title == "The garden"
    assert find.facts.creator == "Bosch"
    assert find.rights.licence == "http://rightsstatements.org/vocab/NoC-US/1.0/"
    assert find.rights.credit == "The museum"
    assert find.url == f"{IMAGES}/full/2048,/0/default.jpg"


@pytest.mark.parametrize(
    ("service", "images", "taken"),
    [
        # The manifest says 4000 wide. A server that has it all gives what was computed.
        (V3, Images(4000, 3000), "/full/2048,/0/default.jpg"),
        # The manifest lied: the picture is smaller, and no server of version 3 makes it larger.
        (V3, Images(1000, 700), "/full/1000,/0/default.jpg"),
        (V3, Images(4000, 3000, largest=800), "/full/800,/0/default.jpg"),
        (V2, Images(1000, 700, version=2), "/full/1000,/0/default.jpg"),
        # Level 0 has what it has.
        (LEVEL_0, Images(1000, 700, level=0), "/full/max/0/default.jpg"),
    ],
)
def test_a_size_is_had_that_the_server_can_make(
    web: WebStub, fetcher: Fetcher, service: dict[str, Any], images: Images, taken: str
) -> None:
    version = manifest_2 if service is V2 else manifest_3
    serve(web, images, m=lambda base: version(base, 1, service))
    one = source(fetcher)
    find = next(one.finds(Wish((web.url("library.test", "/m"),))))
    delivery = one.fetch(find)

    assert delivery is not None
    assert delivery.data.startswith(b"\xff\xd8")
    assert web.paths("images.test")[-1].endswith(taken)
    assert one.fetch(find, delivery.validator) is not None  # no ETag was asked of this server


def test_a_server_without_the_whole_gives_a_size_that_it_lists(
    web: WebStub, fetcher: Fetcher
) -> None:
    class Listed(Images):
        def __call__(self, seen: Any) -> Any:
            if "/full/max/" in seen.path:
                from_nothing = Images(level=0)
                from_nothing.version = 2
                return from_nothing(seen)
            return super().__call__(seen)

    serve(web, Listed(1000, 700, level=0), m=lambda base: manifest_3(base, 1, LEVEL_0))
    one = source(fetcher)
    assert one.fetch(next(one.finds(Wish((web.url("library.test", "/m"),)))))
    assert web.paths("images.test")[-1].endswith("/full/500,350/0/default.jpg")


def test_without_its_image_server_the_picture_itself_is_asked_for(
    web: WebStub, fetcher: Fetcher
) -> None:
    gone = {"id": "http://nowhere.test/iiif/one", "type": "ImageService3", "profile": "level1"}
    manifest: dict[str, Any] = {}

    def answer(seen: Any) -> Any:
        return pictures(seen) if seen.path.startswith("/raw") else papers(
            web, "library.test", manifest)(seen)  # fmt: skip

    manifest["/m"] = lambda base: manifest_3(base, 1, gone)
    manifest["/plain"] = lambda base: manifest_3(base, 2, None)
    web.hosts["library.test"] = answer
    one = source(fetcher)
    for path in ("/m", "/plain"):
        delivery = one.fetch(next(one.finds(Wish((web.url("library.test", path),)))))
        assert delivery is not None
        assert delivery.name.endswith("-1.jpg")


def test_what_is_nowhere_is_gone(web: WebStub, fetcher: Fetcher) -> None:
    serve(web, m=lambda base: manifest_3(base, 1, None))
    one = source(fetcher)
    with pytest.raises(Gone):
        one.fetch(next(one.finds(Wish((web.url("library.test", "/m"),)))))


def test_collections_inside_collections_are_read_and_circles_end(
    web: WebStub, fetcher: Fetcher
) -> None:
    def collection(base: str, *parts: tuple[str, str]) -> dict[str, Any]:
        items = [{"id": f"{base}/{path}", "type": kind} for kind, path in parts]
        return {"id": f"{base}/c", "type": "Collection", "label": {}, "items": items}

    serve(
        web,
        c=lambda b: collection(b, ("Collection", "c1"), ("Manifest", "m1"), ("Collection", "c")),
        c1=lambda b: collection(b, ("Manifest", "m2"), ("Manifest", "m1"), ("Collection", "c"),
                                ("Manifest", "lost"), ("Manifest", "odd"), ("Range", "r")),
        m1=lambda b: manifest_3(b, 1, V3),
        m2=lambda b: manifest_2(b, 2, V2),
        odd=b"<html>",
    )  # fmt: skip
    one = source(fetcher)
    found = [find.identifier.rpartition("/")[2] for find in
             one.finds(Wish((web.url("library.test", "/c"),)))]  # fmt: skip

    assert found == ["2", "1-1", "1-2"]
    assert len(web.paths("library.test")) == 6
    assert len(one.complaints()) == 2


def test_a_paged_collection_of_version_2_is_read_to_its_end(web: WebStub, fetcher: Fetcher) -> None:
    def page(number: int) -> Any:
        def made(base: str) -> dict[str, Any]:
            following = {"next": f"{base}/p{number + 1}"} if number < 12 else {}
            return {"@id": f"{base}/p{number}", "@type": "sc:Collection", "label": "x",
                    "manifests": [{"@id": f"{base}/m{number}", "@type": "sc:Manifest"}],
                    **following}  # fmt: skip

        return made

    known: dict[str, Any] = {f"p{n}": page(n) for n in range(1, 13)}
    known |= {f"m{n}": (lambda base, n=n: manifest_2(base, n, V2)) for n in range(1, 13)}
    top = {"@id": "x:top", "@type": "sc:Collection", "first": web.url("library.test", "/p1")}
    serve(web, top=top, **known)

    found = list(source(fetcher, depth=2).finds(Wish((web.url("library.test", "/top"),))))
    assert len(found) == 12


def test_depth_and_number_have_an_end(web: WebStub, fetcher: Fetcher) -> None:
    def nested(number: int) -> Any:
        def made(base: str) -> dict[str, Any]:
            items = [{"id": f"{base}/c{number + 1}", "type": "Collection"},
                     {"id": f"{base}/m{number}", "type": "Manifest"}]  # fmt: skip
            return {"id": f"{base}/c{number}", "type": "Collection", "items": items}

        return made

    known: dict[str, Any] = {f"c{n}": nested(n) for n in range(30)}
    known |= {f"m{n}": (lambda base, n=n: manifest_2(base, n, V2)) for n in range(30)}
    serve(web, **known)
    deep = source(fetcher, depth=3)
    assert len(list(deep.finds(Wish((web.url("library.test", "/c0"),))))) == 3
    assert "too deep" in deep.complaints()[0]

    many = source(fetcher, depth=64, papers=10)
    assert len(list(many.finds(Wish((web.url("library.test", "/c0"),))))) == 0
    assert "first 10" in many.complaints()[0]


def test_a_limit_reads_no_manifest_beyond_it(web: WebStub, fetcher: Fetcher) -> None:
    items = [{"id": web.url("library.test", f"/m{n}"), "type": "Manifest"} for n in range(5)]
    known: dict[str, Any] = {f"m{n}": (lambda base, n=n: manifest_3(base, n, V3)) for n in range(5)}
    serve(web, c={"id": "x:c", "type": "Collection", "items": items}, **known)

    wish = Wish((web.url("library.test", "/c"),), limit=3)
    assert len(list(source(fetcher).finds(wish))) == 3
    assert web.paths("library.test") == ["/c", "/m0", "/m1"]


@pytest.mark.parametrize(
    "place",
    ["m.json", "file:///etc/passwd", "http://127.0.0.1/m", "http://library.test:22/m"],
)
def test_a_place_that_is_none_is_said(place: str, fetcher: Fetcher) -> None:
    with pytest.raises(InputError):
        list(source(fetcher).finds(Wish((place,))))


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"type": "Canvas"}', b"[" * 100_000])
def test_a_named_place_that_is_nothing_of_iiif_is_said(
    web: WebStub, fetcher: Fetcher, answer: bytes
) -> None:
    serve(web, m=answer)
    with pytest.raises(BadOutput):
        list(source(fetcher).finds(Wish((web.url("library.test", "/m"),))))


ODD: tuple[Any, ...] = (
    {"type": "Manifest"},
    {"type": "Manifest", "items": None, "label": None, "metadata": {}, "rights": 5},
    {"type": "Manifest", "items": [None, 5, "x", {"items": [None, {"items": [7]}]}]},
    {"type": "Manifest", "items": [{"id": "x:c", "items": [{"items": [{"body": {"id": "x:b",
     "width": "wide", "service": ["x", {"id": 5}, {"@id": "y:z", "profile": []}]}}]}]}]},
    {"@type": "sc:Manifest", "sequences": [{"canvases": [{"images": [{"resource": None}]}]}]},
    {"@type": "sc:Manifest", "label": [None, {"@value": None}], "metadata": [5, {"label": "x"}],
     "license": [{"@id": "http://x.test/l"}], "related": [{"@id": "http://x.test/"}]},
    {"type": "Collection", "items": [5, None, {"id": 7}, "x:m"], "next": {"@id": "x:n"}},
)  # fmt: skip


@pytest.mark.parametrize("data", ODD)
def test_an_odd_manifest_breaks_nothing(data: Any) -> None:
    paper = read(data)
    assert paper.kind in {"manifest", "collection"}
    assert all(scan.body or scan.service for scan in paper.scans)


def test_a_choice_gives_its_first_picture() -> None:
    choice = {"type": "Choice", "items": [{"id": "x:a", "type": "Image"},
                                          {"id": "x:b", "type": "Image"}]}  # fmt: skip
    manifest = manifest_3("x:", 1, None)
    manifest["items"][0]["items"][0]["items"][0]["body"] = choice
    sound = {"id": "x:s", "type": "Sound"}
    manifest["items"][1]["items"][0]["items"][0]["body"] = sound

    assert [scan.body for scan in read(manifest).scans] == ["x:a"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x", "x"),
        ({"en": ["a", "b"], "fr": ["c"]}, "a; b"),
        ({"fr": ["c"]}, "c"),
        ({"none": ["n"], "fr": ["c"]}, "n"),
        ({"en": "a"}, "a"),
        ({"@value": "v", "@language": "de"}, "v"),
        (["a", "b"], "a; b"),
        ([{"@value": "d", "@language": "de"}, {"@value": "e", "@language": "en"}], "e"),
        ({"en": []}, ""),
        (None, ""),
        (5, "5"),
    ],
)
def test_english_is_preferred_then_what_comes(value: object, said: str) -> None:
    assert text(value) == said


def test_the_last_failure_is_the_one_that_is_told(web: WebStub, fetcher: Fetcher) -> None:
    serve(
        web,
        Images(level=0, width=10),
        m=lambda b: manifest_3(b, 1, {**V3, "id": "http://no.test/x"}),
    )
    one = source(fetcher)
    with pytest.raises((Gone, BadRequest)) as caught:
        one.fetch(next(one.finds(Wish((web.url("library.test", "/m"),)))))
    assert isinstance(caught.value, OutsideError)
