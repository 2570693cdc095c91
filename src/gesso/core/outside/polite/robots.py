"""robots.txt as RFC 9309 has it: which paths of a host we are asked to leave alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

# RFC 9309, 2.5: at least 500 KiB must be read; what lies beyond is left out.
MAX_BYTES = 512 * 1024
_MAX_LINE_CHARS = 2083 * 4
_LINES = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_LONGEST_DELAY_S = 3600.0


@dataclass(frozen=True)
class Rule:
    """One line of a group: `pattern` with its "*" and "$", normalised."""

    pattern: str
    allows: bool

    def matches(self, path: str) -> bool:
        """Whether the rule speaks of `path`, which is normalised.

        Walks along the pattern's pieces, so no pattern can make it slow.
        """
        pattern, at_end = self.pattern, self.pattern.endswith("$")
        first, *pieces = (pattern[:-1] if at_end else pattern).split("*")
        if not path.startswith(first):
            return False
        if not pieces:
            return not at_end or len(path) == len(first)
        here = len(first)
        for piece in pieces[:-1] if at_end else pieces:
            there = path.find(piece, here)
            if there < 0:
                return False
            here = there + len(piece)
        return not at_end or (path.endswith(pieces[-1]) and len(path) - len(pieces[-1]) >= here)


@dataclass(frozen=True)
class Rules:
    """What a robots.txt says to one crawler.

    Attributes:
        rules: all rules of the groups that speak to it.
        delay_s: seconds between two requests that it asks for (Crawl-delay, which the RFC leaves
            to each crawler), None where it says nothing.
    """

    rules: tuple[Rule, ...] = ()
    delay_s: float | None = None

    def allows(self, path: str) -> bool:
        """Whether `path` (with its query) may be fetched; the longest rule that matches decides.

        Of equally long rules the one that allows wins; /robots.txt itself is always allowed.
        """
        wanted = _normal(path)
        if wanted == "/robots.txt":
            return True
        matching = [rule for rule in self.rules if rule.matches(wanted)]
        best = max(matching, key=lambda rule: (len(rule.pattern), rule.allows), default=None)
        return best is None or best.allows


EVERYTHING = Rules()
NOTHING = Rules((Rule("/", allows=False),))


def read(text: str, agent: str) -> Rules:
    """What a robots.txt says to the crawler whose product token is `agent`.

    The groups that name it count together; where none does, those for "*". Anything that cannot
    be read is passed over, as the RFC wants.
    """
    ours = _Groups()
    all_others = _Groups()
    listening: list[_Groups] = []
    is_heading = False
    for line in _LINES.split(text.removeprefix("\ufeff")):
        key, _, value = line[:_MAX_LINE_CHARS].partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            listening = listening if is_heading else []
            is_heading = True
            if value.startswith("*"):
                listening.append(all_others)
            elif _product(value) == agent.lower():
                ours.is_named = True
                listening.append(ours)
        elif key in {"allow", "disallow", "crawl-delay"}:
            is_heading = False
            for group in listening:
                group.add(key, value)
    return (ours if ours.is_named else all_others).rules()


class _Groups:
    """The groups that speak to one crawler, taken together."""

    def __init__(self) -> None:
        self.is_named = False
        self._rules: dict[Rule, None] = {}
        self._delay_s: float | None = None

    def add(self, key: str, value: str) -> None:
        if key == "crawl-delay":
            self._delay_s = max(_delay_s(value), self._delay_s or 0.0) or None
        elif value:  # an empty rule says nothing
            self._rules[Rule(_normal(value), allows=key == "allow")] = None

    def rules(self) -> Rules:
        return Rules(tuple(self._rules), self._delay_s)


def _product(value: str) -> str:
    match = _TOKEN.match(value)
    return match[0].lower() if match else ""


def _delay_s(value: str) -> float:
    try:
        delay_s = float(value)
    except ValueError:
        return 0.0
    return min(delay_s, _LONGEST_DELAY_S) if delay_s > 0.0 else 0.0


def _normal(path: str) -> str:
    """Percent-encoding made one: what need not be encoded is not, and what must be is, in capitals.

    The characters that the rules themselves use stay encoded where they are.
    """
    parts = re.split(r"(%[0-9A-Fa-f]{2})", path)
    return "".join(
        _octet(part) if index % 2 else quote(part, safe="/:?#[]@!$&'()*+,;=~%")
        for index, part in enumerate(parts)
    )


def _octet(escape: str) -> str:
    octet = unquote_to_bytes(escape)
    is_plain = octet.isalnum() or octet in {b"-", b".", b"_", b"~"}
    return octet.decode("ascii") if is_plain and octet.isascii() else escape.upper()
