"""Who writes and who judges, by the settings: judges are rather of another house."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gesso.core.errors import SettingsError
from gesso.core.outside.desk import Desk
from gesso.make.critics.llm.critic import LlmCritic
from gesso.make.critics.measured import MeasuredCritic
from gesso.make.run.standby import CriticInOrder, PainterInOrder, WriterInOrder
from gesso.settings.reading import CUSTOMARY
from gesso.studio import Studio
from gesso.studio.making import Making
from gesso.studio.parts.people import houses_of

pytest.importorskip("openai")
pytest.importorskip("google.genai")

OLLAMA = {"llms.openai.base_url": "http://localhost:11434/v1", "llms.openai.model": "llava"}
Open = Callable[..., Studio]


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    for name in CUSTOMARY:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def opened(painter: str, llm: str, keys: str = "", **wishes: Any) -> Studio:
        named = {f"keys.{name}": f"{name}-key" for name in keys.split()}
        asked = {"make.painter": painter, "make.llm": llm, "make.workers": 0, **named, **wishes}
        return Studio.open(tmp_path / "studio", asked)

    return opened


def judges(studio: Studio) -> list[str]:
    """The vendors of those who judge, in order; "" for one who measures alone."""
    with studio:
        critic = Making(studio)._parts("").critic
        critics = critic.critics if isinstance(critic, CriticInOrder) else (critic,)
        return [_vendor(one) for one in critics]


def _vendor(critic: object) -> str:
    if isinstance(critic, LlmCritic):
        return critic._llm.vendor
    assert isinstance(critic, MeasuredCritic)
    return ""


def test_another_house_than_the_painters_judges_where_there_is_a_key(studio: Open) -> None:
    assert judges(studio("gemini", "gemini", "gemini openai")) == ["openai", "google"]


def test_with_one_key_the_painters_house_judges_itself(studio: Open) -> None:
    assert judges(studio("gemini", "gemini", "gemini")) == ["google"]


def test_who_writes_and_is_no_kin_of_the_painter_judges(studio: Open) -> None:
    assert judges(studio("fal", "gemini", "fal gemini openai")) == ["google"]


def test_ollama_is_not_openai_though_it_speaks_alike(studio: Open) -> None:
    assert judges(studio("openai", "openai", "openai gemini", **OLLAMA)) == ["localhost:11434"]


def test_of_several_the_stranger_judges_first(studio: Open) -> None:
    assert judges(studio("gemini", "gemini,openai", "gemini openai")) == ["openai", "google"]


def test_kin_of_a_painter_that_only_stands_by_is_better_than_kin_of_the_first(
    studio: Open,
) -> None:
    found = judges(studio("gemini,openai", "gemini,openai", "gemini openai"))

    assert found == ["openai", "google"]


def test_an_llm_that_cannot_be_opened_is_not_pressed_into_judging(studio: Open) -> None:
    nameless = {"llms.openai.base_url": "http://localhost:11434/v1"}

    assert judges(studio("gemini", "gemini", "gemini openai", **nameless)) == ["google"]


def test_the_embedded_writer_may_stand_by_and_then_measures_judge(studio: Open) -> None:
    opened = studio("gemini,procedural", "gemini,offline", "gemini")
    with opened:
        parts = Making(opened)._parts("")

    assert isinstance(parts.writer, WriterInOrder)
    assert isinstance(parts.painter, PainterInOrder)
    assert [writer.name for writer in parts.writer.writers] == ["gemini", "offline"]
    assert houses_of(parts.painter) == ("google",)
    assert judges(studio("gemini,procedural", "gemini,offline", "gemini")) == ["google", ""]


def test_an_embedded_painter_has_no_house(studio: Open) -> None:
    assert judges(studio("procedural", "gemini", "gemini openai")) == ["google"]


@pytest.mark.parametrize("wish", ["gemini,,fal", "fal,fal", ""])
def test_an_order_without_sense_is_refused(studio: Open, wish: str) -> None:
    with pytest.raises(SettingsError, match=r"make\.painter"):
        studio(wish, "offline")


def test_blanks_between_the_names_do_not_count(studio: Open) -> None:
    assert studio(" gemini , fal ", "offline").settings.make.painter == "gemini,fal"


def test_all_who_stand_by_share_one_desk(studio: Open) -> None:
    desk = Desk.offline()
    other = desk.noting(desk.troubles)

    assert other.budget is desk.budget
    assert other.limits is desk.limits
    assert other._places is desk._places
