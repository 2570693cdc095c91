"""XMP, of which we want what it says about the making: IPTC's source type and AI fields."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gesso.core.pixels.metadata.found import MAX_TEXT, FoundRecipe

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"


def read_xmp(packet: bytes) -> FoundRecipe | None:
    """Read an XMP packet; None where it says nothing about how the picture was made.

    A packet that declares entities or is no XML is no packet.
    """
    if not packet:
        return None
    try:
        root = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    source_type = _value(root, _IPTC + "DigitalSourceType").rstrip("/").rpartition("/")[2]
    prompt = _value(root, _IPTC + "AIPromptInformation")
    system = _value(root, _IPTC + "AISystemUsed")
    if not (source_type or prompt or system):
        return None
    version = _value(root, _IPTC + "AISystemVersionUsed")
    return FoundRecipe(
        container="xmp",
        text=prompt or _value(root, _DC + "description"),
        model=" ".join(filter(None, (system, version))),
        source_type=source_type,
        software=_value(root, _XMP + "CreatorTool"),
        raw=packet.decode("utf-8", "replace")[:MAX_TEXT],
    )


def _value(root: Element, name: str) -> str:
    """A property's value: XMP may write it as an attribute, an element, or a list in either."""
    for element in root.iter():
        if element.tag == name:
            item = element.find(f".//{_RDF}li")
            text = (item.text if item is not None else element.text) or ""
            text = text.strip() or element.get(_RDF + "resource", "")
            if text:
                return text
        elif element.tag == _RDF + "Description" and element.get(name):
            return str(element.get(name))
    return ""
