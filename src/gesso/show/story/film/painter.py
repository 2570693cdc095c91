"""The painter of frames: any frame of a film by its number, and the same one each time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.core.pixels.colour import linear_to_bytes, srgb_to_linear
from gesso.core.pixels.picture import Picture
from gesso.core.pixels.type.faces import OWN, Faces
from gesso.show.story.film.cards import Credits, Roll, title_card
from gesso.show.story.film.reveal import Masses, eased, painted, painting_order, wall_share
from gesso.show.story.film.stage import Region, Stage
from gesso.show.story.film.wall import ink_of, inked, wall_of
from gesso.show.story.records import TICKS, Scene, Story
from gesso.show.story.timeline import Shot, timeline_of

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LABEL_IN, _LABEL_OUT = round(0.6 * TICKS), round(0.35 * TICKS)
_LABEL_FROM = 0.6
"""A label comes when so much of its picture's transition is over."""
_STAGES = 2
"""Pictures that stay set up: the one that goes, and the one that comes."""
_BETWEEN = 5


@dataclass(frozen=True)
class Hands:
    """What the film needs of others.

    Attributes:
        picture: the pixels of a work.
        masses: the big shapes of a picture; None where nobody knows them, and pictures dissolve.
        between: a number of pictures between two; None where no painter can make them.
        faces: that words are set in.
    """

    picture: Callable[[int], Picture]
    masses: Callable[[Picture], Masses] | None = None
    between: Callable[[Picture, Picture, int], Sequence[Picture]] | None = None
    faces: Faces = OWN


@dataclass(frozen=True)
class _Set:
    """A scene that is set up.

    Attributes:
        stage: its picture on the wall.
        order: when each place is painted, over the picture; None where it dissolves.
        between: what stands between it and the picture before.
    """

    stage: Stage
    order: Floats | None
    between: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class _Change:
    """A moment at which one picture takes the place of another.

    Attributes:
        shot, now: the one that comes.
        progress: of its move.
        share: how much of the transition is over, 0 to 1.
        region: what changes.
        first: a frame with the picture that goes.
    """

    shot: Shot
    now: _Set
    progress: float
    share: float
    region: Region
    first: Bytes


class FramePainter:
    """Paints the frames of a story; used by one thread at a time.

    Args:
        story: laid out.
        credits: what rolls after it.
        hands: what it needs of others.
    """

    def __init__(self, story: Story, credits: Credits, hands: Hands) -> None:  # noqa: A002
        self._story = story
        self._frame = story.frame
        self._timeline = timeline_of(story)
        self._hands = hands
        self._wall, self._ink = wall_of(story.frame), ink_of(story.frame)
        self._title = title_card(story.title, story.subtitle, story.frame, hands.faces)
        self._roll = Roll(credits, story.frame, hands.faces) if story.closing else None
        self._sets: OrderedDict[int, _Set] = OrderedDict()

    @property
    def frames(self) -> int:
        """How many there are."""
        return self._timeline.frames

    @property
    def ticks_a_frame(self) -> int:
        """Of one frame."""
        return self._frame.ticks

    def paint(self, number: int) -> Bytes:
        """(height, width, 3) uint8 sRGB: one frame, from 0.

        Raises:
            UnknownItem: a work is gone.
            DamageError: its file is not what was kept.
            InputError: a transition that nobody here can make.
        """
        at = number * self._frame.ticks
        plate = np.full((self._frame.height, self._frame.width, 3), self._wall, np.uint8)
        index = self._index(at)
        if index is None:
            self._paint_ends(plate, at)
        else:
            self._paint_shot(plate, at, index)
        self._write_labels(plate, at, index)
        return plate

    # The pictures --------------------------------------------------------------------------

    def _paint_shot(self, plate: Bytes, at: int, index: int) -> None:
        shots = self._timeline.shots
        shot, now = shots[index], self._set(index)
        ticks = shot.scene.into.ticks
        if at - shot.start >= ticks:
            now.stage.paint(plate, shot.progress(at))
            return
        change = self._change(plate, at, index)
        if now.between:
            self._go_between(plate, change)
        else:
            self._mix(plate, change)

    def _change(self, plate: Bytes, at: int, index: int) -> _Change:
        shot, now = self._timeline.shots[index], self._set(index)
        share = (at - shot.start + self._frame.ticks / 2) / shot.scene.into.ticks
        first, region = plate.copy(), now.stage.region
        if index:
            before, stage = self._timeline.shots[index - 1], self._set(index - 1).stage
            region = region.joined(stage.region)
            stage.paint(first, before.progress(at), region)
        return _Change(shot, now, shot.progress(at), share, region, first)

    def _paint_ends(self, plate: Bytes, at: int) -> None:
        """Of title and credits only the last picture's going is a picture."""
        gone = at - self._timeline.credits_at
        if gone < 0 or gone >= self._timeline.leave:
            return
        shot, last = self._timeline.shots[-1], self._set(len(self._timeline.shots) - 1)
        self._blend(plate, last.stage, shot.progress(at), 1 - eased(gone / self._timeline.leave))

    def _mix(self, plate: Bytes, change: _Change) -> None:
        second = plate.copy()
        change.now.stage.paint(second, change.progress, change.region)
        if change.now.order is None:
            amount = np.full(_shape(change.region), eased(change.share), np.float32)
        else:
            amount = _painted(change, change.now.order)
        _into(plate, change.region, change.first, second, amount)

    def _go_between(self, plate: Bytes, change: _Change) -> None:
        region, stages = change.region, change.now.between
        for stage in stages:
            region = region.joined(stage.region)
        plates = [change.first]
        for stage in stages:
            plates.append(plate.copy())
            stage.paint(plates[-1], 1.0, region)
        plates.append(plate.copy())
        change.now.stage.paint(plates[-1], change.progress, region)
        steps = len(stages) + 1
        step = min(steps - 1, int(change.share * steps))
        amount = np.full(_shape(region), eased(change.share * steps - step), np.float32)
        _into(plate, region, plates[step], plates[step + 1], amount)

    def _blend(self, plate: Bytes, stage: Stage, progress: float, amount: float) -> None:
        shown = plate.copy()
        stage.paint(shown, progress)
        weight = np.full(_shape(stage.region), amount, np.float32)
        _into(plate, stage.region, plate, shown, weight)

    # The words -----------------------------------------------------------------------------

    def _write_labels(self, plate: Bytes, at: int, index: int | None) -> None:
        line = self._timeline
        if self._story.opening:
            # The title has gone when the first picture comes: nothing is written over a picture.
            fade = max(1, min(TICKS * 3 // 4, self._story.opening // 3))
            strength = eased(at / fade) * _fading(at, self._story.opening - fade, fade)
            if strength > 0:
                inked(plate, self._title, strength, self._ink)
        near = range(len(line.shots))[-1:] if index is None else range(max(0, index - 1), index + 1)
        for number in near:
            label = (
                self._set(number).stage.hanging.label if at >= line.shots[number].start else None
            )
            strength = self._label_strength(line.shots[number], at)
            if label is not None and strength > 0:
                inked(plate, label, strength, self._ink)
        if self._roll is not None and at >= line.credits_at:
            rolled, ticks = at - line.credits_at - line.leave, self._story.closing - line.leave
            strength = eased(rolled / max(1, line.leave)) * _fading(at, line.ticks - TICKS, TICKS)
            if strength > 0:
                inked(plate, self._roll.label(rolled, ticks), strength, self._ink)

    def _label_strength(self, shot: Shot, at: int) -> float:
        into = shot.scene.into
        goes = _fading(at, shot.end, _LABEL_OUT)
        if into.kind == "cut" or not into.ticks:
            return goes if at >= shot.start else 0.0
        return eased((at - shot.start - _LABEL_FROM * into.ticks) / _LABEL_IN) * goes

    # Setting up ----------------------------------------------------------------------------

    def _index(self, at: int) -> int | None:
        """The shot that is shown; None in title and credits."""
        shots = self._timeline.shots
        if at < shots[0].start or at >= self._timeline.credits_at:
            return None
        return next(i for i, shot in enumerate(shots) if shot.start <= at < shot.end)

    def _set(self, index: int) -> _Set:
        # Set up where it is needed, not ahead in another thread: the encoder has frames waiting
        # meanwhile, and nothing that paints runs beside anything else that paints.
        if index not in self._sets:
            self._sets[index] = self._set_up(index)
            if len(self._sets) > _STAGES:
                self._sets.popitem(last=False)
        self._sets.move_to_end(index)
        return self._sets[index]

    def _set_up(self, index: int) -> _Set:
        scene = self._story.scenes[index]
        picture = self._hands.picture(scene.work)
        order = None
        if scene.into.kind == "blocks" and scene.into.ticks and self._hands.masses is not None:
            order = painting_order(self._hands.masses(picture), _seed(picture))
        stage = Stage(picture, scene, self._frame, self._hands.faces)
        return _Set(stage, order, self._between(index, scene, picture))

    def _between(self, index: int, scene: Scene, picture: Picture) -> tuple[Stage, ...]:
        if scene.into.kind != "between" or not index or not scene.into.ticks:
            return ()
        if self._hands.between is None:
            raise InputError(
                "No painter here makes pictures between two others.",
                "Choose another transition (blocks, dissolve, cut), or a painter that can.",
            )
        before = self._hands.picture(self._story.scenes[index - 1].work)
        still = Scene(scene.work, move="still")
        made = self._hands.between(before, picture, _BETWEEN)
        return tuple(Stage(one, still, self._frame) for one in made)


def _painted(change: _Change, order: Floats) -> Floats:
    """How much of the next picture is there: painted where it is, mixed where wall is."""
    stage = change.now.stage
    inside = stage.covered(change.progress, change.region)
    laid = stage.laid(order, change.progress, change.region)
    wall = np.float32(wall_share(change.share))
    return np.asarray(painted(laid, change.share) * inside + wall * (1 - inside), np.float32)


def _into(plate: Bytes, region: Region, first: Bytes, second: Bytes, amount: Floats) -> None:
    """Mix two plates in linear light into a third, `amount` of the second."""
    rows, columns = slice(region.top, region.bottom), slice(region.left, region.right)
    one, two = srgb_to_linear(first[rows, columns]), srgb_to_linear(second[rows, columns])
    mixed = cv2.blendLinear(one, two, np.float32(1) - amount, amount)
    plate[rows, columns] = linear_to_bytes(np.asarray(mixed))


def _shape(region: Region) -> tuple[int, int]:
    return region.bottom - region.top, region.right - region.left


def _fading(at: int, end: int, ticks: int) -> float:
    """1 up to `end`, 0 so many ticks after it."""
    return 1 - eased((at - end) / ticks)


def _seed(picture: Picture) -> int:
    return int(sha256(picture.pixels_sha256.encode()).hexdigest()[:8], 16)
