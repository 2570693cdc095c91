"""Rights as IIIF wants them: an address at Creative Commons or RightsStatements.org, or nothing."""

from __future__ import annotations

import re

from gesso.core.records.works import Rights

_CC_BY = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(?:-([A-Z]{2,3}))?", re.IGNORECASE)
_STATED = re.compile(
    r"https?://(?:www\.)?(creativecommons\.org/(?:licenses|publicdomain)/[a-z-]+/[\d.]+(?:/[a-z]+)?"
    r"|rightsstatements\.org/(?:vocab|page)/[A-Za-z-]+/1\.0)/?(?:\?.*)?"
)
_PUBLIC_DOMAIN = {
    "CC0": "http://creativecommons.org/publicdomain/zero/1.0/",
    "CC0-1.0": "http://creativecommons.org/publicdomain/zero/1.0/",
    "CC-PDM-1.0": "http://creativecommons.org/publicdomain/mark/1.0/",
    "PUBLIC DOMAIN": "http://creativecommons.org/publicdomain/mark/1.0/",
}


def rights_of(rights: Rights) -> str:
    """The address of a licence or statement in the form that IIIF prescribes, "" for none.

    The form is `http`, without `www`, ending in a slash (Presentation API 3.0, `rights`).
    """
    for words in (rights.licence.strip(), rights.url.strip()):
        stated = _STATED.fullmatch(words)
        if stated:
            return f"http://{stated[1].replace('/page/', '/vocab/')}/"
        if words.upper() in _PUBLIC_DOMAIN:
            return _PUBLIC_DOMAIN[words.upper()]
        by = _CC_BY.fullmatch(words)
        if by:
            port = f"{by[3].lower()}/" if by[3] else ""
            return f"http://creativecommons.org/licenses/{by[1].lower()}/{by[2]}/{port}"
    return ""
