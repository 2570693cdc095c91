"""The painter that hands its orders in at fal's queue and can ask after them later."""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, ClassVar, Literal

from pydantic import SecretStr

from gesso.core.errors import AuthError, BadOutput, BadRequest, QuotaSpent
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.client import Client, ClientOptions
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import Model, ModelBook
from gesso.core.outside.models.prices import Price, Quote, Usage, is_local, price
from gesso.core.outside.replies import Reply
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker, Setting
from gesso.make.painters.arriving import (
    data_uri,
    key_text,
    no_key,
    picture_at,
    quoted,
)
from gesso.make.painters.fal.asking import Asking, Patience
from gesso.make.painters.fal.failures import PROVIDER, Unlisted, explain, refused
from gesso.make.painters.fal.history import History
from gesso.make.painters.fal.queue import FalQueue, Job
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.painters.sizes import nearest_size

# Models take seeds of 32 bits with a sign.
_SEEDS = 2**31


@dataclass(frozen=True)
class FalOptions:
    """What the owner can set of the painter at fal.

    Attributes:
        model: a model's id ("owner/app/..."), "" for the book's default.
        api_key: "id:secret".
        base_url: of the queue.
        platform_url: of the history, in which a job is found that was cut off.
        arguments: of the model, over ours: {"num_inference_steps": 28}.
        unit_usd: US dollars for a billed unit, over the book's; None leaves it to the book.
        poll_s: between two questions about a job, at first; later ten times that.
        job_s: how long a job is waited for.
        lost_s: how long a job that was cut off is looked for before it is handed in anew.
        start_s: fal gives up a job that no machine began so long after; 0 for never.
        read_s: the longest silence of an answer.
        max_megabytes: of a picture's file.
    """

    model: str = ""
    api_key: SecretStr | str = field(default="", repr=False)
    base_url: str = "https://queue.fal.run"
    platform_url: str = "https://api.fal.ai/v1"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    unit_usd: float | None = None
    poll_s: float = 0.5
    job_s: float = 1800.0
    lost_s: float = 180.0
    start_s: float = 900.0
    read_s: float = 60.0
    max_megabytes: float = 64.0


@dataclass(frozen=True)
class _Painted:
    picture: Picture
    seed: Setting
    usd: float | None


class FalPainter:
    """Paints with any of fal's models of pictures.

    An order of a run is one job, whatever happens: the job's id is in the ledger before its first
    poll, and a run that is resumed asks after it instead of paying again.
    """

    Options: ClassVar[type] = FalOptions
    name: ClassVar[str] = PROVIDER
    vendor: ClassVar[str] = PROVIDER
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, options: FalOptions, desk: Desk) -> None:
        self._options = options
        self._desk = desk
        self._book = ModelBook.open()
        patience = Patience(
            poll_s=options.poll_s,
            poll_max_s=10 * options.poll_s,
            job_s=options.job_s,
            lost_s=options.lost_s,
        )
        asking = Asking(desk.limits, patience)
        self._client = self._client_for(options.base_url)
        self._queue = FalQueue(self._client, asking, desk.stop)
        self._history = History(self._client_for(options.platform_url), asking, desk.stop)

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture; see `Painter.paint`.

        Raises:
            OutsideError: by its kind; UnknownOutcome while the job may still end well.
        """
        if not key_text(self._options.api_key) and not is_local(self._options.base_url):
            raise no_key(PROVIDER, "FAL_KEY")
        model = self._book.find(PROVIDER, "image", self._options.model)
        arguments = self._arguments(order, model)
        ask = Ask(
            PROVIDER,
            "paint",
            model.id,
            order.errand,
            self._quote(order, model).reserved_usd,
            key=_key(order, model, arguments) if order.errand.run else None,
            resumable=bool(order.errand.run),
        )

        def send(attempt: Attempt) -> Answer[_Painted]:
            return self._send(model, arguments, attempt, order, tell)

        try:
            painted = self._desk.ask(ask, send)
        except Unlisted:
            # Nobody can tell what became of it. Its row counts as spent; the owner, who resumed
            # the run, wants the picture.
            painted = self._desk.ask(replace(ask, resumable=False), send)
        maker = Maker(self.name, model.id, settings=_settings(arguments, painted.seed))
        return Painting(painted.picture, maker, "trainedAlgorithmicMedia", cost_usd=painted.usd)

    def quotes(self, order: Order) -> tuple[Quote, ...]:
        """What a picture may cost at most."""
        return (self._quote(order, self._book.find(PROVIDER, "image", self._options.model)),)

    # One attempt ---------------------------------------------------------------------------

    def _send(
        self,
        model: Model,
        arguments: Mapping[str, Any],
        attempt: Attempt,
        order: Order,
        tell: Tell,
    ) -> Answer[_Painted]:
        job = self._left_behind(model, arguments, attempt, order, tell)
        if job is None:
            tell("handing in", None)
            job = self._queue.submit(model.id, arguments, self._headers())
            attempt.note_request(job.request_id)
        self._queue.wait(job, tell)
        bill = _Bill(attempt, model, self._options.unit_usd)
        output = self._queue.result(job, bill.note) or self._kept(job)
        picture = self._picture(job, output)
        known = attempt.before.cost_usd if attempt.before else None
        usd = known if bill.price.usd is None else bill.price.usd
        return Answer(
            _Painted(picture, _seed_of(output, arguments), usd),
            bill.price.usd,
            bill.price.source,
            output_units=bill.units,
            request_id=job.request_id,
        )

    def _left_behind(
        self,
        model: Model,
        arguments: Mapping[str, Any],
        attempt: Attempt,
        order: Order,
        tell: Tell,
    ) -> Job | None:
        """The job of a call that is taken up; None for one that never reached fal."""
        before = attempt.before
        if before is None:
            return None
        if before.request_id:
            tell("asking after an earlier job", None)
            return Job(before.request_id, model.id)
        tell("looking for a job that was cut off", None)
        known = {call.request_id for call in self._desk.ledger.calls(order.errand.run)}
        found = self._history.find(model.id, arguments, before.started_at, known)
        if found is None:
            return None
        attempt.note_request(found)
        return Job(found, model.id)

    def _kept(self, job: Job) -> Mapping[str, Any]:
        output = self._history.output(job.model, job.request_id)
        if output is not None:
            return output
        raise BadOutput(
            f"'fal' does not keep the result of {job.request_id} any more.",
            "It was paid for; the picture is ordered again.",
            provider=PROVIDER,
            status=404,
        )

    def _picture(self, job: Job, output: Mapping[str, Any]) -> Picture:
        concepts = output.get("has_nsfw_concepts")
        if isinstance(concepts, list) and concepts and concepts[0] is True:
            raise refused("its filter blackened the picture.")
        images = output.get("images") or [output.get("image")]
        first = images[0] if isinstance(images, list) else None
        url = first.get("url") if isinstance(first, dict) else first
        if not isinstance(url, str) or not url:
            raise BadOutput("'fal' answered without a picture.", provider=PROVIDER, status=200)
        return picture_at(
            url, PROVIDER, self._options.base_url, lambda address: self._fetched(job, address)
        )

    def _fetched(self, job: Job, address: str) -> bytes:
        def get() -> Reply:
            try:
                return self._client.get(address)
            except (BadRequest, AuthError, QuotaSpent) as error:
                raise BadOutput(
                    f"The picture that 'fal' points to is not there: {error.message}",
                    provider=PROVIDER,
                    status=error.status,
                ) from error

        return self._queue.fetch(job, get).content

    # What is asked -------------------------------------------------------------------------

    def _arguments(self, order: Order, model: Model) -> dict[str, Any]:
        width, height = order.width, order.height
        if model.pixels is not None:
            width, height = nearest_size(model.pixels, width, height)
        arguments: dict[str, Any] = {
            "prompt": order.text,
            "seed": order.seed % _SEEDS,
            "image_size": {"width": width, "height": height},
            "num_images": 1,
            "output_format": "png",
        }
        if order.avoid:
            arguments["negative_prompt"] = order.avoid
        if order.reference is not None:
            arguments["image_url"] = data_uri(order.reference)
        return {**arguments, **self._options.arguments}

    def _headers(self) -> dict[str, str]:
        # Without this fal may let another model paint, and the recipe would not be true.
        headers = {"x-app-fal-disable-fallback": "true"}
        if self._options.start_s:
            headers["X-Fal-Request-Timeout"] = f"{self._options.start_s:g}"
        return headers

    def _quote(self, order: Order, model: Model) -> Quote:
        booked = quoted(model, order)
        unit_usd = self._options.unit_usd
        if unit_usd is None:
            return booked
        units = booked.reserved_usd / model.unit_usd if model.unit == "megapixel" else 1.0
        own = Price(units * unit_usd, "billed units")
        return Quote(PROVIDER, model.id, own, units * unit_usd)

    def _client_for(self, url: str) -> Client:
        key = key_text(self._options.api_key)
        client = Client(
            PROVIDER,
            url,
            headers={"Authorization": f"Key {key}"} if key else {},
            options=ClientOptions(
                read_s=self._options.read_s,
                max_bytes=round(self._options.max_megabytes * 2**20),
                use_proxies=not is_local(url),
            ),
            explain=explain,
        )
        weakref.finalize(self, client.close)
        return client


class _Bill:
    """What a job costs, told to the ledger as soon as fal says how many units it bills."""

    def __init__(self, attempt: Attempt, model: Model, unit_usd: float | None) -> None:
        self.units: float | None = None
        self.price = Price(None, "estimate")
        self._attempt = attempt
        self._model = model
        self._unit_usd = unit_usd

    def note(self, units: float) -> None:
        self.units = units
        if self._unit_usd is not None:
            self.price = Price(units * self._unit_usd, "billed units")
        elif self._model.unit_usd:
            self.price = price(PROVIDER, self._model.id, Usage(units=units))
        if self.price.usd is not None:
            self._attempt.note_cost(self.price.usd, self.price.source)


def _key(order: Order, model: Model, arguments: Mapping[str, Any]) -> str:
    """The same for the same order of the same item of a run, in whatever process."""
    told = json.dumps(
        [order.errand.run, order.errand.item, model.id, dict(arguments)], sort_keys=True
    )
    return f"fal-{blake2b(told.encode(), digest_size=16).hexdigest()}"


def _seed_of(output: Mapping[str, Any], arguments: Mapping[str, Any]) -> Setting:
    seed = output.get("seed", arguments.get("seed"))
    return seed if isinstance(seed, int) else None


def _settings(arguments: Mapping[str, Any], seed: Setting) -> dict[str, Setting]:
    """What the model was told beside the words, as plain values."""
    told: dict[str, Setting] = {}
    for name, value in arguments.items():
        if name in {"prompt", "negative_prompt", "image_url"}:
            continue
        plain = isinstance(value, str | int | float | bool) or value is None
        told[name] = value if plain else json.dumps(value)
    return {**told, "seed": seed}
