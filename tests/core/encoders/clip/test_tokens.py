"""Words become tokens of one length, cleaned and told their language as the tower was taught."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stubs.tiny_clip import (
    CODES,
    SPECIAL,
    WORDS,
    Tiny,
    change_json,
    tokenizer,
    write_clip,
)

from gesso.core.encoders.clip.model.folder import WordRules, read_folder
from gesso.core.encoders.clip.towers.tokens import Tokens, cleaned, flores_code
from gesso.core.errors import SettingsError

NAMES = (*SPECIAL, *WORDS, *CODES)


PLAIN = Tiny()


def tokens(folder: Path, tiny: Tiny = PLAIN, language: str = "en") -> Tokens:
    model = read_folder(write_clip(folder / "mine", tiny))
    assert model.words is not None
    return Tokens(model, model.words, language)


def said(made: Tokens, text: str) -> str:
    """The tokens of a text by their names."""
    return " ".join(NAMES[number] for number in made.read([text])[0][0])


def test_a_short_text_is_filled_up_behind_its_end(tmp_path: Path) -> None:
    assert said(tokens(tmp_path), "a cat") == "<start> a cat <end> <pad> <pad> <pad> <pad>"


def test_a_long_text_is_cut_before_its_end(tmp_path: Path) -> None:
    long = "the sea at night the sea at night"

    assert said(tokens(tmp_path), long) == "<start> the sea at night the sea <end>"


def test_an_empty_text_has_a_start_and_an_end(tmp_path: Path) -> None:
    assert said(tokens(tmp_path), "  ").startswith("<start> <end> <pad>")


def test_the_mask_marks_all_that_is_not_filled(tmp_path: Path) -> None:
    numbers, marks = tokens(tmp_path).read(["a cat", "the sea at night the sea at night"])

    assert numbers.shape == marks.shape == (2, 8)
    assert marks.tolist() == [[1] * 4 + [0] * 4, [1] * 8]


def test_tokens_are_those_of_the_tokenizer_itself(tmp_path: Path) -> None:
    theirs = tokenizer(Tiny())
    theirs.enable_truncation(8)
    theirs.enable_padding(length=8, pad_token="<pad>", pad_id=0)
    texts = ["a cat", "THE SEA", "the sea at night of the sea", "", "no such words", "red blue"]

    ours = tokens(tmp_path).read(texts)[0].tolist()

    assert ours == [theirs.encode(text).ids for text in texts]


def test_blanks_are_one_blank() -> None:
    assert cleaned("  the\n\tsea \r at  night ", WordRules()) == "the sea at night"


def test_a_tower_that_was_taught_so_reads_neither_capitals_nor_points() -> None:
    text = "The Sea, at_night: (1889)!"

    assert cleaned(text, WordRules(is_canonical=True)) == "the sea at night 1889"
    assert cleaned(text, WordRules()) == text


def test_the_rule_is_read_from_the_model(tmp_path: Path) -> None:
    config = {"text_cfg": {"context_length": 8, "tokenizer_kwargs": {"clean": "canonicalize"}}}

    made = tokens(tmp_path, Tiny(config=config))

    assert said(made, "A, cat!") == said(made, "a cat")


def test_a_book_as_a_query_is_read_at_once(tmp_path: Path) -> None:
    assert said(tokens(tmp_path), "sea " * 2_000_000).count("sea") == 6


# Languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "DE", "de-AT", "de_CH", "deu_Latn"])
def test_the_language_takes_the_place_that_the_tokenizer_gives_it(
    language: str, tmp_path: Path
) -> None:
    made = tokens(tmp_path, Tiny(languages="before"), language)

    assert said(made, "ein hund").startswith("deu_Latn ein hund <end> <pad>")


def test_a_language_that_the_tokenizer_only_knows_stands_before_the_words(tmp_path: Path) -> None:
    made = tokens(tmp_path, Tiny(languages="known"), "de")

    assert said(made, "ein hund").startswith("<start> deu_Latn ein hund <end>")


def test_english_is_the_language_where_none_is_named(tmp_path: Path) -> None:
    assert said(tokens(tmp_path, Tiny(languages="before")), "a cat").startswith("eng_Latn a cat")


def test_a_model_without_languages_passes_the_wish_over(tmp_path: Path) -> None:
    assert said(tokens(tmp_path, Tiny(), "de"), "a cat").startswith("<start> a cat <end>")


def test_a_language_that_the_model_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"does not know the language 'fr' \(fra_Latn\)"):
        tokens(tmp_path, Tiny(languages="before"), "fr")


def test_a_language_that_nobody_knows_is_refused() -> None:
    assert flores_code("zh-TW") == "zho_Hant"
    with pytest.raises(SettingsError, match="no language 'klingon'"):
        flores_code("klingon")


# Damage -----------------------------------------------------------------------------------------


def test_a_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    (folder / "textual" / "tokenizer.json").write_text('{"version": "1.0"')
    model = read_folder(folder)

    with pytest.raises(SettingsError, match=r"'mine' cannot be used: textual/tokenizer\.json"):
        Tokens(model, model.words or WordRules())


@pytest.mark.parametrize("pad", [None, "<nothing>", 7])
def test_a_pad_token_that_is_none_is_named(pad: object, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    change_json(folder / "textual" / "tokenizer_config.json", pad_token=pad)
    model = read_folder(folder)

    with pytest.raises(SettingsError, match="cannot fill a short text"):
        Tokens(model, model.words or WordRules())


def test_a_pad_token_may_be_told_at_length(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "mine")
    told = {"content": "<end>", "lstrip": False}
    change_json(folder / "textual" / "tokenizer_config.json", pad_token=told)
    model = read_folder(folder)

    assert said(Tokens(model, model.words or WordRules()), "a").endswith("<end> <end> <end>")
