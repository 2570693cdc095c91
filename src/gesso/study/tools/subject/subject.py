"""The subject: estimated from what stands out, or read by a model of the owner's, then cut out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gesso.core.records.maker import Maker
from gesso.study.easel import Easel
from gesso.study.records import Reading
from gesso.study.tips.wording import told
from gesso.study.tools.subject.cutting import corrected, cut_out
from gesso.study.tools.subject.guidance import Box, Guidance, Stroke
from gesso.study.tools.subject.models.model import MaskModel, model_at
from gesso.study.tools.subject.separation import measure_separation
from gesso.study.tools.subject.showing import sheets_of

_THIN = 16
"""Pixels at working size below which there is no room for a subject."""
_SAME = 0.85
"""Colours within and without that overlap so far have no border between them."""
_UNSURE = 0.5
"""Overlap from which a cut is only one of several that could be."""
_APART, _TINTED = 5.0, 0.02
_NOTHING = (
    "Nothing stands apart from its surroundings, so no subject is cut out. A box around it, or a "
    "stroke over it, would tell where it is."
)


@dataclass(frozen=True)
class SubjectOptions:
    """What is known of the subject.

    Attributes:
        box: x, y, width, height around the whole subject, parts of the picture, None for none.
        keep: strokes over the subject, each a row of (x, y), parts of the picture.
        drop: strokes over what is not the subject.
        model: an ONNX file (of the U2-Net kind), or a folder with MobileSAM's encoder and
            decoder; "" to estimate without one.
    """

    box: Box | None = None
    keep: tuple[Stroke, ...] = ()
    drop: tuple[Stroke, ...] = ()
    model: str = ""

    def __post_init__(self) -> None:
        self.guidance()

    def guidance(self) -> Guidance:
        """What a person says, checked.

        Raises:
            InputError: a mark that lies outside the picture.
        """
        return Guidance(self.box, self.keep, self.drop)


@dataclass(frozen=True)
class _Found:
    mask: NDArray[np.bool_] | None
    figures: dict[str, float]
    made: str
    is_sure: bool = True


class Subject:
    """Reads what a picture is of.

    Args:
        options: what is known of it.
        company: not used.
    """

    Options: ClassVar[type] = SubjectOptions
    name = "subject"

    def __init__(self, options: SubjectOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options
        self._guidance = options.guidance()

    def read(self, easel: Easel) -> Reading:
        """The mask, how it stands apart, and two sheets; abstains where nothing stands out.

        Raises:
            SettingsError: the model cannot be used.
        """
        if min(easel.rgb.shape[:2]) < _THIN:
            return self._silent(easel, "The picture is too thin to have a subject.", None)
        model = model_at(Path(self._options.model)) if self._options.model else None
        found = self._estimated(easel) if model is None else self._modelled(easel, model)
        if found.mask is None or found.mask.all() or not found.mask.any():
            return self._silent(easel, _NOTHING, model)
        figures = measure_separation(easel, found.mask) | found.figures
        return Reading(
            tool=self.name,
            title="Subject",
            note=_note(figures, found),
            figures={
                **{name: round(value, 6) for name, value in figures.items()},
                "estimate": model is None,
                "marked": self._guidance.is_given,
            },
            sheets=sheets_of(easel, found.mask, self._guidance, found.made),
            maker=self._maker(easel, model),
        )

    def _estimated(self, easel: Easel) -> _Found:
        cut = cut_out(easel.lab, self._guidance)
        made = "corrected by hand" if self._guidance.is_given else "an estimate from colour alone"
        if cut is None or (cut.overlap > _SAME and not self._guidance.is_given):
            return _Found(None, {}, made)
        figures = {"subject_overlap": cut.overlap, "subject_agreement": cut.agreement}
        return _Found(cut.mask, figures, made, self._guidance.is_given or cut.overlap < _UNSURE)

    def _modelled(self, easel: Easel, model: MaskModel) -> _Found:
        hint = None
        if model.wants_a_hint and not (self._guidance.box or self._guidance.keep):
            cut = cut_out(easel.lab, self._guidance)
            if cut is None:
                return _Found(None, {}, "")
            hint = cut.mask
        likely = model.likely(easel.rgb, self._guidance, hint)
        if likely is None:
            return _Found(None, {}, "")
        made = f"as the model {model.name} reads it"
        has_strokes = bool(self._guidance.keep or self._guidance.drop)
        if has_strokes:
            made += ", corrected by hand"
            return _Found(corrected(easel.lab, likely, self._guidance), {}, made)
        return _Found(likely > 0.5, {}, made)

    def _silent(self, easel: Easel, why: str, model: MaskModel | None) -> Reading:
        return Reading(
            tool=self.name,
            title="Subject",
            note="",
            figures={},
            sheets=(),
            maker=self._maker(easel, model),
            abstains=why,
        )

    def _maker(self, easel: Easel, model: MaskModel | None) -> Maker:
        own = {**self._guidance.settings(), **easel.options.settings()}
        if model is None:
            return Maker(self.name, "1", offline=True, settings=own)
        # A model's name and hash, never where on this machine it lies.
        return Maker(self.name, "1", settings={**own, "model": model.name, "sha256": model.sha256})


def _note(figures: dict[str, float], found: _Found) -> str:
    values, chroma = figures["value_apart"], figures["chroma_apart"]
    said = []
    if abs(values) >= _APART:
        said.append(f"{abs(values):.0f} L* {'lighter' if values > 0 else 'darker'}")
    if abs(chroma) >= _TINTED:
        said.append(f"{'more' if chroma > 0 else 'less'} colourful")
    against = " and ".join(said) if said else "close in value and in chroma to"
    than = " than what is around it" if said else " what is around it"
    share = f"{figures['subject_share']:.0%}".replace("%", " %")
    outline = ""
    if "outline_hard" in figures:
        outline = (
            f"; of its outline {told('hard', figures['outline_hard'])} is hard and "
            f"{told('lost', figures['outline_lost'])} lost"
        )
    doubt = "" if found.is_sure else " It hardly stands apart: correct it by strokes or a box."
    return (
        f"The subject ({found.made}) covers {share} and reads as {against}{than}{outline}.{doubt}"
    )
