"""Who seals and reads seals in this studio."""

from __future__ import annotations

from gesso.core.outside.desk import Desk
from gesso.core.pixels.metadata.provenance.signer import SIGNERS, Signer
from gesso.studio import Studio, built

SIGNING_FOLDER = "signing"


def open_signer(studio: Studio, name: str = "c2pa") -> Signer:
    """Open a signer on the studio's own keys; nothing is made before it first signs.

    Raises:
        MissingExtra: its packages are not installed.
    """
    wishes = {} if name == "none" else {"folder": studio.folder / SIGNING_FOLDER}
    return built(SIGNERS.open(name), f"signers.{name}", wishes, Desk.offline())
