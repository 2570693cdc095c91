"""gesso export and gesso provenance, as a person calls them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.provenance.signer import SIGNERS
from gesso.core.pixels.picture import Picture

from .conftest import Gesso, Once

STUDIO, OUT = Path("studio"), Path("out")
sealing = pytest.mark.skipif(find_spec("c2pa") is None, reason="the extra c2pa is not installed")


@pytest.fixture
def sea(gesso: Gesso, once: Once) -> str:
    """A run that kept two works, of two rounds each."""
    rounds = ("--size", "64", "--rounds", "2", "--seed", "5", "--works", "2")

    def make() -> None:
        assert gesso("make", "the sea at night", "--run-id", "sea", *rounds).code == 0

    once(make)
    return "sea"


def kept() -> list[int]:
    with Catalogue.open(STUDIO) as catalogue:
        return [work.id for work in catalogue.works.page(order="oldest").works]


def some_picture(gesso: Gesso) -> Path:
    gesso("export", "--all", "--to", OUT)
    return min(OUT.glob("*.png"))


# Export --------------------------------------------------------------------------------------


def test_to_export_does_not_make_a_studio(gesso: Gesso) -> None:
    said = gesso("export", "--all", "--to", OUT)

    assert said.code == 3
    assert not STUDIO.exists()
    assert not OUT.exists()


def test_kept_works_are_copied_out(gesso: Gesso, sea: str) -> None:
    said = gesso("export", "--run", sea, "--to", OUT)

    assert said.code == 0
    names = sorted(path.name for path in OUT.iterdir())
    assert said.out.splitlines()[0] == "2 works in out"
    assert sorted(line.strip() for line in said.out.splitlines()[1:]) == names


def test_a_work_is_named_by_its_number(gesso: Gesso, sea: str) -> None:
    first = kept()[0]

    told = gesso("export", first, "--to", OUT, "--json").document

    assert [row["work"] for row in told["works"]] == [first]
    assert Path(told["works"][0]["file"]).is_file()
    assert told["root"] is None


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--to", "out"], "There is no kept work to export."),
        (["777", "--to", "out"], "There is no work number 777"),
        (["--run", "see", "--to", "out"], "There is no run 'see'."),
        (["one", "--to", "out"], "'one' is not a valid integer"),
        (["--all"], "Missing option '--to'"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_sentence(
    gesso: Gesso, sea: str, args: list[str], words: str
) -> None:
    said = gesso("export", *args)

    assert said.code == 2
    assert words in said.err


def test_what_is_there_already_is_left_alone(gesso: Gesso, sea: str) -> None:
    gesso("export", "--all", "--to", OUT)

    assert "and 1 more are there already" in gesso("export", "--all", "--to", OUT).err
    assert gesso("export", "--all", "--to", OUT, "--overwrite").code == 0


def test_without_the_extra_signing_says_what_to_install(
    gesso: Gesso, sea: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, SIGNERS.entry("c2pa").module, raising=False)
    monkeypatch.setitem(sys.modules, "c2pa", None)

    said = gesso("export", "--all", "--sign", "--to", OUT)

    assert said.code == 2
    assert "pip install 'gesso[c2pa]'" in said.err
    assert not OUT.exists()


# Provenance ------------------------------------------------------------------------------------


def test_a_made_picture_is_known_to_its_studio_and_claims_elsewhere(gesso: Gesso, sea: str) -> None:
    picture = some_picture(gesso)

    here = gesso("provenance", picture, "--json").document
    there = gesso("provenance", picture, "--studio", "nowhere", "--json").document

    assert (here["certainty"], there["certainty"]) == ("kept", "claimed")
    assert here["source_type"] == there["source_type"] == "algorithmicMedia"
    assert not Path("nowhere").exists()
    out = gesso("provenance", picture).out
    assert out.splitlines()[0] == f"{picture.name}: kept"
    assert "+ The recipe was written for exactly these pixels." in out


def test_a_picture_that_was_painted_over_is_doubtful(gesso: Gesso, sea: str) -> None:
    data = some_picture(gesso).read_bytes()
    upside_down = encode(Picture.from_array(decode(data).picture.rgb[::-1]))
    # The words of one picture before the pixels of another.
    words, pixels = data[: data.index(b"IDAT") - 4], upside_down.index(b"IDAT") - 4
    Path("mixed.png").write_bytes(words + upside_down[pixels:])

    said = gesso("provenance", "mixed.png", "--studio", "nowhere")

    assert said.code == 1
    assert said.out.startswith("mixed.png: doubtful\n")
    assert "! The recipe was written for other pixels" in said.out


def test_a_file_without_a_word_proves_nothing(gesso: Gesso, sea: str) -> None:
    picture = decode(some_picture(gesso).read_bytes()).picture
    Path("bare.jpg").write_bytes(encode(picture, "image/jpeg"))

    said = gesso("provenance", "bare.jpg", "--studio", "nowhere")

    assert said.code == 0
    assert said.out.startswith("bare.jpg: unknown\n")
    assert "That proves nothing" in said.out


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_is_refused(gesso: Gesso, content: bytes) -> None:
    Path("odd.png").write_bytes(content)

    said = gesso("provenance", "odd.png")

    assert said.code == 2
    assert len(said.err.splitlines()) == 2


# Sealed ------------------------------------------------------------------------------------------


@sealing
def test_a_sealed_picture_is_vouched_for_once_the_studio_is_trusted(gesso: Gesso, sea: str) -> None:
    told = gesso("export", "--run", sea, "--sign", "--to", OUT, "--json").document
    root, picture = told["root"], told["works"][0]["file"]

    def certainty(*args: str) -> str:
        found: str = gesso("provenance", picture, "--json", *args).document["certainty"]
        return found

    assert all(row["sealed"] for row in told["works"])
    assert certainty("--studio", "nowhere") == "sealed"
    assert certainty("--studio", "nowhere", "--trust", root) == "vouched"
    assert certainty("--trust-studio") == "vouched"


@sealing
def test_a_refined_works_chain_reaches_the_reader(gesso: Gesso, sea: str) -> None:
    told = gesso("export", "--run", sea, "--sign", "--to", OUT, "--json").document
    refined = [row for row in told["works"] if row["parents"]]
    assert refined, "the seed was chosen so that a second round was the better one"

    seal = gesso("provenance", refined[0]["file"], "--json").document["seal"]

    assert len(seal["parents"]) == refined[0]["parents"]


@sealing
def test_a_changed_byte_makes_a_sealed_picture_doubtful(gesso: Gesso, sea: str) -> None:
    gesso("export", "--run", sea, "--sign", "--strip", "--to", OUT)
    data = bytearray(min(OUT.glob("*.png")).read_bytes())
    at = data.index(b"gesso 0")  # in XMP: no chunk's sum is looked at, and no pixel changes
    data[at] ^= 1
    Path("changed.png").write_bytes(data)

    said = gesso("provenance", "changed.png", "--trust-studio")

    assert said.code == 1
    assert "! The C2PA seal is broken" in said.out


@sealing
def test_a_studio_that_never_sealed_has_nothing_to_trust(gesso: Gesso, sea: str) -> None:
    said = gesso("provenance", some_picture(gesso), "--trust-studio")

    assert said.code == 2
    assert "never sealed a picture" in said.err
    assert not (STUDIO / "signing").exists()


@sealing
def test_what_shall_be_trusted_must_be_a_certificate(gesso: Gesso, sea: str) -> None:
    Path("root.pem").write_text("not one")

    said = gesso("provenance", some_picture(gesso), "--trust", "root.pem")

    assert said.code == 2
    assert "no certificate in PEM form" in said.err


@sealing
def test_the_signing_keys_never_reach_a_screen(gesso: Gesso, sea: str) -> None:
    said = gesso("export", "--run", sea, "--sign", "--to", OUT)
    secret = (STUDIO / "signing" / "identity.pem").read_text().splitlines()[1]

    (STUDIO / "signing" / "identity.pem").write_text("broken")
    again = gesso("export", "--run", sea, "--sign", "--to", OUT, "--overwrite")

    assert again.code == 3
    assert "signing keys" in again.err
    assert secret not in said.out + said.err + again.out + again.err
