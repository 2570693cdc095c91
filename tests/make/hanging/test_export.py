"""Kept works out of the studio: which, under which names, with how many words, and sealed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, Interrupted, StorageError, UnknownItem
from gesso.core.pixels.decode import decode
from gesso.core.pixels.metadata.provenance.signer import Seal, Statement
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Standing, Work
from gesso.make.hanging.export import Choice, Exported, Exporter, ExportOptions, chosen

WORDS = "a lighthouse above a secret prompt"


def painted(number: int) -> Picture:
    rng = np.random.default_rng(number)
    return Picture(rng.integers(0, 256, (16, 24, 3), dtype=np.uint8))


def recipe_of(number: int, parent: str = "", run: str = "sea") -> Recipe:
    maker = Maker("procedural", "1")
    prompt = Prompt("Tide", "", "", "", "", "", "", "", WORDS, "", "", (), (), maker)
    return Recipe(
        prompt, maker, number, 24, 16, "algorithmicMedia",
        run=run, parent=parent, software="gesso test",
    )  # fmt: skip


def make(
    catalogue: Catalogue,
    number: int,
    *,
    title: str = "Ember & Orrery",
    standing: Standing = "kept",
    parent: str = "",
    run: str = "sea",
) -> Work:
    return catalogue.accession.accept_painting(
        painted(number),
        title=title,
        creator="procedural 1",
        provenance=Provenance("made", "procedural", f"{run}/{number}", run, "algorithmicMedia"),
        rights=Rights(),
        recipe=recipe_of(number, parent, run),
        standing=standing,
    )


def bring(catalogue: Catalogue, data: bytes) -> Work:
    return catalogue.accession.accept_bytes(
        data, name="fox.png", title="Fox", provenance=Provenance("brought", "fox.png"),
        rights=Rights(),
    )  # fmt: skip


def a1111(form: str = "PNG") -> bytes:
    out = io.BytesIO()
    text = f"{WORDS}\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 9, Size: 24x16, Model: m"
    image = Image.fromarray(np.asarray(painted(99).rgb))
    if form == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("parameters", text)
        image.save(out, form, pnginfo=words)
    else:
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + text.encode("utf-16-be")
        image.save(out, form, exif=exif.tobytes())
    return out.getvalue()


@dataclass
class WaxSigner:
    """Seals by hanging a note behind the file, and keeps what it was told."""

    name: str = "wax"
    root_path: Path | None = None
    seals: Seal | None = None
    statements: list[Statement] = field(default_factory=list)

    def root(self) -> bytes | None:
        return None

    def sign(self, data: bytes, media_type: str, statement: Statement) -> bytes:
        self.statements.append(statement)
        return data + b"WAX"

    def read(self, data: bytes, media_type: str, trusted: Sequence[bytes] = ()) -> Seal | None:
        return self.seals


def exported(
    catalogue: Catalogue,
    works: Sequence[Work],
    to: Path,
    signer: WaxSigner | None = None,
    **options: bool,
) -> list[Exported]:
    asked = ExportOptions(software="gesso test", **options)
    return list(Exporter(catalogue, asked, signer).export(works, to))


# Which -------------------------------------------------------------------------------------------


def test_works_are_chosen_by_number_run_mark_or_all(catalogue: Catalogue) -> None:
    catalogue.runs.create("sea", "the sea", {}, [])
    one, two = make(catalogue, 1), make(catalogue, 2, run="moon")
    make(catalogue, 3, standing="take")
    catalogue.works.set_favourite(two.id, True)

    def ids(choice: Choice) -> list[int]:
        return [work.id for work in chosen(catalogue, choice)]

    assert ids(Choice(numbers=(two.id,))) == [two.id]
    assert ids(Choice(runs=("sea",))) == [one.id]
    assert ids(Choice(favourites=True)) == [two.id]
    assert ids(Choice(everything=True)) == [one.id, two.id]
    assert ids(Choice(numbers=(two.id, one.id, two.id), everything=True)) == [two.id, one.id]


def test_what_is_not_there_is_told(catalogue: Catalogue) -> None:
    catalogue.runs.create("sea", "the sea", {}, [])
    take = make(catalogue, 3, standing="take")

    with pytest.raises(UnknownItem, match="no work number 77"):
        chosen(catalogue, Choice(numbers=(77,)))
    with pytest.raises(UnknownItem, match="no run 'see'"):
        chosen(catalogue, Choice(runs=("see",)))
    with pytest.raises(InputError, match=f"Work {take.id} is a round's take"):
        chosen(catalogue, Choice(numbers=(take.id,)))
    for nothing in (Choice(), Choice(everything=True), Choice(runs=("sea",))):
        with pytest.raises(InputError, match="no kept work to export"):
            chosen(catalogue, nothing)


def test_more_works_than_a_page_holds_are_all_found(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = [make(catalogue, number) for number in range(7)]
    page = catalogue.works.page
    monkeypatch.setattr(
        catalogue.works, "page", lambda after, _limit, **more: page(after, 3, **more)
    )

    assert [w.id for w in chosen(catalogue, Choice(everything=True))] == [w.id for w in works]


# Under which names -------------------------------------------------------------------------------


def test_a_work_leaves_under_its_title_as_it_lies_there(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    work = make(catalogue, 1)

    (one,) = exported(catalogue, [work], tmp_path / "a" / "b")

    assert one.path == tmp_path / "a" / "b" / f"ember-orrery-{work.id}.png"
    assert one.path.read_bytes() == catalogue.data(work)


def test_two_works_of_one_title_do_not_meet(catalogue: Catalogue, tmp_path: Path) -> None:
    exported(catalogue, [make(catalogue, 1), make(catalogue, 2)], tmp_path)

    assert len(list(tmp_path.glob("ember-orrery-*.png"))) == 2


def test_a_file_that_is_there_is_not_touched_unless_it_may_be(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    one, two = make(catalogue, 1), make(catalogue, 2)
    mine = tmp_path / f"ember-orrery-{two.id}.png"
    mine.write_text("mine")

    with pytest.raises(InputError, match=r"is there already, so nothing was exported"):
        exported(catalogue, [one, two], tmp_path)
    assert [path.name for path in tmp_path.glob("*.png")] == [mine.name]
    assert mine.read_text() == "mine"

    exported(catalogue, [one, two], tmp_path, overwrite=True)
    assert mine.read_bytes() == catalogue.data(two)


def test_a_place_that_cannot_be_written_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(StorageError, match=r"Could not write .*ember-orrery") as refused:
        exported(catalogue, [make(catalogue, 1)], tmp_path / "out")
    assert "--to" in refused.value.advice


def test_the_owner_may_stop_between_two_works(catalogue: Catalogue, tmp_path: Path) -> None:
    stop = Event()
    works = [make(catalogue, 1), make(catalogue, 2)]
    copying = iter(Exporter(catalogue, ExportOptions(), stop=stop).export(works, tmp_path / "out"))
    next(copying)
    stop.set()

    with pytest.raises(Interrupted, match=r"Stopped before 'ember-orrery-\d+\.png' was copied"):
        next(copying)
    assert len(list((tmp_path / "out").iterdir())) == 1


# With how many words ---------------------------------------------------------------------------


def test_stripped_the_words_go_and_the_source_type_and_the_pixels_stay(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    work = make(catalogue, 1)

    (one,) = exported(catalogue, [work], tmp_path, strip=True)
    data = one.path.read_bytes()

    found = read_recipe(data)
    assert found is not None
    assert (found.text, found.recipe, found.source_type) == ("", None, "algorithmicMedia")
    assert b"lighthouse" not in data
    assert decode(data).picture.pixels_sha256 == work.fingerprint.pixels
    assert b"lighthouse" in catalogue.data(work)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_generated_picture_from_elsewhere_does_not_become_an_honest_looking_one(
    catalogue: Catalogue, tmp_path: Path, form: str
) -> None:
    work = bring(catalogue, a1111(form))

    (one,) = exported(catalogue, [work], tmp_path, strip=True)

    found = read_recipe(one.path.read_bytes())
    assert found is not None
    assert (found.text, found.source_type) == ("", "trainedAlgorithmicMedia")


@pytest.mark.parametrize("form", ["TIFF", "GIF", "AVIF"])
def test_formats_that_cannot_be_stripped_leave_as_png(
    catalogue: Catalogue, tmp_path: Path, form: str
) -> None:
    out = io.BytesIO()
    Image.fromarray(np.asarray(painted(5).rgb)).save(out, form)
    work = bring(catalogue, out.getvalue())

    (one,) = exported(catalogue, [work], tmp_path, strip=True)

    assert one.path.suffix == ".png"
    assert decode(one.path.read_bytes()).picture.pixels_sha256 == work.fingerprint.pixels


# Sealed ------------------------------------------------------------------------------------------


def test_a_seal_is_the_last_thing_and_the_store_stays_as_it_was(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    work, wax = make(catalogue, 1), WaxSigner()

    (one,) = exported(catalogue, [work], tmp_path, wax)

    assert one.is_sealed
    assert one.path.read_bytes() == catalogue.data(work) + b"WAX"
    (said,) = wax.statements
    assert (said.title, said.agent, said.agent_version) == ("Ember & Orrery", "procedural", "1")
    assert (said.source_type, said.parent) == ("algorithmicMedia", None)


def test_a_refined_work_is_sealed_over_the_pictures_it_went_on_from(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    first = make(catalogue, 1, title="One", standing="take")
    second = make(catalogue, 2, title="Two", standing="take", parent=first.fingerprint.pixels)
    third = make(catalogue, 3, title="Three", parent=second.fingerprint.pixels)
    wax = WaxSigner()

    (one,) = exported(catalogue, [third], tmp_path, wax)

    assert (one.is_sealed, one.parents) == (True, 2)
    assert [said.title for said in wax.statements] == ["One", "Two", "Three"]
    parents = [said.parent for said in wax.statements]
    assert parents[0] is None
    assert parents[1] is not None
    assert parents[1].data == catalogue.data(first) + b"WAX"
    assert parents[2] is not None
    assert (parents[2].title, parents[2].media_type) == ("Two", "image/png")


def test_a_chain_ends_where_a_picture_is_gone_and_a_circle_ends_too(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    orphan = make(catalogue, 1, parent="0" * 64)
    itself = make(catalogue, 2, parent=painted(2).pixels_sha256)

    gone, circle = exported(catalogue, [orphan, itself], tmp_path, WaxSigner())

    assert gone.parents == 0
    assert circle.parents <= 1


def test_stripped_and_sealed_the_seal_names_neither_title_nor_painter(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    first = make(catalogue, 1, standing="take")
    second = make(catalogue, 2, parent=first.fingerprint.pixels)
    wax = WaxSigner()

    exported(catalogue, [second], tmp_path, wax, strip=True)

    for said in wax.statements:
        assert (said.title, said.agent, said.made_at) == ("", "", "")
        assert said.parent is None or (
            said.parent.title == "" and b"lighthouse" not in said.parent.data
        )


def test_works_that_were_not_made_here_are_not_sealed(catalogue: Catalogue, tmp_path: Path) -> None:
    work, wax = bring(catalogue, a1111()), WaxSigner()

    (one,) = exported(catalogue, [work], tmp_path, wax)

    assert not one.is_sealed
    assert "not made here" in one.note
    assert one.path.read_bytes() == catalogue.data(work)
    assert wax.statements == []


def test_what_only_a_seal_knows_is_read_from_it_before_it_goes(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    c2pa = pytest.importorskip("gesso.core.pixels.metadata.provenance.c2pa", exc_type=ImportError)
    other = c2pa.C2paSigner(c2pa.C2paOptions(folder=tmp_path / "keys"))
    plain = io.BytesIO()
    Image.fromarray(np.asarray(painted(8).rgb)).save(plain, "PNG")
    said = Statement("trainedAlgorithmicMedia", "another 1")
    work = bring(catalogue, other.sign(plain.getvalue(), "image/png", said))

    with pytest.raises(InputError, match=f"Work {work.id} bears a C2PA seal"):
        exported(catalogue, [work], tmp_path / "out", strip=True)
    (one,) = exported(catalogue, [work], tmp_path / "out", other, strip=True)

    found = read_recipe(one.path.read_bytes())
    assert found is not None
    assert (found.source_type, found.c2pa) == ("trainedAlgorithmicMedia", False)


def test_a_work_that_was_painted_by_a_model_says_so_when_stripped(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    recipe = replace(recipe_of(4), source_type="trainedAlgorithmicMedia")
    work = catalogue.accession.accept_painting(
        painted(4), title="Fox", creator="fal", rights=Rights(), recipe=recipe, standing="kept",
        provenance=Provenance("made", "fal", "sea/4", "sea", "trainedAlgorithmicMedia"),
    )  # fmt: skip

    (one,) = exported(catalogue, [work], tmp_path, strip=True)

    assert b"trainedAlgorithmicMedia" in one.path.read_bytes()
