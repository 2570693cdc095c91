"""`gesso demo`: a small exhibition, with no key, no weights and no network."""

from __future__ import annotations

import click

from gesso.cli.opening import opened
from gesso.cli.options import Size, shared, size_flags
from gesso.cli.reporting import tell, watch
from gesso.cli.session import Session, pass_session

THEME = "Nocturne & Mechanism"
WORKS = 6
SEED = "2"


@click.command()
@click.option("--works", type=int, default=WORKS, show_default=True, metavar="N")
@click.option("--size", type=Size(), metavar="WxH", help="Pixels: 1024x768, or 512 for a square.")
@click.option(
    "--seed",
    default=SEED,
    show_default=True,
    metavar="S",
    help="The same seed in a new studio: the same pictures.",
)
@shared
@pass_session
def demo(session: Session, works: int, size: tuple[int, int] | None, seed: str) -> int:
    """Paint a small exhibition on the theme "Nocturne & Mechanism".

    Everything happens on this machine. In a new studio the same works come every time; no
    concept comes twice, so a second demo in one studio shows others.
    """
    flags = {
        "make.painter": "procedural",
        "make.llm": "offline",
        "make.works": works,
        "make.seed": seed,
        **size_flags(size),
    }
    with opened(session, flags) as studio:
        report = watch(
            session,
            studio,
            lambda listen: studio.make.exhibition(THEME, works=works, listen=listen),
        )
        return tell(session, studio, report)
