"""Studies as they are told; their sheets can be asked for while they are kept."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work
from gesso.studio import Studio
from gesso.study.drawing.plates import png
from gesso.study.drawing.writing import plain, plain_reading
from gesso.study.easel import EaselOptions, at_most
from gesso.study.records import Intent, Sheet, Study, WhatIf
from gesso.study.room import DETAILS, StudyOptions, options_of
from gesso.web.server.kept import Kept
from gesso.web.server.problems import Halt
from gesso.web.server.work import Desk

Detail = Literal["coarse", "calm", "usual", "fine"]
Cut = Literal["quantile", "even", "natural"]
assert set(get_args(Detail)) == set(DETAILS)  # noqa: S101 - a Literal cannot be made of a dict

Sheets = Mapping[str, Sheet]
_COPY_SIDE = 1000
_COPY_QUALITY = 85


class Wishes(BaseModel):
    """How a picture is studied."""

    model_config = ConfigDict(extra="forbid")

    levels: int | None = Field(default=None, ge=4, le=6, description="Values of the big shapes.")
    side: int | None = Field(default=None, ge=300, le=420, description="Reading size, pixels.")
    coherence: float | None = Field(
        default=None, ge=0, le=1, description="How much texture is forgotten."
    )
    detail: Detail | None = Field(default=None, description="How small a shape may be.")
    intent: Intent = Field(default="none", description="What the painter is after.")
    plan: int | None = Field(default=None, ge=3, le=8, description="Values of the value plan.")
    cut: Cut | None = Field(default=None, description="How the value plan is cut.")
    notan: float | None = Field(default=None, ge=0, le=100, description="Where two values part.")


class StudyTold(BaseModel):
    """A study: readings, two tips, measurements."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="By which the sheets can be asked for.")
    width: int
    height: int
    readings: list[dict[str, Any]]
    tips: list[dict[str, Any]]
    silence: str
    metrics: dict[str, float]


class ReadingTold(BaseModel):
    """What one tool read."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="By which the sheets can be asked for.")
    tool: str
    title: str
    note: str
    figures: dict[str, Any]
    sheets: list[dict[str, Any]]


class Studies:
    """Studies pictures in threads, and keeps the last answers with their sheets.

    Args:
        studio: who studies.
        desk: runs it.
        most: answers that are kept.
    """

    def __init__(self, studio: Studio, desk: Desk, most: int) -> None:
        self._studio = studio
        self._desk = desk
        self._told: Kept[dict[str, Any]] = Kept(most)
        self._sheets: Kept[Sheets] = Kept(most)

    @property
    def kept(self) -> tuple[int, int]:
        """How many answers are kept, and how many may be."""
        return len(self._told), self._told.most

    async def whole(self, what: bytes | Work, wishes: Wishes) -> dict[str, Any]:
        """A study as it is told."""
        key = key_of(what, "study", wishes)

        def work() -> dict[str, Any]:
            found = self._studio.study.study(what, _options(self._studio, wishes))
            answer, drawn = plain(found), _sheets(found)
            readings = [_addressed(reading, drawn, key) for reading in answer["readings"]]
            shown = self._shown(what, found, wishes)
            self._sheets.put(key, {**drawn, **shown})
            tips = [
                tip | {"href": f"/study/{key}/sheets/{name}.png" if name in shown else None}
                for number, tip in enumerate(answer["tips"], 1)
                for name in (f"tip-{number}",)
            ]
            return answer | {"readings": readings, "tips": tips, "id": key}

        return await self._once(key, work)

    def _shown(self, what: bytes | Work, study: Study, wishes: Wishes) -> dict[str, Sheet]:
        """A sheet for each tip that a change can show: the picture after it."""
        easel = _options(self._studio, wishes).easel
        scale = min(1.0, easel.side / max(study.width, study.height))
        size = max(1, round(study.width * scale)), max(1, round(study.height * scale))

        def draw(change: WhatIf) -> bytes:
            return png(self._studio.study.what_if(what, change, easel).picture.rgb)

        return {
            f"tip-{number}": Sheet(
                f"tip-{number}", f"{tip.what_if.name}.", partial(draw, tip.what_if), *size
            )
            for number, tip in enumerate(study.tips, 1)
            if tip.what_if is not None
        }

    async def one(self, data: bytes, tool: str, wishes: Wishes) -> dict[str, Any]:
        """One reading as it is told."""
        key = key_of(data, tool, wishes)

        def work() -> dict[str, Any]:
            reading = self._studio.study.read(data, tool, _options(self._studio, wishes))
            drawn = {sheet.name: sheet for sheet in reading.sheets}
            self._sheets.put(key, drawn)
            return _addressed(plain_reading(reading), drawn, key) | {"id": key}

        return await self._once(key, work)

    async def small_copy(self, data: bytes) -> bytes:
        """A picture as a small JPEG without anything that its file said besides."""

        def work() -> bytes:
            rgb = at_most(self._studio.study.picture(data).rgb, _COPY_SIDE)
            return encode(Picture(rgb), "image/jpeg", quality=_COPY_QUALITY)

        return await self._desk.run(work)

    async def sheet(self, key: str, name: str) -> bytes:
        """A sheet as PNG; drawn when it is first asked for.

        Raises:
            Halt: the study is not kept any more, or has no such sheet (404).
        """
        drawn = (self._sheets.get(key) or {}).get(name)
        if drawn is None:
            raise Halt(404, "study", "That study is not kept any more.", "Send the picture again.")
        return await self._desk.run(lambda: drawn.data)

    async def _once(self, key: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        held = self._told.get(key)
        if held is not None:
            return held
        answer = await self._desk.run(work)
        self._told.put(key, answer)
        return answer


def key_of(picture: bytes | Work, what: str, wishes: Wishes) -> str:
    """One key for one picture under one set of wishes, 32 hexadecimal digits."""
    if isinstance(picture, Work):
        mark = picture.fingerprint.pixels
    else:
        mark = hashlib.sha256(picture).hexdigest()
    asked = f"{mark} {what} {wishes.model_dump_json()}"
    return hashlib.sha256(asked.encode("ascii")).hexdigest()[:32]


def _options(studio: Studio, wishes: Wishes) -> StudyOptions:
    asked = studio.settings.study
    usual = EaselOptions(asked.side, asked.coherence, asked.levels)
    return options_of(usual, wishes.model_dump())


def _sheets(study: Study) -> Sheets:
    return {sheet.name: sheet for reading in study.readings for sheet in reading.sheets}


def _addressed(reading: dict[str, Any], sheets: Sheets, key: str) -> dict[str, Any]:
    """A reading whose sheets have addresses, and whose label maps come along."""
    for sheet in reading["sheets"]:
        drawn = sheets[sheet["name"]]
        sheet["href"] = f"/study/{key}/sheets/{drawn.name}.png"
        if drawn.role == "labels":
            sheet["png"] = base64.b64encode(drawn.data).decode("ascii")
    return reading
