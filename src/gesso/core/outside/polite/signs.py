"""What a reply says beside its bytes: a page that keeps robots out, a wish not to be taken."""

from __future__ import annotations

import re
from collections.abc import Mapping

PRODUCT = "gesso"

# Directives that ask not to take a picture, as img2dataset heeds them; "none" is short for
# noindex, nofollow.
_UNWANTED = frozenset({"noai", "noimageai", "noindex", "noimageindex", "none"})
# Directives that carry a value behind a colon, so the colon does not end a crawler's name.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
# Pages of Cloudflare, Imperva, DataDome, PerimeterX, Akamai, AWS and of captchas in general.
_CHALLENGE = re.compile(
    rb"just a moment|cf-chl|challenge-platform|_incapsula_resource|incapsula incident"
    rb"|captcha|datadome|px-captcha|perimeterx|aws-waf|awswaf|checking your browser"
    rb"|enable javascript and cookies|access denied.{0,400}edgesuite|are you a robot"
    rb"|verify(?:ing)? (?:that )?you are (?:a )?human",
    re.IGNORECASE | re.DOTALL,
)
_CHALLENGE_HEADERS = ("cf-mitigated", "x-datadome", "x-amzn-waf-action")


def unwanted(headers: Mapping[str, str]) -> str:
    """How a reply asks not to be taken: the directive, "" where it does not.

    Args:
        headers: names in small letters. `X-Robots-Tag` for everybody or for us, and
            `TDM-Reservation: 1` (the W3C group's protocol for text and data mining).
    """
    for directive in _directives(headers.get("x-robots-tag", "")):
        if directive in _UNWANTED:
            return f"X-Robots-Tag: {directive}"
    if headers.get("tdm-reservation", "").partition(",")[0].strip() == "1":
        return "TDM-Reservation: 1"
    return ""


def is_page(media_type: str, start: bytes) -> bool:
    """Whether a reply is a web page, by its stated type or by how it begins."""
    stated = media_type.partition(";")[0].strip().lower()
    return stated in {"text/html", "application/xhtml+xml"} or bool(_HTML.match(start[:4096]))


def is_challenge(headers: Mapping[str, str], start: bytes) -> bool:
    """Whether a page asks its reader to prove not to be a program."""
    if any(name in headers for name in _CHALLENGE_HEADERS):
        return True
    return bool(_CHALLENGE.search(start[:65536]))


def _directives(text: str) -> list[str]:
    """The directives that speak to us; a name before a colon holds until the next name."""
    found = []
    speaks_to_us = True
    for part in text.lower().split(","):
        name, colon, rest = part.strip().partition(":")
        word = name.strip()
        if colon and word not in _VALUED:
            speaks_to_us, word = word in {PRODUCT, "*"}, rest.strip()
        if speaks_to_us:
            found.append(word)
    return found
