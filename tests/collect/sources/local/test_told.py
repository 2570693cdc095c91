"""What is told beside a picture: others' fields, sidecars, tables, and their licences."""

from __future__ import annotations

import io
import json
import string
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.collect.sources.local.folder import FolderSource
from gesso.collect.sources.local.told.fields import Told, together, told_by
from gesso.collect.sources.local.told.recipes import told_by_file
from gesso.collect.sources.local.told.tables import TABLES
from gesso.collect.sources.local.told.xmp import told_by_xmp
from gesso.core.errors import InputError
from gesso.core.pixels.metadata.containers import png_chunk
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

from .conftest import RED, fetched

Put = Callable[..., Path]
Listed = Callable[..., list[Find]]

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
<rdf:Description photoshop:DateCreated="1872">
<dc:title><rdf:Alt><rdf:li xml:lang="fr">Impression</rdf:li>
<rdf:li xml:lang="x-default">Impression, Sunrise</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Claude Monet</rdf:li><rdf:li>A Pupil</rdf:li></rdf:Seq></dc:creator>
<dc:subject><rdf:Bag><rdf:li>harbour</rdf:li><rdf:li>sun</rdf:li></rdf:Bag></dc:subject>
<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


# Fields ------------------------------------------------------------------------------------


def test_a_row_is_read_by_what_its_columns_are_called() -> None:
    told = told_by(
        {
            "Object Title": "The Milkmaid",
            "Artist Display Name": "Johannes Vermeer",
            "Object Date": "c. 1660",
            "Object Begin Date": "1658",
            "Object End Date": 1661,
            "Medium": "oil on canvas",
            "Classification": "Paintings",
            "Culture": "Dutch",
            "Tags": "milk|bread; window",
            "License": "CC0 1.0",
            "Credit Line": "Rijksmuseum",
            "Gallery Number": "2.08",
        }
    )

    assert told == Told(
        Facts(
            title="The Milkmaid",
            creator="Johannes Vermeer",
            date="c. 1660",
            year_from=1658,
            year_to=1661,
            medium="oil on canvas",
            kind="Paintings",
            place="Dutch",
            tags=("milk", "bread", "window"),
            extra={"Gallery Number": "2.08"},
        ),
        Rights("CC0-1.0", "Rijksmuseum"),
    )


def test_what_gallery_dl_writes_is_read() -> None:
    told = told_by(
        {
            "category": "deviantart",
            "title": "Harbour",
            "author": {"username": "painter-7", "userid": "A-1"},
            "date": "2024-05-06 07:08:09",
            "description": "Study\nfrom life",
            "tags": ["harbour", "oil"],
            "url": "https://example.org/art/1",
            "license": "https://creativecommons.org/licenses/by-nc-sa/3.0/",
        }
    )

    facts, rights = told.facts, told.rights
    assert (facts.title, facts.creator, facts.tags) == ("Harbour", "painter-7", ("harbour", "oil"))
    assert facts.text == "Study\nfrom life"
    assert (facts.year_from, facts.year_to) == (2024, 2024)
    assert rights.licence == "CC-BY-NC-SA-3.0"
    assert rights.url == "https://creativecommons.org/licenses/by-nc-sa/3.0/"
    assert facts.extra["category"] == "deviantart"


@pytest.mark.parametrize(
    ("date", "years"),
    [
        ("1654", (1654, 1654)),
        ("1650-1655", (1650, 1655)),
        ("1650–55", (None, None)),
        ("2024-05-06", (2024, 2024)),
        ("c. 1654?", (None, None)),
        (True, (None, None)),
        (10**30, (None, None)),
        (-2000, (-2000, -2000)),
        ("", (None, None)),
    ],
)
def test_years_are_those_that_a_date_allows(
    date: object, years: tuple[int | None, int | None]
) -> None:
    facts = told_by({"year": date}).facts

    assert (facts.year_from, facts.year_to) == years


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("CC BY 4.0", Rights("CC-BY-4.0")),
        ("Whatever they say", Rights()),
        (
            "https://creativecommons.org/publicdomain/zero/1.0/",
            Rights("CC0-1.0", url="https://creativecommons.org/publicdomain/zero/1.0/"),
        ),
        ("javascript:alert('CC0')//", Rights("CC0-1.0")),
    ],
)
def test_a_licence_is_recognised_or_unknown(text: str, rights: Rights) -> None:
    assert told_by({"Licence": text}).rights == rights


def test_of_several_tellings_the_first_that_says_something_counts() -> None:
    table = Told(Facts(title="From the table", tags=("a",)), Rights(credit="Mine"))
    other = Told(
        Facts(title="Other", creator="Someone", tags=("a", "b"), extra={"n": 1}),
        Rights("CC0-1.0", "Theirs", "https://x.org"),
    )

    assert together(table, other) == Told(
        Facts(title="From the table", creator="Someone", tags=("a", "b"), extra={"n": 1}),
        Rights("CC0-1.0", "Mine", "https://x.org"),
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["title", "artist", "year", "tags", "licence", "text", "x"]) | st.text()


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_whatever_a_row_holds_its_facts_can_be_kept_and_shown(row: dict[str, object]) -> None:
    told = told_by(row)

    lines = [told.facts.title, told.facts.creator, *told.facts.tags, told.rights.credit]
    assert all(line.replace("\n", "").isprintable() for line in lines)
    json.dumps([told.facts.text, dict(told.facts.extra)], allow_nan=False).encode()
    told.facts.text.encode()
    assert len(told.facts.title) <= 500
    assert len(told.facts.tags) <= 100


# Sidecars ----------------------------------------------------------------------------------


def test_xmp_json_text_and_tables_beside_a_picture_are_read(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    put("a.png")
    put("a.xmp", XMP)
    put("b.png")
    put("b.png.json", b'\xef\xbb\xbf{"title": "B", "artist": "X", "negative_prompt": "fog"}')
    put("c.jpg")
    put("c.txt", b"a caption\nof two lines")
    put("d.png")
    put("d.txt", b"a lighthouse\nNegative prompt: fog\nSteps: 20, Sampler: Euler, Seed: 7")
    put(
        "list.csv",
        '\ufefffilename;Titel;title;artist\n"e.png";x;"E\nof ""two"" lines";Ärtist\n'.encode(),
    )
    put("e.png")
    put("e.json", b'{"title": "not E", "medium": "ink"}')

    a, b, c, d, e = (find.facts for find in listed(tmp_path / "art"))

    assert (a.title, a.creator) == ("Impression, Sunrise", "Claude Monet, A Pupil")
    assert (a.tags, a.date, a.year_from) == (("harbour", "sun"), "1872", 1872)
    assert (b.title, b.creator, b.extra) == ("B", "X", {"negative_prompt": "fog"})
    assert c.text == "a caption\nof two lines"
    assert (d.text, d.extra["seed"], d.extra["negative"]) == ("a lighthouse", 7, "fog")
    assert (e.title, e.creator, e.medium) == ('E\nof "two" lines', "Ärtist", "ink")
    assert source.complaints() == ()


def test_a_table_at_the_root_names_files_below_and_the_nearer_one_counts_more(
    put: Put, tmp_path: Path, listed: Listed
) -> None:
    put(
        "metadata.jsonl",
        b'{"file_name": "x/a.png", "title": "far"}\n{"file_name": "y/a.png", "title": "Y"}',
    )
    put("x/a.png")
    put("x/near.csv", b"path,title\n./a.png,near\n")
    put("y/a.png")
    put("z/a.png")

    titles = [find.facts.title for find in listed(tmp_path / "art")]

    assert titles == ["near", "Y", ""]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b"{", "was not read"),
        ("a.json", b"[1, 2]", "no JSON object"),
        ("a.json", b"[" * 200_000, "was not read"),
        ("a.json", b"{}" + b" " * (1 << 20), "more than the 1,048,576"),
        ("a.xmp", b"<x", "was not read"),
        ("a.xmp", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "was not read"),
        ("a.csv", b'file,title\na.png,"never closed\nb.png,B\n', "line 2: a quote is opened"),
        ("a.csv", b"file,title\na.png,one,too many\n", "line 2: it has 3 values under 2 names"),
        ("a.jsonl", b'{"file": "b.png"}\n{"file": "a.png",}\n', "line 2"),
    ],
)
def test_a_bad_sidecar_is_told_and_the_picture_is_offered(
    name: str,
    data: bytes,
    said: str,
    put: Put,
    tmp_path: Path,
    source: FolderSource,
    listed: Listed,
) -> None:
    put("a.png")
    put(name, data)

    (find,) = listed(tmp_path / "art")

    assert find.facts == Facts()
    assert said in source.complaints()[0]
    assert name in source.complaints()[0]


def test_a_sidecar_opens_nothing_that_it_names(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    (tmp_path / "secret.png").write_bytes(RED)
    put("a.png")
    put("list.csv", b"file,title\n../secret.png,S\n/etc/passwd,P\na.png,A\n")

    assert [(find.identifier, find.facts.title) for find in listed(tmp_path / "art")] == [
        ("a.png", "A")
    ]


def test_what_stands_beside_counts_more_than_what_stands_inside(
    put: Put, tmp_path: Path, source: FolderSource, listed: Listed
) -> None:
    chunk = b"XML:com.adobe.xmp\0\0\0\0\0" + XMP
    put("a.png", RED[:33] + png_chunk(b"iTXt", chunk) + RED[33:])
    put("a.json", b'{"title": "Mine"}')
    (find,) = listed(tmp_path / "art")

    told = fetched(source, find).find

    assert told is not None
    assert (told.facts.title, told.facts.creator) == ("Mine", "Claude Monet, A Pupil")
    assert told.rights.licence == "CC-BY-4.0"


COMFY = {
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 7, "positive": ["6", 0], "model": ["4", 0], "steps": 20},
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dream.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a boat"}},
}
A1111 = "a boat\nNegative prompt: fog\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 7, Model: m"
SWARM = {"sui_image_params": {"prompt": "a boat", "seed": 7, "model": "m"}}
FOOOCUS = {"prompt": "a boat", "seed": "7", "base_model": "m", "version": "Fooocus v2.5.5"}


@pytest.mark.parametrize(
    ("program", "texts"),
    [
        ("a1111", {"parameters": A1111}),
        ("comfyui", {"prompt": json.dumps(COMFY)}),
        ("invokeai", {"invokeai_metadata": '{"positive_prompt": "a boat", "seed": 7}'}),
        ("swarmui", {"parameters": json.dumps(SWARM)}),
        ("fooocus", {"parameters": json.dumps(FOOOCUS), "fooocus_scheme": "fooocus"}),
    ],
)
def test_a_recipe_of_another_program_is_told_with_the_delivery(
    program: str,
    texts: dict[str, str],
    put: Put,
    tmp_path: Path,
    source: FolderSource,
    listed: Listed,
) -> None:
    chunks = [png_chunk(b"tEXt", f"{key}\0{text}".encode()) for key, text in texts.items()]
    put("made.png", RED[:33] + b"".join(chunks) + RED[33:])
    (find,) = listed(tmp_path / "art")

    told = fetched(source, find).find

    assert told is not None
    assert told.facts.text == "a boat"
    assert (told.facts.extra["recipe"], told.facts.extra["seed"]) == (program, 7)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", RED[:40], b"RIFF\0\0\0\0WEBP", b"II*\0" * 9])
def test_a_damaged_file_tells_nothing_and_raises_nothing(data: bytes) -> None:
    assert told_by_file(data) == Told()


@given(st.binary(max_size=400))
def test_no_bytes_make_the_xmp_reader_fail_in_words_of_its_own(data: bytes) -> None:
    with suppress(ValueError):
        told_by_xmp(data)


# Tables ------------------------------------------------------------------------------------


def rows(kind: str, data: bytes) -> tuple[list[tuple[int, dict[str, object]]], list[str]]:
    said: list[str] = []
    read = TABLES.open(kind)
    return [(row.line, dict(row.values)) for row in read(io.BytesIO(data), said.append)], said


def test_a_csv_may_be_ragged_and_each_bad_row_is_told_by_its_line() -> None:
    data = b'id,title,artist\n1,"Quoted, comma",A\n2,too,many,columns,here\n3,short\n'
    data += b'4,"two\nlines",D\n5,nul\x00,C\n6,"unclosed,B\n7,lost,E\n'

    found, said = rows("csv", data)

    assert found == [
        (2, {"id": "1", "title": "Quoted, comma", "artist": "A"}),
        (4, {"id": "3", "title": "short"}),
        (5, {"id": "4", "title": "two\nlines", "artist": "D"}),
        (7, {"id": "5", "title": "nul", "artist": "C"}),
    ]
    assert said == [
        "line 3: it has 5 values under 3 names",
        "line 8: a quote is opened and never closed; 2 lines are lost in it",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_may_come_from_any_spreadsheet(encoding: str, delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in [("url", "artist"), ("u", "Édouard"), ("v", "")])

    found, said = rows("csv", text.encode(encoding))

    assert [values for _, values in found] == [
        {"url": "u", "artist": "Édouard"},
        {"url": "v", "artist": ""},
    ]
    assert said == []


def test_json_lines_pass_over_what_is_no_object() -> None:
    data = (
        b'{"a": 1}\nnull\n\n[]\n{"a":}\n"text"\n\xef\xbb\xbf{"a": 2}\n{"a": "caf\xe9"}\n{"a": NaN}'
    )

    found, said = rows("jsonl", data)

    assert found == [(1, {"a": 1}), (7, {"a": 2}), (8, {"a": "café"}), (9, {"a": None})]
    assert [line.partition(":")[0] for line in said] == ["line 2", "line 4", "line 5", "line 6"]


def test_a_line_without_end_is_told_and_passed_over() -> None:
    found, said = rows("jsonl", b'{"a": 1}\n"' + b"x" * (20 << 20) + b'"\n{"a": 2}\n')

    assert [line for line, _ in found] == [1, 3]
    assert "longer than" in said[0]


@given(st.text(alphabet=string.printable + '"é\u202e\0'), st.sampled_from(["csv", "jsonl", "text"]))
def test_no_text_makes_a_table_fail_in_words_of_its_own(text: str, kind: str) -> None:
    with suppress(InputError):
        rows(kind, text.encode("utf-8", "surrogatepass"))
