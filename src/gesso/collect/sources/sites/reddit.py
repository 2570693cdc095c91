"""Reddit: the pictures of a subreddit, a user or a post."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gesso.collect.sources.remote import plain, words
from gesso.collect.sources.sites.site import Site, is_picture
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_SUB = re.compile(r"/?r/([A-Za-z0-9_]{2,40})/?")
_USER = re.compile(r"/?u(?:ser)?/([A-Za-z0-9_-]{2,40})/?")
_ID = re.compile(r"[a-z0-9]{2,16}")


class RedditSource(Site):
    """Reddit, with the owner's own app. A post that is removed there is to be removed here."""

    name = "reddit"
    title = "Reddit"
    takes = '"r/museum", "u/name", or the address of a subreddit, a user or a post'
    hosts = ("reddit.com", "redd.it")

    def address(self, place: str) -> str:
        """A subreddit, or what a user posted."""
        sub, user = _SUB.fullmatch(place), _USER.fullmatch(place)
        if sub:
            return f"https://www.reddit.com/r/{sub[1]}/"
        return f"https://www.reddit.com/user/{user[1]}/submitted/" if user else ""

    def read(self, url: str, about: Mapping[str, Any]) -> Find | None:
        """A picture of a post; galleries have several."""
        if not is_picture(url):
            return None
        post = str(about["id"])
        if not _ID.fullmatch(post):
            raise ValueError(f"'{plain(post)}' is no id of a post")
        number = int(about.get("num") or 0)
        creator = plain(about.get("author"))
        flair = about.get("link_flair_text")
        return Find(
            source=self.name,
            identifier=f"t3_{post}/{number}" if number else f"t3_{post}",
            url=url,
            page=f"https://www.reddit.com/comments/{post}/",
            facts=Facts(
                title=plain(about.get("title")),
                creator=creator,
                date=plain(about.get("date"))[:10],
                tags=words([flair]),
                extra={"subreddit": plain(about.get("subreddit"))},
            ),
            rights=Rights(credit=f"u/{creator} on Reddit" if creator else "Reddit"),
        )

    def is_mature(self, about: Mapping[str, Any]) -> bool:
        """Marked NSFW."""
        return bool(about.get("over_18"))
