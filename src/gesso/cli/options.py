"""Options that several commands take, and what they mean in the settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gesso.cli.session import Session

Command = TypeVar("Command", bound=Callable[..., Any])


def shared(command: Command) -> Command:
    """Give a command the options that every command takes: --studio and --json."""
    as_json = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_keep_json,
        help="Write one JSON document to stdout.",
    )
    studio = click.option(
        "--studio",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        callback=_keep_folder,
        help="The studio's folder.  [default: $GESSO_STUDIO, else ./studio]",
    )
    return studio(as_json(command))


class Size(click.ParamType[tuple[int, int]]):
    """Pixels as people write them: 1024x768, or 512 for a square."""

    name = "WxH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """(width, height); whether they can be painted is for the settings to say."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d{1,5})(?:\s*[x×X*]\s*(\d{1,5}))?", str(value).strip())
        if found is None:
            self.fail(f"'{value}' is no size; write it as 1024x768.", param, ctx)
        return int(found[1]), int(found[2] or found[1])


class Span(click.ParamType[float]):
    """A span of time as people write it: 90s, 15m, 6h, 90d; in seconds."""

    name = "SPAN"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds, above 0."""
        if isinstance(value, float):
            return value
        units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
        found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)\s*([smhdw])", str(value).strip().lower())
        if found is None or float(found[1]) == 0:
            self.fail(f"'{value}' is no span of time; write it as 90s, 15m, 6h or 2d.", param, ctx)
        return float(found[1]) * units[found[2]]


class Share(click.ParamType[float]):
    """A share of everything: 5% or 0.05; above 0, up to 1."""

    name = "SHARE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The share as a number."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*(%?)", text)
        share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
        if not 0 < share <= 1:
            self.fail(f"'{value}' is no share; write it as 5% or 0.05.", param, ctx)
        return share


class Number(click.ParamType[int]):
    """The number of a work, a set, a story or a track, as the catalogue gives them; from 1."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; longer ones than there can be are none."""
        if isinstance(value, int):
            return value
        if re.fullmatch(r"[+-]?[0-9]+", str(value).strip()) is None:
            self.fail(f"'{value}' is not a valid integer.", param, ctx)
        if re.fullmatch(r"0*[1-9][0-9]{0,17}", str(value).strip()) is None:
            self.fail(f"'{value}' is no number of anything here; they begin with 1.", param, ctx)
        return int(value)


def size_flags(size: tuple[int, int] | None) -> dict[str, object]:
    """A --size as settings."""
    width, height = size or (None, None)
    return {"make.width": width, "make.height": height}


def _keep_folder(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Session).folder = value


def _keep_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.ensure_object(Session).as_json = value
