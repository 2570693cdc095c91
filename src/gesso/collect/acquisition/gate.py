"""The licence gate: what may be kept of a find, decided before a byte of it is fetched."""

from __future__ import annotations

from dataclasses import replace

from gesso.collect.acquisition.options import CollectOptions
from gesso.collect.licences import licence_id, permission
from gesso.core.catalogue.runs.finds import Offer
from gesso.core.records.finds import Find

_UNKNOWN = "Its licence is unknown, and such pictures are skipped."


class Gate:
    """Decides what may be kept.

    Free licences let a picture in whole. Of a picture that is not free, and by default of one
    whose licence is unknown, a link, the record and thumbnails are kept. What lies on the owner's
    own disk is the owner's, and is kept whatever it says.

    Args:
        options: what the owner allows.
        is_remote: the source goes over the network.
    """

    def __init__(self, options: CollectOptions, *, is_remote: bool) -> None:
        self._options = options
        self._is_remote = is_remote

    def offer(self, find: Find) -> Offer:
        """The find with its licence by its one name, and what may be kept of it."""
        named = licence_id(find.rights.licence)
        if named and named != find.rights.licence:
            find = replace(find, rights=replace(find.rights, licence=named))
        if not self._is_remote:
            return Offer(find)
        allows = permission(find.rights.licence, self._options.licences)
        if allows != "unknown":
            return Offer(find, whole=allows == "free")
        if self._options.unknown_licence == "skip":
            return Offer(find, whole=False, refused=_UNKNOWN)
        return Offer(find, whole=self._options.unknown_licence == "keep")
