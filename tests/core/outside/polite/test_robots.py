from __future__ import annotations

import time

import pytest

from gesso.core.outside.polite.robots import read

# The example of RFC 9309, 5.1.
SIMPLE = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("otherbot", "/example/page.html", False),
        ("otherbot", "/publications/", True),
        ("otherbot", "/a/b.gif", False),
        ("otherbot", "/a/b.gif?x", True),
        ("otherbot", "/elsewhere", True),
        ("foobot", "/elsewhere", False),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/allowed.gif", True),
        ("FooBot", "/example/disallowed.gif", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("bazbot", "/example/other.gif", True),
        ("quxbot", "/example/page.html", True),
    ],
)
def test_the_rfcs_simple_example(agent: str, path: str, *, allowed: bool) -> None:
    assert read(SIMPLE, agent).allows(path) is allowed


def test_the_longest_match_wins() -> None:
    # RFC 9309, 5.2.
    rules = read(
        "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
        "foobot",
    )

    assert rules.allows("/example/page/")
    assert not rules.allows("/example/page/disallowed.gif")


def test_of_equally_long_rules_the_one_that_allows_wins() -> None:
    assert read("user-agent: *\nDisallow: /page\nAllow: /page", "gesso").allows("/page")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        # RFC 9309, 2.2.2 and 2.2.3.
        ("/", "/anything", True),
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", True),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        ("/foo/bar/U+E38384", "/foo/bar/%E3%83%84", False),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", True),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", False),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-%2a.html", True),
        ("/path/foo-%24", "/path/foo-%24", True),
        ("/allow/here$", "/allow/here", True),
        ("/allow/here$", "/allow/here/not", False),
        ("*/x", "/a/b/x/y", True),
        ("/*.php", "/index.php?a", True),
        ("/*.php$", "/index.php?a", False),
        ("/*.php$", "/a.php/b.php", True),
        ("/a*a$", "/a", False),
        ("/a*b*c", "/axxbxxc", True),
        ("/a*b*c", "/axxcxxb", False),
        ("/fish*", "/fishheads", True),
        ("/fish", "/Fish", False),
        ("$", "/", False),
    ],
)
def test_a_pattern_matches(pattern: str, path: str, *, matches: bool) -> None:
    assert read(f"User-agent: *\nDisallow: {pattern}", "gesso").allows(path) is not matches


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent: *\rDisallow: /", False),
        ("USER-AGENT : *   # all\n  DISALLOW : /  # all", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: # nothing", True),
        ("Disallow: /", True),
        ("User-agent: gesso/1.0\nDisallow: /", False),
        ("User-agent: gessobot\nDisallow: /", True),
        ("User-agent: *\nSitemap: /s.xml\nUser-agent: other\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: gesso\nAllow: /", True),
        ("User-agent: gesso\nAllow: /a\n\nUser-agent: gesso\nDisallow: /p", False),
        ("<!doctype html><html>User-agent</html>", True),
        ("User-agent: *\nNoise\n\x00\x01\nDisallow: /", False),
    ],
)  # fmt: skip
def test_what_lies_around_the_rules_is_borne(text: str, *, allowed: bool) -> None:
    assert read(text, "gesso").allows("/p") is allowed


def test_robots_txt_itself_is_always_allowed() -> None:
    assert read("User-agent: *\nDisallow: /", "gesso").allows("/robots.txt")


@pytest.mark.parametrize(
    ("said", "delay_s"), [("10", 10), ("0.5", 0.5), ("soon", None), ("-3", None), ("nan", None)]
)
def test_a_crawl_delay_is_heard(said: str, delay_s: float | None) -> None:
    assert read(f"User-agent: *\nCrawl-delay: {said}", "gesso").delay_s == delay_s


def test_no_pattern_takes_long() -> None:
    text = "User-agent: *\n" + "\n".join(f"Disallow: /{'*a' * 1000}{n}$" for n in range(50))
    before = time.process_time()

    assert read(text, "gesso").allows("/" + "a" * 5000)
    assert time.process_time() - before < 1.0
