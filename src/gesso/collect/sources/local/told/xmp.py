"""XMP beside a picture or inside it: title, creators, subjects and rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gesso.collect.sources.local.told.fields import Told, told_by

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_XMP_RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_CC = "{http://creativecommons.org/ns#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_FIELDS = {
    "title": (_DC + "title", _PHOTOSHOP + "Headline"),
    "creator": (_DC + "creator",),
    "description": (_DC + "description",),
    "date": (_PHOTOSHOP + "DateCreated", _DC + "date", _XMP + "CreateDate"),
    "licence": (_CC + "license", _XMP_RIGHTS + "WebStatement", _XMP_RIGHTS + "UsageTerms"),
    "credit": (_PHOTOSHOP + "Credit", _CC + "attributionName", _DC + "rights"),
    "source": (_DC + "source", _CC + "attributionURL"),
    "rating": (_XMP + "Rating",),
}
_MOST_TAGS = 100


def told_by_xmp(packet: bytes) -> Told:
    """Read an XMP packet or sidecar.

    Raises:
        ValueError: it is no XML, or declares entities.
    """
    try:
        root = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, RecursionError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    row: dict[str, Any] = {"tags": list(_values(root, _DC + "subject"))[:_MOST_TAGS]}
    for name, properties in _FIELDS.items():
        row[name] = next((found for one in properties if (found := _value(root, one))), "")
    row["creator"] = ", ".join(_values(root, _DC + "creator"))
    return told_by({name: value for name, value in row.items() if value})


def _value(root: Element, name: str) -> str:
    return next(_values(root, name), "")


def _values(root: Element, name: str) -> Iterator[str]:
    """A property's values: an attribute, an element, or a list; of languages the default first."""
    for element in root.iter():
        if element.tag == _RDF + "Description" and element.get(name):
            yield str(element.get(name)).strip()
        if element.tag != name:
            continue
        items = sorted(element.iter(_RDF + "li"), key=lambda one: one.get(_LANG) != "x-default")
        for one in items or [element]:
            text = (one.text or "").strip() or one.get(_RDF + "resource", "")
            if text:
                yield text
