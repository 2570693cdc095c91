"""C2PA seals: whole or broken, trusted or unknown, one inside the other, and nobody is called."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

pytest.importorskip("c2pa")

from gesso.core.errors import InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import MediaType, encode
from gesso.core.pixels.metadata.provenance.belief import weigh
from gesso.core.pixels.metadata.provenance.c2pa import (
    C2paOptions,
    C2paSigner,
)
from gesso.core.pixels.metadata.provenance.gather import gather
from gesso.core.pixels.metadata.provenance.signer import (
    Parent,
    Seal,
    Statement,
)
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.write import marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import Recipe, SourceType

SAID = Statement(
    "algorithmicMedia",
    "gesso 0.1.0",
    agent="procedural",
    agent_version="1",
    title="Tide",
    made_at="2026-11-21T02:00:00Z",
)


@pytest.fixture
def signer(tmp_path: Path) -> C2paSigner:
    return C2paSigner(C2paOptions(folder=tmp_path / "signing"))


def root_of(signer: C2paSigner) -> bytes:
    root = signer.root()
    assert root is not None
    return root


def seal_in(signer: C2paSigner, data: bytes, *trusted: bytes) -> Seal:
    found = signer.read(data, decode(data).media_type, trusted)
    assert found is not None
    return found


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp", "image/avif"])
def test_a_seal_changes_no_pixel_and_no_word(
    signer: C2paSigner, painted: Picture, recipe: Recipe, media_type: MediaType
) -> None:
    data = encode(painted, media_type, marks_for(recipe))

    sealed = signer.sign(data, media_type, SAID)

    assert decode(sealed).picture.pixels_sha256 == decode(data).picture.pixels_sha256
    found = read_recipe(sealed)
    assert found is not None
    assert found.c2pa
    assert replace(found, c2pa=False) == read_recipe(data)
    assert 2_000 < len(sealed) - len(data) < 6_000


def test_a_seal_says_what_it_was_told(signer: C2paSigner, painted: Picture) -> None:
    seal = seal_in(signer, signer.sign(encode(painted), "image/png", SAID))

    assert (seal.title, seal.agent, seal.software) == ("Tide", "procedural 1", "gesso 0.1.0")
    assert (seal.source_type, seal.parents) == ("algorithmicMedia", ())
    assert (seal.signer, seal.issuer) == ("gesso studio", "gesso self-hosted")


@pytest.mark.parametrize(
    "source_type",
    [
        "algorithmicMedia", "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia",
        "digitalCreation", "digitalCapture",
    ],
)  # fmt: skip
def test_every_source_type_can_be_sealed(
    signer: C2paSigner, painted: Picture, source_type: SourceType
) -> None:
    sealed = signer.sign(encode(painted), "image/png", Statement(source_type, "gesso 0.1.0"))

    assert seal_in(signer, sealed).source_type == source_type


def test_a_seal_is_valid_and_trusted_only_once_its_root_is(
    signer: C2paSigner, painted: Picture, tmp_path: Path
) -> None:
    sealed = signer.sign(encode(painted), "image/png", SAID)
    stranger = C2paSigner(C2paOptions(folder=tmp_path / "elsewhere"))
    stranger.sign(encode(painted), "image/png", SAID)

    assert seal_in(signer, sealed).state == "valid"
    assert seal_in(stranger, sealed, root_of(signer)).state == "trusted"
    assert seal_in(signer, sealed, root_of(stranger)).state == "valid"
    assert seal_in(signer, sealed, root_of(stranger), root_of(signer)).state == "trusted"


def test_one_changed_byte_breaks_the_seal(signer: C2paSigner, painted: Picture) -> None:
    sealed = bytearray(signer.sign(encode(painted), "image/png", SAID))
    sealed[-200] ^= 1

    found = signer.read(bytes(sealed), "image/png", [root_of(signer)])

    assert found is not None
    assert found.state == "broken"
    assert "assertion.dataHash.mismatch" in found.problems


def test_a_changed_seal_is_broken(signer: C2paSigner, painted: Picture) -> None:
    sealed = signer.sign(encode(painted), "image/png", SAID)
    lying = sealed.replace(b"algorithmicMedia", b"algorithmicMediA")
    assert lying != sealed

    found = signer.read(lying, "image/png", [root_of(signer)])

    assert found is not None
    assert found.state == "broken"


def test_a_picture_that_was_saved_anew_has_no_seal(signer: C2paSigner, painted: Picture) -> None:
    out = io.BytesIO()
    sealed = signer.sign(encode(painted), "image/png", SAID)
    Image.open(io.BytesIO(sealed)).save(out, "PNG")

    assert signer.read(out.getvalue(), "image/png") is None


def test_a_chain_of_rounds_is_sealed_one_inside_the_other(
    signer: C2paSigner, painted: Picture
) -> None:
    first = signer.sign(encode(painted), "image/png", replace(SAID, title="One"))
    second = replace(SAID, title="Two", parent=Parent(first, "image/png", "One"))
    sealed = signer.sign(encode(painted), "image/png", second)
    third = replace(SAID, title="Three", parent=Parent(sealed, "image/png", "Two"))
    last = signer.sign(encode(painted), "image/png", third)

    seal = seal_in(signer, last, root_of(signer))

    assert (seal.state, seal.title, seal.parents) == ("trusted", "Three", ("Two", "One"))
    assert seal.source_type == "algorithmicMedia"


def test_a_seal_without_words_names_neither_title_nor_painter(
    signer: C2paSigner, painted: Picture
) -> None:
    bare = Statement("trainedAlgorithmicMedia", "gesso 0.1.0")
    parent = Parent(signer.sign(encode(painted), "image/png", bare), "image/png")
    sealed = signer.sign(encode(painted), "image/png", replace(bare, parent=parent))

    seal = seal_in(signer, sealed)

    assert (seal.title, seal.agent, seal.parents) == ("", "", ("",))
    assert b"Tide" not in sealed


def test_a_seal_outlives_its_leafs_renewal(painted: Picture, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    early = C2paSigner(C2paOptions(tmp_path, clock=lambda: now - timedelta(days=500)))
    sealed = early.sign(encode(painted), "image/png", SAID)
    late = C2paSigner(C2paOptions(tmp_path, clock=lambda: now))
    again = late.sign(encode(painted), "image/png", SAID)

    assert seal_in(late, sealed, root_of(late)).state == "trusted"
    assert seal_in(late, again, root_of(late)).state == "trusted"


def test_what_is_no_certificate_cannot_be_trusted(signer: C2paSigner, painted: Picture) -> None:
    sealed = signer.sign(encode(painted), "image/png", SAID)

    with pytest.raises(InputError, match="no certificate in PEM form"):
        signer.read(sealed, "image/png", [b"a password"])


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_damaged_files_raise_nothing(signer: C2paSigner, painted: Picture, cut: float) -> None:
    sealed = signer.sign(encode(painted), "image/png", SAID)

    found = signer.read(sealed[: int(len(sealed) * cut)], "image/png")

    assert found is None or found.state == "broken"


def test_a_kind_of_file_that_cannot_be_sealed_is_refused(signer: C2paSigner) -> None:
    with pytest.raises(InputError, match="image/bmp cannot be signed"):
        signer.sign(b"BM" + bytes(100), "image/bmp", SAID)


def test_a_signers_name_has_a_length() -> None:
    with pytest.raises(ValueError, match="1 to 50 letters"):
        C2paOptions(signer="")


# Nobody is called ---------------------------------------------------------------------------------


@pytest.fixture
def watcher() -> Iterator[tuple[str, list[str]]]:
    """A server that writes down who asks it for something."""
    asked: list[str] = []

    class Watch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Watch)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address_in_a_file_is_never_asked_for_a_manifest(
    signer: C2paSigner, watcher: tuple[str, list[str]]
) -> None:
    address, asked = watcher
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{address}/m.c2pa"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet)
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG", pnginfo=info)

    assert signer.read(out.getvalue(), "image/png") is None
    sealed = signer.sign(out.getvalue(), "image/png", SAID)
    parent = Parent(out.getvalue(), "image/png")
    signer.sign(out.getvalue(), "image/png", replace(SAID, parent=parent))
    assert signer.read(sealed, "image/png", [root_of(signer)]) is not None
    assert asked == []


def test_nothing_of_it_is_imported_unless_it_is_used() -> None:
    probe = (
        "import sys\n"
        "import gesso.cli.commands.publish.export, gesso.cli.commands.publish.provenance\n"
        "sys.exit(bool({'c2pa', 'cryptography'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


# The whole file ---------------------------------------------------------------------------------


def test_the_whole_file_is_gathered_and_believed(
    signer: C2paSigner, painted: Picture, recipe: Recipe
) -> None:
    made = replace(recipe, pixels=painted.pixels_sha256)
    sealed = signer.sign(encode(painted, marks=marks_for(made)), "image/png", SAID)

    evidence = gather(sealed, decode(sealed), signer=signer, trusted=[root_of(signer)])
    belief = weigh(evidence)

    assert (belief.certainty, belief.source_type) == ("vouched", "algorithmicMedia")
    assert [reason.weight for reason in belief.reasons].count("against") == 0
    assert weigh(gather(sealed, decode(sealed))).certainty == "claimed"
    assert gather(sealed, decode(sealed), unread="nobody can.").unread == "nobody can."
