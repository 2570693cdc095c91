"""Words are cut to the stems that SQLite's full text knows."""

from __future__ import annotations

import sqlite3

import pytest

from gesso.search.words.stemming import stem, tokens

WORDS = (
    "paintings",
    "painted",
    "painting",
    "ships",
    "horses",
    "riding",
    "ponies",
    "caresses",
    "agreed",
    "plastered",
    "motoring",
    "conflated",
    "hopping",
    "falling",
    "happy",
    "relational",
    "conditional",
    "vietnamization",
    "triplicate",
    "formalize",
    "electrical",
    "hopefulness",
    "adjustment",
    "replacement",
    "adoption",
    "effective",
    "probate",
    "controlling",
    "skies",
    "women",
    "children",
    "portraits",
    "harbour",
    "lilies",
    "cathedrals",
    "flies",
    "dying",
    "generalizations",
    "1920s",
    "oscillate",
)


def test_words_have_the_stems_of_the_full_text():
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='porter unicode61')")
    database.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", enumerate(WORDS))
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    theirs = {WORDS[row]: term for term, row in database.execute("SELECT term, doc FROM v")}

    assert {word: stem(word) for word in WORDS} == theirs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Édouard Manet's", ["edouard", "manet", "s"]),
        ("", []),
        ("—!", []),
        ("Öl 1888", ["ol", "1888"]),
    ],
)
def test_a_text_is_parted_into_plain_words(text, words):
    assert tokens(text) == words
