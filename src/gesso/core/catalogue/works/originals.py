"""The file of a work: held against its hash, decoded, or not kept here at all."""

from __future__ import annotations

from gesso.core.catalogue.blobs.blob import BlobStore, key_of
from gesso.core.errors import DamageError, InputError, UnknownItem
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.encode import encode, mark_png
from gesso.core.pixels.metadata.write import Marks
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work

OWN_FILES = DecodeLimits(max_bytes=4 << 30, max_pixels=178_000_000)
"""For files that are in the catalogue already: they were let in once."""


def picture_of(store: BlobStore, work: Work) -> Picture:
    """The pixels of a work, from a file that is held against its hash.

    Of a work without its original it is the largest thumbnail.

    Raises:
        UnknownItem: it is a record without a picture.
        DamageError: the file is missing or is not what was kept.
        StorageError: the disk would not read it.
    """
    data = _data_of(store, work, work.blob or _largest_thumbnail(work))
    try:
        return decode(data, OWN_FILES, f"work {work.id}").picture
    except InputError as error:
        raise _damaged(work, str(error)) from error


def original_key(work: Work) -> str:
    """The key of a work's original.

    Raises:
        UnknownItem: it is not kept here.
    """
    if not work.has_original:
        raise UnknownItem(
            f"The original of work {work.id} is not kept here.",
            f"Look at it where it is: {work.page}" if work.page else "",
        )
    return work.blob


def without_picture(work: Work) -> UnknownItem:
    """Our error for a work of which there is a record alone."""
    return UnknownItem(
        f"Work {work.id} is a record without a picture.",
        f"Look at it where it is: {work.page}" if work.page else "",
    )


def _largest_thumbnail(work: Work) -> str:
    if not work.thumbnails:
        raise without_picture(work)
    return work.thumbnails[0][1]


def _data_of(store: BlobStore, work: Work, key: str) -> bytes:
    data = store.get(key)
    if key_of(data) != key:
        raise _damaged(work, "its bytes are not those that were kept")
    return data


def remarked(store: BlobStore, work: Work, marks: Marks) -> bytes:
    """The file of a work as a PNG with other marks; one that is a PNG keeps its pixels' bytes."""
    if work.media_type == "image/png":
        return mark_png(_data_of(store, work, original_key(work)), marks)
    return encode(picture_of(store, work), marks=marks)


def _damaged(work: Work, how: str) -> DamageError:
    return DamageError(
        f"The stored file of work {work.id} ({work.blob}) is damaged: {how.rstrip('.')}.",
        "Put it back from a copy of the studio; find all such files with: gesso check --read-data",
    )
