"""What a made picture says about itself: the common tongue, our recipe, and the truth in XMP."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from gesso.core.records.codec import to_json
from gesso.core.records.recipes import Recipe

Privacy = Literal["full", "source-type", "none"]

# IPTC NewsCodes, scheme "digitalsourcetype".
SOURCE_TYPE_URI = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# XMP repeats the prompt for people who look into files; a JPEG segment holds 65,502 bytes of it.
_MAX_XMP_PROMPT = 4_000
_MAX_XMP_TITLE = 500
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Marks:
    """The texts that go into a picture's file.

    Attributes:
        parameters: the prompt and its settings as A1111 and its kin write them, "" for none.
        recipe_json: our recipe, schema `gesso.recipe/1`, "" for none.
        xmp: the whole XMP packet, UTF-8.
    """

    parameters: str = ""
    recipe_json: str = ""
    xmp: bytes = b""


def marks_for(recipe: Recipe, privacy: Privacy = "full") -> Marks:
    """Say what a picture's file should tell.

    How the pixels came to be (the digital source type) is always told.

    Args:
        recipe: how the picture was made.
        privacy: "full" tells all of it; "source-type" tells no words of the prompt, only the
            source type and the software; "none" only the source type.
    """
    if privacy == "full":
        return Marks(_parameters(recipe), to_json(recipe), _xmp(_full_claims(recipe)))
    return source_marks(recipe.source_type, recipe.software if privacy == "source-type" else "")


def source_marks(source_type: str, software: str = "") -> Marks:
    """Say how the pixels came to be and, where it is named, by which software; nothing else.

    Args:
        source_type: the last part of the IPTC URI, "" for none: then nothing is told of it.
        software: "gesso 0.1.0", "" for no word about it.
    """
    claims = [_source_type(source_type)] if source_type else []
    if software:
        claims.append(_element("xmp:CreatorTool", software))
    return Marks(xmp=_xmp(claims)) if claims else Marks()


def _parameters(recipe: Recipe) -> str:
    """A1111's form: the prompt, `Negative prompt:`, and one last line of `Key: value` pairs."""
    lines = [recipe.prompt.text.strip()]
    if recipe.prompt.avoid:
        lines.append(f"Negative prompt: {recipe.prompt.avoid}")
    settings = recipe.painter.settings
    # Readers take the last line for settings when it holds three pairs or more, "Steps" first.
    pairs: dict[str, object] = {
        "Steps": settings.get("steps", 1),
        "Sampler": settings.get("sampler", recipe.painter.name),
    }
    guidance = settings.get("cfg_scale", settings.get("guidance"))
    if guidance is not None:
        pairs["CFG scale"] = guidance
    pairs["Seed"] = recipe.seed
    pairs["Size"] = f"{recipe.width}x{recipe.height}"
    pairs["Model"] = " ".join(filter(None, (recipe.painter.name, recipe.painter.version)))
    if recipe.software:
        pairs["Version"] = recipe.software
    lines.append(", ".join(f"{key}: {_quoted(str(value))}" for key, value in pairs.items()))
    return "\n".join(lines)


def _quoted(value: str) -> str:
    if any(mark in value for mark in ',:\n"'):
        return json.dumps(value, ensure_ascii=False)
    return value


def _full_claims(recipe: Recipe) -> list[str]:
    claims = [_source_type(recipe.source_type)]
    if recipe.software:
        claims.append(_element("xmp:CreatorTool", recipe.software))
    if recipe.made_at:
        claims.append(_element("xmp:CreateDate", recipe.made_at))
    if recipe.prompt.title:
        claims.append(_words("dc:title", recipe.prompt.title[:_MAX_XMP_TITLE]))
    words = recipe.prompt.text[:_MAX_XMP_PROMPT]
    if recipe.source_type in {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}:
        claims.append(_element("Iptc4xmpExt:AISystemUsed", recipe.painter.name))
        if recipe.painter.version:
            claims.append(_element("Iptc4xmpExt:AISystemVersionUsed", recipe.painter.version))
        claims.append(_element("Iptc4xmpExt:AIPromptInformation", words))
    else:
        # The AI fields would claim a model that was not there.
        claims.append(_words("dc:description", words))
    return claims


def _source_type(source_type: str) -> str:
    return _element("Iptc4xmpExt:DigitalSourceType", SOURCE_TYPE_URI + source_type)


def _element(name: str, text: str) -> str:
    return f"<{name}>{_clean(text)}</{name}>"


def _words(name: str, text: str) -> str:
    words = f'<rdf:li xml:lang="x-default">{_clean(text)}</rdf:li>'
    return f"<{name}><rdf:Alt>{words}</rdf:Alt></{name}>"


def _clean(text: str) -> str:
    """Escape a text and leave out what XML 1.0 cannot hold."""
    return escape(_NOT_IN_XML.sub("", text))


def _xmp(claims: list[str]) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"{''.join(claims)}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()
