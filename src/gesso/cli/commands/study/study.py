"""`gesso study`: what a good teacher sees in a picture, measured, shown, said in two sentences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast, get_args

import click

from gesso.cli.commands.files import read_data
from gesso.cli.commands.study.showing import (
    show_change,
    show_history,
    show_match,
    show_study,
)
from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import shared
from gesso.cli.printing import document, say
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.store.disk import Disk, write_whole
from gesso.core.errors import InputError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_plain
from gesso.core.records.works import Work
from gesso.studio import Studio
from gesso.study.drawing.page import Paper
from gesso.study.drawing.writing import plain, write_study
from gesso.study.easel import EaselOptions
from gesso.study.measures.comparing import compare as compare_pictures
from gesso.study.records import Intent, Study, WhatIf
from gesso.study.room import DETAILS, StudyOptions, options_of
from gesso.study.tools.subject.guidance import Box, Stroke, box_of, stroke_of

_NUMBER = re.compile(r"[0-9]{1,18}")
_FLAGS = ("words", "side", "coherence", "levels")


class StudyGroup(click.Group):
    """Studies the picture that is named, unless the first word is a command of its own."""

    fallback = "picture"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command for one picture in front of a picture's name."""
        first = next((word for word in args if not word.startswith("-")), "")
        if first not in self.commands and not {"--help", "-h"} & set(args[:1]) and args:
            args = [self.fallback, *args]
        return super().parse_args(ctx, args)


_HELP = """Study a picture: values, big shapes, palette, focal point, and two things to do next.

A picture is a file, or a work of the catalogue: work:12. What can be chosen for one picture is
told by: gesso study picture --help

\b
  gesso study painting.jpg --out study/
  gesso study work:12 --keep
  gesso study what-if painting.jpg
  gesso study compare reference.jpg attempt.jpg
  gesso study history work:12
"""


@click.group(cls=StudyGroup, invoke_without_command=False, help=_HELP)
def study() -> None:
    """Study a picture."""


def _box(_context: click.Context, _option: click.Parameter, text: str | None) -> Box | None:
    return None if text is None else box_of(text)


def _strokes(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[Stroke, ...]:
    return tuple(stroke_of(text) for text in texts)


@study.command("picture")
@click.argument("picture")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write the sheets, a page to print and JSON there.")  # fmt: skip
@click.option("--k", "levels", type=click.IntRange(4, 6), help="Values of the big shapes, 4 to 6.")
@click.option("--plan", type=click.IntRange(3, 8), help="Values of the value plan, 3 to 8.")
@click.option("--cut", type=click.Choice(["quantile", "even", "natural"]), help="Of the plan.")
@click.option("--notan", type=click.FloatRange(0, 100), help="Where two values part, L*.")
@click.option("--box", callback=_box, metavar="X,Y,W,H",
              help="Around the subject, as parts of the picture.")  # fmt: skip
@click.option("--keep-stroke", "keep_strokes", multiple=True, callback=_strokes, metavar="POINTS",
              help='Over the subject: "0.4,0.5 0.5,0.6".')  # fmt: skip
@click.option("--drop-stroke", "drop_strokes", multiple=True, callback=_strokes, metavar="POINTS",
              help="Over what is not the subject.")  # fmt: skip
@click.option("--subject-model", metavar="PATH", help="An ONNX file, or MobileSAM's folder.")
@click.option("--coherence", type=click.FloatRange(0, 1), help="How much texture is forgotten.")
@click.option("--detail", type=click.Choice(list(DETAILS)), help="How small a shape may be.")
@click.option("--side", type=click.IntRange(300, 420), help="Reading size, pixels.")
@click.option("--intent", type=click.Choice(list(get_args(Intent))), default="none",
              help="What the painter is after; tips that contradict it are muted.")  # fmt: skip
@click.option("--words", metavar="NAME", help="Who words the tips: measured, or an llm.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", help="Of the page.")
@click.option("--keep", is_flag=True, help="Keep the study under its work.")
@shared
@pass_session
def study_picture(session: Session, /, picture: str, **wishes: Any) -> None:
    """Study one picture: the words `gesso study FILE` come here."""
    flags = {f"study.{name}": wishes[name] for name in _FLAGS}
    flags["tools.subject.model"] = wishes["subject_model"]
    looks = is_sealed(session) and not wishes["keep"]
    with opened(session, flags, looks=looks) as studio:
        work, data = _material(studio, picture, must_be_work=wishes["keep"])
        pixels = studio.catalogue.picture(work) if work else studio.study.picture(data, picture)
        found = studio.study.study(pixels, _options(studio, wishes), name=picture)
        kept = studio.study.keep(work, found) if work and wishes["keep"] else None
        files: list[Path] = []
        if wishes["out"] is not None:
            title = work.title if work else Path(picture).stem
            paper = cast("Paper", wishes["paper"])
            files = write_study(wishes["out"], pixels, found, title, paper)
    if session.as_json:
        more = {"files": [str(path) for path in files], "kept": kept.id if kept else None}
        document(plain(found) | more)
        return
    show_study(found, work.title if work else Path(picture).name)
    if files:
        say(f"\n{len(files)} files in {wishes['out']}; the page to print is {files[0].name}.")
    if kept:
        say(f"Kept as study {kept.id} of work {kept.work}.")


@study.command("what-if")
@click.argument("picture")
@click.argument("change", required=False)
@click.option("--amount", type=click.FloatRange(0, 1), default=0.8, help="How much, 0 to 1.")
@click.option("--block", "blocks", type=int, multiple=True, help="Of these blocks alone.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the picture after the change, PNG.")  # fmt: skip
@shared
@pass_session
def what_if(session: Session, /, picture: str, change: str | None, **wishes: Any) -> None:
    """Show what a change would do, before a brush is lifted.

    Without a CHANGE it is the one that the first tip rests on.
    """
    with opened(session, looks=is_sealed(session)) as studio:
        pixels = _pixels(studio, picture)
        easel = _options(studio, {}).easel
        if change:
            asked = WhatIf(change, wishes["amount"], tuple(wishes["blocks"]))
        else:
            asked = _first_change(studio.study.study(pixels, _options(studio, {}), name=picture))
        shown = studio.study.what_if(pixels, asked, easel, name=picture)
    if wishes["out"] is not None:
        write_whole(Disk(), wishes["out"], encode(shown.picture, "image/png"))
    if session.as_json:
        told = {"what_if": to_plain(asked), "before": shown.before, "after": shown.after}
        document(told | {"file": str(wishes["out"]) if wishes["out"] else None})
    else:
        show_change(picture, asked, shown)


@study.command()
@click.argument("reference")
@click.argument("attempt")
@shared
@pass_session
def compare(session: Session, reference: str, attempt: str) -> None:
    """Lay an attempt on its reference, and say where their values agree."""
    with opened(session, looks=is_sealed(session)) as studio:
        first, second = (_pixels(studio, name) for name in (reference, attempt))
        match = compare_pictures(first, second, _options(studio, {}).easel)
    if session.as_json:
        document(to_plain(match))
    else:
        show_match(match, reference, attempt)


@study.command()
@click.argument("work")
@shared
@pass_session
def history(session: Session, work: str) -> None:
    """Show how a work's studies changed over time."""
    with opened(session, looks=True) as studio:
        found, _ = _material(studio, work, must_be_work=True)
        if found is None:
            raise InputError(f"'{work}' is no work.", "Name one by its number: work:12.")
        rows = studio.study.history(found)
    if session.as_json:
        document(
            [{"id": row.id, "at": row.created_at.isoformat(), **plain(held)} for row, held in rows]
        )
    else:
        show_history(found.title, rows)


def _options(studio: Studio, wishes: dict[str, Any]) -> StudyOptions:
    asked = studio.settings.study
    usual = EaselOptions(asked.side, asked.coherence, asked.levels)
    # What stands in the settings is there already, by the flags.
    return options_of(usual, {name: value for name, value in wishes.items() if name not in _FLAGS})


def _first_change(found: Study) -> WhatIf:
    for tip in found.tips:
        if tip.what_if is not None:
            return tip.what_if
    raise InputError(
        found.silence or "No change shows what these tips say.",
        "Name a change: gesso study what-if PICTURE push-focal",
    )


def _material(studio: Studio, name: str, *, must_be_work: bool) -> tuple[Work | None, bytes]:
    """The work that is named, or the bytes of the file."""
    prefix, _, number = name.partition(":")
    if prefix == "work" and _NUMBER.fullmatch(number):
        return studio.catalogue.works.get(int(number)), b""
    if must_be_work:
        raise InputError(
            f"'{name}' is a file, and studies are kept under works.",
            "Name a work by its number: work:12. A file is brought in with: gesso collect",
        )
    return None, read_data(Path(name))


def _pixels(studio: Studio, name: str) -> Picture:
    work, data = _material(studio, name, must_be_work=False)
    return studio.catalogue.picture(work) if work else studio.study.picture(data, name)
