"""References: like the picture, never a copy of it, each with what is shared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Swatch
from gesso.studio import Studio
from gesso.study.drawing.lettering import font
from gesso.study.records import Reading
from gesso.study.tools.near import similar
from gesso.study.tools.near.reasons import Traits, palettes_apart, reasons_of, traits_of
from gesso.study.tools.near.showing import SIZE, Reference, _cut_to, row_of
from gesso.study.tools.near.similar import Similar, SimilarOptions

from ...conftest import set_up
from .conftest import Gallery, filled, painted


def found(reading: Reading) -> list[dict[str, object]]:
    references = reading.figures["references"]
    assert isinstance(references, list)
    return [one for one in references if isinstance(one, dict)]  # type: ignore[misc]  # JSON values


def test_references_are_of_the_same_kind_nearest_first(gallery: Gallery) -> None:
    reading = Similar(SimilarOptions(5), gallery.company()).read(set_up(painted("Suprematism", 99)))

    references = found(reading)
    assert len(references) == 5
    assert all(str(one["title"]).startswith("Suprematism") for one in references)
    likenesses = [one["likeness"] for one in references]
    assert likenesses == sorted(likenesses, reverse=True)  # type: ignore[type-var]  # numbers
    assert str(references[0]["title"]) in reading.note
    assert reading.figures["compared"] == 45


def test_the_picture_itself_and_its_copies_are_left_out(gallery: Gallery) -> None:
    picture = painted("Suprematism", 3)
    small = Picture(np.asarray(cv2.resize(picture.rgb, (120, 90), interpolation=cv2.INTER_AREA)))

    for shown in (picture, small):
        reading = Similar(SimilarOptions(), gallery.company()).read(set_up(shown))
        titles = [one["title"] for one in found(reading)]
        assert len(titles) == 6
        assert "Suprematism 3" not in titles


def test_two_copies_of_a_reference_are_shown_once(bare: Gallery) -> None:
    filled(bare, each=3, artists=3)
    again = np.array(painted("Suprematism", 0).rgb)
    again[0, 0] ^= 1
    bare.hang(Picture(again), "The same again", "", "")
    bare.embed()

    reading = Similar(SimilarOptions(), bare.company()).read(set_up(painted("Suprematism", 50)))

    titles = [one["title"] for one in found(reading)]
    assert ("Suprematism 0" in titles) != ("The same again" in titles)


def test_the_sheet_is_a_row_of_thumbnails(gallery: Gallery) -> None:
    reading = Similar(SimilarOptions(5), gallery.company()).read(set_up(painted("Baroque", 99)))

    sheet = reading.sheets[0]
    plate = cv2.imdecode(np.frombuffer(sheet.data, np.uint8), cv2.IMREAD_COLOR)
    assert plate is not None
    assert (plate.shape[1], plate.shape[0]) == (sheet.width, sheet.height) == SIZE


def test_each_thumbnail_stands_whole_in_its_field() -> None:
    dark = encode(Picture(np.full((100, 60, 3), 20, np.uint8)), "image/png")

    plate = row_of([Reference("Dark", "", ())] * 5, [dark] * 5)

    columns = (plate[100] < 40).all(axis=1)
    assert int((columns[1:] & ~columns[:-1]).sum()) == 5
    wide, high = int(columns.sum()) / 5, int((plate[:, 30] < 40).all(axis=1).sum())
    assert wide / high == pytest.approx(0.6, abs=0.02)


def test_a_thumbnail_that_cannot_be_read_leaves_its_field_empty() -> None:
    plate = row_of([Reference("A title that is far too long for its field " * 3, "Nobody", ())] * 5,
                   [b"", b"no picture", b"", b"", b""])  # fmt: skip

    assert plate.shape == (SIZE[1], SIZE[0], 3)


def test_without_vectors_it_says_how_to_make_them(bare: Gallery) -> None:
    reading = Similar(SimilarOptions(), bare.company()).read(set_up(painted("Baroque", 1)))

    assert "gesso encode" in reading.abstains


def test_a_catalogue_of_copies_alone_has_no_references(bare: Gallery) -> None:
    bare.hang(painted("Baroque", 1), "It", "", "")
    bare.embed()

    reading = Similar(SimilarOptions(), bare.company()).read(set_up(painted("Baroque", 1)))

    assert "is a copy of this picture" in reading.abstains


@pytest.mark.parametrize("count", [4, 11])
def test_too_few_or_many_references_are_refused(count: int) -> None:
    with pytest.raises(InputError, match=f"{count} references"):
        SimilarOptions(count)


def test_looking_at_a_file_makes_no_studio_and_says_so(tmp_path: Path) -> None:
    with Studio.open(tmp_path / "none") as studio:
        study = studio.study.study(encode(painted("Baroque", 1), "image/png"))

    readings = {reading.tool: reading for reading in study.readings}
    assert "no catalogue" in readings["similar"].abstains
    assert "no catalogue" in readings["style"].abstains
    assert not (tmp_path / "none").exists()


def test_a_studio_lends_its_catalogue_to_the_study(gallery: Gallery) -> None:
    study = gallery.studio.study.study(painted("Impressionism", 99))

    readings = {reading.tool: reading for reading in study.readings}
    assert "Impressionism" in readings["style"].note
    assert found(readings["similar"])[0]["title"] != ""


def test_palettes_with_the_same_colours_are_no_distance_apart() -> None:
    red, blue = Swatch(0.5, 0.2, 0.1, 0.7), Swatch(0.4, 0.0, -0.2, 0.3)

    assert palettes_apart([red, blue], [blue, red]) == 0
    assert palettes_apart([red], [blue]) == pytest.approx(np.hypot(np.hypot(0.1, 0.2), 0.3))


def test_what_is_shared_is_measured() -> None:
    light, dark = painted("Impressionism", 1), painted("Baroque", 1)
    red, white = [Swatch(0.4, 0.2, 0.1, 1.0)], [Swatch(0.9, 0.0, 0.0, 1.0)]

    same = reasons_of(traits_of(light.rgb, red), traits_of(light.rgb, red))
    other = reasons_of(traits_of(light.rgb, white), traits_of(dark.rgb, red))
    keys = reasons_of(
        traits_of(light.rgb, [Swatch(0.42, -0.2, 0.1, 1.0)]), traits_of(dark.rgb, red)
    )

    assert [reason.what for reason in same] == ["palette", "texture", "layout", "key"]
    assert not other
    assert [reason.what for reason in keys] == ["key"]
    assert keys[0].value == pytest.approx(116 * 0.02)


def test_a_pixel_has_traits() -> None:
    traits = traits_of(np.full((1, 1, 3), 255, np.uint8), [])

    assert np.isfinite(traits.patterns).all()
    assert np.isfinite(traits.layout).all()


def test_what_a_work_is_held_by_is_measured_once_for_many_pictures(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, measured = gallery.company(), []

    def counted(rgb: np.ndarray, swatches: Sequence[Swatch]) -> Traits:
        measured.append(len(rgb))
        return traits_of(rgb, swatches)

    monkeypatch.setattr(similar, "traits_of", counted)
    first, again = (
        Similar(SimilarOptions(), company).read(set_up(painted("Baroque", 99))) for _ in range(2)
    )

    assert found(first) == found(again)
    assert len(measured) == len(found(first)) + 2


def test_a_long_title_is_cut_where_it_fits_and_not_before() -> None:
    words = "A Very Long Title of a Painting That Goes on and on over the Hills"

    for wide in (40, 90, 200):
        cut = _cut_to(words, 15, wide)
        kept = len(cut) - 1
        assert font(15).getlength(cut) <= wide
        assert font(15).getlength(f"{words[: kept + 2]}…") > wide
    assert _cut_to(words, 15, 2000) == words
    assert _cut_to(words, 15, 1) == ""
