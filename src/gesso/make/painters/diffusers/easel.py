"""The pipelines that stand ready in this process: one on each device, held by one at a time."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import diffusers
import huggingface_hub.constants
import transformers

from gesso.core.errors import Interrupted, SettingsError
from gesso.make.painters.diffusers.device.devices import DTYPES
from gesso.make.painters.diffusers.device.memory import (
    broken,
    give_back,
    is_device_broken,
    is_out_of_memory,
    no_memory,
)
from gesso.make.painters.diffusers.folder import ModelFolder

log = logging.getLogger(__name__)

# How soon somebody who waits for a device notices that the owner stopped.
_NOTICE_STOP_S = 0.1
_THEIRS = r"(diffusers|transformers|huggingface_hub|torch|gesso\.make\.painters\.diffusers)\b"


@dataclass(frozen=True)
class Wanted:
    """What is to stand ready.

    Attributes:
        model: its folder.
        device: "cuda", "cuda:1", "mps", "cpu".
        dtype: "float32", "float16", "bfloat16".
        scheduler: a class of diffusers in place of the model's own, "" for its own.
        offload: "none", "model" or "sequential": what waits in the machine's memory for its turn.
        vae_tiling: the last step works on tiles, which needs less memory.
        allow_pickle: weights may be pickles.
        keep_s: seconds that it stays loaded after a picture, waiting for the next.
    """

    model: ModelFolder
    device: str
    dtype: str
    scheduler: str = ""
    offload: str = "none"
    vae_tiling: bool = False
    allow_pickle: bool = False
    keep_s: float = 300.0

    @property
    def key(self) -> tuple[object, ...]:
        """The same for what is loaded alike; other weights in the same folder differ."""
        model = self.model
        rest = (self.dtype, self.scheduler, self.offload, self.vae_tiling)
        return (str(model.path), model.weights, self.device, *rest)


class Easel:
    """A loaded pipeline; whoever uses it holds its device's lock.

    Attributes:
        wanted: what stands here.
        paints: the pipeline that begins with noise.
        goes_on: the one that begins with a picture and shares its parts; None where the model's
            class has none.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.paints = _loaded(wanted)
        self.goes_on = _going_on(self.paints)
        self._offloaded: Any = None
        if wanted.offload == "none":
            self.paints.to(wanted.device)
            if self.goes_on is not None:
                self.goes_on.to(wanted.device)

    @contextmanager
    def at_work(self, pipeline: Any) -> Iterator[Any]:
        """One of the two pipelines, its parts where it needs them.

        Whole parts wait again after a picture that broke off, as they did before it: a pipeline
        puts them away only when it comes to its end, and the next picture would find the largest
        still on the device.
        """
        try:
            self._lay_out(pipeline)
            yield pipeline
        except BaseException:
            if self.wanted.offload == "model":
                self._offloaded = None
                with suppress(RuntimeError, MemoryError):  # a card that broke off gives nothing
                    self._lay_out(pipeline)
            raise

    def _lay_out(self, pipeline: Any) -> None:
        if self.wanted.offload == "none" or self._offloaded is pipeline:
            return
        # The hooks sit on the shared parts and follow the order of one pipeline.
        if self.wanted.offload == "model":
            pipeline.enable_model_cpu_offload(device=self.wanted.device)
        else:
            pipeline.enable_sequential_cpu_offload(device=self.wanted.device)
        self._offloaded = pipeline


class _Place:
    """One device of this machine: what stands on it, and the lock of whoever works there."""

    def __init__(self, device: str) -> None:
        self.lock = threading.Lock()
        self.easel: Easel | None = None
        self._device = device
        self._clearing: threading.Timer | None = None

    def clear(self) -> None:
        """Take away what stands here, for its holder to call."""
        self.easel = None
        give_back(self._device)

    def clear_after(self, seconds: float) -> None:
        """Take it away unless it is used again by then; called while the lock is held."""
        if self._clearing is not None:
            self._clearing.cancel()
        # Windows waits 49 days at most, and says so by failing.
        after = min(seconds, threading.TIMEOUT_MAX)
        clearing = threading.Timer(after, lambda: self._clear_unless_used(clearing))
        clearing.name, clearing.daemon = "gesso-easel", True
        self._clearing = clearing
        clearing.start()

    def _clear_unless_used(self, clearing: threading.Timer) -> None:
        # Whoever holds the lock paints, and winds the clock anew before letting go of it.
        with self.lock:
            if self._clearing is clearing:
                self.clear()


# A device's memory belongs to the whole process, and so does what was loaded into it: two painters
# of the same model share it, and two models never stand on one device together.
_PLACES: dict[str, _Place] = {}
_PLACES_LOCK = threading.Lock()


@contextmanager
def at_easel(wanted: Wanted, stop: threading.Event, tell: Callable[[str], None]) -> Iterator[Easel]:
    """Hold a device with the wanted pipeline on it, alone.

    Args:
        wanted: loaded first where something else stands there.
        stop: set when the owner stops.
        tell: told when there is something to wait for.

    Raises:
        Interrupted: the owner stopped before it was one's turn.
        SettingsError: the model cannot be loaded, or the device is not there.
        Transient: the device has too little memory free, or broke off.
    """
    with _PLACES_LOCK:
        place = _PLACES.setdefault(wanted.device, _Place(wanted.device))
    while not place.lock.acquire(timeout=_NOTICE_STOP_S):
        refuse_when_stopped(stop)
    try:
        refuse_when_stopped(stop)
        _hush()
        if place.easel is None or place.easel.wanted.key != wanted.key:
            place.clear()
            tell(f"loading {wanted.model.name[:50]} on {wanted.device}, {wanted.dtype}")
            place.easel = _set_up(wanted)
        yield place.easel
    finally:
        try:
            if place.easel is not None:
                place.clear_after(wanted.keep_s)
        finally:  # where no thread can be begun, nobody else shall wait for ever
            place.lock.release()


def refuse_when_stopped(stop: threading.Event) -> None:
    """Go no further once the owner asked to stop.

    Raises:
        Interrupted: the owner did.
    """
    if stop.is_set():
        raise Interrupted("Stopped before the picture was done.", "Resume the run to paint it.")


def first_line(error: BaseException) -> str:
    """What a foreign error says, short and on one line."""
    said = " ".join(str(error).split())
    return said[:240].rstrip(". ") or type(error).__name__


def _set_up(wanted: Wanted) -> Easel:
    _quiet()
    try:
        return Easel(wanted)
    except SettingsError:
        raise
    except Exception as error:
        # Whatever diffusers, transformers and torch raise over a model's files.
        if is_out_of_memory(error):
            doing = f"for '{wanted.model.name}'"
            raise no_memory(
                error, wanted.device, wanted.offload, doing, "loading", tiles=wanted.vae_tiling
            ) from error
        if is_device_broken(error):
            raise broken(error, wanted.device) from error
        log.info("a pipeline could not be loaded", exc_info=error)
        raise SettingsError(
            f"The model '{wanted.model.name}' cannot be loaded: {first_line(error)}.",
            f"Its class is {wanted.model.pipeline}, and this is diffusers "
            f"{diffusers.__version__}; a newer one may know it.",
        ) from error


def _loaded(wanted: Wanted) -> Any:
    if wanted.offload not in {"none", "model", "sequential"}:
        raise SettingsError(
            f"'{wanted.offload}' is no way to offload.", "Take none, model or sequential."
        )
    if wanted.offload != "none" and wanted.device == "cpu":
        raise SettingsError(
            f'offload = "{wanted.offload}" needs a device beside the processor.',
            'Take offload = "none" in [painters.diffusers].',
        )
    pipeline = diffusers.AutoPipelineForText2Image.from_pretrained(
        str(wanted.model.path),
        dtype=DTYPES[wanted.dtype],
        variant=wanted.model.variant or None,
        use_safetensors=None if wanted.allow_pickle else True,
        local_files_only=True,
    )
    pipeline.set_progress_bar_config(disable=True)
    if wanted.scheduler:
        pipeline.scheduler = _scheduler(wanted.scheduler).from_config(pipeline.scheduler.config)
    if wanted.vae_tiling and hasattr(pipeline.vae, "enable_tiling"):
        pipeline.vae.enable_tiling()
    return pipeline


def _scheduler(name: str) -> Any:
    known = [other for other in dir(diffusers) if other.endswith("Scheduler")]
    if name in known:
        return getattr(diffusers, name)
    near = get_close_matches(name, known, n=3, cutoff=0.3)
    raise SettingsError(
        f"diffusers {diffusers.__version__} has no scheduler '{name}'.",
        f"Did you mean one of: {', '.join(near)}?" if near else "Write it as diffusers does.",
    )


def _going_on(pipeline: Any) -> Any:
    with suppress(ValueError):  # the class has no partner that begins with a picture
        partner = diffusers.AutoPipelineForImage2Image.from_pipe(pipeline)
        partner.set_progress_bar_config(disable=True)
        return partner
    return None


def _quiet() -> None:
    """Let the libraries neither talk over the progress that is shown, nor ask the world."""
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def _hush() -> None:
    """Let their warnings pass by in whatever program we are: they speak to programmers."""
    if any(getattr(row[3], "pattern", None) == _THEIRS for row in warnings.filters):
        return
    for category in (FutureWarning, DeprecationWarning, UserWarning):
        warnings.filterwarnings("ignore", category=category, module=_THEIRS)
