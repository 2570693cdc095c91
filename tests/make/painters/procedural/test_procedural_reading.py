"""What the embedded painter understands of a text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gesso.make.painters.procedural.motifs import WHOLES
from gesso.make.painters.procedural.motifs.places import SETTINGS
from gesso.make.painters.procedural.motifs.things import AFLOAT, SUBJECTS
from gesso.make.painters.procedural.reading import Brief, read_text
from gesso.make.painters.procedural.subjects import MOTIFS, REPERTOIRE

VESPER = (
    "Vesper Airship: an airship over the sea. Mood: devout and tender. Light: a single lamp, "
    "from above. Composition: it hangs large and all below is small. Medium: oil on canvas."
)


def read(text: str, avoid: str = "", seed: int = 1) -> Brief:
    return read_text(text, avoid, seed)


@pytest.mark.parametrize(
    ("text", "setting", "subjects"),
    [
        ("a lighthouse at night", "sea", ("lighthouse",)),
        ("gears", "gears", ()),
        ("gears in the sea", "sea", ("gears",)),
        ("an orrery under the stars", "orrery", ()),
        ("an orrery on a hill under the moon", "hills", ("orrery",)),
        ("hot air balloons over a desert", "dunes", ("balloon",)),
        ("a steam train crossing a viaduct", "mountains", ("train", "viaduct")),
        ("a bridge leading into a city", "city", ("bridge",)),
        ("a bouquet of flowers", "flowers", ()),
        ("stained glass", "glass", ()),
    ],
)
def test_words_call_up_a_place_and_what_stands_in_it(
    text: str, setting: str, subjects: tuple[str, ...]
) -> None:
    spec = read(text).spec

    assert (spec.setting, spec.subjects) == (setting, subjects)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("a dog on a bench", {"dog", "bench"}),
        ("an astronaut riding a horse by the sea", {"astronaut", "horse"}),
        ("the word START", {"word"}),
        ("a red cube beside a lake", {"cube"}),
        ("a volcano", {"volcano"}),
        ("a sailor in a boat", {"sailor"}),
        ("intelligence", {"intelligence"}),
        ("metal", {"metal"}),
        ("a square with an angry face", {"square", "face"}),
        ("a black cat with a hat", {"cat", "hat"}),
    ],
)
def test_what_is_beyond_the_repertoire_is_called_missing(text: str, missing: set[str]) -> None:
    brief = read(text)

    assert missing <= set(brief.omits)
    assert not missing & set(brief.shows)


@pytest.mark.parametrize(
    "text",
    [
        "a bridge at night, oil on canvas, broad strokes, warm light from the upper left",
        VESPER,
        "a windmill, with no dog and without people",
        "Two tall lighthouses stand above a rough, silent sea at dusk.",
        "Gears. Key: low (25). Contrast: strong (54). Middles: cobalt (255).",
    ],
)
def test_manner_titles_denials_and_clauses_name_no_missing_things(text: str) -> None:
    assert read(text).omits == ()


def test_what_finds_no_room_is_called_missing() -> None:
    brief = read("stained glass and flowers")

    assert brief.spec.setting == "glass"
    assert "flowers" in brief.omits


def test_a_picture_has_one_light() -> None:
    brief = read("the sun and the moon over the sea")

    assert brief.spec.skies == ("sun",)
    assert "moon" in brief.omits


def test_a_true_name_is_shown_by_the_word_that_the_text_used() -> None:
    assert "cottage" in read("a cottage on a hill").shows


def test_what_shall_be_avoided_is_not_painted() -> None:
    brief = read("a windmill under the moon at night", avoid="moon, people")

    assert brief.spec.skies == ()
    assert "moon" in brief.spec.shuns
    assert "the moon" not in brief.shows


@pytest.mark.parametrize(
    ("text", "night"),
    [("a harbour at midnight", 1.0), ("a harbour at noon", 0.0), ("the sea under the moon", 1.0)],
)
def test_the_hour_is_read_from_the_text(text: str, night: float) -> None:
    assert read(text).spec.night == night


def test_season_weather_brush_and_paint_are_read_from_the_text() -> None:
    spec = read("a village in winter, falling rain, broad strokes, impasto").spec

    assert (spec.season, spec.weather) == ("winter", "rain")
    assert spec.brush > 0.9
    assert spec.relief > 0.9


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a storm over the sea", {"storm"}),
        ("gears in a storm", {"storm"}),
        ("a stormy harbour", {"storm"}),
        ("Storm Train: a steam train. Mood: grim.", {"storm"}),
        ("a thunderstorm over hills", {"storm", "lightning", "thunderstorm"}),
        ("mountains in a blizzard", {"storm", "snow", "blizzard"}),
        ("a bridge in the rain", {"rain"}),
        ("a lighthouse in winter and in a storm", {"storm", "snow", "winter"}),
        ("a forest in winter", {"winter", "snow"}),
        ("a tree in autumn", {"autumn"}),
    ],
)
def test_weather_and_season_are_painted_and_vouched_for(text: str, shown: set[str]) -> None:
    brief = read(text)

    assert shown <= set(brief.shows)
    assert not shown & set(brief.omits)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("a cathedral in a storm", "storm"),
        ("flowers in the rain", "rain"),
        ("flowers in winter", "winter"),
        ("the sea in autumn", "autumn"),
        ("a train in spring", "spring"),
    ],
)
def test_weather_and_season_that_will_not_be_seen_are_called_missing(
    text: str, missing: str
) -> None:
    brief = read(text)

    assert missing in brief.omits
    assert missing not in brief.shows
    assert brief.spec.storm == 0


def test_weather_that_shall_be_avoided_does_not_come() -> None:
    brief = read("a harbour in a storm, rain", avoid="rain, storm")

    assert (brief.spec.storm, brief.spec.weather) == (0.0, "")
    assert not {"storm", "rain"} & set(brief.shows)


@pytest.mark.parametrize(
    ("text", "metal"),
    [
        ("a silver airship", "silver"),
        ("a great silvery orrery", "silver"),
        ("iron gears", "iron"),
        ("copper clockwork", "copper"),
        ("a brass orrery", ""),
        ("an orrery under a silver moon", ""),
    ],
)
def test_the_metal_of_a_machine_is_read(text: str, metal: str) -> None:
    assert read(text).spec.metal == metal


def test_clauses_of_aims_are_taken_as_they_stand() -> None:
    spec = read("the sea. Key: low (28). Mist: thick (0.70). Light from: the left (0.20).").spec

    assert (spec.key, spec.mist, spec.light_x) == (28.0, 0.7, 0.2)


def test_unknown_words_still_give_a_picture_always_of_the_same_mind() -> None:
    first, again = read("zugzwang", seed=1).spec, read("zugzwang", seed=2).spec

    assert first.setting == again.setting
    assert first.hue_mid == again.hue_mid
    assert MOTIFS[first.setting].role == "setting"


@pytest.mark.parametrize("text", ["", " \n\t ", "!!!", "日本の夜", "x" * 5000, "no dogs"])
def test_any_text_gives_a_brief(text: str) -> None:
    assert MOTIFS[read(text).spec.setting].role in {"setting", "whole", "either"}


def test_every_row_of_the_repertoire_can_be_painted() -> None:
    for name, motif in MOTIFS.items():
        painted = {
            "setting": name in SETTINGS,
            "subject": name in SUBJECTS or name in AFLOAT,
            "whole": name in WHOLES,
            "either": name in WHOLES and name in SUBJECTS,
            "sky": True,
        }[motif.role]
        assert painted, name
        assert not motif.home or motif.home in SETTINGS


def test_the_repertoire_is_one_line_of_plain_names() -> None:
    assert REPERTOIRE.startswith("the offline painter paints ")
    assert "lighthouse" in REPERTOIRE
    assert "\n" not in REPERTOIRE


def test_free_prompts_of_a_public_set_never_claim_creatures_or_people() -> None:
    root = Path(__file__).parents[4]
    data = Path(os.environ.get("GESSO_SAMPLE_DATA", root.parent / "shared" / "data"))
    prompts = data / "prompts" / "partiprompts.jsonl"
    if not prompts.is_file():
        pytest.skip("the sample prompts are not here")
    lines = prompts.read_text("utf-8").splitlines()
    creatures = {"dog", "cat", "man", "woman", "tiger", "robot", "car", "raccoon", "owl", "panda"}

    for line in lines:
        text = json.loads(line)["prompt"]
        brief = read(text)
        asked = creatures & set(text.lower().replace(",", " ").replace(".", " ").split())
        missing = {word for omitted in brief.omits for word in omitted.split()}
        assert asked <= missing, text
        assert not asked & {word for shown in brief.shows for word in shown.split()}
