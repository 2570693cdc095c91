"""The painter that paints on this machine with the owner's own model."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import diffusers
import numpy as np
import torch

from gesso.core.errors import BadOutput, BadRequest, GessoError, Refused
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import ModelBook
from gesso.core.outside.models.prices import FREE, Quote
from gesso.core.outside.models.shelf import Shelf
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker, Setting
from gesso.make.painters.diffusers.asking import Asked, ask_for, each_step
from gesso.make.painters.diffusers.device.devices import device_for, dtype_for, hardware
from gesso.make.painters.diffusers.device.memory import (
    Stage,
    broken,
    is_device_broken,
    is_out_of_memory,
    no_memory,
    peak_gb,
    watch_peak,
)
from gesso.make.painters.diffusers.easel import (
    Easel,
    Wanted,
    at_easel,
    first_line,
    refuse_when_stopped,
)
from gesso.make.painters.diffusers.finding import find_model
from gesso.make.painters.diffusers.folder import ModelFolder
from gesso.make.painters.diffusers.habits import Habit, habit_of
from gesso.make.painters.painter import Order, Painting, Place, Tell, silent

NAME = "diffusers"

log = logging.getLogger(__name__)

# A year: longer than that is for ever, and as long as a clock can be wound.
_LONGEST_S = 31_536_000


@dataclass(frozen=True)
class DiffusersOptions:
    """What the owner can set of the local painter.

    Attributes:
        model: a folder, or the name of a model on this machine; "" for the only one on the
            shelf, or the book's usual one.
        shelf: where `gesso models pull` and `add` keep models; the studio fills it in.
        device: "auto", "cuda", "cuda:1", "mps" or "cpu".
        dtype: "auto", "float32", "float16" or "bfloat16".
        steps: of denoising, 0 for what the model's kind is usually given.
        guidance: how strongly the words pull, None for the usual.
        scheduler: a class of diffusers ("LCMScheduler"), "" for the model's own.
        strength: how much of the best picture so far is painted anew when one goes on from it,
            above 0 to 1; 0 to begin every picture anew.
        offload: what waits in the machine's memory: "none", "model" or "sequential".
        vae_tiling: work on tiles at the end, for large pictures in little memory.
        allow_pickle: read weights that are pickles, which may run any code.
        keep_s: how many seconds the model stays loaded after a picture and waits for the next
            one, 0 to 31,536,000; then its memory is given back.
    """

    model: str = ""
    shelf: str = ""
    device: str = "auto"
    dtype: str = "auto"
    steps: int = 0
    guidance: float | None = None
    scheduler: str = ""
    strength: float = 0.6
    offload: str = "none"
    vae_tiling: bool = False
    allow_pickle: bool = False
    keep_s: float = 300.0

    def __post_init__(self) -> None:
        if not 0 <= self.steps <= 1000:
            raise ValueError(f"steps are 0 to 1000, not {self.steps}")
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength is 0 to 1, not {self.strength}")
        if not 0 <= self.keep_s <= _LONGEST_S:
            raise ValueError(f"keep_s is 0 to {_LONGEST_S:,}, not {self.keep_s}")


class DiffusersPainter:
    """Paints one picture at a time on its device; several threads wait for their turn.

    The same order gives the same picture on the same machine with the same versions: every
    picture draws from a generator of its own, on the processor. Nothing is downloaded and
    nobody is asked; what is missing is said.
    """

    Options: ClassVar[type] = DiffusersOptions
    name: ClassVar[str] = NAME
    place: ClassVar[Place] = "local"

    def __init__(self, options: DiffusersOptions, desk: Desk) -> None:
        self._options = options
        self._stop = desk.stop
        self._lock = threading.Lock()
        self._wanted: Wanted | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it paints on from `Order.reference`."""
        return self._options.strength > 0

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture; see `Painter.paint`.

        Raises:
            SettingsError: there is no such model or device, or its files are not whole.
            Transient: the device has too little memory, or broke off.
            Refused: the model's own filter blackened the picture.
            BadRequest: the pipeline cannot paint this order.
            Interrupted: the owner stopped.
        """
        wanted = self._ready()
        if not self.goes_on and order.reference is not None:
            order = replace(order, reference=None)
        habit = self._habit(wanted.model)
        with at_easel(wanted, self._stop, lambda line: tell(line, None)) as easel:
            asked = ask_for(order, easel, habit, self._options.strength)
            tell(_first_words(asked, order), 0.0)
            watch_peak(wanted.device)
            begun = time.monotonic()
            drawn = self._draw(asked, easel, tell)
            took = _took(time.monotonic() - begun, peak_gb(wanted.device))
            settings = _settings(asked, easel, order)
        # Whoever waits for the device has it already; the rest is the processor's work.
        picture = _picture(drawn, wanted)
        log.info("'%s' on %s, %s: %s", wanted.model.name, wanted.device, wanted.dtype, took)
        tell(took, 1.0)
        maker = Maker(self.name, wanted.model.name, settings=settings)
        return Painting(picture, maker, "trainedAlgorithmicMedia", cost_usd=0.0)

    def quotes(self, order: Order) -> tuple[Quote, ...]:  # noqa: ARG002 - all cost the same
        """It costs nothing, where there is a model; see `Quoting`.

        Raises:
            SettingsError: there is no such model, or its files are not whole.
        """
        return (Quote(self.name, self._model().name, FREE, 0.0),)

    # What stands ready ---------------------------------------------------------------------

    def _ready(self) -> Wanted:
        """The model, looked through once; a failure is met again by the next order."""
        with self._lock:
            if self._wanted is None:
                self._wanted = self._look_up()
            return self._wanted

    def _look_up(self) -> Wanted:
        asked = self._options
        model = self._model()
        device = device_for(asked.device)
        return Wanted(
            model,
            device,
            dtype_for(asked.dtype, device, model),
            asked.scheduler,
            asked.offload,
            asked.vae_tiling,
            asked.allow_pickle,
            asked.keep_s,
        )

    def _model(self) -> ModelFolder:
        asked = self._options
        return find_model(
            asked.model, Shelf.at(asked.shelf), ModelBook.open(), allow_pickle=asked.allow_pickle
        )

    def _habit(self, model: ModelFolder) -> Habit:
        usual = habit_of(model, self._options.scheduler)
        return Habit(
            self._options.steps or usual.steps,
            usual.guidance if self._options.guidance is None else self._options.guidance,
        )

    # One picture ---------------------------------------------------------------------------

    def _draw(self, asked: Asked, easel: Easel, tell: Tell) -> Any:
        stage: Stage = "painting"

        def heard(step: int, of: int) -> None:
            nonlocal stage
            refuse_when_stopped(self._stop)
            stage = "decoding" if step == of else "painting"
            # The last step is followed by the decoding, which is told as the whole.
            tell(f"step {step} of {of}" if of else f"step {step}", step / (of + 1) if of else None)

        try:
            with easel.at_work(asked.pipeline) as pipeline:
                return pipeline(**asked.arguments, **each_step(asked, heard))
        except GessoError:
            raise
        except Exception as error:
            # Whatever a pipeline and torch raise at work.
            raise _ours(error, asked, easel.wanted, stage) from error


def _ours(error: Exception, asked: Asked, wanted: Wanted, stage: Stage) -> GessoError:
    if is_out_of_memory(error):
        size = f"for a picture of {asked.width}x{asked.height}"
        return no_memory(error, wanted.device, wanted.offload, size, stage, tiles=wanted.vae_tiling)
    if is_device_broken(error):
        return broken(error, wanted.device)
    return BadRequest(
        f"'{wanted.model.name}' could not paint: {first_line(error)}.",
        "Asking again will not mend it; look at [painters.diffusers] in the settings.",
        provider=NAME,
    )


def _took(seconds: float, peak: float | None) -> str:
    held = "" if peak is None else f", {peak:.1f} GB at most"
    return f"painted in {seconds:.1f} s{held}"


def _first_words(asked: Asked, order: Order) -> str:
    if (asked.width, asked.height) != (order.width, order.height):
        ordered = f"{order.width}x{order.height}"
        return f"painting {asked.width}x{asked.height}, the nearest to {ordered}"
    if asked.unread:
        return f"painting; the last {asked.unread} tokens of the text are not read"
    return "painting"


def _picture(drawn: Any, wanted: Wanted) -> Picture:
    """The picture that a pipeline drew.

    Raises:
        Refused: its filter blackened it.
        BadOutput: there are no numbers in it.
    """
    flags = getattr(drawn, "nsfw_content_detected", None)
    if flags and any(flags):
        raise Refused(
            f"The filter of '{wanted.model.name}' blackened the picture.",
            "Say it differently.",
            provider=NAME,
        )
    values = np.asarray(drawn.images[0])
    if not np.isfinite(values).all():
        raise BadOutput(
            f"'{wanted.model.name}' ran out of the range of {wanted.dtype}: its picture is empty.",
            'Set dtype = "bfloat16" or "float32" in [painters.diffusers].',
            provider=NAME,
        )
    return Picture.from_array(np.clip(values, 0.0, 1.0))


def _settings(asked: Asked, easel: Easel, order: Order) -> dict[str, Setting]:
    """Enough to do it again, in plain values."""
    wanted, model = easel.wanted, easel.wanted.model
    told: dict[str, Setting] = {
        "pipeline": type(asked.pipeline).__name__,
        "weights": model.weights,
        "scheduler": type(asked.pipeline.scheduler).__name__,
        "steps": asked.steps or None,
        "guidance": asked.guidance,
        "width": asked.width,
        "height": asked.height,
        # What the rest follows from comes first: a replay tells the first that is another.
        "device": wanted.device,
        "hardware": hardware(wanted.device) or None,
        "dtype": wanted.dtype,
        "diffusers": diffusers.__version__,
        "torch": str(torch.__version__),
    }
    if model.revision:
        told["revision"] = model.revision
    if asked.strength is not None and order.reference is not None:
        told |= {"strength": asked.strength, "reference": order.reference.pixels_sha256}
    if order.avoid and not asked.heeds_avoid:
        told["avoid"] = "not heeded"
    if asked.unread:
        told["unread_tokens"] = asked.unread
    return told
