"""What an answer looks like: in lines, as a document, on a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gesso.cli.printing import QUIET, counted, say, stdout, table, title
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.disk import Disk, write_whole
from gesso.core.errors import InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.records.codec import to_plain
from gesso.core.records.works import Work
from gesso.make.hanging.sheet import Framed, hang_sheet
from gesso.search.records import Answer, Hit

_SHEET = 60
_WIDE, _WIDEST_TITLE, _WIDEST_WHY = 120, 46, 60


def plain(answer: Answer) -> dict[str, Any]:
    """An answer as a JSON document."""
    return {
        "hits": [_plain_hit(hit) for hit in answer.hits],
        "next": answer.next,
        "total": answer.total,
        "admitted": answer.admitted,
        "compared": to_plain(answer.compared) if answer.compared else None,
        "facets": {
            name: [{"value": value, "count": count} for value, count in values]
            for name, values in answer.facets.items()
        },
        "notes": list(answer.notes),
    }


def _plain_hit(hit: Hit) -> dict[str, Any]:
    told = {
        "work": hit.work.id,
        "title": hit.work.title,
        "creator": hit.work.creator,
        "date": hit.work.date,
        "style": hit.work.style,
        "score": hit.score,
        "band": hit.band,
    }
    reasons = [
        {"cause": one.cause, "says": one.says, "value": one.value, "places": one.places}
        for one in hit.reasons
    ]
    return told | {"reasons": reasons, "duplicates": list(hit.duplicates)}


def show(answer: Answer) -> None:
    """Write an answer to stdout."""
    title(_heading(answer))
    if answer.hits:
        is_wide = stdout().width >= _WIDE or not stdout().is_terminal
        rows = [_row(hit, is_wide=is_wide) for hit in answer.hits]
        # Where nothing was asked for they are the newest, and that is why.
        columns = 6 if any(hit.reasons for hit in answer.hits) else 4
        headings = ("work", "title", "artist", "date", "", "why")[:columns]
        table(headings, [row[:columns] for row in rows], right=(0,))
    if any(answer.facets.values()):
        say()
    for name, values in answer.facets.items():
        if values:
            told = ", ".join(f"{value} {count:,}" for value, count in values[:8])
            say(f"{name}: {told}")
    if answer.compared is not None and answer.compared.plan != "not asked":
        exact = "exact" if answer.compared.exact else "nearly exact"
        say(f"\n{answer.compared.space}: {answer.compared.plan} ({exact}).", style=QUIET)
    for note in answer.notes:
        say(note, style=QUIET)
    if answer.next:
        say(f"More with: --after {answer.next}", style=QUIET)


def _heading(answer: Answer) -> str:
    if not answer.hits:
        return "Nothing was found."
    shown = counted(len(answer.hits), "work")
    if answer.total == len(answer.hits):
        return f"{shown} found" if len(answer.hits) > 1 else "One work found"
    first = "best" if any(hit.reasons for hit in answer.hits) else "newest"
    if len(answer.hits) == 1:
        shown = "work"
    return f"The {first} {shown} of {'many' if answer.total is None else f'{answer.total:,}'}"


def _row(hit: Hit, *, is_wide: bool) -> tuple[object, ...]:
    work = hit.work
    why = "; ".join(reason.says for reason in hit.reasons)
    if hit.duplicates:
        why += f" (+{counted(len(hit.duplicates), 'copy', 'copies')})"
    most = _WIDEST_WHY if is_wide else _WIDEST_WHY // 2
    return (
        work.id,
        _cut(work.title or "untitled", _WIDEST_TITLE),
        _cut(work.creator, 26),
        _cut(work.date or _years(work), 12),
        hit.band if hit.reasons else "",
        _cut(why, most),
    )


def _years(work: Work) -> str:
    return "" if work.year_from is None else str(work.year_from)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def write_sheet(catalogue: Catalogue, answer: Answer, path: Path) -> None:
    """Hang the hits on one sheet.

    Raises:
        InputError: none of them has a picture, or too many are asked for.
        StorageError: the file cannot be written.
    """
    hung = [hit for hit in answer.hits if hit.work.thumbnails][:_SHEET]
    if not hung:
        if answer.hits:
            raise InputError("None of these works has a picture here.", "Leave out --sheet.")
        return
    framed = [
        Framed(decode(catalogue.thumbnail(hit.work, 512)).picture, _label(hit.work), _line(hit))
        for hit in hung
    ]
    write_whole(Disk(), path, encode(hang_sheet(framed), "image/png"))


def _label(work: Work) -> str:
    return _cut(f"{work.id}  {work.title or 'untitled'}", 60)


def _line(hit: Hit) -> str:
    told = "; ".join(reason.says for reason in hit.reasons) or hit.work.creator
    return _cut(told, 80)
