"""Stories as the studio puts them together: who sees, who tells, who paints in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from tests.core.pixels.type.fonts import font_with

from gesso import Studio
from gesso.core.errors import InputError, SettingsError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.works import Provenance, Rights
from gesso.make.painters.painter import Order, Painting, silent
from gesso.show.story.composing.composer import StoryWish
from gesso.show.story.records import Frame
from gesso.show.story.sound.choosing import SoundWish
from gesso.studio.works.telling import _painted_between

pytest.importorskip("av")

WISH = StoryWish(
    hold=1.0, frame=Frame(128, 72, 12), sound=SoundWish("none"), has_title=False, has_credits=False
)


def dotted(x: int) -> bytes:
    """A gray picture with one red place."""
    rgb = np.full((90, 160, 3), 120, np.uint8)
    rgb[20:36, x : x + 16] = (230, 30, 30)
    return encode(Picture(rgb))


@pytest.fixture
def studio(tmp_path: Path) -> Callable[..., Studio]:
    def opened(**flags: object) -> Studio:
        studio = Studio.open(tmp_path / "studio", {f"story.{k}": v for k, v in flags.items()})
        for x in (16, 120):
            studio.catalogue.accession.accept_bytes(
                dotted(x), name="x", provenance=Provenance("brought", f"{x}"), rights=Rights()
            )
        return studio

    return opened


def test_pictures_move_about_the_place_where_the_eye_goes(studio):
    with studio() as here:
        focal = {s.work: s.focal for s in here.stories.compose([1, 2], WISH).scenes}

    assert focal[1].x < 0.3
    assert focal[2].x > 0.7
    assert focal[1].y < 0.5


RARE = "\U00030ede"
"""Noodles of Shaanxi: hardly any font has it."""


@pytest.mark.parametrize("listed", [False, True])
def test_letters_come_from_the_font_of_the_settings(studio, tmp_path, monkeypatch, listed):
    name = "fonts/Own.ttf"
    with studio(font=[name] if listed else name) as here:
        font_with(tmp_path / "studio" / name, RARE)
        told = here.stories.new([1], replace(WISH, title=f"Noodles {RARE}", has_title=True))
    monkeypatch.setenv("GESSO_STORY__FONT", name)
    with studio() as here:
        again = here.stories.get(told.id)
        assert not here.stories.keep(again, "again").notes

    assert not told.notes


def test_where_no_font_has_a_letter_the_story_says_so_and_what_to_do(studio):
    with studio() as here:
        told = here.stories.compose([1], replace(WISH, title=f"Noodles {RARE}", has_title=True))
    if not told.notes:
        pytest.skip("a font of this machine has it")

    assert f"No face here has the letters {RARE}" in told.notes[0]
    assert "[story] font" in told.notes[0]


def test_a_font_that_is_not_there_is_said_when_it_is_needed(studio):
    with studio(font="gone.ttf") as here:
        here.stories.compose([1], WISH)
        with pytest.raises(SettingsError, match=r"gone\.ttf"):
            here.stories.compose([1], replace(WISH, title=RARE, has_title=True))


def test_pictures_are_painted_in_by_the_masses_of_a_study(studio, tmp_path):
    with studio() as here:
        made = here.stories.new([1, 2], WISH)
        shot = here.stories.shots(made)[1]
        assert shot.scene.into.kind == "blocks"
        half = here.stories.frame(made, (shot.start + shot.scene.into.ticks / 2) / 48_000)
        assert half.width == 128
        assert here.stories.render(made).film.path.parent.parent == tmp_path / (
            "studio/exports/stories"
        )


def test_without_an_llm_the_words_are_offline_and_said_to_be(studio):
    with studio() as here:
        made = here.stories.compose([1, 2], replace(WISH, asks=True, order="llm"))

    assert made.words.offline
    assert any("No llm is set to write" in note for note in made.notes)
    assert any("so they flow instead" in note for note in made.notes)


@pytest.mark.parametrize(
    ("painter", "error", "said"),
    [("", InputError, "No painter here"), ("procedural", SettingsError, "does not go on")],
)
def test_in_betweens_need_a_painter_that_goes_on(studio, painter, error, said):
    with studio(painter=painter) as here:
        made = here.stories.new([1, 2], replace(WISH, into="between"))
        with pytest.raises(error, match=said):
            here.stories.render(made)
        assert not list(here.stories.folder_of(made).iterdir())


@dataclass
class Copying:
    """A painter that paints what it is to go on from."""

    name: str = "copying"
    place: str = "cpu"
    goes_on: bool = True

    def paint(self, order: Order, tell: object = silent) -> Painting:
        assert order.reference is not None
        return Painting(order.reference, Maker(self.name), "trainedAlgorithmicMedia")


def test_in_betweens_go_in_light_from_one_to_the_other():
    black, white = (Picture(np.full((64, 64, 3), gray, np.uint8)) for gray in (0, 255))
    made: Sequence[Picture] = _painted_between(Copying(), black, white, 4)  # type: ignore[arg-type]  # it is all of a painter that is asked

    means = [float(one.rgb.mean()) for one in made]
    assert means == sorted(means)
    assert len(means) == 4
    assert means[0] > 255 / 5
