"""What people may write for a size, a span of time and a share."""

from __future__ import annotations

import click
import pytest

from gesso.cli.options import Number, Share, Size, Span


@pytest.mark.parametrize(
    ("text", "size"),
    [("1024x768", (1024, 768)), ("512", (512, 512)), (" 64 X 128 ", (64, 128)), ("9×9", (9, 9))],
)
def test_a_size_is_two_sides_or_a_square(text: str, size: tuple[int, int]) -> None:
    assert Size().convert(text, None, None) == size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1.5m", 90), ("6h", 21_600), ("2D", 172_800), ("1w", 604_800)],
)
def test_a_span_is_a_number_with_a_unit(text: str, seconds: float) -> None:
    assert Span().convert(text, None, None) == seconds


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0.05", 0.05), ("100%", 1), ("1", 1)])
def test_a_share_is_a_percentage_or_a_part(text: str, share: float) -> None:
    assert Share().convert(text, None, None) == pytest.approx(share)


@pytest.mark.parametrize(("text", "number"), [("7", 7), (" 012 ", 12), ("9" * 18, 10**18 - 1)])
def test_a_number_is_one_that_the_catalogue_may_have_given(text: str, number: int) -> None:
    assert Number().convert(text, None, None) == number


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Number(), "0"), (Number(), "-1"), (Number(), "9" * 23), (Number(), "²"), (Number(), "x"),
     (Size(), "x"), (Size(), "12x"), (Size(), "-5"), (Size(), "1.5x2"), (Size(), "999999"),
     (Span(), "6"), (Span(), "h"), (Span(), "0s"), (Span(), "-1h"), (Span(), "6 parsecs"),
     (Share(), "0"), (Share(), "0%"), (Share(), "2"), (Share(), "101%"), (Share(), "half")],
)  # fmt: skip
def test_anything_else_is_named(kind: click.ParamType[object], text: str) -> None:
    with pytest.raises(click.BadParameter, match=text):
        kind.convert(text, None, None)
