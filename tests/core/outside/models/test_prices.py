"""Prices: by the list, by billed units, or nothing; and always who says so."""

from __future__ import annotations

import pytest

from gesso.core.outside.models.models import ModelBook
from gesso.core.outside.models.prices import FREE, UNKNOWN, Usage, estimate, is_local, price

MILLION = 1_000_000


def test_tokens_have_a_list_price_and_its_source() -> None:
    found = price("openai", "gpt-5.4-mini", Usage(MILLION, MILLION))

    assert found.usd == pytest.approx(0.75 + 4.50)
    assert found.source.startswith("genai-prices ")


def test_tokens_of_pictures_have_their_own_price() -> None:
    text = price("gemini", "gemini-3.1-flash-image", Usage(0, 1120))
    picture = price("gemini", "gemini-3.1-flash-image", Usage(0, 1120, output_image_tokens=1120))

    assert picture.usd == pytest.approx(1120 * 60 / MILLION)
    assert text.usd == pytest.approx(1120 * 3 / MILLION)


def test_what_the_provider_had_kept_is_cheaper() -> None:
    fresh = price("gemini", "gemini-3.8-flash", Usage(MILLION, 0))
    kept = price("gemini", "gemini-3.8-flash", Usage(MILLION, 0, cached_tokens=MILLION))

    assert fresh.usd == pytest.approx(0.75)
    assert kept.usd == pytest.approx(0.075)


def test_a_model_without_a_list_price_borrows_the_one_that_holds_for_it() -> None:
    lent = price("openai", "gpt-image-2.6-flare", Usage(10, 1000, output_image_tokens=1000))
    own = price("openai", "gpt-image-2.5-flare", Usage(10, 1000, output_image_tokens=1000))

    assert lent == own != UNKNOWN


def test_a_model_that_has_ended_is_still_priced() -> None:
    assert price("openai", "gpt-4o-2024-08-06", Usage(MILLION, 0)).usd == pytest.approx(2.5)


def test_what_nobody_knows_has_no_price() -> None:
    assert price("openai", "gpt-of-tomorrow", Usage(1, 1)) == UNKNOWN
    assert price("nobody", "a-model", Usage(1, 1)) == UNKNOWN
    assert price("fal", "fal-ai/unheard-of", Usage(units=3)) == UNKNOWN


def test_billed_units_are_counted_by_the_row() -> None:
    found = price("fal", "fal-ai/flux/dev", Usage(units=2))

    assert found.usd == pytest.approx(0.05)
    assert found.source == "billed units"


def test_without_the_providers_count_nothing_is_claimed() -> None:
    assert price("fal", "fal-ai/flux/dev", Usage()) == UNKNOWN


def test_what_runs_here_is_free_whatever_it_is_called() -> None:
    assert price("diffusers", "/a/folder/of/mine", Usage()) == FREE
    assert estimate("diffusers", "/a/folder/of/mine", "image") == FREE


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://localhost:11434/v1", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://192.168.1.20:1234/v1", True),
        ("http://studio.local/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://127.0.0.1.example.org/v1", False),
        ("http://8.8.8.8/v1", False),
        ("", False),
    ],
)
def test_a_server_of_ones_own_is_known_by_its_address(address: str, local: bool) -> None:
    assert is_local(address) is local


def test_another_server_is_priced_by_its_address() -> None:
    usage = Usage(1000, 1000)

    assert price("openai", "llama3", usage, base_url="http://127.0.0.1:11434/v1") == FREE
    assert price("openai", "x", usage, base_url="https://nobody.example.org/v1") == UNKNOWN
    known = price("openai", "openai/gpt-6-luna", usage, base_url="https://openrouter.ai/api/v1")
    assert known.usd == pytest.approx(0.0006)


def test_an_answer_is_estimated_with_its_whole_limit() -> None:
    most = estimate("gemini", "gemini-3.8-flash", "text", input_tokens=2000, output_tokens=4000)

    assert most == price("gemini", "gemini-3.8-flash", Usage(2000, 4000))


@pytest.mark.parametrize(("size", "tokens"), [("1K", 1120), ("4K", 2520), ("?", 2520)])
def test_a_picture_is_estimated_by_its_size_an_unknown_one_as_the_dearest(
    size: str, tokens: int
) -> None:
    most = estimate("gemini", "gemini-3.1-flash-image", "image", size, input_tokens=0)

    assert most.usd == pytest.approx(tokens * 60 / MILLION)


def test_a_quality_is_estimated_for_all_its_pixels() -> None:
    one = estimate("openai", "gpt-image-2.5-flare", "image", "high", input_tokens=0)
    four = estimate("openai", "gpt-image-2.5-flare", "image", "high", megapixels=4, input_tokens=0)

    assert one.usd is not None
    assert four.usd == pytest.approx(4 * one.usd)


def test_units_are_estimated_by_begun_megapixels() -> None:
    assert estimate("fal", "fal-ai/flux/dev", "image", megapixels=1.05).usd == pytest.approx(0.05)


def test_every_default_of_ours_can_be_estimated() -> None:
    for row in ModelBook.open().list():
        if row.is_default:
            most = estimate(row.provider, row.id, row.kind)
            assert most.usd is not None, row.id
            assert 0 <= most.usd < 0.5, row.id
