"""What is said where an archive does not give what is asked of it."""

from __future__ import annotations

from gesso.collect.sources.local.holder import Parts, identifier_of
from gesso.core.errors import Gone, InputError


def member_called(archive: str, parts: Parts) -> str:
    """How a member is called in what is told: "art.zip!/a/b.png"."""
    return f"{archive}!/{identifier_of(parts)}"


def gone(archive: str, parts: Parts) -> Gone:
    """Our error for a member that is not there any more."""
    return Gone(
        f"'{archive}' has no '{identifier_of(parts)}' any more.",
        "Its work stays in the catalogue.",
    )


def damaged(called: str, why: Exception | str) -> InputError:
    """Our error for an archive, or a member, whose bytes are not what they should be."""
    told = str(why).strip().rstrip(".") or type(why).__name__
    return InputError(
        f"'{called}' is damaged or cut off: {told[:200]}.",
        "Get the archive again from where it came.",
    )
