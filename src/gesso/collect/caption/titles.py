"""Whether a work has a title, or only the name that a camera or a program gave its file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from gesso.core.records.works import Caption, Work

_GIVEN_BY_MACHINES = re.compile(
    r"""(?ix)
    \b(?:img|image|images|imag|dsc|dscn|dscf|dcim|pxl|mvimg|vid|scan|scanned|picture|pic|photo
    |file|untitled|unnamed|unknown|download|downloads|screenshot|screen|shot|whatsapp|signal
    |telegram|fb|copy|final|edit|edited|full|large|original|default|thumb|no|nr|page|p)\b
    """
)
_SEPARATORS = re.compile(r"[\W_\d]+")
_HASH = re.compile(r"(?i)(?:[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_LEAST_LETTERS = 3


def needs_title(work: Work, captions: Iterable[Caption]) -> bool:
    """Whether a work has no title but one that a machine gave it.

    That is no title at all, a title that a captioner gave before, or the name of its file where
    no person would have named a picture so: "IMG_2041", "scan 3", a hash.

    Args:
        work: its record.
        captions: what is said of it.
    """
    by_machine = {one.title for one in captions if one.title and not one.maker.is_person}
    by_person = {one.title for one in captions if one.title and one.maker.is_person}
    if work.title in by_person:
        return False
    says_nothing = is_file_name(work) and is_by_machine(work.title)
    return not work.title or work.title in by_machine or says_nothing


def is_file_name(work: Work) -> bool:
    """Whether its title is nothing but its file's name."""
    files = (work.provenance.identifier, work.provenance.source)
    return work.title in {PurePath(name.replace("\\", "/")).stem for name in files if name}


def is_by_machine(name: str) -> bool:
    """Whether a file's name holds no word that a person would have chosen."""
    if _HASH.search(name):
        return True
    words = _SEPARATORS.sub(" ", _GIVEN_BY_MACHINES.sub(" ", _SEPARATORS.sub(" ", name)))
    return not any(len(word) >= _LEAST_LETTERS for word in words.split())
