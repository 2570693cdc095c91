from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.stubs.gallery_dl import FakeGalleryDl
from tests.stubs.museums_stub import pictures
from tests.stubs.web_stub import WebStub

from gesso.collect.sources.sites.artstation import ArtStationSource
from gesso.collect.sources.sites.deviantart import DeviantArtSource
from gesso.collect.sources.sites.reddit import RedditSource
from gesso.collect.sources.sites.site import Site, SiteOptions
from gesso.collect.sources.source import Wish
from gesso.core.errors import (
    AuthError,
    BadOutput,
    Blocked,
    Gone,
    InputError,
    Interrupted,
    RateLimited,
    SettingsError,
    Transient,
)
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard

SITES: tuple[type[Site], ...] = (RedditSource, DeviantArtSource, ArtStationSource)
PLACE = {"reddit": "r/museum", "deviantart": "someone", "artstation": "someone"}


@pytest.fixture
def dl(tmp_path: Path) -> FakeGalleryDl:
    return FakeGalleryDl(tmp_path / "bin")


def site(kind: type[Site], fetcher: Fetcher, dl: FakeGalleryDl, **options: Any) -> Site:
    return kind(SiteOptions(**{"enabled": True, "program": str(dl.program), **options}), fetcher)


def listed(one: Site, **wish: Any) -> list[Any]:
    return list(one.finds(Wish((PLACE[one.name],), **wish)))


def post(number: int, **about: Any) -> list[Any]:
    """A file of a Reddit post, as gallery-dl tells it."""
    return [3, f"https://i.redd.it/pic{number}.jpg",
            {"id": f"abc{number}", "num": 0, "title": f"Post {number} &amp; more", "author": "ann",
             "subreddit": "museum", "permalink": f"/r/museum/comments/abc{number}/x/",
             "created_utc": 1_770_000_000 + number, "over_18": False, "link_flair_text": "Oil",
             "date": "2026-02-02 02:40:00", **about}]  # fmt: skip


def deviation(number: int, **about: Any) -> list[Any]:
    """A deviation, as gallery-dl tells it."""
    return [3, f"https://images-wixmp.test/f/{number}.png?token=x",
            {"deviationid": f"UUID-{number}", "title": f"Deviation {number}",
             "url": f"https://www.deviantart.com/ann/art/x-{number}", "author": {"username": "ann"},
             "date": "2026-03-03 00:00:00", "is_mature": False, "is_downloadable": True,
             "tags": ["ink", "sea"], **about}]  # fmt: skip


def asset(number: int, **about: Any) -> list[Any]:
    """An asset of an ArtStation project, as gallery-dl tells it."""
    image = f"https://cdna.artstation.com/p/assets/images/images/{number}/large/a.jpg?17"
    return [3, image.replace("/large/", "/8k/"),
            {"hash_id": "Xy12", "id": 5, "num": number, "title": "Project", "tags": ["castle"],
             "user": {"full_name": "Ann Artist", "username": "ann"}, "adult_content": False,
             "mediums": [{"name": "Digital 2D"}], "date": "2026-04-04T00:00:00.000-05:00",
             "asset": {"id": number, "image_url": image, "has_image": True}, **about}]  # fmt: skip


MAKE: dict[str, Callable[..., list[Any]]] = {
    "reddit": post, "deviantart": deviation, "artstation": asset,
}  # fmt: skip


@pytest.mark.parametrize("kind", SITES)
def test_a_site_is_off_until_it_is_switched_on(
    kind: type[Site], fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    with pytest.raises(SettingsError, match=rf"\[collect.sources.{kind.name}\] enabled = true"):
        listed(site(kind, fetcher, dl, enabled=False))
    assert not dl.was_run


@pytest.mark.parametrize("kind", SITES)
def test_without_a_contact_gallery_dl_is_not_even_started(
    kind: type[Site], fetcher_for: Callable[..., Fetcher], dl: FakeGalleryDl
) -> None:
    with pytest.raises(SettingsError, match="contact"):
        listed(site(kind, fetcher_for(contact=""), dl))
    assert not dl.was_run


@pytest.mark.parametrize("kind", SITES)
@pytest.mark.parametrize("lines", [False, True])
def test_messages_become_finds_in_either_form(
    kind: type[Site], fetcher: Fetcher, dl: FakeGalleryDl, *, lines: bool
) -> None:
    make = MAKE[kind.name]
    dl.answers([[2, {"id": 1}], make(1), [6, "https://elsewhere.test/", {}], make(2)], lines=lines)
    one = site(kind, fetcher, dl)
    found = listed(one)

    assert len({find.identifier for find in found}) == 2
    assert all(find.source == kind.name and find.rights.licence == "" for find in found)
    assert one.complaints() == ("A link to elsewhere is passed over: https://elsewhere.test/",)


def test_a_post_of_reddit_is_told(fetcher: Fetcher, dl: FakeGalleryDl) -> None:
    dl.answers([post(1), post(2, num=2)])
    first, second = listed(site(RedditSource, fetcher, dl))

    assert (first.identifier, second.identifier) == ("t3_abc1", "t3_abc2/2")
    assert first.page == "https://www.reddit.com/comments/abc1/"
    assert (first.facts.title, first.facts.creator) == ("Post 1 & more", "ann")
    assert first.facts.extra == {"subreddit": "museum"}
    assert first.rights.credit == "u/ann on Reddit"


def test_a_deviation_is_told(fetcher: Fetcher, dl: FakeGalleryDl) -> None:
    dl.answers([deviation(1)])
    find = listed(site(DeviantArtSource, fetcher, dl))[0]

    assert find.identifier == "UUID-1"
    assert find.url.endswith("1.png?token=x")
    assert find.facts.tags == ("ink", "sea")
    assert find.facts.extra["downloadable"] is True
    assert find.rights.credit == "ann on DeviantArt"


def test_an_asset_of_artstation_is_told_by_its_plain_address(
    fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    dl.answers([asset(7)])
    find = listed(site(ArtStationSource, fetcher, dl))[0]

    assert find.identifier == "Xy12/7"
    assert find.url == "https://cdna.artstation.com/p/assets/images/images/7/large/a.jpg"
    assert find.page == "https://www.artstation.com/artwork/Xy12"
    assert (find.facts.creator, find.facts.medium) == ("Ann Artist", "Digital 2D")


@pytest.mark.parametrize("kind", SITES)
def test_what_asks_not_to_be_taken_is_left(
    kind: type[Site], fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    marked = {"link_flair_text": "NoAI"} if kind is RedditSource else {"tags": ["sea", "NoAI"]}
    dl.answers([MAKE[kind.name](1, **marked), MAKE[kind.name](2)])
    one = site(kind, fetcher, dl)

    assert len(listed(one)) == 1
    assert "asks not to be taken (noai)" in one.complaints()[0]


@pytest.mark.parametrize("kind", SITES)
def test_what_is_marked_as_mature_is_left_unless_wished_for(
    kind: type[Site], fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    mark = {"reddit": "over_18", "deviantart": "is_mature", "artstation": "adult_content"}
    dl.answers([MAKE[kind.name](1, **{mark[kind.name]: True}), MAKE[kind.name](2)])

    assert len(listed(site(kind, fetcher, dl))) == 1
    assert len(listed(site(kind, fetcher, dl, mature=True))) == 2


@pytest.mark.parametrize("kind", SITES)
def test_what_is_no_picture_or_cannot_be_read_is_passed_over(
    kind: type[Site], fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    video = [3, "ytdl:https://v.redd.it/x", MAKE[kind.name](1)[2] | {"asset": {}}]
    broken = [3, "https://x.test/x.jpg", {}]
    odd = [[], [3], [3, 5, {}], [3, "https://x.test/x.jpg", None], [99, "x", {}], "x", None]
    dl.answers([video, broken, *odd, MAKE[kind.name](2)])
    one = site(kind, fetcher, dl)

    assert len(listed(one)) == 1
    assert len(one.complaints()) == 1


def test_limit_and_since(fetcher: Fetcher, dl: FakeGalleryDl) -> None:
    dl.answers([post(n, created_utc=1_700_000_000 + n * 86400) for n in range(1, 9)])
    one = site(RedditSource, fetcher, dl)

    assert len(listed(one, limit=3)) == 3
    assert dl.command[dl.command.index("--range") + 1] == "1-3"
    since = datetime.fromtimestamp(1_700_000_000 + 6 * 86400, UTC)
    assert [find.identifier for find in listed(one, since=since, limit=2)] == ["t3_abc6", "t3_abc7"]
    assert "--range" not in dl.command


def test_what_gallery_dl_is_told(fetcher: Fetcher, dl: FakeGalleryDl, tmp_path: Path) -> None:
    config = tmp_path / "gdl.json"
    config.write_text('{"extractor": {"reddit": {"client-id": "s3cret-id-1234"}}}', "utf-8")
    config.chmod(0o600)
    dl.answers([post(1)])
    listed(site(RedditSource, fetcher, dl, config=str(config)))

    told = dl.command
    assert told[-2:] == ["--", "https://www.reddit.com/r/museum/"]
    assert "--config-ignore" in told
    assert str(config) in told
    assert f"user-agent={fetcher.user_agent}" in told
    assert "browser=" in told
    assert not any("s3cret" in word for word in told)

    listed(site(RedditSource, fetcher, dl))
    assert "--config-ignore" not in dl.command


def test_credentials_that_others_can_read_are_refused(
    fetcher: Fetcher, dl: FakeGalleryDl, tmp_path: Path
) -> None:
    config = tmp_path / "gdl.json"
    config.write_text("{}", "utf-8")
    config.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        listed(site(RedditSource, fetcher, dl, config=str(config)))
    with pytest.raises(SettingsError, match="cannot be read"):
        listed(site(RedditSource, fetcher, dl, config=str(tmp_path / "none")))
    assert not dl.was_run


def test_without_gallery_dl_one_is_told_to_install_it(fetcher: Fetcher, dl: FakeGalleryDl) -> None:
    with pytest.raises(SettingsError, match="pipx install gallery-dl"):
        listed(site(RedditSource, fetcher, dl, program="no-such-gallery-dl"))


def test_it_is_found_on_the_path(
    fetcher: Fetcher, dl: FakeGalleryDl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{dl.program.parent}{os.pathsep}{os.environ['PATH']}")
    dl.answers([post(1)])
    one = RedditSource(SiteOptions(enabled=True), fetcher)
    assert len(listed(one)) == 1


@pytest.mark.parametrize(
    ("error", "message", "kind"),
    [
        ("AuthRequired", "'api tokens' needed", AuthError),
        ("AuthenticationError", "Invalid login", AuthError),
        ("HttpError", "'401 Unauthorized' for 'https://x'", AuthError),
        ("HttpError", "'403 Forbidden' for 'https://x'", Blocked),
        ("ChallengeError", "Cloudflare (403 Forbidden)", Blocked),
        ("HttpError", "'429 Too Many Requests' for 'https://x'", RateLimited),
        ("HttpError", "'500 Oops' for 'https://x'", Transient),
        ("NotFoundError", "Requested user could not be found", Gone),
        ("KeyError", "'items'", BadOutput),
    ],
)
def test_a_failure_that_ends_with_0_is_seen_and_what_came_before_is_kept(
    fetcher: Fetcher, dl: FakeGalleryDl, error: str, message: str, kind: type[Exception]
) -> None:
    dl.answers([post(1), post(2), [-1, {"error": error, "message": message}]])
    finds = site(RedditSource, fetcher, dl).finds(Wish(("r/museum",)))

    assert [next(finds).identifier, next(finds).identifier] == ["t3_abc1", "t3_abc2"]
    with pytest.raises(kind, match=error):
        next(finds)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1, Transient),
        (4, Transient),
        (8, Gone),
        (16, AuthError),
        (64, InputError),
        (128, Transient),
    ],
)
def test_an_exit_code_without_a_message_is_an_error(
    fetcher: Fetcher, dl: FakeGalleryDl, code: int, kind: type[Exception]
) -> None:
    dl.answers([], code=code, err="[reddit][error] GET /?access_token=abcdef123456 \x1b[31mno\n")
    with pytest.raises(kind) as caught:
        listed(site(RedditSource, fetcher, dl))
    assert "abcdef123456" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("lines", [False, True])
def test_a_list_that_broke_off_is_said(fetcher: Fetcher, dl: FakeGalleryDl, *, lines: bool) -> None:
    dl.answers([post(1), post(2)], lines=lines, cut=-20)
    with pytest.raises(BadOutput, match="broke off"):
        listed(site(RedditSource, fetcher, dl))


def test_one_that_hangs_is_ended(fetcher: Fetcher, dl: FakeGalleryDl) -> None:
    dl.answers([post(1)], seconds=60)
    before = time.monotonic()
    with pytest.raises(Transient, match="not done"):
        listed(site(RedditSource, fetcher, dl, list_s=1.0))
    assert time.monotonic() - before < 10


def test_the_owner_can_stop_it(web: WebStub, dl: FakeGalleryDl) -> None:
    stop = threading.Event()
    dl.answers([post(1)], seconds=60)
    threading.Timer(0.3, stop.set).start()
    options = FetchOptions(contact="us@gesso.test")
    with Fetcher(options, guard=Guard(), stop=stop) as fetcher, pytest.raises(Interrupted):
        listed(site(RedditSource, fetcher, dl))


@pytest.mark.parametrize(
    "place",
    ["", "-o evil=1", "--exec=rm", "r/../x", "file:///etc/passwd", "https://elsewhere.test/r/x",
     "https://reddit.com.elsewhere.test/", "ytdl:https://www.reddit.com/", "r:https://reddit.com/",
     "recursive:https://x.test", "a b", "https://www.reddit.com/r/a\nb", "oauth:reddit"],
)  # fmt: skip
@pytest.mark.parametrize("kind", SITES)
def test_a_place_that_is_none_never_reaches_gallery_dl(
    kind: type[Site], place: str, fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    with pytest.raises(InputError):
        list(site(kind, fetcher, dl).finds(Wish((place,))))
    assert not dl.was_run


@pytest.mark.parametrize(
    ("kind", "place", "url"),
    [
        (RedditSource, "u/ann", "https://www.reddit.com/user/ann/submitted/"),
        (RedditSource, "https://old.reddit.com/r/x/top/", "https://old.reddit.com/r/x/top/"),
        (DeviantArtSource, "ann", "https://www.deviantart.com/ann/gallery/all"),
        (DeviantArtSource, "#sea", "https://www.deviantart.com/tag/sea"),
        (ArtStationSource, "ann", "https://www.artstation.com/ann"),
        (ArtStationSource, "https://ann.artstation.com/", "https://ann.artstation.com/"),
    ],
)
def test_short_words_for_a_place(
    kind: type[Site], place: str, url: str, fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    list(site(kind, fetcher, dl).finds(Wish((place,))))
    assert dl.command[-1] == url


def test_the_bytes_come_by_the_polite_fetcher(
    web: WebStub, fetcher: Fetcher, dl: FakeGalleryDl
) -> None:
    dl.answers([[3, "http://i.redd.it/pic.jpg", post(1)[2]]])
    web.hosts["i.redd.it"] = pictures
    one = site(RedditSource, fetcher, dl)
    delivery = one.fetch(listed(one)[0])

    assert delivery is not None
    assert delivery.name == "pic.jpg"
    assert web.seen[0].path == "/robots.txt"
    assert web.seen[1].headers["user-agent"] == fetcher.user_agent
    assert sys.modules.get("gallery_dl") is None
