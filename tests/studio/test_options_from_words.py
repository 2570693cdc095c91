"""Options of an adapter come from files, the environment and flags, and there all are words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from gesso.core.errors import SettingsError
from gesso.studio.adapters import filled


@dataclass(frozen=True)
class Wishes:
    steps: int = 4
    guidance: float | None = None
    tiles: bool = False
    model: str = ""
    api_key: SecretStr | str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise ValueError(f"steps are 0 or more, not {self.steps}")


def refusal(**wishes: object) -> str:
    with pytest.raises(SettingsError) as caught:
        filled(Wishes, "painters.x", wishes)
    return caught.value.message


def test_words_become_what_the_option_is() -> None:
    read = filled(Wishes, "painters.x", {"steps": "9", "guidance": "2.5", "tiles": "true"})

    assert read == Wishes(9, 2.5, True)


def test_what_is_of_the_right_kind_stays_as_it_is() -> None:
    key = SecretStr("secret")

    read = filled(Wishes, "painters.x", {"steps": 3, "model": "7", "api_key": key})

    assert (read.steps, read.model, read.api_key) == (3, "7", key)


def test_words_that_are_no_number_are_told_with_the_option() -> None:
    said = refusal(steps="many")

    assert said.startswith("[painters.x] cannot be used: steps: input should be a valid integer")


def test_what_the_adapter_refuses_is_told_in_its_own_words() -> None:
    assert refusal(steps=-1) == "[painters.x] cannot be used: steps are 0 or more, not -1."


def test_a_key_of_the_wrong_kind_is_not_shown() -> None:
    assert "canary" not in refusal(api_key={"canary": "canary"})
