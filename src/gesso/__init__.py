"""gesso: one catalogue under five verbs — make, collect, study, search, show.

    from gesso import Studio

    with Studio.open("studio") as studio:
        for work in studio.make.exhibition("Nocturne & Mechanism", works=4).kept:
            print(work.title, studio.catalogue.path_of(work))

`Studio` is imported at first use, so that `import gesso` and `gesso --help` stay cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gesso._version import __version__

if TYPE_CHECKING:
    from gesso.studio import Studio

__all__ = ["Studio", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the studio when somebody first asks for it."""
    if name == "Studio":
        from gesso.studio import Studio  # noqa: PLC0415 - the package's one late door

        return Studio
    raise AttributeError(f"module 'gesso' has no attribute {name!r}")
