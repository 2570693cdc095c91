"""Studies as they are told; their sheets can be asked for while they are kept."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Request

from gesso.core.errors import InputError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_plain
from gesso.core.records.works import Work
from gesso.studio import Studio
from gesso.study.drawing.page import Paper, page_of
from gesso.study.drawing.plates import png, size_of
from gesso.study.drawing.writing import plain, plain_reading
from gesso.study.easel import EaselOptions, at_most
from gesso.study.measures.comparing import compare
from gesso.study.records import Sheet, Study, WhatIf
from gesso.study.room import StudyOptions, options_of
from gesso.web.answers.studies.asked import Asked, Material, Wishes, held, material_of
from gesso.web.answers.studies.pictures import KeptPictures
from gesso.web.server.kept import Kept
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import Halt
from gesso.web.server.work import Desk

Sheets = Mapping[str, Sheet]
Source = str | Work
"""The key of a kept picture, or a work: never the bytes, which are kept within a bound."""

_COPY_SIDES = (400, 1000, 1600)
_COPY_QUALITY = 85


@dataclass(frozen=True)
class _Drawn:
    """What of an answer can still be asked for."""

    sheets: Sheets
    source: Source
    study: Study | None = None


class Studies:
    """Studies pictures in threads, and keeps the last answers with their sheets.

    Args:
        studio: who studies.
        desk: runs it.
        options: how many answers, and how many bytes of pictures, are kept.
    """

    def __init__(self, studio: Studio, desk: Desk, options: ServerOptions) -> None:
        self._studio = studio
        self._desk = desk
        self._options = options
        self._told: Kept[dict[str, Any]] = Kept(4 * options.studies_kept)
        self._drawn: Kept[_Drawn] = Kept(4 * options.studies_kept)
        self.pictures = KeptPictures(options.pictures_kept_bytes)

    @property
    def cache(self) -> Kept[dict[str, Any]]:
        """The answers that are kept."""
        return self._told

    async def material(self, request: Request, asked: Asked) -> Material:
        """What a request is about; a picture that it brings is kept for a while.

        Raises:
            Halt, RequestValidationError: see `asked.material_of`.
            UnknownItem: there is no such work.
        """
        return await material_of(request, self._options, asked, self.pictures, self.work)

    async def work(self, number: int) -> Work:
        """A work by its number.

        Raises:
            UnknownItem: there is no such work.
        """
        return await self._desk.run(lambda: self._studio.catalogue.works.get(number))

    def held(self, key: str) -> bytes:
        """A picture that was sent before.

        Raises:
            Halt: it is not kept any more (404).
        """
        return held(self.pictures, key)

    async def whole(self, asked: Material) -> dict[str, Any]:
        """A study as it is told."""
        key = key_of(asked, "study")

        def work() -> dict[str, Any]:
            found = self._studio.study.study(asked.what, self.options_of(asked.wishes))
            answer, drawn = plain(found), _sheets(found)
            readings = [_addressed(reading, drawn, key) for reading in answer["readings"]]
            shown = self._shown(asked, found)
            self._drawn.put(key, _Drawn({**drawn, **shown}, _source(asked), found))
            tips = [
                tip | {"href": f"/study/{key}/sheets/{name}.png" if name in shown else None}
                for number, tip in enumerate(answer["tips"], 1)
                for name in (f"tip-{number}",)
            ]
            told = {"readings": readings, "tips": tips, "id": key, "picture": asked.picture}
            return answer | told

        return await self._once(key, work)

    async def one(self, asked: Material, tool: str) -> dict[str, Any]:
        """One reading as it is told."""
        key = key_of(asked, tool)

        def work() -> dict[str, Any]:
            reading = self._studio.study.read(asked.what, tool, self.options_of(asked.wishes))
            drawn = {sheet.name: sheet for sheet in reading.sheets}
            self._drawn.put(key, _Drawn(drawn, _source(asked)))
            told = {"id": key, "picture": asked.picture}
            return _addressed(plain_reading(reading), drawn, key) | told

        return await self._once(key, work)

    async def match(self, reference: Source, attempt: Source) -> dict[str, Any]:
        """An attempt beside its reference, as it is told."""

        def work() -> dict[str, Any]:
            first, second = (self._pixels(one) for one in (reference, attempt))
            found: dict[str, Any] = to_plain(compare(first, second, self.easel()))
            return found | {"reference": named(reference), "attempt": named(attempt)}

        return await self._desk.run(work)

    async def kept_under(self, work: Work, wishes: Wishes) -> int:
        """Study a work and keep the study under it; returns the study's number."""

        def keep() -> int:
            room = self._studio.study
            return room.keep(work, room.study(work, self.options_of(wishes))).id

        return await self._desk.run(keep)

    async def history(self, work: Work) -> list[dict[str, Any]]:
        """The studies that are kept under a work, oldest first."""

        def look() -> list[dict[str, Any]]:
            return [
                {
                    "id": row.id,
                    "at": row.created_at,
                    "intent": study.intent,
                    "settings": dict(study.maker.settings),
                    "metrics": dict(study.metrics),
                    "tips": to_plain(study.tips),
                }
                for row, study in self._studio.study.history(work)
            ]

        return await self._desk.run(look)

    async def small_copy(self, key: str, side: int) -> bytes:
        """A picture that was sent, as a JPEG without anything that its file said besides.

        Args:
            key: of the picture.
            side: the long side at most, pixels; the nearest of a few is taken.

        Raises:
            Halt: it is not kept any more (404).
        """
        data = self.held(key)
        wanted = min(_COPY_SIDES, key=lambda known: abs(known - side))

        def work() -> bytes:
            rgb = at_most(self._studio.study.picture(data).rgb, wanted)
            return encode(Picture(rgb), "image/jpeg", quality=_COPY_QUALITY)

        return await self._desk.run(work)

    async def sheet(self, key: str, name: str) -> bytes:
        """A sheet as PNG; drawn when it is first asked for.

        Raises:
            Halt: the study is not kept any more, or has no such sheet (404).
        """
        drawn = self._of(key).sheets.get(name)
        if drawn is None:
            raise Halt(404, "sheet", "That study has no such sheet.", "Its answer names them.")
        return await self._desk.run(lambda: drawn.data)

    async def page(self, key: str, paper: Paper) -> bytes:
        """A study as a PDF of one page.

        Raises:
            Halt: the study, or its picture, is not kept any more (404).
        """
        drawn = self._of(key)
        study = drawn.study
        if study is None:
            raise Halt(404, "study", "One reading alone has no page.", "Study the whole picture.")
        title = drawn.source.title if isinstance(drawn.source, Work) else "A study"
        what = self._bytes_or_work(drawn.source)

        def work() -> bytes:
            return page_of(self._studio.study.picture(what), study, title, paper)

        return await self._desk.run(work)

    def easel(self) -> EaselOptions:
        """How pictures are set up where nothing is wished."""
        asked = self._studio.settings.study
        return EaselOptions(asked.side, asked.coherence, asked.levels)

    def options_of(self, wishes: Wishes) -> StudyOptions:
        """The options of one study.

        Raises:
            InputError: a box or a stroke that is none.
        """
        return options_of(self.easel(), wishes.plainly())

    def _shown(self, asked: Material, study: Study) -> dict[str, Sheet]:
        """A sheet for each tip that a change can show: the picture after it."""
        easel, source = self.options_of(asked.wishes).easel, _source(asked)
        scale = min(1.0, easel.side / max(study.width, study.height))
        size = size_of((max(1, round(study.height * scale)), max(1, round(study.width * scale))))

        def draw(change: WhatIf) -> bytes:
            what = self._bytes_or_work(source)
            return png(self._studio.study.shown(what, change, easel).rgb)

        return {
            f"tip-{number}": Sheet(
                f"tip-{number}", f"{tip.what_if.name}.", partial(draw, tip.what_if), *size
            )
            for number, tip in enumerate(study.tips, 1)
            if tip.what_if is not None
        }

    def _bytes_or_work(self, source: Source) -> bytes | Work:
        return source if isinstance(source, Work) else self.held(source)

    def _pixels(self, source: Source) -> Picture:
        return self._studio.study.picture(self._bytes_or_work(source))

    def _of(self, key: str) -> _Drawn:
        drawn = self._drawn.get(key)
        if drawn is None:
            raise Halt(404, "study", "That study is not kept any more.", "Send the picture again.")
        return drawn

    async def _once(self, key: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        told = self._told.get(key)
        # An answer whose sheets are gone would point at nothing.
        if told is not None and self._drawn.get(key) is not None:
            return told
        answer = await self._desk.run(work)
        self._told.put(key, answer)
        return answer


def key_of(asked: Material, what: str) -> str:
    """One key for one picture under one set of wishes, 32 hexadecimal digits."""
    mark = asked.what.fingerprint.pixels if isinstance(asked.what, Work) else asked.picture
    wished = f"{mark} {what} {asked.wishes.model_dump_json()}"
    return hashlib.sha256(wished.encode("utf-8")).hexdigest()[:32]


def named(source: Source) -> str:
    """As a request names it: "work:12", or the key of a picture."""
    return f"work:{source.id}" if isinstance(source, Work) else source


async def source_of(studies: Studies, name: str) -> Source:
    """What a request names.

    Raises:
        Halt: that picture is not kept any more (404).
        UnknownItem: there is no such work.
        InputError: it is neither.
    """
    kind, _, number = name.partition(":")
    if kind == "work" and number.isdecimal() and 0 < int(number) < 2**63:
        return await studies.work(int(number))
    if len(name) == 64:
        studies.held(name)
        return name
    raise InputError(
        f"'{name[:60]}' is neither a work nor a picture.",
        "Write work:12, or the key of a picture that was sent.",
    )


def _source(asked: Material) -> Source:
    return asked.what if isinstance(asked.what, Work) else asked.picture


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
