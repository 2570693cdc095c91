"""Every source as the contract tests open it: files on this disk, or hosts of the small web."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.stubs.gallery_dl import FakeGalleryDl
from tests.stubs.museums_stub import (
    Aic,
    Commons,
    Met,
    aic_artwork,
    commons_file,
    manifest_3,
    met_object,
    papers,
    pictures,
)
from tests.stubs.stub import picture_bytes
from tests.stubs.web_stub import Page, Seen, WebStub

from gesso.collect.sources.source import SOURCES, Source, Wish
from gesso.core.outside.polite.fetcher import Fetcher

COUNT = 3


@dataclass
class Pictures:
    """A host of pictures that counts what it is asked for, and can lose them all."""

    asked: int = 0
    is_lost: bool = False

    def __call__(self, seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return Page(404)
        self.asked += 1
        return Page(404) if self.is_lost else pictures(seen)


@dataclass
class World:
    """What a source is set before.

    Attributes:
        name: of the source.
        folder: what lies on this disk.
        web: the small web.
        pictures: the host of all its pictures, for a source that goes over the network.
        options: of the source.
        places: what is wished for.
        bad: places that it cannot use.
        files: the pictures on this disk.
        silence: makes the source say nothing of rights.
    """

    name: str
    folder: Path
    web: WebStub
    pictures: Pictures = field(default_factory=Pictures)
    options: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    silence: Callable[[], None] = lambda: None

    def open(self, fetcher: Fetcher) -> Source:
        """The source, as the studio builds it."""
        maker = SOURCES.open(self.name)
        return maker(maker.Options(**self.options), fetcher)

    @property
    def wish(self) -> Wish:
        """All that there is."""
        return Wish(self.places)

    def lose(self) -> None:
        """Take the pictures away."""
        self.pictures.is_lost = True
        for path in self.files:
            path.unlink()


def folder(world: World) -> World:
    art = world.folder / "art"
    return replace(world, places=(str(art),), bad=(str(art / "no"),), files=_painted(art, "sea/"))


def results(world: World) -> World:
    art = world.folder / "results"
    for number in range(1, COUNT + 1):
        _put(art / f"fox/iteration_{number}_results.json", b'{"refined_prompt": "a fox"}')
    files = _painted(art, "fox/iteration_")
    return replace(world, places=(str(art),), bad=(str(art / "no"),), files=files)


def records(world: World) -> World:
    path = world.folder / "register.csv"
    rows = [f"A{number},Work {number},Turner" for number in range(1, COUNT + 1)]
    _put(path, "\n".join(["id,title,artist", *rows]).encode())
    return replace(world, places=(str(path),), bad=(str(world.folder / "no.csv"),))


def urls(world: World) -> World:
    path = world.folder / "list.csv"
    world.web.hosts["images.test"] = world.pictures
    addresses = [world.web.url("images.test", f"/{n}.jpg") for n in range(1, COUNT + 1)]

    def write(licence: str) -> None:
        _put(path, "\n".join(["url,license", *(f"{one},{licence}" for one in addresses)]).encode())

    write("CC0")
    bad = (str(world.folder / "no.csv"), str(_put(world.folder / "list.exe", b"x")))
    return replace(world, places=(str(path),), bad=bad, silence=lambda: write(""))


def met(world: World) -> World:
    objects = {number: met_object(number) for number in range(1, COUNT + 1)}
    world.web.hosts |= {
        "api.met.test": Met(objects, found=tuple(objects)),
        "images.met.test": world.pictures,
    }

    def silence() -> None:
        for one in objects.values():
            one["isPublicDomain"] = None

    options = {"base_url": "http://api.met.test/v1"}
    bad = ("https://elsewhere.test/1", " ")
    return replace(world, options=options, places=("fields",), bad=bad, silence=silence)


def aic(world: World) -> World:
    artworks = [aic_artwork(number) for number in range(1, COUNT + 1)]
    world.web.hosts |= {"api.aic.test": Aic(artworks), "pictures.aic.test": world.pictures}

    def silence() -> None:
        for one in artworks:
            one["is_public_domain"] = None

    options = {"base_url": "http://api.aic.test/api/v1"}
    bad = ("https://elsewhere.test/1", " ")
    return replace(world, options=options, places=("parks",), bad=bad, silence=silence)


def wikimedia(world: World) -> World:
    files = [commons_file(number) for number in range(1, COUNT + 1)]
    world.web.hosts |= {
        "commons.test": Commons({"Category:Haystacks": files}),
        "upload.commons.test": world.pictures,
    }

    def silence() -> None:
        for one in files:
            claims = one["imageinfo"][0]["extmetadata"]
            for name in ("License", "LicenseUrl", "LicenseShortName"):
                del claims[name]

    options = {"api_url": "http://commons.test/w/api.php"}
    places = ("Category:Haystacks",)
    return replace(world, options=options, places=places, bad=("",), silence=silence)


def iiif(world: World) -> World:
    told = [manifest_3("http://images.test", number, None) for number in (1, 2)]
    library = papers(world.web, "library.test", {"/1": told[0], "/2": told[1]})
    world.web.hosts |= {"library.test": library, "images.test": world.pictures}

    def silence() -> None:
        for one in told:
            del one["rights"]

    places = tuple(world.web.url("library.test", path) for path in ("/1", "/2"))
    return replace(world, places=places, bad=("no address",), silence=silence)


def reddit(world: World) -> World:
    def post(number: int) -> dict[str, Any]:
        return {"id": f"abc{number}", "num": 0, "title": f"Post {number}", "author": "ann",
                "subreddit": "museum", "date": "2026-02-02 02:40:00"}  # fmt: skip

    return _site(world, "http://i.redd.it/pic{}.jpg", post, "r/museum")


def deviantart(world: World) -> World:
    def deviation(number: int) -> dict[str, Any]:
        return {"deviationid": f"UUID-{number}", "title": f"Deviation {number}",
                "url": f"https://www.deviantart.com/ann/art/x-{number}",
                "author": {"username": "ann"}, "is_downloadable": True,
                "date": "2026-03-03 00:00:00"}  # fmt: skip

    return _site(world, "http://images-wixmp.test/f/{}.png", deviation, "someone")


def artstation(world: World) -> World:
    image = "http://cdna.artstation.com/p/{}/large/a.jpg"

    def asset(number: int) -> dict[str, Any]:
        return {"hash_id": "Xy12", "id": 5, "num": number, "title": "Project",
                "user": {"full_name": "Ann Artist", "username": "ann"},
                "date": "2026-04-04T00:00:00.000-05:00",
                "asset": {"id": number, "image_url": image.format(number),
                          "has_image": True}}  # fmt: skip

    return _site(world, image, asset, "someone")


def _site(world: World, image: str, about: Callable[[int], dict[str, Any]], place: str) -> World:
    world.web.hosts[image.split("/")[2]] = world.pictures
    program = FakeGalleryDl(world.folder / "bin")
    program.answers([[3, image.format(n), about(n)] for n in range(1, COUNT + 1)])
    options = {"enabled": True, "program": str(program.program)}
    return replace(world, options=options, places=(place,), bad=("https://elsewhere.test/x",))


def _painted(art: Path, begin: str) -> tuple[Path, ...]:
    return tuple(
        _put(art / f"{begin}{number}.jpg", picture_bytes(60, 40, f"{number}", "JPEG"))
        for number in range(1, COUNT + 1)
    )


def _put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


ROWS: Mapping[str, Callable[[World], World]] = {
    "folder": folder,
    "urls": urls,
    "results": results,
    "records": records,
    "met": met,
    "aic": aic,
    "wikimedia": wikimedia,
    "iiif": iiif,
    "reddit": reddit,
    "deviantart": deviantart,
    "artstation": artstation,
}
