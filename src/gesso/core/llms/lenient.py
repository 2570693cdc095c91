"""JSON out of what a model says: from prose and fences, with the slips that models make."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_FENCE = re.compile(r"```[a-zA-Z0-9_-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_THOUGHTS = re.compile(r"\s*<think(?:ing)?>", re.IGNORECASE)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "NaN": "null"}
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
# More candidates than any honest answer holds; a hostile one must not cost seconds.
_MOST_STARTS = 64
_MOST_OPEN = 8
_LONGEST = 2**18


def parse(text: str) -> dict[str, Any] | None:
    """Read the JSON object in a model's answer.

    Tried in turn: the text as it is, what stands in code fences, and each object that begins in
    the text; each first as it is, then mended (comments, trailing commas, single quotes, bare
    keys, Python's words, line breaks inside strings). An object that is cut off is not
    completed: what is missing would be made up.

    Returns:
        The largest object found by the first way that finds any, None for none.
    """
    text = _without_thoughts(text[:_LONGEST]).strip().lstrip("\ufeff")
    for candidates in (_whole(text), _fenced(text), _begun(text)):
        found = [read for candidate in candidates if (read := _object(candidate)) is not None]
        if found:
            return max(found, key=lambda read: len(json.dumps(read)))
    return None


def _without_thoughts(text: str) -> str:
    """What follows the thinking that some models say aloud first."""
    end = _THOUGHT.search(text) if _THOUGHTS.match(text) else None
    return text[end.end() :] if end else text


def _whole(text: str) -> Iterator[str]:
    yield text


def _fenced(text: str) -> Iterator[str]:
    for match in _FENCE.finditer(text):
        yield match[1].strip()


def _begun(text: str) -> Iterator[str]:
    """Each stretch from a brace to its partner, the outermost only."""
    at, open_ends = 0, 0
    for _ in range(_MOST_STARTS):
        start = text.find("{", at)
        if start < 0 or open_ends == _MOST_OPEN:
            return
        end = _partner(text, start)
        if end is None:
            at, open_ends = start + 1, open_ends + 1
            continue
        yield text[start:end]
        at = end


def _partner(text: str, start: int) -> int | None:
    """Behind the brace that closes the one at `start`; strings are stepped over."""
    depth, quote, at = 0, "", start
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter == '"':
            quote = letter
        elif letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None


def _object(text: str) -> dict[str, Any] | None:
    if "{" not in text:
        return None
    for attempt in (text, None):
        try:
            read = json.loads(_mended(text) if attempt is None else attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return read if isinstance(read, dict) else None
    return None


def _mended(text: str) -> str:
    """The text with the slips of models mended, strings left as they are."""
    out: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in "\"'":
            string, at = _string(text, at)
            out.append(string)
        elif text.startswith("//", at) or text.startswith("/*", at):
            at = _behind_comment(text, at)
        elif letter == "," and _is_idle(text, at):
            at += 1
        elif (word := _WORD.match(text, at)) is not None:
            out.append(_word(text, word))
            at = word.end()
        else:
            out.append(letter)
            at += 1
    return "".join(out)


def _is_idle(text: str, comma: int) -> bool:
    """Whether a comma separates nothing: it stands first or last between its braces."""
    at = comma - 1
    while at >= 0 and text[at].isspace():
        at -= 1
    return text[max(at, 0)] in "{[," or _next(text, comma + 1) in ("}", "]", "")


def _string(text: str, start: int) -> tuple[str, int]:
    """The string that begins at `start` in double quotes, and where it ends."""
    quote, at = text[start], start + 1
    letters: list[str] = []
    while at < len(text) and text[at] != quote:
        if text[at] == "\\" and at + 1 < len(text):
            pair = text[at : at + 2]
            letters.append(pair[1] if pair == "\\'" else pair)
            at += 2
            continue
        letters.append('\\"' if text[at] == '"' else text[at])
        at += 1
    return f'"{"".join(letters)}"', at + 1


def _behind_comment(text: str, at: int) -> int:
    end = text.find("\n" if text[at + 1] == "/" else "*/", at + 2)
    if end < 0:
        return len(text)
    return end if text[at + 1] == "/" else end + 2


def _next(text: str, at: int) -> str:
    """The next letter that counts, "" at the end."""
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("//", at) or text.startswith("/*", at):
            at = _behind_comment(text, at)
        else:
            return text[at]
    return ""


def _word(text: str, word: re.Match[str]) -> str:
    if _next(text, word.end()) == ":":
        return json.dumps(word[0])
    return _WORDS.get(word[0], word[0])
