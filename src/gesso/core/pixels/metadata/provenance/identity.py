"""Who the studio signs as: a root certificate of its own, and a leaf that signs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gesso.core.errors import DamageError, SettingsError, StorageError

IDENTITY_FILE = "identity.pem"
ROOT_FILE = "root.pem"

# A file that is signed without a time stamp can be checked only while its leaf is valid, so the
# leaf lives long and is made anew long before its end.
_ROOT_LIVES = timedelta(days=30 * 365)
_LEAF_LIVES = timedelta(days=10 * 365)
_LEAF_WORKS = timedelta(days=365)
_CLOCKS_DIFFER = timedelta(minutes=5)
_ORGANISATION = "gesso self-hosted"
_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n", re.DOTALL)


@dataclass(frozen=True)
class Identity:
    """The keys and certificates that a studio signs with.

    Attributes:
        root_key, leaf_key: P-256, PKCS 8 as PEM.
        root, leaf: the certificates, PEM.
    """

    root_key: bytes
    leaf_key: bytes
    root: bytes
    leaf: bytes

    @classmethod
    def new(cls, studio: str, now: datetime) -> Self:
        """Make a root of its own for a studio, and a first leaf."""
        key = ec.generate_private_key(ec.SECP256R1())
        root = _certificate(f"{studio} root", now, now + _ROOT_LIVES, key)
        return cls._with_leaf(key, root, studio, now)

    def renewed(self, studio: str, now: datetime) -> Self:
        """The same root with a new leaf, so that whoever trusts the root need do nothing."""
        key = serialization.load_pem_private_key(self.root_key, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the root's key is of another kind")
        return self._with_leaf(key, x509.load_pem_x509_certificate(self.root), studio, now)

    @classmethod
    def _with_leaf(
        cls,
        root_key: ec.EllipticCurvePrivateKey,
        root: x509.Certificate,
        studio: str,
        now: datetime,
    ) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(now + _LEAF_LIVES, root.not_valid_after_utc)
        leaf = _certificate(studio, now, until, key, (root, root_key))
        return cls(_pem(root_key), _pem(key), _pem(root), _pem(leaf))

    @property
    def chain(self) -> bytes:
        """The certificates that go into a seal, the leaf first."""
        return self.leaf + self.root

    def is_old(self, now: datetime) -> bool:
        """Whether the leaf has signed long enough."""
        leaf = x509.load_pem_x509_certificate(self.leaf)
        ends_soon = now > leaf.not_valid_after_utc - _LEAF_WORKS
        return ends_soon or now > leaf.not_valid_before_utc + _LEAF_WORKS


class Keyring:
    """Keeps the identity of one studio in a folder, readable by its owner alone.

    Args:
        folder: where `identity.pem` (secret) and `root.pem` (to hand out) lie.
        studio: the name in the certificates.
        clock: tells the time, UTC.
    """

    def __init__(
        self,
        folder: Path,
        studio: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._studio = studio
        self._clock = clock

    @property
    def root_path(self) -> Path:
        """The root certificate, to be given to whoever shall trust this studio."""
        return self._folder / ROOT_FILE

    def root(self) -> bytes | None:
        """The studio's own root (PEM), None where it has never signed.

        Raises:
            DamageError: the file holds something else.
            StorageError: it cannot be read.
            SettingsError: others can read the keys beside it.
        """
        found = self._read()
        return found.root if found else None

    def identity(self) -> Identity:
        """The identity to sign with; made at the first time, its leaf made anew in time.

        Two processes that come first at once get the same one.

        Raises:
            DamageError, StorageError, SettingsError: as for `root`.
        """
        found = self._read()
        if found is None:
            self._keep(Identity.new(self._studio, self._clock()), replace=False)
            found = self._read()
        elif found.is_old(self._clock()):
            found = found.renewed(self._studio, self._clock())
            self._keep(found, replace=True)
        if found is None:
            raise StorageError(
                f"The signing key in {self._folder} went away while it was made.",
                "Run the same command again.",
            )
        if not self.root_path.exists():
            self._write(self.root_path, found.root, 0o644, replace=True)
        return found

    def _read(self) -> Identity | None:
        path = self._folder / IDENTITY_FILE
        try:
            mode = path.stat().st_mode & 0o777
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(error, path, "read") from error
        if os.name == "posix" and mode & 0o077:
            raise SettingsError(
                f"{path} holds the studio's signing keys and can be read by others "
                f"(mode {mode:o}), so nothing is signed with them.",
                f"Close it with: chmod 600 {path}",
            )
        return _parsed(data, path)

    def _keep(self, identity: Identity, *, replace: bool) -> None:
        data = identity.leaf_key + identity.root_key + identity.chain
        self._write(self._folder / IDENTITY_FILE, data, 0o600, replace=replace)

    def _write(self, path: Path, data: bytes, mode: int, *, replace: bool) -> None:
        """Write a file whole, with its mode from its first byte on; not over one that is there."""
        passing = path.with_name(f".{uuid4().hex}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            if replace or not _linked(passing, path):
                passing.replace(path)
        except OSError as error:
            raise _unusable(error, path, "write") from error
        finally:
            with suppress(OSError):
                passing.unlink(missing_ok=True)


def _linked(passing: Path, path: Path) -> bool:
    """Name a file only if the name is free; False on a disk that has no links."""
    try:
        os.link(passing, path)
    except FileExistsError:
        return True  # another process was first: its identity counts
    except OSError:
        return False
    return True


def _parsed(data: bytes, path: Path) -> Identity:
    try:
        leaf_key, root_key, leaf, root = _BLOCK.findall(data)
        for key in (leaf_key, root_key):
            serialization.load_pem_private_key(key, None)
        for certificate in (leaf, root):
            x509.load_pem_x509_certificate(certificate)
    except (ValueError, TypeError) as error:
        raise DamageError(
            f"{path} does not hold the studio's signing keys any more.",
            "Put back a copy, or move it away: new ones are made, and whoever trusted the old root "
            "must be given the new one.",
        ) from error
    return Identity(root_key, leaf_key, root, leaf)


def _certificate(
    name: str,
    now: datetime,
    until: datetime,
    key: ec.EllipticCurvePrivateKey,
    above: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
) -> x509.Certificate:
    """A root where nobody stands above, else a leaf as C2PA's certificate profile wants it."""
    is_root = above is None
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    issuer, signing_key = (above[0].subject, above[1]) if above else (subject, key)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(_usage(is_root), critical=True)
        .add_extension(own, critical=False)
    )
    if above is not None:
        uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
        builder = builder.add_extension(uses, critical=False).add_extension(signer, critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def _usage(is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(thing: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _unusable(error: OSError, path: Path, doing: str) -> StorageError:
    cause = (error.strerror or type(error).__name__).lower()
    return StorageError(
        f"Could not {doing} the signing key {path}: {cause}.",
        "Look at the rights and the room of the studio's folder, then run the command again.",
    )
