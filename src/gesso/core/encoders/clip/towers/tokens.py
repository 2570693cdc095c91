"""From words to what a word tower reads: numbers of tokens, cut or filled to one length."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from gesso.core.encoders.clip.model.folder import TOKENIZER, WordRules
from gesso.core.errors import SettingsError

Numbers = NDArray[np.int64]

_BLANKS = re.compile(r"\s+")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
# FLORES-200: a language and its script, as the NLLB models name them.
_CODE = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
# Far beyond any tower's length: the tokens of what follows would be cut off.
_MOST_CHARACTERS = 20_000


class Named(Protocol):
    """A folder of a model, and what it is called."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def name(self) -> str:
        """As the owner calls it."""
        ...


class Tokens:
    """The tokenizer of one model.

    Args:
        folder: the model.
        rules: of its words.
        language: of the words ("de"), for towers that are told it; others pass it over.

    Raises:
        SettingsError: tokenizer.json is damaged, lacks its pad token, or does not know the
            language.
    """

    def __init__(self, folder: Named, rules: WordRules, language: str = "en") -> None:
        self._rules = rules
        self._name = folder.name
        self._tokenizer = _opened(folder)
        self._pad = self._pad_number()
        first, self._end = self._edges()
        self._before, self._prefix = self._placed(language, first)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def read(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """The tokens of texts, and which of them are words.

        Returns:
            (texts, length) int64 each: the numbers, and 1 where there is a token, 0 where it was
            filled.
        """
        length = self._rules.length
        numbers = np.full((len(texts), length), self._pad, dtype=np.int64)
        are_words = np.zeros((len(texts), length), dtype=np.int64)
        for row, text in enumerate(texts):
            found = self._of(text)
            numbers[row, : len(found)] = found
            are_words[row, : len(found)] = 1
        return numbers, are_words

    def _of(self, text: str) -> list[int]:
        room = max(0, self._rules.length - len(self._before) - len(self._end))
        said = self._prefix + cleaned(text, self._rules)
        middle = self._tokenizer.encode(said, add_special_tokens=False).ids[:room]
        return [*self._before, *middle, *self._end][: self._rules.length]

    def _edges(self) -> tuple[list[int], list[int]]:
        """What the tokenizer puts before and after every text."""
        marked = self._tokenizer.encode("a").ids
        plain = self._tokenizer.encode("a", add_special_tokens=False).ids
        for at in range(len(marked) - len(plain) + 1):
            if marked[at : at + len(plain)] == plain:
                return marked[:at], marked[at + len(plain) :]
        return [], []

    def _placed(self, language: str, first: list[int]) -> tuple[list[int], str]:
        """What stands before every text, the language among it, and what is put into the text.

        A tokenizer that puts a language before its texts is given the right one in its place;
        one that knows languages and puts none is told in the text, as its users do.
        """
        if self._tokenizer.token_to_id("eng_Latn") is None:
            return first, ""
        code, number = self._code(language)
        are_codes = [_CODE.fullmatch(self._tokenizer.id_to_token(token) or "") for token in first]
        if not any(are_codes):
            return first, code
        pairs = zip(first, are_codes, strict=True)
        return [number if is_code else token for token, is_code in pairs], ""

    def _code(self, language: str) -> tuple[str, int]:
        """A language's code, and its number among the tokens."""
        code = flores_code(language)
        number = self._tokenizer.token_to_id(code)
        if number is None:
            raise SettingsError(
                f"The model '{self._name}' does not know the language '{language}' ({code}).",
                "Choose another by the option 'language' in [encoders.clip].",
            )
        return code, number

    def _pad_number(self) -> int:
        token = self._rules.pad_token
        if not token and self._tokenizer.padding:
            token = str(self._tokenizer.padding.get("pad_token", ""))
        number = self._tokenizer.token_to_id(token) if token else None
        if number is None:
            told = (
                f"its pad token {token!r:.40} is not among its tokens" if token else "it names none"
            )
            raise SettingsError(
                f"The model '{self._name}' cannot fill a short text: {told}.",
                "Put its pad_token into textual/tokenizer_config.json, or pull it again.",
            )
        return int(number)


def cleaned(text: str, rules: WordRules) -> str:
    """A text as the tower was taught: blanks as one, and canonical where it was."""
    text = text[:_MOST_CHARACTERS]
    if rules.is_canonical:
        text = text.replace("_", " ").translate(_PUNCTUATION).lower()
    return _BLANKS.sub(" ", text).strip()


def flores_code(language: str) -> str:
    """The FLORES-200 code of a language: "deu_Latn" for "de", "de-AT" or "deu_Latn".

    Raises:
        SettingsError: it is not known.
    """
    if _CODE.fullmatch(language):
        return language
    codes = _codes()
    wish = language.replace("_", "-").lower()
    found = codes.get(wish) or codes.get(wish.partition("-")[0])
    if found is None:
        near = get_close_matches(wish, codes, n=1)
        guess = f"Did you mean '{near[0]}'? " if near else ""
        raise SettingsError(
            f"There is no language '{language}' here.",
            f"{guess}Write it as in ISO 639 ('de'), or as FLORES-200 does ('deu_Latn').",
        )
    return found


def _codes() -> dict[str, str]:
    text = files(__package__).joinpath("languages.txt").read_text("utf-8")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {short: code for short, code, *_ in lines}


def _opened(folder: Named) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(folder.path / TOKENIZER))
    except Exception as error:  # the library raises nothing narrower
        said = " ".join(str(error).split())[:160]
        raise SettingsError(
            f"The model '{folder.name}' cannot be used: {TOKENIZER}: {said}.",
            f"Copy or pull it again; it lies in {folder.path}.",
        ) from error
