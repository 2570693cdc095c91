"""What a tower reads: held against what the model's files say, and made of pictures or words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.clip.model.folder import ModelFolder, WordRules
from gesso.core.encoders.clip.towers.tokens import Tokens
from gesso.core.encoders.clip.towers.tower import Port
from gesso.core.errors import SettingsError
from gesso.core.pixels.picture import Picture

Array = NDArray[Any]
_AGAIN = "Pull or copy the whole model again, or take another."


def pictures_for(ports: Sequence[Port], folder: ModelFolder, pictures: Sequence[Picture]) -> Array:
    """Pictures as the tower reads them: colours first or last, as bytes or standardised."""
    read = folder.preprocess
    made = [read.pixels(picture) for picture in pictures]
    # A graph that takes bytes standardises by itself.
    array = np.stack(made if ports[0].kind is np.uint8 else [read.values(one) for one in made])
    return array if _is_colour_last(ports[0]) else array.transpose(0, 3, 1, 2)


def words_for(ports: Sequence[Port], tokens: Tokens, texts: Sequence[str]) -> list[Array]:
    """Texts as the tower reads them: tokens, and a mask where it asks for one."""
    numbers, are_words = tokens.read(texts)
    return [are_words if _is_mask(port) else numbers for port in ports]


def check_pictures(ports: Sequence[Port], folder: ModelFolder) -> None:
    """Refuse a picture tower that does not read what preprocess_cfg.json makes.

    Raises:
        SettingsError: it reads something else.
    """
    told, read = f"The picture tower of '{folder.name}'", folder.preprocess
    if len(ports) != 1 or len(ports[0].shape) != 4:
        raise SettingsError(f"{told} reads {_described(ports)}, and not one picture.", _AGAIN)
    shape = ports[0].shape
    sides = shape[1:3] if _is_colour_last(ports[0]) else shape[2:]
    wanted = (read.height, read.width)
    if any(side not in (None, want) for side, want in zip(sides, wanted, strict=True)):
        raise SettingsError(
            f"{told} reads pictures of {sides[1]} x {sides[0]} pixels, and its "
            f"preprocess_cfg.json says {read.width} x {read.height}.",
            _AGAIN,
        )


def check_words(ports: Sequence[Port], folder: ModelFolder, rules: WordRules) -> None:
    """Refuse a word tower that does not read what config.json and tokenizer.json make.

    Raises:
        SettingsError: it reads something else.
    """
    told = f"The word tower of '{folder.name}'"
    plain = [port for port in ports if not _is_mask(port)]
    if len(plain) != 1 or len(ports) > 2 or any(len(port.shape) != 2 for port in ports):
        raise SettingsError(
            f"{told} reads {_described(ports)}, and not tokens with or without a mask.", _AGAIN
        )
    length = plain[0].shape[1]
    if length not in (None, rules.length):
        raise SettingsError(
            f"{told} reads {length} tokens, and its config.json says {rules.length}.", _AGAIN
        )


def _is_mask(port: Port) -> bool:
    return "mask" in port.name.lower()


def _is_colour_last(port: Port) -> bool:
    """Whether colours stand last; graphs that take bytes mostly do, and seldom say so."""
    if 3 in (port.shape[1], port.shape[3]):
        return port.shape[3] == 3
    return port.kind is np.uint8


def _described(ports: Sequence[Port]) -> str:
    told = (f"{port.name} {['any' if s is None else s for s in port.shape]}" for port in ports)
    return ", ".join(told) or "nothing"
