"""C2PA: a manifest signed with the studio's own certificate, put in last, read with distrust."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import c2pa  # type: ignore[import-untyped]  # it ships without types
from cryptography import x509

from gesso.core.errors import InputError
from gesso.core.pixels.metadata.found import one_line
from gesso.core.pixels.metadata.provenance.identity import Identity, Keyring
from gesso.core.pixels.metadata.provenance.signer import Parent, Seal, SealState, Statement
from gesso.core.pixels.metadata.write import SOURCE_TYPE_URI

# Neither writing nor reading may ask the world anything: by itself the library would fetch a
# manifest from any address that a file names, and so tell a stranger who looks at it.
_ALONE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
# Without a thumbnail: a picture of 3 MB would grow by another 1.3 MB for one.
_BUILDING = {"builder": {"thumbnail": {"enabled": False}}, "verify": _ALONE}
_STATES: Mapping[str, SealState] = {"Trusted": "trusted", "Valid": "valid"}
# A stranger's chain of parents may be as long as they like; ours has one for each round.
_MOST_PARENTS = 32


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class C2paOptions:
    """Where the studio's signing keys lie, and whose name they bear.

    Attributes:
        folder: made at the first signature, for its owner alone.
        signer: the name in the certificates.
        clock: tells the time, UTC.
    """

    folder: Path = field(default=Path("signing"))
    signer: str = "gesso studio"
    clock: Callable[[], datetime] = _utc_now

    def __post_init__(self) -> None:
        if not 1 <= len(self.signer) <= 50:  # with " root" behind it, X.509 allows 64
            raise ValueError("signer is a name of 1 to 50 letters")


class C2paSigner:
    """Seals pictures with C2PA manifests.

    Args:
        options: whose keys.
        desk: not used; nothing leaves this machine.
    """

    Options = C2paOptions
    name = "c2pa"

    def __init__(self, options: C2paOptions, desk: Any = None) -> None:
        del desk
        self._keys = Keyring(options.folder, options.signer, options.clock)

    @property
    def root_path(self) -> Path:
        """The studio's root certificate, for whoever shall trust it; there after a signature."""
        return self._keys.root_path

    def root(self) -> bytes | None:
        """The studio's root certificate (PEM), None where it has never signed."""
        return self._keys.root()

    def sign(self, data: bytes, media_type: str, statement: Statement) -> bytes:
        """Seal a file (see `Signer.sign`)."""
        identity = self._keys.identity()
        sealed = io.BytesIO()
        try:
            with (
                c2pa.Context.from_dict(_BUILDING) as context,
                c2pa.Builder(json.dumps(_manifest(statement)), context=context) as builder,
                c2pa.Signer.from_info(_signing(identity)) as signer,
            ):
                _set_intent(builder, statement)
                builder.sign(signer, media_type, io.BytesIO(data), sealed)
        except c2pa.C2paError as error:
            raise InputError(
                f"This {media_type} cannot be signed: {error}.",
                "Export it without --sign, or as a PNG.",
            ) from error
        return sealed.getvalue()

    def read(self, data: bytes, media_type: str, trusted: Sequence[bytes] = ()) -> Seal | None:
        """Read a file's seal (see `Signer.read`)."""
        settings: dict[str, Any] = {"verify": {**_ALONE, "verify_trust": bool(trusted)}}
        if trusted:
            settings["trust"] = {"user_anchors": _anchors(trusted)}
        try:
            with (
                c2pa.Context.from_dict(settings) as context,
                c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader,
            ):
                return _seal(json.loads(reader.json()))
        except c2pa.C2paError.ManifestNotFound:
            return None
        except (c2pa.C2paError, ValueError) as error:
            # A manifest that lies at some address is not in the file, and nobody goes for it.
            is_elsewhere = str(error).startswith("Remote")
            return None if is_elsewhere else Seal("broken", problems=(str(error)[:200],))


def _signing(identity: Identity) -> c2pa.C2paSignerInfo:
    return c2pa.C2paSignerInfo(
        alg=b"es256",
        sign_cert=identity.chain,
        private_key=identity.leaf_key,
        ta_url=None,  # no time stamps: their authority would be asked over the network
    )


def _manifest(statement: Statement) -> dict[str, Any]:
    name, _, version = statement.software.partition(" ")
    manifest: dict[str, Any] = {
        "claim_generator_info": [{"name": name or "gesso", "version": version or "0"}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [_action(statement)]}}],
    }
    return manifest | ({"title": statement.title} if statement.title else {})


def _action(statement: Statement) -> dict[str, Any]:
    action: dict[str, Any] = {
        "action": "c2pa.edited" if statement.parent else "c2pa.created",
        "digitalSourceType": SOURCE_TYPE_URI + statement.source_type,
    }
    if statement.agent:
        version = {"version": statement.agent_version} if statement.agent_version else {}
        action["softwareAgent"] = {"name": statement.agent, **version}
    if statement.made_at:
        action["when"] = statement.made_at
    if statement.description:
        action["description"] = statement.description
    return action


def _set_intent(builder: c2pa.Builder, statement: Statement) -> None:
    """Say whether it is new or goes on from its parent, which stays inside with its own seal."""
    if statement.parent is None:
        kind = c2pa.C2paDigitalSourceType[_screaming(statement.source_type)]
        builder.set_intent(c2pa.C2paBuilderIntent.CREATE, kind)
        return
    builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
    _add_parent(builder, statement.parent)


def _add_parent(builder: c2pa.Builder, parent: Parent) -> None:
    told = {"relationship": "parentOf"} | ({"title": parent.title} if parent.title else {})
    builder.add_ingredient(json.dumps(told), parent.media_type, io.BytesIO(parent.data))


def _screaming(name: str) -> str:
    """The library's name for a source type: "algorithmicMedia" -> "ALGORITHMIC_MEDIA"."""
    return re.sub(r"(?=[A-Z])", "_", name).upper()


def _anchors(trusted: Sequence[bytes]) -> str:
    try:
        for certificates in trusted:
            x509.load_pem_x509_certificates(certificates)
        return "\n".join(pem.decode("ascii") for pem in trusted)
    except ValueError as error:
        raise InputError(
            "What shall be trusted is no certificate in PEM form.",
            "Name a file that begins with -----BEGIN CERTIFICATE-----.",
        ) from error


# What a stranger's manifest says: nothing in it is sure to be there, or of its kind -------------


def _seal(report: Mapping[str, Any]) -> Seal:
    manifests = _object(report.get("manifests"))
    active = _object(manifests.get(str(report.get("active_manifest"))))
    signature = _object(active.get("signature_info"))
    software = _first(active.get("claim_generator_info"))
    actions = list(_actions(active))
    failures = _object(_object(report.get("validation_results")).get("activeManifest"))
    state = _STATES.get(_text(report.get("validation_state")), "broken")
    return Seal(
        state=state,
        signer=_text(signature.get("common_name")),
        issuer=_text(signature.get("issuer")),
        software=f"{_text(software.get('name'))} {_text(software.get('version'))}".strip(),
        title=_text(active.get("title")),
        source_type=_told(_text(action.get("digitalSourceType")) for action in actions)
        .rstrip("/")
        .rpartition("/")[2],
        agent=_told(_agent(action.get("softwareAgent")) for action in actions),
        parents=tuple(_parents(active, manifests)),
        problems=tuple(_text(_object(one).get("code")) for one in _list(failures.get("failure"))),
    )


def _actions(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The actions of a manifest, the latest first."""
    for assertion in map(_object, _list(manifest.get("assertions"))[::-1]):
        if _text(assertion.get("label")).startswith("c2pa.actions"):
            yield from map(_object, _list(_object(assertion.get("data")).get("actions"))[::-1])


def _parents(manifest: Mapping[str, Any], manifests: Mapping[str, Any]) -> Iterator[str]:
    for _ in range(_MOST_PARENTS):
        ingredients = map(_object, _list(manifest.get("ingredients")))
        parent = next((one for one in ingredients if one.get("relationship") == "parentOf"), None)
        if parent is None:
            return
        yield _text(parent.get("title"))
        manifest = _object(manifests.get(_text(parent.get("active_manifest"))))


def _agent(value: object) -> str:
    """Who acted; older manifests have a plain text here."""
    if isinstance(value, str):
        return _text(value)
    named = _object(value)
    return f"{_text(named.get('name'))} {_text(named.get('version'))}".strip()


def _told(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _first(value: object) -> Mapping[str, Any]:
    return _object(next(iter(_list(value)), None))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""
