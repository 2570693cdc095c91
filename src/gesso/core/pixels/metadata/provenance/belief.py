"""What a picture's file says about its making, weighed: what to believe of it, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gesso.core.pixels.metadata.found import FoundRecipe, one_line
from gesso.core.pixels.metadata.provenance.signer import Seal

Certainty = Literal["vouched", "kept", "sealed", "claimed", "doubtful", "unknown"]
Weight = Literal["for", "against", "note"]

TRAINED = "trainedAlgorithmicMedia"
# Programs that paint with trained models and with nothing else, whatever their files say.
MODEL_PROGRAMS: Mapping[str, str] = {
    "a1111": "A1111 or one of its kin",
    "comfyui": "ComfyUI",
    "invokeai": "InvokeAI",
    "swarmui": "SwarmUI",
    "fooocus": "Fooocus",
}
_KINDS: Mapping[str, str] = {
    "algorithmicMedia": "painted by a program's rules, without a trained model",
    TRAINED: "made by a trained model",
    "compositeWithTrainedAlgorithmicMedia": "made otherwise and then changed by a trained model",
    "compositeSynthetic": "put together from parts, some of them made by a trained model",
    "digitalCreation": "made by a person with digital tools",
    "digitalArt": "made by a person with digital tools",
    "humanEdits": "made or changed by a person",
    "digitalCapture": "taken with a camera",
    "computationalCapture": "taken with a camera that computes",
    "negativeFilm": "scanned from film",
    "positiveFilm": "scanned from film",
    "print": "scanned from paper",
}


@dataclass(frozen=True)
class Kept:
    """How the studio itself knows exactly these pixels.

    Attributes:
        line: "work 12, 'Tide'".
        source_type: as the catalogue has it, "" where it does not know.
        is_made: the studio made it, and did not only take it in.
    """

    line: str
    source_type: str = ""
    is_made: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that can be said for and against.

    Attributes:
        found: the recipe in the file, ours or another program's; None for none.
        xmp: what XMP and IPTC fields say, None for nothing.
        pixels: sha256 of the upright sRGB pixels.
        is_exact: the file keeps every pixel as it was painted (it is no JPEG).
        seal: the seal as it was checked, None where there is none or nobody can read it.
        unread: why a seal that is in the file was not read, "" for no such seal.
        kept: how this studio knows these pixels, None for not at all.
    """

    found: FoundRecipe | None = None
    xmp: FoundRecipe | None = None
    pixels: str = ""
    is_exact: bool = True
    seal: Seal | None = None
    unread: str = ""
    kept: Kept | None = None


@dataclass(frozen=True)
class Reason:
    """One sentence that speaks for the belief, against it, or beside it."""

    weight: Weight
    line: str


@dataclass(frozen=True)
class Belief:
    """What to believe of a picture's making.

    Attributes:
        certainty: "vouched": somebody trusted sealed it; "kept": this studio made it; "sealed":
            unchanged since somebody unknown sealed it; "claimed": the file says so; "doubtful":
            what is said contradicts itself or was broken; "unknown": nothing is said.
        source_type: the IPTC digital source type that is believed, "" for none.
        line: the belief in one sentence.
        reasons: why, the weightiest first.
    """

    certainty: Certainty
    source_type: str
    line: str
    reasons: tuple[Reason, ...]


def weigh(evidence: Evidence) -> Belief:
    """Weigh what is known about a picture's making."""
    reasons = tuple(_reasons(evidence))
    source_type = believed_type(evidence)
    certainty = _certainty(evidence, reasons)
    return Belief(certainty, source_type, _line(evidence, certainty, source_type), reasons)


def believed_type(evidence: Evidence) -> str:
    """The source type that the best witness names; "" where none names any.

    A program that paints with trained models says so by its mere recipe.
    """
    return next((source for _, source in _witnesses(evidence) if source), "")


def _witnesses(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """(who, which source type) from the most to the least trustworthy; a broken seal is none."""
    seal, kept, found = evidence.seal, evidence.kept, evidence.found
    if seal and seal.state == "trusted":
        yield "the seal", seal.source_type
    if kept and kept.is_made:
        yield "the catalogue", kept.source_type
    if seal and seal.state == "valid":
        yield "the seal", seal.source_type
    if found and found.container == "gesso":
        yield "the recipe", found.recipe.source_type if found.recipe else ""
    if evidence.xmp:
        yield "XMP", evidence.xmp.source_type
    if found and found.container in MODEL_PROGRAMS:
        yield "the recipe", TRAINED


def _certainty(evidence: Evidence, reasons: tuple[Reason, ...]) -> Certainty:
    seal = evidence.seal
    if seal and seal.state == "trusted":
        return "vouched"
    is_broken = seal is not None and seal.state == "broken"
    if evidence.kept and evidence.kept.is_made and not is_broken:
        return "kept"
    if is_broken or any(reason.weight == "against" for reason in reasons):
        return "doubtful"
    if seal:
        return "sealed"
    return "claimed" if any(source for _, source in _witnesses(evidence)) else "unknown"


def _line(evidence: Evidence, certainty: Certainty, source_type: str) -> str:
    kind = _KINDS.get(source_type, f"of the kind '{one_line(source_type, 60)}'")
    said = f"was {kind}" if source_type else "was made in a way that nobody names"
    signer = f"'{evidence.seal.signer}'" if evidence.seal and evidence.seal.signer else "somebody"
    if certainty == "doubtful":
        claim = f" It says that it {said}." if source_type else ""
        return f"What this file says about its making cannot be believed as it stands.{claim}"
    return {
        "vouched": f"This picture {said}: {signer}, whom you trust, vouches for it.",
        "kept": f"This picture {said}: this studio made it.",
        "sealed": f"Nothing was changed since {signer} sealed this picture and said that it "
        f"{said}; but nobody here knows who that is.",
        "claimed": f"This picture says that it {said}; nobody vouches for that.",
        "unknown": "Nothing in this file says how the picture was made.",
    }[certainty]


def _reasons(evidence: Evidence) -> Iterator[Reason]:
    yield from _of_the_seal(evidence)
    yield from _of_the_studio(evidence)
    yield from _of_the_recipe(evidence)
    yield from _of_xmp(evidence)
    yield from _of_contradictions(evidence)
    if not any((evidence.seal, evidence.unread, evidence.kept, evidence.found, evidence.xmp)):
        yield Reason(
            "note",
            "That proves nothing: many programs drop recipes and seals when they save or send "
            "a picture.",
        )


def _of_the_seal(evidence: Evidence) -> Iterator[Reason]:
    seal = evidence.seal
    if evidence.unread:
        yield Reason(
            "note", f"There is a C2PA seal in the file that was not read: {evidence.unread}"
        )
    if seal is None:
        return
    if seal.state == "broken":
        why = f" ({', '.join(one_line(code, 80) for code in seal.problems[:3])})"
        yield Reason(
            "against",
            "The C2PA seal is broken: the file was changed after it was sealed, or the seal was "
            f"never one{why if seal.problems else ''}.",
        )
        return
    by = f"by '{seal.signer}'" + (f" of '{seal.issuer}'" if seal.issuer else "")
    yield Reason("for", f"The C2PA seal is whole: no byte was changed since it was set {by}.")
    if seal.state == "trusted":
        yield Reason("for", "Its certificate leads to a root that you trust.")
    else:
        yield Reason(
            "note",
            "Its certificate leads to a root that you were not told to trust; anybody can make "
            "one and put any name on it.",
        )
    yield from _of_its_words(seal)


def _of_its_words(seal: Seal) -> Iterator[Reason]:
    if seal.agent or seal.source_type:
        who = f"{seal.agent} painted it" if seal.agent else "it names no painter"
        kind = f", and that it was {_KINDS[seal.source_type]}" if seal.source_type in _KINDS else ""
        yield Reason("for", f"The seal says that {who}{kind}.")
    if seal.parents:
        count = len(seal.parents)
        names = ", ".join(f"'{name}'" for name in seal.parents[:3] if name)
        steps = "an earlier picture" if count == 1 else f"{count} earlier pictures in a row"
        named = f": {names}" if names else ""
        yield Reason("note", f"It goes on from {steps}, sealed with it{named}.")


def _of_the_studio(evidence: Evidence) -> Iterator[Reason]:
    kept = evidence.kept
    if kept and kept.is_made:
        yield Reason("for", f"This studio made exactly these pixels: {kept.line}.")
    elif kept:
        yield Reason("note", f"This studio took exactly these pixels in from outside: {kept.line}.")


def _of_the_recipe(evidence: Evidence) -> Iterator[Reason]:
    found = evidence.found
    if found is None or found.container in ("xmp", "c2pa"):
        return
    if found.recipe is None:
        who = MODEL_PROGRAMS.get(found.container, found.container)
        yield Reason(
            "for",
            f"There is a recipe as {who} writes it{_told(found)}; such programs paint with "
            "trained models.",
        )
        return
    yield Reason("for", f"There is a gesso recipe in the file{_told(found)}.")
    if not found.recipe.pixels:
        return
    if found.recipe.pixels == evidence.pixels:
        yield Reason("for", "The recipe was written for exactly these pixels.")
    elif evidence.is_exact:
        yield Reason(
            "against",
            "The recipe was written for other pixels: the picture was changed, or the recipe was "
            "taken from another file.",
        )
    else:
        yield Reason(
            "note",
            "Whether the recipe belongs to these pixels cannot be told: this kind of file does "
            "not keep pixels exactly.",
        )


def _told(found: FoundRecipe) -> str:
    """The recipe in a few words: ": procedural 1, seed 7, 'a sea'"."""
    parts = [one_line(found.model, 60)] if found.model else []
    if found.seed is not None:
        parts.append(f"seed {found.seed}")
    if found.text:
        parts.append(f"'{one_line(found.text, 80)}'")
    return f": {', '.join(parts)}" if parts else ""


def _of_xmp(evidence: Evidence) -> Iterator[Reason]:
    xmp = evidence.xmp
    if xmp is None:
        return
    kind = _KINDS.get(xmp.source_type, "")
    said = f"that it was {kind}" if kind else f"'{one_line(xmp.source_type or xmp.model, 60)}'"
    by = f", written by {one_line(xmp.software, 60)}" if xmp.software else ""
    yield Reason("for", f"XMP and IPTC fields say {said}{by}.")


def _of_contradictions(evidence: Evidence) -> Iterator[Reason]:
    told = [(who, one_line(source, 60)) for who, source in _witnesses(evidence) if source]
    for who, source in told[1:]:
        first, believed = told[0]
        if source != believed:
            yield Reason("against", f"They disagree: {first} says {believed}, {who} says {source}.")
