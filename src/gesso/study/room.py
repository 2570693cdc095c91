"""The verb study: a picture in, a study out, kept under its work when wished."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.studies import StudyRow
from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.works import Work
from gesso.study.drawing.plates import size_of
from gesso.study.easel import Easel, EaselOptions, Surface
from gesso.study.lesson import Lesson, LessonOptions, without_sheets
from gesso.study.records import Intent, Reading, Study, WhatIf
from gesso.study.regions.merging import MergeOptions
from gesso.study.tips.llm.advising import LlmAdviser
from gesso.study.tips.tips import lessons_for
from gesso.study.tools.what_if.preview import Preview, added_by, changed, laid_on, preview

_EASELS = 16
_SURFACES = 4
"""Pictures that stay set up: another number of values is then a matter of milliseconds."""
_MOST_PIXELS = 24_000_000
"""Of the pictures on easels that stay, together; one that is larger alone does not."""

DETAILS = {"coarse": 0.012, "calm": 0.006, "usual": 0.0022, "fine": 0.001}
"""Names for how small a shape may be, parts of the picture."""

_OF_EASEL = ("side", "coherence", "levels")
_OF_SUBJECT = {"box": "box", "keep_strokes": "keep", "drop_strokes": "drop"}
_OF_WHAT_IF = ("change", "amount", "blocks", "intent")

Wishes = Mapping[str, Mapping[str, Any]]
"""Options of tools by name: {"value_plan": {"count": 7}}."""


@dataclass(frozen=True)
class StudyOptions:
    """How a picture is studied.

    Attributes:
        easel: how it is set up.
        intent: what the painter is after.
        tools: options of tools by name.
        only: of these tools alone, empty for all.
    """

    easel: EaselOptions = field(default=EaselOptions())
    intent: Intent = "none"
    tools: Wishes = field(default_factory=dict)
    only: tuple[str, ...] = ()


def options_of(usual: EaselOptions, wishes: Mapping[str, Any]) -> StudyOptions:
    """The options of one study, of wishes as commands and requests have them.

    Args:
        usual: where nothing is wished.
        wishes: any of side, coherence, levels, detail (a name of DETAILS), intent, plan (values of
            the value plan), cut (how it is cut), notan (L* where two values part), box (x, y,
            width, height around the subject), keep_strokes, drop_strokes (over it, beside it),
            change (of the what-if, by name), amount, blocks.
    """
    given = {name: value for name, value in wishes.items() if value is not None}
    parts: dict[str, Any] = {name: given[name] for name in _OF_EASEL if name in given}
    if "detail" in given:
        parts["merging"] = MergeOptions(DETAILS[given["detail"]])
    plan = {"count": given.get("plan"), "cut": given.get("cut")}
    tools = {
        "value_plan": {name: value for name, value in plan.items() if value is not None},
        "notan": {"cut": given["notan"]} if "notan" in given else {},
        "subject": {own: given[name] for name, own in _OF_SUBJECT.items() if given.get(name)},
        "what_if": {name: given[name] for name in _OF_WHAT_IF if given.get(name) is not None},
    }
    return StudyOptions(replace(usual, **parts), given.get("intent", "none"), tools)


class StudyRoom:
    """Studies pictures.

    Args:
        catalogue: where works are, asked for at first use.
        lesson: makes a lesson of the tools that are wished, with their options.
        open_picture: decodes a file from elsewhere; its second argument names it in errors.
        adviser: the llm that words tips, asked for at first use; None where nobody does.
    """

    def __init__(
        self,
        catalogue: Callable[[], Catalogue],
        lesson: Callable[[Wishes, tuple[str, ...]], Lesson],
        open_picture: Callable[[bytes, str], Picture],
        adviser: Callable[[], LlmAdviser] | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._lesson = lesson
        self._open = open_picture
        self._adviser = adviser
        self._easels = _Easels()

    def study(
        self,
        what: Picture | bytes | Work,
        options: StudyOptions | None = None,
        *,
        name: str = "the picture",
    ) -> Study:
        """Read everything in a picture.

        Args:
            what: pixels, a whole file, or a work of the catalogue.
            options: how.
            name: of the file, for errors.

        Raises:
            PictureError: the bytes are no picture that we accept.
            InputError: an option that cannot be.
            DamageError: the work's file is not what was kept.
        """
        asked = options or StudyOptions()
        lesson = self._lesson(asked.tools, asked.only)
        easel = self._easels.of(self.picture(what, name), asked.easel)
        study = lesson.study_easel(easel, LessonOptions(asked.easel, asked.intent))
        return self._worded(easel, study)

    def read(
        self,
        what: Picture | bytes | Work,
        tool: str,
        options: StudyOptions | None = None,
        *,
        name: str = "the picture",
    ) -> Reading:
        """Read one thing in a picture: no other tool, no measurements, no tips.

        What was smoothed for the same picture is used again, so another number of values is a
        matter of milliseconds.

        Args:
            what: pixels, a whole file, or a work of the catalogue.
            tool: as the registry names it.
            options: how; `only` and `intent` say nothing here.
            name: of the file, for errors.

        Raises:
            UnknownAdapter: there is no such tool.
            PictureError: the bytes are no picture that we accept.
            InputError: an option that cannot be.
            DamageError: the work's file is not what was kept.
        """
        asked = options or StudyOptions()
        lesson = self._lesson(asked.tools, (tool,))
        return lesson.readings(self._easels.of(self.picture(what, name), asked.easel))[0]

    def what_if(
        self,
        what: Picture | bytes | Work,
        change: WhatIf,
        options: EaselOptions | None = None,
        *,
        name: str = "the picture",
    ) -> Preview:
        """Make a change on a picture, and measure what it did.

        Args:
            what: pixels, a whole file, or a work of the catalogue.
            change: which, by how much, on which blocks.
            options: how the picture is set up.
            name: of the file, for errors.

        Raises:
            PictureError: the bytes are no picture that we accept.
            InputError: there is no such change, no such block, or the amount is not 0 to 1.
            DamageError: the work's file is not what was kept.
        """
        return preview(self._easels.of(self.picture(what, name), options or EaselOptions()), change)

    def shown(
        self,
        what: Picture | bytes | Work,
        change: WhatIf,
        options: EaselOptions | None = None,
        *,
        name: str = "the picture",
    ) -> Picture:
        """The picture after a change, at the size of a sheet.

        Args:
            what: pixels, a whole file, or a work of the catalogue.
            change: which, by how much, on which blocks.
            options: how the picture is set up.
            name: of the file, for errors.

        Raises:
            PictureError: the bytes are no picture that we accept.
            InputError: there is no such change, no such block, or the amount is not 0 to 1.
            DamageError: the work's file is not what was kept.
        """
        easel = self._easels.of(self.picture(what, name), options or EaselOptions())
        size = size_of(easel.values.shape)
        added = added_by(easel, changed(easel, change))
        return Picture.adopt(laid_on(easel.surface, added, size))

    def keep(self, work: Work, study: Study) -> StudyRow:
        """Keep a study under its work; the sheets can be drawn again and are not kept.

        Raises:
            InputError: it is a study of another picture.
        """
        if study.pixels != work.fingerprint.pixels:
            raise InputError(
                f"That study is not one of work {work.id}: the picture is another.",
                "Study the work itself.",
            )
        settings = to_json(study.maker) + study.intent
        return self._catalogue().studies.put(work.id, settings, to_json(without_sheets(study)))

    def history(self, work: Work) -> list[tuple[StudyRow, Study]]:
        """The studies of a work, oldest first."""
        rows = self._catalogue().studies.of(work.id)
        return [(row, from_json(Study, row.body)) for row in rows[::-1]]

    def picture(self, what: Picture | bytes | Work, name: str = "the picture") -> Picture:
        """The pixels of what is to be studied.

        Raises:
            PictureError: the bytes are no picture that we accept.
            DamageError: the work's file is not what was kept.
        """
        if isinstance(what, Picture):
            return what
        if isinstance(what, Work):
            return self._catalogue().picture(what)
        return self._open(what, name)

    def _worded(self, easel: Easel, study: Study) -> Study:
        if self._adviser is None or not study.tips:
            return study
        choice = lessons_for(easel, study.metrics, study.intent)
        worded = self._adviser().word(study.tips, choice, study.intent, Errand())
        return replace(study, tips=worded.tips, note=worded.note)


class _Easels:
    """Easels that stay set up, the last ones; any thread may ask.

    An easel holds its picture, and a surface does not: so of pictures that are too large to be
    kept the surface still is, which takes longest.
    """

    def __init__(self) -> None:
        self._easels: OrderedDict[tuple[str, EaselOptions], Easel] = OrderedDict()
        self._surfaces: OrderedDict[tuple[str, int], Surface] = OrderedDict()
        self._lock = Lock()

    def of(self, picture: Picture, options: EaselOptions) -> Easel:
        """The easel of a picture, set up where it is not yet."""
        pixels = picture.pixels_sha256
        key, shared = (pixels, options), (pixels, options.side)
        with self._lock:
            easel, surface = self._easels.get(key), self._surfaces.get(shared)
        if easel is not None:
            with self._lock:
                if key in self._easels:
                    self._easels.move_to_end(key)
            return easel
        surface = surface or Surface(picture, options.side)
        easel = Easel(picture, options, surface)
        with self._lock:
            self._surfaces[shared], self._easels[key] = surface, easel
            while len(self._surfaces) > _SURFACES:
                self._surfaces.popitem(last=False)
            while len(self._easels) > _EASELS or self._pixels() > _MOST_PIXELS:
                self._easels.popitem(last=False)
        return easel

    def _pixels(self) -> int:
        held = {pixels: easel.picture for (pixels, _), easel in self._easels.items()}
        return sum(picture.width * picture.height for picture in held.values())
