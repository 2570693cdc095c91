"""Calls of works. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, Literal

from gesso.web.client.shapes.works import (
    BroughtTold,
    HeldTold,
    Mark,
    Move,
    NewSet,
    OutlineTold,
    PageTold,
    PlaceTold,
    SetChange,
    SetsTold,
    SetTold,
    SharesTold,
    ShareTold,
    ShareWish,
    SomeWorks,
    TilesTold,
    WorkTold,
)
from gesso.web.client.wire import Wire, quoted


class WorksCalls(Wire):
    """Calls of works."""

    def works(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        room: Literal["all", "made", "collected", "brought", "favourites"] | None = None,
        order: Literal["newest", "oldest", "best", "shuffled"] | None = None,
        source: str | None = None,
        colours: str | None = None,
        seed: int | None = None,
        set: int | None = None,
    ) -> PageTold:
        """A page of works."""
        told: PageTold = self._json(
            "GET",
            "/api/works",
            query={
                "after": after,
                "limit": limit,
                "room": room,
                "order": order,
                "source": source,
                "colours": colours,
                "seed": seed,
                "set": set,
            },
        )
        return told

    def bring_work(
        self,
        data: bytes,
        *,
        name: str | None = None,
        title: str | None = None,
        creator: str | None = None,
        licence: str | None = None,
        credit: str | None = None,
    ) -> BroughtTold:
        """Bring a picture in."""
        told: BroughtTold = self._json(
            "POST",
            "/api/works",
            query={
                "name": name,
                "title": title,
                "creator": creator,
                "licence": licence,
                "credit": credit,
            },
            files={"picture": data},
        )
        return told

    def wall_outline(
        self,
        *,
        room: Literal["all", "made", "collected", "brought", "favourites"] | None = None,
        order: Literal["newest", "oldest", "best", "shuffled"] | None = None,
        source: str | None = None,
        colours: str | None = None,
        seed: int | None = None,
        set: int | None = None,
    ) -> OutlineTold:
        """A wall from far away."""
        told: OutlineTold = self._json(
            "GET",
            "/api/works/outline",
            query={
                "room": room,
                "order": order,
                "source": source,
                "colours": colours,
                "seed": seed,
                "set": set,
            },
        )
        return told

    def wall_aspects(
        self,
        *,
        version: int,
        start: int | None = None,
        count: int | None = None,
        room: Literal["all", "made", "collected", "brought", "favourites"] | None = None,
        order: Literal["newest", "oldest", "best", "shuffled"] | None = None,
        source: str | None = None,
        colours: str | None = None,
        seed: int | None = None,
        set: int | None = None,
    ) -> bytes:
        """How wide works are."""
        return self._data(
            "GET",
            "/api/works/aspects",
            query={
                "version": version,
                "start": start,
                "count": count,
                "room": room,
                "order": order,
                "source": source,
                "colours": colours,
                "seed": seed,
                "set": set,
            },
        )

    def wall_tiles(
        self,
        *,
        version: int,
        start: int | None = None,
        count: int | None = None,
        room: Literal["all", "made", "collected", "brought", "favourites"] | None = None,
        order: Literal["newest", "oldest", "best", "shuffled"] | None = None,
        source: str | None = None,
        colours: str | None = None,
        seed: int | None = None,
        set: int | None = None,
    ) -> TilesTold:
        """Works at some places."""
        told: TilesTold = self._json(
            "GET",
            "/api/works/tiles",
            query={
                "version": version,
                "start": start,
                "count": count,
                "room": room,
                "order": order,
                "source": source,
                "colours": colours,
                "seed": seed,
                "set": set,
            },
        )
        return told

    def wall_place(
        self,
        *,
        work: int,
        room: Literal["all", "made", "collected", "brought", "favourites"] | None = None,
        order: Literal["newest", "oldest", "best", "shuffled"] | None = None,
        source: str | None = None,
        colours: str | None = None,
        seed: int | None = None,
        set: int | None = None,
    ) -> PlaceTold:
        """Where a work hangs."""
        told: PlaceTold = self._json(
            "GET",
            "/api/works/place",
            query={
                "work": work,
                "room": room,
                "order": order,
                "source": source,
                "colours": colours,
                "seed": seed,
                "set": set,
            },
        )
        return told

    def wall_spectrum(
        self,
        *,
        room: Literal["all", "made", "collected", "brought", "favourites"] | None = None,
        order: Literal["newest", "oldest", "best", "shuffled"] | None = None,
        source: str | None = None,
        colours: str | None = None,
        seed: int | None = None,
        set: int | None = None,
    ) -> Any:
        """The colours of a wall."""
        return self._json(
            "GET",
            "/api/works/spectrum",
            query={
                "room": room,
                "order": order,
                "source": source,
                "colours": colours,
                "seed": seed,
                "set": set,
            },
        )

    def works_in_the_making(self) -> Any:
        """What is being made."""
        return self._json("GET", "/api/works/making")

    def thumbnail(self, name: str) -> bytes:
        """A thumbnail by its hash."""
        return self._data("GET", f"/t/{quoted(name)}")

    def sets(self, *, holding: int | None = None) -> SetsTold:
        """All sets."""
        told: SetsTold = self._json("GET", "/api/sets", query={"holding": holding})
        return told

    def new_set(self, body: NewSet) -> SetTold:
        """Begin a set."""
        told: SetTold = self._json("POST", "/api/sets", json=body)
        return told

    def set(self, number: int) -> HeldTold:
        """One set."""
        told: HeldTold = self._json("GET", f"/api/sets/{quoted(number)}")
        return told

    def delete_set(self, number: int) -> SetTold:
        """Delete a set."""
        told: SetTold = self._json("DELETE", f"/api/sets/{quoted(number)}")
        return told

    def change_set(self, number: int, body: SetChange) -> SetTold:
        """Change a set."""
        told: SetTold = self._json("PATCH", f"/api/sets/{quoted(number)}", json=body)
        return told

    def restore_set(self, number: int) -> SetTold:
        """Have a set back."""
        told: SetTold = self._json("POST", f"/api/sets/{quoted(number)}/restore")
        return told

    def add_to_set(self, number: int, body: SomeWorks) -> SetTold:
        """Put works into a set."""
        told: SetTold = self._json("POST", f"/api/sets/{quoted(number)}/works", json=body)
        return told

    def move_in_set(self, number: int, work: int, body: Move) -> SetTold:
        """Hang a work of a set elsewhere."""
        told: SetTold = self._json(
            "PUT", f"/api/sets/{quoted(number)}/works/{quoted(work)}", json=body
        )
        return told

    def remove_from_set(self, number: int, work: int) -> SetTold:
        """Take a work out of a set."""
        told: SetTold = self._json("DELETE", f"/api/sets/{quoted(number)}/works/{quoted(work)}")
        return told

    def work_file(
        self, number: int, *, form: Literal["original", "stripped"] | None = None
    ) -> bytes:
        """A work's file to take away."""
        return self._data("GET", f"/api/works/{quoted(number)}/file", query={"form": form})

    def work_sidecar(self, number: int) -> bytes:
        """What is known of a work as XMP."""
        return self._data("GET", f"/api/works/{quoted(number)}/sidecar")

    def work_shares(self, number: int) -> SharesTold:
        """The links to a work."""
        told: SharesTold = self._json("GET", f"/api/works/{quoted(number)}/shares")
        return told

    def share_work(self, number: int, body: ShareWish) -> ShareTold:
        """Make a link to a work."""
        told: ShareTold = self._json("POST", f"/api/works/{quoted(number)}/shares", json=body)
        return told

    def unshare_work(self, number: int, share_id: int) -> ShareTold:
        """Take a link back."""
        told: ShareTold = self._json(
            "DELETE", f"/api/works/{quoted(number)}/shares/{quoted(share_id)}"
        )
        return told

    def set_shares(self, number: int) -> SharesTold:
        """The links to a set."""
        told: SharesTold = self._json("GET", f"/api/sets/{quoted(number)}/shares")
        return told

    def share_set(self, number: int, body: ShareWish) -> ShareTold:
        """Make a link to a set."""
        told: ShareTold = self._json("POST", f"/api/sets/{quoted(number)}/shares", json=body)
        return told

    def unshare_set(self, number: int, share_id: int) -> ShareTold:
        """Take a link back."""
        told: ShareTold = self._json(
            "DELETE", f"/api/sets/{quoted(number)}/shares/{quoted(share_id)}"
        )
        return told

    def work(self, number: int) -> WorkTold:
        """One work."""
        told: WorkTold = self._json("GET", f"/api/works/{quoted(number)}")
        return told

    def mark_work(self, number: int, body: Mark) -> WorkTold:
        """Mark a work."""
        told: WorkTold = self._json("PUT", f"/api/works/{quoted(number)}/mark", json=body)
        return told

    def work_thumbnail(self, number: int, *, side: Literal["256", "512"] | None = None) -> bytes:
        """A small copy."""
        return self._data("GET", f"/api/works/{quoted(number)}/thumbnail", query={"side": side})

    def work_picture(self, number: int, *, side: int | None = None) -> bytes:
        """The picture, made anew."""
        return self._data("GET", f"/api/works/{quoted(number)}/picture", query={"side": side})
