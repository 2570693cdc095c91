"""Licences: one name each, however they are written; what is not known is not free."""

from __future__ import annotations

import pytest

from gesso.collect.licences import licence_id, permission

NAMES = {
    "CC0-1.0": [
        "CC0",
        "cc0-1.0",
        "CC0 1.0 Universal",
        "CC Zero",
        "Creative Commons Zero",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "http://creativecommons.org/publicdomain/zero/1.0/deed.de",
    ],
    "CC-PDM-1.0": [
        "CC-PDM-1.0",
        "PDM 1.0",
        "pd",
        "PD-old",
        "pd-old-100-expired",
        "Public Domain",
        "public-domain (PD-old)",
        "Public Domain Mark 1.0",
        "https://creativecommons.org/publicdomain/mark/1.0/",
    ],
    "CC-BY-4.0": [
        "CC-BY-4.0",
        "cc by 4.0",
        "CC BY 4.0 International",
        "Creative Commons Attribution 4.0",
        "Attribution 4.0 International (CC BY 4.0)",
        "https://creativecommons.org/licenses/by/4.0/",
    ],
    "CC-BY-SA-3.0": [
        "cc-by-sa-3.0",
        "CC BY-SA 3.0",
        "CC-BY-SA-3.0-DE",
        "Attribution-ShareAlike 3.0 Unported",
        "Creative Commons Attribution-Share Alike 3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/deed.en",
    ],
    "CC-BY-NC-ND-4.0": [
        "CC BY-NC-ND 4.0",
        "Attribution-NonCommercial-NoDerivatives 4.0 International",
        "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    ],
    "CC-BY-NC-2.0": ["cc-by-nc-2.0", "https://creativecommons.org/licenses/by-nc/2.0"],
    "InC": ["http://rightsstatements.org/vocab/InC/1.0/", "InC"],
    "NoC-NC": ["https://rightsstatements.org/page/NoC-NC/1.0/?language=en"],
    "LAL-1.3": ["Free Art License 1.3"],
    "reserved": ["© 2019 The Estate", "All Rights Reserved", "For personal use only", "reserved"],
    "": ["", "   ", "CC BY", "see website", "Museum of Art", "Cody", "by hand", "pdf", "cc"],
}


@pytest.mark.parametrize(
    ("written", "named"), [(one, name) for name, many in NAMES.items() for one in many]
)
def test_a_licence_has_one_name_however_it_is_written(written, named):
    assert licence_id(written) == named


@pytest.mark.parametrize("named", [name for name in NAMES if name])
def test_a_name_names_itself(named):
    assert licence_id(named) == named


@pytest.mark.parametrize(
    ("written", "allows"),
    [
        ("CC0-1.0", "free"),
        ("PD-old", "free"),
        ("CC BY 2.5", "free"),
        ("CC-BY-SA-4.0", "free"),
        ("CC-BY-NC-4.0", "restricted"),
        ("CC-BY-ND-4.0", "restricted"),
        ("All rights reserved", "restricted"),
        ("http://rightsstatements.org/vocab/NoC-US/1.0/", "restricted"),
        ("", "unknown"),
        ("ask the museum", "unknown"),
        ("This work is not in the public domain", "unknown"),
        ("not CC0", "unknown"),
    ],
)
def test_only_what_is_plainly_free_may_be_kept_whole(written, allows):
    assert permission(written) == allows


def test_the_owner_may_allow_more_in_any_spelling():
    allowed = ["CC BY-NC 4.0"]

    assert permission("https://creativecommons.org/licenses/by-nc/4.0/", allowed) == "free"
    assert permission("CC-BY-NC-ND-4.0", allowed) == "restricted"
    assert permission("ask the museum", allowed) == "unknown"


def test_a_statement_of_any_length_is_answered_at_once():
    assert licence_id("cc " * 100_000) == ""
