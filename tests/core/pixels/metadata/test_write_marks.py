"""Marks: a made picture tells how it was made, truthfully and no more than is wished."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from PIL import Image

from gesso.core.pixels.encode import SUFFIXES, MediaType, encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.write import Privacy, marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker, Setting
from gesso.core.records.recipes import Recipe


def by_a_model(recipe: Recipe) -> Recipe:
    settings: dict[str, Setting] = {"steps": 30, "guidance": 3.5, "sampler": "euler, karras"}
    return replace(
        recipe,
        painter=Maker("fal", "flux/dev", settings=settings),
        source_type="trainedAlgorithmicMedia",
    )


def test_the_parameters_are_what_a1111_readers_expect(recipe: Recipe) -> None:
    lines = marks_for(by_a_model(recipe)).parameters.split("\n")

    assert lines[0].startswith("Tidal Cathedral, oil painting — naïve 潮")
    assert lines[2] == "Negative prompt: text, frames"
    assert lines[3] == (
        'Steps: 30, Sampler: "euler, karras", CFG scale: 3.5, Seed: 4611686018427387905, '
        "Size: 1024x768, Model: fal flux/dev, Version: gesso 0.1.0"
    )


def test_nothing_is_claimed_about_guidance_where_there_was_none(recipe: Recipe) -> None:
    assert "CFG" not in marks_for(recipe).parameters


def test_a_painter_without_a_model_claims_no_ai(recipe: Recipe) -> None:
    xmp = marks_for(recipe).xmp.decode()

    assert "digitalsourcetype/algorithmicMedia<" in xmp
    assert "AISystemUsed" not in xmp
    assert "AIPromptInformation" not in xmp
    assert "<xmp:CreatorTool>gesso 0.1.0<" in xmp


def test_a_model_is_named_with_its_prompt(recipe: Recipe) -> None:
    xmp = marks_for(by_a_model(recipe)).xmp.decode()

    assert "digitalsourcetype/trainedAlgorithmicMedia<" in xmp
    assert "<Iptc4xmpExt:AISystemUsed>fal<" in xmp
    assert "<Iptc4xmpExt:AISystemVersionUsed>flux/dev<" in xmp
    assert "naïve 潮" in xmp


@pytest.mark.parametrize("privacy", ["source-type", "none"])
def test_private_marks_keep_the_source_type_and_no_word_of_the_prompt(
    recipe: Recipe, privacy: Privacy
) -> None:
    marks = marks_for(by_a_model(recipe), privacy)

    assert (marks.parameters, marks.recipe_json) == ("", "")
    xmp = marks.xmp.decode()
    assert "trainedAlgorithmicMedia" in xmp
    assert ("gesso 0.1.0" in xmp) == (privacy == "source-type")
    assert not re.search("Cathedral|潮|flux|fal", xmp)


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_private_marks_survive_in_every_format(
    recipe: Recipe, painted: Picture, media_type: MediaType
) -> None:
    data = encode(painted, media_type, marks_for(recipe, "none"))

    found = read_recipe(data)
    assert found is not None
    assert (found.container, found.source_type) == ("xmp", "algorithmicMedia")
    assert (found.text, found.software, found.recipe) == ("", "", None)
    assert b"Cathedral" not in data


def test_letters_that_xml_cannot_hold_are_left_out(recipe: Recipe) -> None:
    wild = "a\x00b\x1b[31m & <c> \ud800 \ufffe 🌊"
    prompt = replace(recipe.prompt, title=wild, text=wild)

    xmp = marks_for(replace(recipe, prompt=prompt)).xmp

    assert b"[31m &amp; &lt;c&gt;" in xmp
    fromstring(xmp)


def test_a_prompt_of_any_length_leaves_room_for_the_xmp(recipe: Recipe, painted: Picture) -> None:
    prompt = replace(recipe.prompt, text="潮" * 100_000, title="t" * 100_000)
    long = replace(by_a_model(recipe), prompt=prompt)

    for media_type in SUFFIXES:
        found = read_recipe(encode(painted, media_type, marks_for(long)))
        assert found is not None
        assert found.source_type == "trainedAlgorithmicMedia"


def test_the_recipe_is_json_that_says_its_schema(recipe: Recipe) -> None:
    data = json.loads(marks_for(recipe).recipe_json)

    assert data["schema"] == "gesso.recipe/1"
    assert data["prompt"]["title"] == "Tidal Cathedral — 潮の聖堂"


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_exiftool_reads_the_same(
    recipe: Recipe, painted: Picture, media_type: MediaType, tmp_path: Path
) -> None:
    exiftool = shutil.which("exiftool")
    if exiftool is None:
        pytest.skip("exiftool is not here")
    path = tmp_path / f"marked{SUFFIXES[media_type]}"
    path.write_bytes(encode(painted, media_type, marks_for(by_a_model(recipe))))

    told = subprocess.run(
        [exiftool, "-json", "-XMP:all", "-UserComment", "-Parameters", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )

    fields = json.loads(told.stdout)[0]
    assert fields["DigitalSourceType"].endswith("trainedAlgorithmicMedia")
    words = fields.get("UserComment") or fields["Parameters"]
    assert "naïve 潮" in words


def test_saving_again_by_another_program_keeps_the_text(
    recipe: Recipe, painted: Picture, tmp_path: Path
) -> None:
    path = tmp_path / "again.jpg"
    path.write_bytes(encode(painted, "image/jpeg", marks_for(recipe)))
    with Image.open(path) as image:
        image.save(tmp_path / "copy.jpg", exif=image.info["exif"])

    found = read_recipe((tmp_path / "copy.jpg").read_bytes())

    assert found is not None
    assert found.recipe == recipe
