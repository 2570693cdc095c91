"""`gesso search`: works by words, pictures, colours and values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from gesso.cli.commands.search.showing import plain, show, write_sheet
from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import shared
from gesso.cli.printing import document, say
from gesso.cli.session import Session, pass_session
from gesso.search.finder import Finder
from gesso.search.fusing.counting import FACETS
from gesso.search.looks.colour import read_colour
from gesso.search.records import Query

_FACETS = ("style", "artist", "decade", "source", "kind")

# A word, a phrase or a field: one letter behind the minus is an option.
_MINUS = re.compile(r'-(?:"|[^\W\d_]\w)')

_HELP = """Find works by words, by pictures, by colours, by values.

\b
  gesso search "winter river" --filter "style:baroque year:1600..1700"
  gesso search --like sketch.jpg --minus work:12
  gesso search --like work:7 --but darker
  gesso search --colour "#224466:20%" --colour gold

Words and conditions may stand together: "ships -storm artist:turner year:..1840".
A picture is a file, an address on the web, or a work: work:12.
"""


class _WithMinusWords(click.Command):
    """A command whose arguments may be words with a minus: `portrait -woman` has no option -w."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Lay words with a minus aside, and put them behind the others."""
        takes = {name for option in self.params if isinstance(option, click.Option)
                 if not option.is_flag for name in option.opts}  # fmt: skip
        behind = args.index("--") if "--" in args else len(args)
        is_value = [False, *(one in takes for one in args)]
        away = {at for at, one in enumerate(args[:behind])
                if not is_value[at] and _MINUS.match(one)}  # fmt: skip
        left = [one for at, one in enumerate(args) if at not in away]
        if away:
            words = [args[at] for at in sorted(away)]
            left = [*left, *words] if "--" in left else [*left, "--", *words]
        return super().parse_args(ctx, left)


@click.command(cls=_WithMinusWords, help=_HELP)
@click.argument("words", nargs=-1)
@click.option("--like", multiple=True, metavar="PICTURE", help="Works like this one.")
@click.option("--minus", multiple=True, metavar="PICTURE", help="But not like this one.")
@click.option(
    "--but",
    multiple=True,
    metavar="CHANGE",
    help="Like it, but darker, lighter, warmer, cooler, more colourful, quieter, more contrast, "
    "softer.",
)
@click.option(
    "--colour",
    "--color",
    "colours",
    multiple=True,
    metavar="COLOUR",
    help="#rrggbb or a name; #rrggbb:20% for a share, #rrggbb~0.2 for a tolerance.",
)
@click.option(
    "--values", metavar="PICTURE", help="Works whose lights and darks lie like this one's."
)
@click.option("--filter", "filter_", default="", metavar="CONDITIONS", help="Only such works.")
@click.option(
    "--limit", default=20, show_default=True, metavar="N", help="Hits, 1 to 1000.", type=int
)
@click.option("--after", metavar="MARK", help="The page behind this mark of an earlier answer.")
@click.option("--encoder", default="", metavar="NAME", help="In whose space to compare.")
@click.option(
    "--recall",
    type=click.Choice(["fast", "balanced", "exact"]),
    default="balanced",
    show_default=True,
    help="How hard to look.",
)
@click.option("--facets", is_flag=True, help="Count styles, artists, decades of what was found.")
@click.option("--facet", "named", multiple=True, type=click.Choice(FACETS), help="Count this.")
@click.option("--all-copies", is_flag=True, help="Show near-duplicates each for itself.")
@click.option("--exact-words", is_flag=True, help="Words stand for themselves alone.")
@click.option("--sheet", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Hang the hits on one sheet, PNG.")  # fmt: skip
@shared
@pass_session
def search(session: Session, /, words: tuple[str, ...], **wishes: Any) -> None:
    """Find works."""
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        query = _query(studio.search, words, wishes)
        answer = studio.search.find(query)
        if wishes["sheet"] is not None:
            write_sheet(studio.catalogue, answer, wishes["sheet"])
    if session.as_json:
        document(plain(answer))
        return
    show(answer)
    if wishes["sheet"] is not None and answer.hits:
        say(f"\nThe sheet hangs in {wishes['sheet']}.")


def _query(finder: Finder, words: tuple[str, ...], wishes: dict[str, Any]) -> Query:
    likes = [finder.pictures.like(name) for name in wishes["like"]]
    likes += [finder.pictures.like(name, is_minus=True) for name in wishes["minus"]]
    values = finder.pictures.like(wishes["values"]) if wishes["values"] else None
    facets = (*wishes["named"], *(_FACETS if wishes["facets"] else ()))
    return Query(
        words=" ".join(words),
        filter=wishes["filter_"],
        likes=tuple(likes),
        colours=tuple(read_colour(one) for one in wishes["colours"]),
        values=values,
        but=tuple(wishes["but"]),
        encoder=wishes["encoder"],
        recall=wishes["recall"],
        limit=wishes["limit"],
        after=wishes["after"],
        collapses=not wishes["all_copies"],
        widens=not wishes["exact_words"],
        facets=tuple(dict.fromkeys(facets)),
    )
