"""One work close up: its record with what stands behind it, and its pictures as they are served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.core.errors import UnknownItem
from gesso.core.pixels.derived.thumbnails import MEDIA_TYPE, reduced
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Round
from gesso.core.records.works import Work

_QUALITY = 88


@dataclass(frozen=True)
class Closeup:
    """One work with what stands behind it.

    Attributes:
        work: its record.
        recipe: how it was made; None for one that was not made here.
        rounds: of its making, in order; none for a work that was not made here.
        tags: what it is tagged with.
    """

    work: Work
    recipe: Recipe | None
    rounds: tuple[Round, ...]
    tags: tuple[str, ...]


class Closeups:
    """Shows single works.

    Args:
        catalogue: asked for at first use.
    """

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue

    def closeup(self, work_id: int) -> Closeup:
        """One work and what stands behind it.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        catalogue = self._catalogue()
        work, recipe = catalogue.works.get(work_id), catalogue.works.recipe(work_id)
        return Closeup(work, recipe, self._rounds(recipe), catalogue.works.tags(work_id))

    def thumbnail(self, work_id: int, side: int) -> tuple[bytes, str, str]:
        """(a small copy as a file, its media type, a tag that changes when it does).

        Args:
            work_id: of a work with a picture.
            side: 512 or 256.

        Raises:
            UnknownItem: there is no such work, or it has no picture here.
            DamageError: the file is not what was kept.
        """
        work = self._catalogue().works.get(work_id)
        data = self._catalogue().thumbnail(work, side)
        return data, MEDIA_TYPE, f"{work.fingerprint.pixels[:24]}-{side}"

    def thumb(self, key: str) -> tuple[bytes, str]:
        """(a thumbnail, its media type) by its key; of no other file anything is told.

        Raises:
            UnknownItem: no work has a thumbnail of that key.
            DamageError: the file is not what was kept.
        """
        catalogue = self._catalogue()
        is_one = (works.c.thumb_512 == key, works.c.thumb_256 == key)
        with catalogue.database.read() as connection:
            known = any(
                connection.scalar(select(works.c.id).where(one).limit(1)) is not None
                for one in is_one
            )
        if not known:
            raise UnknownItem("There is no such thumbnail.")
        data = catalogue.blobs.get(key)
        return data, "image/webp" if data[8:12] == b"WEBP" else MEDIA_TYPE

    def original(self, work_id: int) -> tuple[bytes, Work]:
        """(the file as it was kept, its work).

        Raises:
            UnknownItem: there is no such work.
            DamageError: the file is not what was kept.
        """
        work = self._catalogue().works.get(work_id)
        return self._catalogue().data(work), work

    def picture(self, work_id: int, side: int) -> bytes:
        """A JPEG of at most `side` pixels, made anew: nothing of the file but its pixels.

        Raises:
            UnknownItem: there is no such work.
            DamageError: the file is not what was kept.
        """
        catalogue = self._catalogue()
        picture = catalogue.picture(catalogue.works.get(work_id))
        return encode(Picture(reduced(picture.rgb, side)), "image/jpeg", quality=_QUALITY)

    def set_favourite(self, work_id: int, favourite: bool) -> Work:
        """Mark a work, or take the mark off; it stays where it hangs.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        self._catalogue().works.set_favourite(work_id, favourite)
        return self._catalogue().works.get(work_id)

    def _rounds(self, recipe: Recipe | None) -> tuple[Round, ...]:
        if recipe is None or not recipe.run:
            return ()
        return tuple(self._catalogue().runs.rounds(recipe.run, recipe.item))
