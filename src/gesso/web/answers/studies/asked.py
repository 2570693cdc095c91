"""Wishes for a study, as they come by an address, a form or JSON, and what they are about."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from gesso.core.records.works import Work
from gesso.study.records import Intent
from gesso.study.room import DETAILS
from gesso.study.tools.subject.guidance import box_of, stroke_of
from gesso.web.answers.studies.pictures import KeptPictures
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import Halt
from gesso.web.server.uploads import FIELD, body_of, picture_of

Detail = Literal["coarse", "calm", "usual", "fine"]
Cut = Literal["quantile", "even", "natural"]
assert set(get_args(Detail)) == set(DETAILS)  # noqa: S101 - a Literal cannot be made of a dict

KEY = r"^[0-9a-f]{64}$"
_LISTS = ("keep_strokes", "drop_strokes", "blocks")
_BOX = "x, y, width and height as parts of the picture: 0.2,0.1,0.5,0.8"
_STROKE = "Points as parts of the picture: 0.4,0.5 0.5,0.6"


def _points(value: Any) -> Any:
    """Numbers and rows of numbers as a person writes them, whatever else comes as it is."""
    if isinstance(value, list | tuple):
        rows = all(isinstance(part, list | tuple) for part in value) and bool(value)
        return " ".join(map(_points, value)) if rows else ",".join(map(str, value))
    return value


Written = Annotated[str, BeforeValidator(_points), Field(max_length=20_000)]


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
    box: Written | None = Field(default=None, description=f"Around the subject. {_BOX}")
    keep_strokes: list[Written] = Field(
        default=[], max_length=64, description=f"Over the subject. {_STROKE}"
    )
    drop_strokes: list[Written] = Field(
        default=[], max_length=64, description=f"Over what is not the subject. {_STROKE}"
    )
    change: str | None = Field(
        default=None, max_length=40, description="Of the what-if; the first tip's without one."
    )
    amount: float | None = Field(default=None, ge=0, le=1, description="Of the what-if.")
    blocks: list[int] = Field(
        default=[], max_length=6, description="Blocks that the what-if works on, 1 the darkest."
    )

    def plainly(self) -> dict[str, Any]:
        """As `study.room.options_of` takes them.

        Raises:
            InputError: a box or a stroke that is none.
        """
        told = self.model_dump(exclude={"box", *_LISTS, "picture", "work"})
        return told | {
            "box": box_of(self.box) if self.box else None,
            "keep_strokes": tuple(map(stroke_of, filter(None, self.keep_strokes))),
            "drop_strokes": tuple(map(stroke_of, filter(None, self.drop_strokes))),
            "blocks": tuple(self.blocks) or None,
        }


class Asked(Wishes):
    """Wishes, and what they are about, where it is not in the body."""

    picture: str | None = Field(
        default=None, pattern=KEY, description="A picture that was sent before, by its key."
    )
    work: int | None = Field(default=None, ge=1, lt=2**63, description="A work, by its number.")

    def wishes(self) -> Wishes:
        """Without what they are about."""
        return Wishes(**self.model_dump(exclude={"picture", "work"}))


@dataclass(frozen=True)
class Material:
    """A picture to be studied.

    Attributes:
        what: a file's bytes, or a work.
        picture: the key by which the picture can be asked for again, "" for a work.
        wishes: how it is studied.
    """

    what: bytes | Work
    picture: str
    wishes: Wishes


async def material_of(
    request: Request,
    options: ServerOptions,
    asked: Asked,
    kept: KeptPictures,
    work: Callable[[int], Awaitable[Work]],
) -> Material:
    """What a request is about: a picture that it brings, one that was sent before, or a work.

    Wishes stand in the address, in the fields of a form beside the picture, or in JSON.

    Args:
        request: its body is read here.
        options: limits of a body.
        asked: what the address says.
        kept: pictures that were sent before.
        work: finds a work.

    Raises:
        Halt: there is no picture (400), it is not kept any more (404), too large (413), ...
        RequestValidationError: a wish that cannot be (422).
    """
    if request.headers.get("content-type", "").startswith("application/json"):
        asked = _merged(asked, _json_of(await body_of(request, options)))
    if asked.picture:
        return Material(held(kept, asked.picture), asked.picture, asked.wishes())
    if asked.work:
        return Material(await work(asked.work), "", asked.wishes())
    data = await picture_of(request, options)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await request.form()
        fields = {
            name: form.getlist(name) if name in _LISTS else form[name]
            for name in form
            if name != FIELD and not isinstance(form[name], UploadFile)
        }
        asked = _merged(asked, {name: value for name, value in fields.items() if value != ""})
    return Material(data, kept.put(data), asked.wishes())


def held(kept: KeptPictures, key: str) -> bytes:
    """A picture that was sent before.

    Raises:
        Halt: it is not kept any more (404).
    """
    data = kept.get(key)
    if data is None:
        raise Halt(404, "picture", "That picture is not kept any more.", "Send it again.")
    return data


def _json_of(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except (ValueError, RecursionError):  # the latter of lists in lists in lists
        raise Halt(400, "json", "The body is no JSON.", "Send an object with wishes.") from None
    if not isinstance(told, dict):
        raise Halt(400, "json", "The body is JSON, but no object.", "Send an object with wishes.")
    return told


def _merged(asked: Asked, more: Mapping[str, Any]) -> Asked:
    try:
        return Asked.model_validate({**asked.model_dump(exclude_unset=True), **more})
    except ValidationError as error:
        places = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(places) from None
