"""Lists of addresses, as img2dataset takes them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gesso.collect.sources.local.urls import UrlsOptions, UrlsSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import InputError
from gesso.core.outside.polite.fetched import Fetched
from gesso.core.records.finds import Find

from .conftest import RED, fetched

Put = Callable[..., Path]


class Asked:
    """Stands where the polite fetcher stands, and notes what it is asked."""

    def __init__(self) -> None:
        self.urls: list[tuple[str, str, str]] = []

    def get(self, url: str, *, accept: str = "picture", validator: str = "") -> Fetched | None:
        self.urls.append((url, accept, validator))
        return None if validator == "old" else Fetched(RED, "image/png", "etag", url, {})


def source(**options: Any) -> UrlsSource:
    return UrlsSource(UrlsOptions(**options), Asked())  # type: ignore[arg-type]  # as asked here


def finds(path: Path, **options: Any) -> list[Find]:
    return list(source(**options).finds(Wish((str(path),))))


def parquet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


ROWS = [
    {"url": "https://example.org/a.png", "caption": "a boat", "artist": "X", "score": "0.5"},
    {"url": "http://example.org/b.jpg?x=1", "caption": "", "artist": "", "score": "1"},
]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_every_kind_of_list_gives_the_same_finds(kind: str, put: Put) -> None:
    names = list(ROWS[0])
    lines = {
        "csv": "\n".join(",".join(row) for row in [names, *(row.values() for row in ROWS)]),
        "tsv": "\n".join("\t".join(row) for row in [names, *(row.values() for row in ROWS)]),
        "jsonl": "\n".join(str(row).replace("'", '"') for row in ROWS),
    }
    data = parquet(ROWS) if kind == "parquet" else lines[kind].encode()

    first, second = finds(put(f"list.{kind}", data))

    assert (first.source, first.identifier, first.url) == ("urls", ROWS[0]["url"], ROWS[0]["url"])
    assert (first.facts.text, first.facts.creator) == ("a boat", "X")
    assert first.facts.extra == {"score": "0.5"}
    assert second.url == ROWS[1]["url"]


def test_a_text_holds_one_address_a_line_and_each_is_offered_once(put: Put) -> None:
    text = "\ufeff# mine\nhttps://example.org/a.png\r\n\n  https://example.org/b.png \n"
    text += "https://example.org/a.png\n"

    found = finds(put("list.txt", text.encode()))

    assert [find.url for find in found] == [
        "https://example.org/a.png",
        "https://example.org/b.png",
    ]


def test_the_columns_may_be_named_and_are_guessed_otherwise(put: Put) -> None:
    data = b"SAMPLE_ID,PRIMARY IMAGE,TEXT,ALT\n7,https://example.org/a.png,one,two\n"
    path = put("list.csv", data)

    (guessed,) = finds(path)
    (named,) = finds(path, caption_column="ALT")

    assert guessed.facts.text == "one"
    assert named.facts.text == "two"
    assert guessed.facts.extra == {"SAMPLE_ID": "7"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/a.png",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///a.png",
        "https://user:secret@example.org/a.png",
        "https://example.org/a b.png",
        "https://example.org:port/a.png",
        "https://[::1/a.png",
        "https://example.org/\u202ea.png",
        "https://example.org/" + "a" * 5000,
        "data:image/png;base64,AAAA",
    ],
)
def test_what_is_no_address_is_told_by_its_line(url: str, put: Put) -> None:
    path = put("list.csv", f"url,title\n{url},x\nhttps://example.org/ok.png,y\n".encode())
    urls = source()

    found = list(urls.finds(Wish((str(path),))))

    assert [find.url for find in found] == ["https://example.org/ok.png"]
    (said,) = urls.complaints()
    assert "'list.csv', line 2" in said
    assert "secret" not in said
    assert "\u202e" not in said


def test_values_of_any_type_do_no_harm(put: Put) -> None:
    rows = '{"url": 7}\n{"url": ["x"]}\n{"url": "https://example.org/a.png", "caption": {"a": 1}}\n'
    urls = source()

    (find,) = urls.finds(Wish((str(put("list.jsonl", rows.encode())),)))

    assert find.facts.text == ""
    assert len(urls.complaints()) == 2


def test_an_address_may_be_a_place_itself() -> None:
    (find,) = source().finds(Wish(("https://example.org/a.png",)))

    assert find.identifier == "https://example.org/a.png"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.csv", b"a,b\n1,2\n", "no column of addresses"),
        ("list.parquet", b"PAR1 no", "no Parquet"),
        ("list.docx", b"", "no list that is read here"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(name: str, data: bytes, said: str, put: Put) -> None:
    with pytest.raises(InputError, match=said):
        finds(put(name, data))


def test_a_line_without_an_address_costs_that_line_alone(put: Put) -> None:
    urls = source()
    path = put("list.jsonl", b'{"title": "lost"}\n{"url": "https://example.org/a.png"}\n{}\n')

    (find,) = urls.finds(Wish((str(path),)))

    assert find.identifier == "https://example.org/a.png"
    assert urls.complaints() == (
        "'list.jsonl', line 1: there is no address.",
        "'list.jsonl', line 3: there is no address.",
    )
    with pytest.raises(InputError, match="no column of addresses"):
        finds(put("none.jsonl", b'{"title": "lost"}\n'))


def test_no_list_and_a_missing_list_are_refused() -> None:
    for places in ((), ("nowhere.csv",), ("https://user:pw@example.org/",)):
        with pytest.raises(InputError):
            list(source().finds(Wish(places)))


def test_a_broken_parquet_gives_what_came_before(put: Put) -> None:
    data = bytearray(parquet([{"url": f"https://example.org/{n}.png"} for n in range(5000)]))
    data[200:260] = b"\0" * 60
    urls = source()

    with pytest.raises(InputError, match="no Parquet"):
        list(urls.finds(Wish((str(put("list.parquet", bytes(data))),))))


def test_bytes_come_over_the_polite_fetcher_and_only_if_they_changed() -> None:
    asked = Asked()
    urls = UrlsSource(UrlsOptions(), asked)  # type: ignore[arg-type]  # as asked here
    find = Find("urls", "https://example.org/art/boat.png", url="https://example.org/art/boat.png")

    delivery = fetched(urls, find)

    assert (delivery.data, delivery.name, delivery.validator) == (RED, "boat.png", "etag")
    assert urls.fetch(find, "old") is None
    assert asked.urls == [(find.url, "picture", ""), (find.url, "picture", "old")]


def test_the_limit_ends_the_list(put: Put) -> None:
    lines = "".join(f"https://example.org/{number}.png\n" for number in range(9))

    assert len(list(source().finds(Wish((str(put("a.txt", lines.encode())),), limit=4)))) == 4
