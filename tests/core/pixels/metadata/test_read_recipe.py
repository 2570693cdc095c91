"""Reading: our recipe comes back whole; others' are found; nothing hostile gets through."""

from __future__ import annotations

import io
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gesso.core.pixels.encode import SUFFIXES, MediaType, encode
from gesso.core.pixels.metadata.containers import png_chunk
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.texts import comment_text
from gesso.core.pixels.metadata.write import Marks, marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import Recipe

A1111 = (
    "a lighthouse, naïve 潮, (oil:1.2)\nsecond line\n"
    "Negative prompt: fog\nand rain\n"
    "Steps: 28, Sampler: DPM++ 2M, CFG scale: 6.5, Seed: 965400086, Size: 512x768, "
    'Model hash: 45dee, Model: "dream, v8", Lora hashes: "a: 1, b: 2", Version: v1.10.1'
)


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def with_exif(form: str, tags: dict[int, Any], *, inner: bool = True) -> bytes:
    exif = Image.Exif()
    for tag, value in tags.items():
        if inner and tag in {0x9286, 0x927C}:
            exif.get_ifd(0x8769)[tag] = value
        else:
            exif[tag] = value
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, form, exif=exif.tobytes())
    return out.getvalue()


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_our_recipe_comes_back_whole_in_every_format(
    recipe: Recipe, painted: Picture, media_type: MediaType
) -> None:
    found = read_recipe(encode(painted, media_type, marks_for(recipe)))

    assert found is not None
    assert found.container == "gesso"
    assert found.recipe == recipe
    assert found.text == recipe.prompt.text
    assert (found.seed, found.width, found.height) == (2**62 + 1, 1024, 768)
    assert found.source_type == "algorithmicMedia"
    assert found.software == "gesso 0.1.0"


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_the_common_text_is_read_where_our_recipe_is_gone(
    recipe: Recipe, painted: Picture, media_type: MediaType
) -> None:
    marks = Marks(marks_for(recipe).parameters, "", b"")

    found = read_recipe(encode(painted, media_type, marks))

    assert found is not None
    assert found.container == "a1111"
    assert found.text == recipe.prompt.text
    assert found.negative == recipe.prompt.avoid
    assert (found.seed, found.steps, found.sampler) == (2**62 + 1, 1, "procedural")
    assert (found.model, found.width, found.height) == ("procedural 1.2", 1024, 768)


def test_a_recipe_of_a_schema_that_we_do_not_know_is_not_taken_for_ours(
    recipe: Recipe, painted: Picture
) -> None:
    marks = marks_for(recipe)
    newer = marks.recipe_json.replace("gesso.recipe/1", "gesso.recipe/2")

    found = read_recipe(encode(painted, marks=Marks(marks.parameters, newer, marks.xmp)))

    assert found is not None
    assert (found.container, found.recipe) == ("gesso.recipe/2", None)
    assert found.source_type == "algorithmicMedia"


def test_a_picture_that_says_nothing_has_no_recipe(painted: Picture) -> None:
    assert [read_recipe(encode(painted, media_type)) for media_type in SUFFIXES] == [None] * 4
    assert read_recipe(b"") is None
    assert read_recipe(b"hello") is None
    assert read_recipe(png(parameters="just a note about a picture")) is None
    assert read_recipe(png(Software="GIMP", Comment="{}")) is None


def expect_a1111(data: bytes) -> None:
    found = read_recipe(data)
    assert found is not None
    assert found.container == "a1111"
    assert found.text == "a lighthouse, naïve 潮, (oil:1.2)\nsecond line"
    assert found.negative == "fog\nand rain"
    assert (found.seed, found.steps, found.cfg) == (965400086, 28, 6.5)
    assert (found.width, found.height) == (512, 768)
    assert (found.sampler, found.model) == ("DPM++ 2M", "dream, v8")
    assert found.software == "v1.10.1"
    assert found.raw == A1111


def test_a1111_is_read_from_png() -> None:
    expect_a1111(png(parameters=A1111))


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
def test_a1111_is_read_from_exif_in_either_byte_order(form: str, order: str) -> None:
    expect_a1111(with_exif(form, {0x9286: b"UNICODE\0" + A1111.encode(order)}))


def test_a_comment_is_decoded_by_the_code_that_it_names() -> None:
    assert comment_text(b"ASCII\0\0\0plain") == "plain"
    assert comment_text(b"\0" * 8 + "naïve".encode()) == "naïve"
    assert comment_text(b"no code at all") == "no code at all"
    assert comment_text(b"UNICODE\0" + "潮の聖堂 x".encode("utf-16-le")) == "潮の聖堂 x"
    assert comment_text(b"UNICODE\0" + "潮".encode("utf-16")) == "潮"
    assert comment_text(b"") == ""


@pytest.mark.parametrize(
    ("text", "positive", "negative", "seed"),
    [
        ("Steps: 1, Seed: 5, Size: 2x2", "", "", 5),
        ("words: only two, pairs: here", None, None, None),
        ("a\nNegative prompt: b", "a", "b", None),
        ("a\nSteps: x, Seed: 1e9, Size: huge", "a", "", None),
        ('a\nSteps: 1, Seed: -1, Size: 0x0, Model: "broken', "a", "", -1),
        ("Negative prompt: b\nSteps: 1, Seed: 3, CFG scale: nan", "", "b", 3),
    ],
)
def test_odd_a1111_texts_give_what_they_hold(
    text: str, positive: str | None, negative: str | None, seed: int | None
) -> None:
    found = read_recipe(png(parameters=text))

    if positive is None:
        assert found is None
    else:
        assert found is not None
        assert (found.text, found.negative, found.seed) == (positive, negative, seed)
        assert found.cfg is None


def test_a_line_made_to_be_slow_is_read_quickly() -> None:
    slow = ('a:"' * 33_000, "a" * 99_000, "a b-" * 24_000, '"\\' * 49_000)

    for line in slow:
        read_recipe(png(parameters="x\n" + line))


GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": ["9", 0],
            "steps": 25,
            "cfg": 7.5,
            "sampler_name": "euler",
            "model": ["4", 0],
            "positive": ["12", 0],
            "negative": ["12", 1],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 832, "height": 1216}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["11", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "fog", "clip": ["4", 1]}},
    "9": {"class_type": "Seed", "inputs": {"seed": 42}},
    "11": {"class_type": "PrimitiveString", "inputs": {"value": "a lighthouse 潮"}},
    "12": {
        "class_type": "ControlNetApplyAdvanced",
        "inputs": {"positive": ["6", 0], "negative": ["7", 0], "strength": 0.5},
    },
    "20": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 99,
            "positive": ["7", 0],
            "negative": ["6", 0],
            "latent_image": ["3", 0],
        },
    },
}


def expect_comfy(data: bytes) -> None:
    found = read_recipe(data)
    assert found is not None
    assert found.container == "comfyui"
    assert (found.text, found.negative) == ("a lighthouse 潮", "fog")
    assert (found.seed, found.steps, found.cfg) == (42, 25, 7.5)
    assert (found.model, found.sampler) == ("sdxl.safetensors", "euler")
    assert (found.width, found.height) == (832, 1216)


def test_comfyui_is_read_from_png_by_walking_its_graph() -> None:
    expect_comfy(png(prompt=json.dumps(GRAPH), workflow="{}"))
    reverse = dict(reversed(GRAPH.items()))
    expect_comfy(png(prompt=json.dumps(reverse)))


def test_comfyui_is_read_from_webp() -> None:
    expect_comfy(with_exif("WEBP", {0x0110: "prompt:" + json.dumps(GRAPH), 0x010F: "workflow:{}"}))


def test_comfyui_is_read_from_an_animated_png() -> None:
    data = png()
    end = png_chunk(b"comf", b"prompt\0" + json.dumps(GRAPH).encode())
    expect_comfy(data[:-12] + end + data[-12:])


def test_comfyui_with_a_guider_is_read() -> None:
    graph = {
        "1": {
            "class_type": "SamplerCustomAdvanced",
            "inputs": {
                "noise": ["2", 0],
                "guider": ["3", 0],
                "sampler": ["4", 0],
                "sigmas": ["5", 0],
                "latent_image": ["6", 0],
            },
        },
        "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 7}},
        "3": {"class_type": "BasicGuider", "inputs": {"conditioning": ["8", 0], "model": ["9", 0]}},
        "4": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "heun"}},
        "5": {"class_type": "BasicScheduler", "inputs": {"steps": 20, "model": ["9", 0]}},
        "6": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 512}},
        "8": {"class_type": "CLIPTextEncodeFlux", "inputs": {"t5xxl": "a sea", "clip_l": "sea"}},
        "9": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev"}},
    }

    found = read_recipe(png(prompt=json.dumps(graph)))

    assert found is not None
    assert (found.text, found.negative, found.seed) == ("a sea\nsea", "", 7)
    assert (found.sampler, found.steps, found.model) == ("heun", 20, "flux1-dev")
    assert (found.width, found.height) == (1024, 512)


def test_a_comfyui_drawing_alone_gives_its_texts() -> None:
    drawing = {
        "nodes": [
            {"type": "KSampler", "widgets_values": [11, "randomize", 20]},
            {"type": "CLIPTextEncode", "title": "Negative", "widgets_values": ["fog"]},
            {"type": "CLIPTextEncode", "widgets_values": ["a lighthouse"]},
            "nonsense",
        ]
    }

    found = read_recipe(png(workflow=json.dumps(drawing)))

    assert found is not None
    assert (found.text, found.negative, found.seed) == ("a lighthouse", "fog", 11)


def test_a_graph_that_runs_in_a_circle_ends() -> None:
    circle = {
        "1": {"inputs": {"positive": ["2", 0], "seed": ["1", 0], "latent_image": ["1", 0]}},
        "2": {"inputs": {"positive": ["1", 0], "text": ["2", 0]}},
    }

    found = read_recipe(png(prompt=json.dumps(circle)))

    assert found is not None
    assert (found.text, found.seed) == ("", None)


def test_invokeai_is_read() -> None:
    data = {
        "app_version": "6.14.0",
        "generation_mode": "sdxl_txt2img",
        "positive_prompt": "a lighthouse",
        "negative_prompt": "fog",
        "seed": 12,
        "steps": 30,
        "scheduler": "dpmpp_2m_k",
        "cfg_scale": 7,
        "width": 1024,
        "height": 768,
        "model": {"key": "1", "name": "juggernaut", "base": "sdxl"},
    }

    found = read_recipe(png(invokeai_metadata=json.dumps(data), invokeai_graph="{}"))

    assert found is not None
    assert (found.container, found.software) == ("invokeai", "InvokeAI 6.14.0")
    assert (found.text, found.negative, found.seed) == ("a lighthouse", "fog", 12)
    assert (found.model, found.sampler, found.cfg) == ("juggernaut", "dpmpp_2m_k", 7)
    assert (found.width, found.height, found.steps) == (1024, 768, 30)


SWARM = json.dumps(
    {
        "sui_image_params": {
            "prompt": "a lighthouse",
            "negativeprompt": "fog",
            "model": "OfficialStableDiffusion/sd_xl_base_1.0",
            "seed": 1,
            "steps": 20,
            "cfgscale": 7.0,
            "width": 1024,
            "height": 1024,
            "swarm_version": "0.9.8",
        },
        "sui_extra_data": {"date": "2026-08-01"},
    }
)


@pytest.mark.parametrize(
    "data",
    [png(parameters=SWARM), with_exif("JPEG", {0x9286: b"UNICODE\0" + SWARM.encode("utf-16-le")})],
    ids=["png", "jpeg"],
)
def test_swarmui_is_told_from_a1111_under_the_same_name(data: bytes) -> None:
    found = read_recipe(data)

    assert found is not None
    assert (found.container, found.software) == ("swarmui", "SwarmUI 0.9.8")
    assert (found.text, found.negative, found.seed) == ("a lighthouse", "fog", 1)
    assert (found.steps, found.cfg, found.width) == (20, 7.0, 1024)


FOOOCUS = json.dumps(
    {
        "prompt": "a lighthouse",
        "negative_prompt": "fog",
        "full_prompt": ["a lighthouse", "cinematic"],
        "base_model": "juggernautXL",
        "seed": "5312",
        "steps": 30,
        "guidance_scale": 4.0,
        "sampler": "dpmpp_2m_sde_gpu",
        "resolution": "(896, 1152)",
        "metadata_scheme": "fooocus",
        "version": "Fooocus v2.5.5",
    }
)


@pytest.mark.parametrize(
    "data",
    [
        png(parameters=FOOOCUS, fooocus_scheme="fooocus"),
        png(parameters=FOOOCUS),
        with_exif("JPEG", {0x9286: FOOOCUS.encode(), 0x927C: b"fooocus"}),
        with_exif("WEBP", {0x9286: FOOOCUS, 0x927C: "fooocus"}, inner=False),
    ],
    ids=["png", "png without its tag", "jpeg", "webp, tags outside"],
)
def test_fooocus_is_read_in_its_own_scheme(data: bytes) -> None:
    found = read_recipe(data)

    assert found is not None
    assert (found.container, found.software) == ("fooocus", "Fooocus v2.5.5")
    assert (found.text, found.negative, found.seed) == ("a lighthouse", "fog", 5312)
    assert (found.width, found.height, found.cfg) == (896, 1152, 4.0)


def test_fooocus_is_read_in_the_other_scheme() -> None:
    found = read_recipe(png(parameters=A1111, fooocus_scheme="a1111"))

    assert found is not None
    assert (found.container, found.seed) == ("fooocus", 965400086)


def xmp_png(packet: bytes) -> bytes:
    data = png()
    return data[:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet) + data[33:]


def packet(description: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">{description}</rdf:RDF></x:xmpmeta>'
    ).encode()


URI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.mark.parametrize(
    "description",
    [
        f'<rdf:Description I:DigitalSourceType="{URI}" I:AIPromptInformation="a sea"/>',
        (
            f"<rdf:Description><I:DigitalSourceType>{URI}</I:DigitalSourceType>"
            "<dc:description><rdf:Alt><rdf:li>a sea</rdf:li></rdf:Alt></dc:description>"
            "</rdf:Description>"
        ),
        (
            f'<rdf:Description><I:DigitalSourceType rdf:resource="{URI}"/>'
            "<I:AIPromptInformation>a sea</I:AIPromptInformation></rdf:Description>"
        ),
    ],
    ids=["attribute", "element", "resource"],
)
def test_xmp_is_read_in_each_of_its_spellings(description: str) -> None:
    found = read_recipe(xmp_png(packet(description)))

    assert found is not None
    assert (found.container, found.source_type) == ("xmp", "trainedAlgorithmicMedia")
    assert found.text == "a sea"


def test_xmp_that_tells_nothing_about_the_making_is_no_recipe() -> None:
    said = packet("<rdf:Description><dc:format>image/png</dc:format></rdf:Description>")

    assert read_recipe(xmp_png(said)) is None


def test_xmp_with_entities_is_no_packet() -> None:
    laugh = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + packet("&b;")

    outside = b'<!DOCTYPE x SYSTEM "http://localhost/x.dtd">'
    said = packet(f'<rdf:Description I:DigitalSourceType="{URI}"/>')

    assert read_recipe(xmp_png(laugh)) is None
    assert read_recipe(xmp_png(said)) is not None
    assert read_recipe(xmp_png(outside + said)) is None
    assert read_recipe(xmp_png(b"<x")) is None
    assert read_recipe(xmp_png(b"\xff\xfe\xfa")) is None
    assert read_recipe(xmp_png(b"<a>" * 50_000)) is None


@pytest.mark.parametrize(
    "data",
    [
        png()[:-12] + png_chunk(b"caBX", b"jumb") + png()[-12:],
        b"\xff\xd8\xff\xeb\x00\x16JP\0\x01\0\0\0\x01\0\0\0\x30jumb\0\0\xff\xda",
        b"RIFF\x14\0\0\0WEBPC2PA\x04\0\0\0jumb",
    ],
    ids=["png", "jpeg", "webp"],
)
def test_a_c2pa_manifest_is_noticed(data: bytes) -> None:
    found = read_recipe(data)

    assert found is not None
    assert (found.container, found.c2pa) == ("c2pa", True)


def test_a_bomb_of_text_costs_no_more_than_its_allowance() -> None:
    bomb = zlib.compress(b'{"a":"' + b" " * 80_000_000, 9)
    data = png()
    chunks = [
        png_chunk(b"zTXt", f"parameters{n}\0\0".encode() + bomb).replace(b"parameters0", b"prompt")
        for n in range(3)
    ]

    tracemalloc.start()
    try:
        assert read_recipe(data[:33] + b"".join(chunks) + data[33:]) is None
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000


@pytest.mark.parametrize(
    "text",
    ["{" * 100_000, "[" * 100_000, '{"a":' * 100_000, '{"1":{"inputs":null}}', '{"1":1e999}', "{}"],
)
def test_json_made_to_break_readers_is_no_recipe(text: str) -> None:
    names = ("prompt", "workflow", "parameters", "invokeai_metadata", "gesso")

    found = read_recipe(png(**dict.fromkeys(names, text)))
    assert found is None or (found.text, found.seed) == ("", None)


def test_numbers_that_are_none_are_left_out() -> None:
    data = {
        "positive_prompt": ["a", "b"],
        "seed": 10**400,
        "steps": True,
        "cfg_scale": "1e999",
        "width": "12px",
        "height": 3.5,
        "model": 7,
    }

    found = read_recipe(png(invokeai_metadata=json.dumps(data)))

    assert found is not None
    assert found.text == "a, b"
    assert (found.seed, found.steps, found.cfg) == (None, None, None)
    assert (found.width, found.height, found.model) == (None, None, "")


@pytest.mark.parametrize("media_type", SUFFIXES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_never_raise(
    recipe: Recipe, painted: Picture, media_type: MediaType, data: st.DataObject
) -> None:
    small = Picture(painted.rgb[:8, :8])
    damaged = bytearray(encode(small, media_type, marks_for(recipe)))
    for _ in range(data.draw(st.integers(1, 20))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    for candidate in (bytes(damaged), bytes(damaged[: data.draw(st.integers(0, len(damaged)))])):
        found = read_recipe(candidate)
        assert found is None or len(found.raw) <= 4_000_000


@given(st.text(max_size=300))
def test_any_text_under_any_name_is_survived(text: str) -> None:
    chunk = b"".join(
        png_chunk(b"iTXt", name + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))
        for name in (b"parameters", b"prompt", b"workflow", b"invokeai_metadata", b"gesso")
    )
    data = png()

    read_recipe(data[:33] + chunk + data[33:])


def test_the_samples_that_carry_words_are_read_as_data(
    bad_pictures: list[dict[str, Any]], sample_data: Any
) -> None:
    for row in bad_pictures:
        read_recipe((sample_data / row["file"]).read_bytes())
    found = read_recipe((sample_data / "bad" / "image" / "png-parameters.png").read_bytes())
    assert found is None or found.container == "a1111"
