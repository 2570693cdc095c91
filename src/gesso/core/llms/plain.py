"""Words of strangers: laid before a model so that they cannot speak as us, and read back plain."""

from __future__ import annotations

import json
import unicodedata
from importlib.resources import files
from typing import Annotated, Any

from pydantic import AfterValidator, Field

_STRANGERS = (files("gesso.core.llms") / "words" / "strangers.txt").read_text("utf-8").strip()
# Marks that make a terminal show other words than those that stand there.
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(words: str) -> str:
    """Make one line of words: white space once, no control characters, composed letters."""
    spaced = " ".join(unicodedata.normalize("NFC", words).split())
    return "".join(sign for sign in spaced if not _is_control(sign)).strip()


Phrase = Annotated[str, Field(max_length=400), AfterValidator(plain)]
"""A few words of a model, on one line."""

Sentences = Annotated[str, Field(max_length=1_500), AfterValidator(plain)]
"""A few sentences of a model, on one line."""

Text = Annotated[str, Field(max_length=8_000), AfterValidator(plain)]
"""A text of a model, on one line."""


def instructions(package: str, name: str) -> str:
    """Read our own words for a model: `words/NAME.txt` of a package, and how strangers are heard.

    Args:
        package: dotted, as in "gesso.make.writers.llm".
        name: of the file, without its ending.
    """
    own = (files(package) / "words" / f"{name}.txt").read_text("utf-8").strip()
    return f"{own}\n\n{_STRANGERS}"


def material(**parts: Any) -> str:
    """Lay down what a model shall work on as one JSON object.

    Whatever a stranger writes stays inside its quotes: no quote, brace or line break of theirs
    can end the place where their words stand.

    Args:
        parts: plain values by their names; tuples become lists.
    """
    return json.dumps(parts, ensure_ascii=False, indent=1)


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs"} or sign in _TURNS_TEXT_ROUND
