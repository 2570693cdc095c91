"""What a signer is, what it vouches for, and who can be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from gesso.core.records.recipes import SourceType
from gesso.core.registry import Entry, Factory, Registry

SealState = Literal["trusted", "valid", "broken"]


@dataclass(frozen=True)
class Parent:
    """The picture that a sealed one goes on from.

    Attributes:
        data: its file, with its own seal if it has one; what is sealed in it stays readable.
        media_type: of the file.
        title: what it is called, "" for no word about it.
    """

    data: bytes
    media_type: str
    title: str = ""


@dataclass(frozen=True)
class Statement:
    """What a seal says about a picture.

    Attributes:
        source_type: the truth about the pixels (IPTC digital source type).
        software: who writes this: "gesso 0.1.0".
        agent, agent_version: who painted it, "" for no word about it.
        title: what it is called, "" for no word about it.
        made_at: ISO 8601, UTC; "" where it is not told.
        description: one sentence of how it was made, "" for none.
        parent: what it goes on from, None for a picture made from nothing.
    """

    source_type: SourceType
    software: str
    agent: str = ""
    agent_version: str = ""
    title: str = ""
    made_at: str = ""
    description: str = ""
    parent: Parent | None = None


@dataclass(frozen=True)
class Seal:
    """A seal as it was found in a file, and what checking it gave.

    Attributes:
        state: "trusted": whole, and by somebody whom the owner trusts; "valid": whole, by
            somebody unknown, so anybody may have set it; "broken": the file was changed since,
            or the seal is no seal.
        signer: the name in the certificate, "" for none. Of a seal that is not trusted it is only
            what the certificate says of itself.
        issuer: the organisation in the certificate.
        software: what wrote it.
        title: what it calls the picture.
        source_type: the last part of the IPTC URI, "" where it says nothing.
        agent: who it says painted it.
        parents: the titles of the pictures it goes on from, the nearest first; "" for one
            without a title.
        problems: the codes of what failed, as C2PA names them; () for nothing.
    """

    state: SealState
    signer: str = ""
    issuer: str = ""
    software: str = ""
    title: str = ""
    source_type: str = ""
    agent: str = ""
    parents: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Signer(Protocol):
    """A signer seals a finished file, so that any change after it shows, and reads such seals.

    What every signer owes: `sign` changes no pixel and no text of the file, and is the last thing
    that is done to it; neither method talks to the world outside, whatever a file asks for.

    What nobody will ask: to keep files, to decide what is true.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    @property
    def root_path(self) -> Path | None:
        """Where the root certificate lies that others need to trust its seals; None for none."""
        ...

    def root(self) -> bytes | None:
        """The same (PEM), None where it has never signed.

        Raises:
            StudioError: the signing key cannot be read.
            SettingsError: others can read the signing key.
        """
        ...

    def sign(self, data: bytes, media_type: str, statement: Statement) -> bytes:
        """Seal a file.

        Raises:
            InputError: this kind of file cannot be sealed, or it is damaged.
            StudioError: the signing key cannot be read or kept.
            SettingsError: others can read the signing key.
        """
        ...

    def read(self, data: bytes, media_type: str, trusted: Sequence[bytes] = ()) -> Seal | None:
        """Read a file's seal and check it; None where there is none.

        Args:
            data: the file.
            media_type: by content.
            trusted: root certificates (PEM) that the owner trusts.

        Raises:
            InputError: `trusted` are no certificates.
        """
        ...


SIGNERS: Registry[Factory[Signer]] = Registry(
    "signer",
    "signers",
    {
        "none": Entry(
            "gesso.core.pixels.metadata.provenance.unsigned",
            "NoSigner",
            summary="seals nothing and reads no seal",
        ),
        "c2pa": Entry(
            "gesso.core.pixels.metadata.provenance.c2pa",
            "C2paSigner",
            extra="c2pa",
            summary="C2PA manifests, signed by the studio's own certificate",
        ),
    },
)
