"""The studio's own certificates: made once, closed to others, renewed under the same root."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

x509 = pytest.importorskip("cryptography.x509")

from gesso.core.errors import DamageError, SettingsError, StorageError  # noqa: E402 - after the skip
from gesso.core.pixels.metadata.provenance.identity import (  # noqa: E402 - after the skip
    IDENTITY_FILE,
    ROOT_FILE,
    Identity,
    Keyring,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
posix = pytest.mark.skipif(os.name != "posix", reason="files have no such modes here")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(tmp_path: Path, clock: Clock) -> Keyring:
    return Keyring(tmp_path / "signing", "a studio", clock)


def test_to_look_makes_no_keys(keyring: Keyring, tmp_path: Path) -> None:
    assert keyring.root() is None
    assert list(tmp_path.iterdir()) == []


def test_the_same_identity_comes_every_time(keyring: Keyring) -> None:
    first = keyring.identity()

    assert keyring.identity() == first
    assert keyring.root() == first.root
    assert keyring.root_path.read_bytes() == first.root


@posix
def test_the_keys_are_for_their_owner_alone_and_the_root_is_not_secret(
    keyring: Keyring, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        keyring.identity()
    finally:
        os.umask(before)

    folder = tmp_path / "signing"
    assert (folder / IDENTITY_FILE).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == [IDENTITY_FILE, ROOT_FILE]
    assert b"PRIVATE" not in (folder / ROOT_FILE).read_bytes()


@posix
def test_keys_that_others_can_read_are_not_used(keyring: Keyring, tmp_path: Path) -> None:
    keyring.identity()
    (tmp_path / "signing" / IDENTITY_FILE).chmod(0o640)

    for use in (keyring.identity, keyring.root):
        with pytest.raises(SettingsError, match=r"can be read by others \(mode 640\)") as refused:
            use()
        assert refused.value.advice.startswith("Close it with: chmod 600 ")


def test_the_leaf_is_what_c2pa_asks_for_and_the_root_signed_it() -> None:
    identity = Identity.new("a studio", NOW)
    leaf, root = (x509.load_pem_x509_certificate(pem) for pem in (identity.leaf, identity.root))

    leaf.verify_directly_issued_by(root)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign) == (True, False)
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is True
    assert leaf.not_valid_after_utc <= root.not_valid_after_utc


def test_a_leaf_lives_for_years_after_its_last_signature(keyring: Keyring, clock: Clock) -> None:
    keyring.identity()
    clock.now += timedelta(days=364)
    leaf = x509.load_pem_x509_certificate(keyring.identity().leaf)

    assert leaf.not_valid_after_utc > clock.now + timedelta(days=8 * 365)


def test_an_old_leaf_is_made_anew_and_the_root_stays(keyring: Keyring, clock: Clock) -> None:
    first = keyring.identity()
    clock.now += timedelta(days=400)
    second = keyring.identity()

    assert second.leaf != first.leaf
    assert second.leaf_key != first.leaf_key
    assert (second.root, second.root_key) == (first.root, first.root_key)
    assert keyring.identity() == second
    x509.load_pem_x509_certificate(second.leaf).verify_directly_issued_by(
        x509.load_pem_x509_certificate(first.root)
    )


def test_two_who_come_first_at_once_get_the_same_keys(tmp_path: Path) -> None:
    found: list[Identity] = []
    gate = threading.Barrier(8)

    def come() -> None:
        ring = Keyring(tmp_path / "signing", "a studio")
        gate.wait()
        found.append(ring.identity())

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len({one.root for one in found}) == 1
    assert sorted(path.name for path in (tmp_path / "signing").iterdir()) == [
        IDENTITY_FILE, ROOT_FILE
    ]  # fmt: skip


@pytest.mark.parametrize("damage", [b"", b"not a key\n", None])
def test_damaged_keys_are_named_and_never_replaced(
    keyring: Keyring, tmp_path: Path, damage: bytes | None
) -> None:
    keyring.identity()
    path = tmp_path / "signing" / IDENTITY_FILE
    broken = path.read_bytes()[:-300] if damage is None else damage
    path.write_bytes(broken)

    with pytest.raises(DamageError, match="does not hold the studio's signing keys any more"):
        keyring.identity()
    assert path.read_bytes() == broken


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not closed by modes here")
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "signing").write_text("a file, no folder")

    with pytest.raises(StorageError, match=r"signing key .*identity\.pem"):
        Keyring(tmp_path / "signing", "a studio").identity()


def test_a_root_that_was_deleted_is_written_again(keyring: Keyring) -> None:
    identity = keyring.identity()
    keyring.root_path.unlink()
    keyring.identity()

    assert keyring.root_path.read_bytes() == identity.root
