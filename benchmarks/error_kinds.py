"""Every fault of every stub: which of our errors it is, how many calls it takes, what is said.

Each adapter meets each fault that its wire knows, over real HTTP. The bar is what the tests hold
each fault to (`tests/contracts/test_llm_faults.py`, `tests/make/painters`): the right kind, the
right number of calls, one clear sentence that names no secret.

    python benchmarks/error_kinds.py [--sentences]
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gesso.core.errors import OutsideError
from stubs import KEY, of_tests
from wires import DEEDS, Deed, done

# One sentence, and perhaps one of advice; each begins with a capital or a name in quotes.
_SENTENCES = re.compile(r"^[A-Z'].{10,400}[.…]( [A-Z'`].*[.…])?$")

Fate = tuple[str, int]
OF_LLMS = of_tests("contracts.test_llm_faults").FATES
OF_PAINTERS: Mapping[str, Mapping[str, tuple[type[OutsideError], int, str]]] = {
    "gemini": of_tests("make.painters.test_gemini").FAULTS,
    "openai": of_tests("make.painters.test_openai").FAULTS,
    "fal": of_tests("make.painters.test_fal").ALL,
}


@dataclass(frozen=True)
class Row:
    """What came of one fault."""

    deed: str
    fault: str
    kind: str
    calls: int
    rows: int
    sentence: str
    wanted: Fate | None

    @property
    def verdict(self) -> str:
        """What is wrong with it, "" for nothing."""
        if self.wanted is not None and (self.kind, self.calls) != self.wanted:
            return f"WANTED {self.wanted[0]} in {self.wanted[1]}"
        if self.calls != self.rows:
            return f"{self.rows} ROWS"
        if KEY in self.sentence:
            return "TELLS THE KEY"
        if self.sentence and not _SENTENCES.match(self.sentence):
            return "NO CLEAR SENTENCE"
        return ""


def wanted_of(deed: Deed, fault: str) -> Fate | None:
    """What the tests hold a fault to; None where they hold it by a test of its own."""
    provider, _, does = deed.name.partition(" ")
    if does == "answers":
        kind, calls, _ = OF_LLMS[provider][fault]
        return (kind.kind if kind else "mended"), calls
    found = OF_PAINTERS[provider].get(fault)
    return (found[0].kind, found[1]) if found else None


def rows() -> Iterator[Row]:
    for deed in DEEDS:
        for fault in deed.faults:
            with done(deed, fault) as case:
                kind = case.error.kind if case.error else "mended"
                said = str(case.error) if case.error else ""
                booked = len(case.ledger.calls())
                wanted = wanted_of(deed, fault)
                yield Row(deed.name, fault, kind, len(case.stub.calls), booked, said, wanted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", action="store_true", help="print what is said, too")
    asked = parser.parse_args()
    found = []
    print(f"{'deed':<16}{'fault':<16}{'kind':<17}{'calls':>6}{'rows':>6}")
    for row in rows():
        found.append(row)
        said = f"  {row.sentence}" if asked.sentences else ""
        print(f"{row.deed:<16}{row.fault:<16}{row.kind:<17}{row.calls:>6}{row.rows:>6}"
              f"  {row.verdict}{said}", flush=True)  # fmt: skip
    held = sum(row.wanted is not None for row in found)
    wrong = [row for row in found if row.verdict]
    print(
        f"{len(found)} faults, {held} with a fate in the tests' tables; wrong: {len(wrong)} (bar 0)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
