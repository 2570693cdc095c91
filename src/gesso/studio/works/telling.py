"""Stories, put together: who sees masses and focal points, who tells, who paints in between."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gesso.studio.adapters import built, with_key

if TYPE_CHECKING:
    from gesso.core.pixels.picture import Picture
    from gesso.core.pixels.type.faces import Faces
    from gesso.make.painters.painter import Painter
    from gesso.show.music.room import MusicRoom
    from gesso.show.story.film.reveal import Masses
    from gesso.show.story.records import Point
    from gesso.show.story.room import StoryRoom
    from gesso.show.story.words.llm import StoryTeller
    from gesso.studio.ground import Ground

OFFLINE = "offline"

_SIDE = 512
"""In-betweens are painted at this long side: they are seen for a quarter of a second each."""
_BETWEEN = "one painting turning into another, the same brushwork throughout"


class Telling:
    """Puts the room of stories together from what the studio has.

    Args:
        ground: whose settings and catalogue are used.
        music: who knows which tracks fit a work.
    """

    def __init__(self, ground: Ground, music: Callable[[], MusicRoom]) -> None:
        self._ground = ground
        self._music = music

    def room(self) -> StoryRoom:
        """The room of stories."""
        from gesso.show.story.composing.composer import Eyes
        from gesso.show.story.film.painter import Hands
        from gesso.show.story.room import StoryRoom

        catalogue, faces = self._ground.catalogue, self._faces()

        def picture(work: int) -> Picture:
            return catalogue.picture(catalogue.works.get(work))

        return StoryRoom(
            catalogue,
            Hands(picture, _masses, self._between(), faces),
            Eyes(_focus, lambda: self._teller, faces),
            self._ground.stop,
            self._ground.folder / "exports" / "stories",
            music=self._music,
        )

    def _faces(self) -> Faces:
        """The house's own, then the fonts of `[story] font`, then those of the machine."""
        from gesso.core.pixels.type.faces import Faces
        from gesso.core.pixels.type.spare import SpareFonts, system_folders

        wished = self._ground.settings.story.font
        names = [wished] if isinstance(wished, str) else wished
        # A name that is not whole is of the studio's folder.
        named = [self._ground.folder / Path(name).expanduser() for name in names if name]
        return Faces(SpareFonts(named, system_folders()))

    @cached_property
    def _teller(self) -> StoryTeller | None:
        """The llm of `[story] llm`; None where it is offline."""
        from gesso.core.llms.llm import LLMS
        from gesso.core.outside.accounts.budget import Budget
        from gesso.show.story.words.llm import StoryTeller

        settings = self._ground.settings
        name = settings.story.llm
        if name == OFFLINE:
            return None
        factory = LLMS.open(name)
        wishes = with_key(settings, name, settings.llms.get(name, {}), factory)
        desk = self._ground.desk("", Budget(settings.story.budget_usd, 0.0))
        return StoryTeller(built(factory, f"llms.{name}", wishes, desk))

    def _between(self) -> Callable[[Picture, Picture, int], Sequence[Picture]] | None:
        """Pictures between two, by `[story] painter`; None where nobody is named."""
        if not self._ground.settings.story.painter:
            return None

        def between(one: Picture, other: Picture, count: int) -> Sequence[Picture]:
            return _painted_between(self._painter, one, other, count)

        return between

    @cached_property
    def _painter(self) -> Painter:
        from gesso.core.errors import SettingsError
        from gesso.core.outside.accounts.budget import Budget
        from gesso.make.painters.painter import PAINTERS

        settings = self._ground.settings
        name = settings.story.painter
        factory = PAINTERS.open(name)
        wishes = with_key(settings, name, settings.painters.get(name, {}), factory)
        desk = self._ground.desk("", Budget(settings.story.budget_usd, 0.0))
        painter = built(factory, f"painters.{name}", wishes, desk)
        if not getattr(painter, "goes_on", False):
            raise SettingsError(
                f"The painter '{name}' does not go on from a picture, so it paints none between.",
                "Name one that does in [story] painter, such as diffusers.",
            )
        return painter


def _masses(picture: Picture) -> Masses:
    from gesso.show.story.film.reveal import Masses
    from gesso.study.easel import Easel, EaselOptions

    blocks = Easel(picture, EaselOptions()).blocks()
    return Masses(blocks.labels, blocks.used)


def _focus(picture: Picture) -> Point | None:
    from gesso.show.story.records import Point
    from gesso.study.easel import Easel, EaselOptions
    from gesso.study.measures.focus import find_focus

    focus = find_focus(Easel(picture, EaselOptions()))
    return None if focus is None else Point(round(focus.x, 4), round(focus.y, 4))


def _painted_between(
    painter: Painter, one: Picture, other: Picture, count: int
) -> Sequence[Picture]:
    """Pictures that a painter makes of mixtures of two, each from where the mixture stands."""
    from gesso.core.pixels.derived.thumbnails import reduced
    from gesso.make.painters.painter import Order
    from gesso.show.story.film.stage import blended

    last = reduced(other.rgb, _SIDE)
    made = []
    for number in range(1, count + 1):
        mixed = blended(one.rgb, last, number / (count + 1))
        height, width = last.shape[:2]
        order = Order(
            _BETWEEN,
            width=max(64, width // 8 * 8),
            height=max(64, height // 8 * 8),
            seed=7,
            reference=mixed,
        )
        made.append(painter.paint(order).picture)
    return made
