"""`gesso provenance`: what to believe about how a picture was made, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from gesso.cli.commands.files import read_data
from gesso.cli.commands.publish.signing import open_signer
from gesso.cli.opening import borrowed
from gesso.cli.options import shared
from gesso.cli.printing import BAD, GOOD, QUIET, document, say, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.store.folder import holds_studio
from gesso.core.errors import InputError, MissingExtra
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.metadata.found import one_line
from gesso.core.pixels.metadata.provenance.belief import Belief, Evidence, Kept, weigh
from gesso.core.pixels.metadata.provenance.gather import gather
from gesso.core.pixels.metadata.provenance.signer import Signer
from gesso.core.records.codec import to_plain
from gesso.studio import Studio

EXIT_DOUBTFUL = 1
_MOST_CERTIFICATE_BYTES = 1_000_000
_SIGNS = {"for": ("+", GOOD), "against": ("!", BAD), "note": ("·", QUIET)}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    metavar="PEM",
    multiple=True,
    help="Trust seals that lead to the root certificate in this file.",
)
@click.option("--trust-studio", is_flag=True, help="Trust seals that this studio set.")
@shared
@pass_session
def provenance(session: Session, file: Path, trust: tuple[Path, ...], trust_studio: bool) -> int:
    """Say how the picture in FILE was made, as far as it can be believed, and why.

    Reads the recipe, XMP and IPTC fields and, with the extra "c2pa", the seal. Ends with 1 where
    the file contradicts itself or its seal is broken.
    """
    data = read_data(file)
    roots = [read_data(path, _MOST_CERTIFICATE_BYTES) for path in trust]
    with borrowed(session, asks=False) as studio:
        decoded = decode(data, _limits(studio), file.name)
        signer, why = _signer(studio)
        if trust_studio and signer is not None:
            roots += _own_root(signer)
        evidence = gather(
            data,
            decoded,
            signer=signer,
            unread=why,
            trusted=roots,
            kept=_kept(studio, decoded.picture.pixels_sha256),
        )
    belief = weigh(evidence)
    if session.as_json:
        document(_plain(belief, evidence))
    else:
        _show(file, belief)
    return EXIT_DOUBTFUL if belief.certainty == "doubtful" else 0


def _limits(studio: Studio) -> DecodeLimits:
    pictures = studio.settings.pictures
    return DecodeLimits(
        max_pixels=round(pictures.max_megapixels * 1e6),
        max_bytes=round(pictures.max_megabytes * 1e6),
    )


def _signer(studio: Studio) -> tuple[Signer | None, str]:
    """Who reads seals, or why nobody can."""
    try:
        return open_signer(studio), ""
    except MissingExtra as error:
        return None, f"the packages for it are not here. {error.advice}"


def _own_root(signer: Signer) -> list[bytes]:
    root = signer.root()
    if root is None:
        raise InputError(
            "This studio has never sealed a picture, so there is no seal of its own to trust.",
            "Name the studio with --studio, or a root certificate with --trust PEM.",
        )
    return [root]


def _kept(studio: Studio, pixels: str) -> Kept | None:
    """How the studio knows these pixels; to ask makes no studio."""
    if not holds_studio(studio.folder):
        return None
    works = studio.catalogue.works.by_pixels(pixels)
    made = [work for work in works if work.provenance.origin == "made"]
    work = next(iter([*made, *works]), None)
    if work is None:
        return None
    line = f"work {work.id}, '{one_line(work.title, 80)}'"
    return Kept(line, work.provenance.source_type, is_made=bool(made))


def _plain(belief: Belief, evidence: Evidence) -> dict[str, Any]:
    found = evidence.found
    return {
        **to_plain(belief),
        "pixels": evidence.pixels,
        "recipe": to_plain(found) if found else None,
        "xmp": to_plain(evidence.xmp) if evidence.xmp else None,
        "seal": to_plain(evidence.seal) if evidence.seal else None,
        "kept": to_plain(evidence.kept) if evidence.kept else None,
    }


def _show(file: Path, belief: Belief) -> None:
    title(f"{file.name}: {belief.certainty}")
    say(f"  {belief.line}")
    if belief.reasons:
        say()
    for reason in belief.reasons:
        sign, style = _SIGNS[reason.weight]
        say(Text.assemble(("  ", ""), (sign, style), f" {reason.line}"))
