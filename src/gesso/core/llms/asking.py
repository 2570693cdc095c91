"""What every adapter does alike: ask by the rung that works, read, validate, repair, price."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, ClassVar, Literal, Protocol, TypeVar

import cv2
import numpy as np
from pydantic import SecretStr

from gesso.core.errors import BadOutput, BadRequest, Refused
from gesso.core.llms.ladder import Habits, Ladder
from gesso.core.llms.lenient import parse
from gesso.core.llms.llm import Question
from gesso.core.llms.schema import Form, Misshapen
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.prices import UNKNOWN, Price, Quote, Usage, estimate, price
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

Shape = TypeVar("Shape")

_WORDS = files("gesso.core.llms") / "words"
_IN_JSON = _WORDS.joinpath("in_json.txt").read_text("utf-8").strip()
_REPAIR = _WORDS.joinpath("repair.txt").read_text("utf-8").strip()
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 88)
_LADDER = Ladder()
# What is told of a refusal in its own words.
_QUOTE_CHARS = 300


@dataclass(frozen=True)
class Turn:
    """One sending of a question, as an adapter puts it on its wire.

    Attributes:
        question: as it was asked.
        instructions: its instructions, with the schema in words where the wire carries none.
        name, schema: the shape that is asked for.
        habits: which rung is asked by, and what is left out.
        last, repair: what the model said before and what was wrong with it, "" for nothing.
    """

    question: Question
    instructions: str
    name: str
    schema: dict[str, Any]
    habits: Habits
    last: str = ""
    repair: str = ""

    def takes(self, parameter: str) -> bool:
        """Whether the server takes a parameter, as far as it is known."""
        return parameter not in self.habits.refuses


@dataclass(frozen=True)
class Said:
    """What came back over a wire, before it is read.

    Attributes:
        text: all that was said, "" for nothing.
        end: "whole"; "cut" where a limit ended it; "refused".
        reason: the provider's own word for its end.
        usage: what it used, None where the provider does not say.
        request_id: the provider's own id.
        refusal: the refusal, where the wire reads it itself.
    """

    text: str
    end: Literal["whole", "cut", "refused"]
    reason: str = ""
    usage: Usage | None = None
    request_id: str = ""
    refusal: Refused | None = None


class Wire(Protocol):
    """What an llm speaks over."""

    def check_key(self) -> None:
        """Refuse to go on without a key where one is needed."""
        ...

    def models(self) -> list[str]:
        """List the ids that answer today."""
        ...


class Bounds(Protocol):
    """What every llm's options say about one answer."""

    @property
    def max_output_tokens(self) -> int:
        """Thoughts and answer together."""
        ...

    @property
    def unpriced_usd(self) -> float:
        """Set aside, and counted, for an answer whose price nobody knows."""
        ...


class WiredLlm(ABC):
    """What every llm behind a wire does alike; an adapter says its turn, and what is its own.

    Args:
        wire: how it is reached.
        desk: over which every request goes.
        bounds: of one answer.
        ladder: what is known of servers' habits; None shares it with all of this process.

    Attributes:
        model: the model id, set by the adapter.
        server: its address, for the ladder's memory, set by the adapter.
    """

    name: ClassVar[str]
    model: str
    server: str

    def __init__(self, wire: Wire, desk: Desk, bounds: Bounds, ladder: Ladder | None) -> None:
        self._asked = wire
        self._desk = desk
        self._bounds = bounds
        self._ladder = ladder or _LADDER

    def answer(self, question: Question, shape: type[Shape]) -> Shape:
        """Answer in the form of `shape` (see `Llm.answer`)."""
        self.check_key()
        return ask(self, self._desk, self._ladder, question, shape)

    def models(self) -> list[str]:
        """List the ids that answer today; costs nothing.

        Raises:
            OutsideError: by its kind.
        """
        self.check_key()

        def send(_attempt: Attempt) -> Answer[list[str]]:
            return Answer(self._asked.models(), 0.0, "free")

        return self._desk.ask(Ask(self.name, "models", resendable=True), send)

    def check_key(self) -> None:
        """Refuse to go on without a key where one is needed (see `Llm.check_key`)."""
        self._asked.check_key()

    def quote(self, question: Question) -> Quote:
        """What an answer may cost at most."""
        most = estimate(
            self.name,
            self.model,
            "text",
            input_tokens=tokens_of(question, self._tokens_a_picture),
            output_tokens=self._bounds.max_output_tokens,
            base_url=self._priced_at,
        )
        reserved_usd = self._bounds.unpriced_usd if most.usd is None else most.usd
        return Quote(self.name, self.model, most, reserved_usd)

    def price(self, usage: Usage) -> Price:
        """What was used, by the list price of whoever answers; a server of one's own is free."""
        return price(self.name, self.model, usage, base_url=self._priced_at)

    @abstractmethod
    def say(self, turn: Turn) -> Said:
        """Send one turn and read what came back."""

    @property
    @abstractmethod
    def _tokens_a_picture(self) -> int:
        """Rather too many than too few."""

    @property
    def _priced_at(self) -> str:
        """The address whose prices hold, "" for the provider's own."""
        return ""


class Speaker(Protocol):
    """What an adapter brings: its wire, its prices, its name."""

    @property
    def name(self) -> str:
        """As the registry calls it, and the ledger."""
        ...

    @property
    def model(self) -> str:
        """The model id."""
        ...

    @property
    def server(self) -> str:
        """The address, for the ladder's memory."""
        ...

    def say(self, turn: Turn) -> Said:
        """Send one turn.

        Raises:
            OutsideError: by its kind.
        """
        ...

    def quote(self, question: Question) -> Quote:
        """What an answer may cost at most."""
        ...

    def price(self, usage: Usage) -> Price:
        """What was used, in US dollars."""
        ...


def ask(
    speaker: Speaker, desk: Desk, ladder: Ladder, question: Question, shape: type[Shape]
) -> Shape:
    """Ask until the server was asked as it wants to be; each sending is a row in the ledger.

    Raises:
        OutsideError: by its kind, as `Llm.answer` says.
    """
    form = Form(shape)
    while True:
        habits = ladder.habits(speaker.server, speaker.model)
        try:
            return _ask_once(speaker, desk, question, form, habits)
        except BadRequest as error:
            if not ladder.learn(speaker.server, speaker.model, habits, error):
                raise


def _ask_once(
    speaker: Speaker, desk: Desk, question: Question, form: Form[Shape], habits: Habits
) -> Shape:
    last = ""

    def send(attempt: Attempt) -> Answer[Shape]:
        nonlocal last
        turn = _turn(question, form, habits, last if attempt.repair else "", attempt.repair)
        said = speaker.say(turn)
        last = said.text
        return _answered(speaker, attempt, said, form)

    wish = Ask(
        provider=speaker.name,
        operation=question.operation,
        model=speaker.model,
        errand=question.errand,
        estimate_usd=speaker.quote(question).reserved_usd,
    )
    return desk.ask(wish, send)


def _turn(question: Question, form: Form[Any], habits: Habits, last: str, problem: str) -> Turn:
    instructions = question.instructions
    if habits.rung != "json_schema":
        schema = json.dumps(form.schema, ensure_ascii=False)
        instructions = f"{instructions}\n\n{_IN_JSON.replace('{schema}', schema)}"
    repair = _REPAIR.replace("{problem}", problem) if problem else ""
    return Turn(question, instructions, form.name, form.schema, habits, last, repair)


def _answered(speaker: Speaker, attempt: Attempt, said: Said, form: Form[Shape]) -> Answer[Shape]:
    # What it cost is told before it is read: a useless answer is billed as well.
    price = UNKNOWN if said.usage is None else speaker.price(said.usage)
    if price.usd is not None:
        attempt.note_cost(price.usd, price.source)
    if said.request_id:
        attempt.note_request(said.request_id)
    return Answer(
        _read(speaker.name, said, form),
        price.usd,
        price.source,
        said.usage.input_tokens if said.usage else None,
        said.usage.output_tokens if said.usage else None,
        said.request_id,
    )


def _read(name: str, said: Said, form: Form[Shape]) -> Shape:
    if said.end == "refused":
        raise said.refusal or _refused(name, said)
    if said.end == "cut":
        raise _bad(name, f"was cut short ({said.reason}); it must be shorter", "max_output_tokens")
    if not said.text.strip():
        raise _bad(name, f"was empty{f' ({said.reason})' if said.reason else ''}")
    data = parse(said.text)
    if data is None:
        raise _bad(name, "held no JSON object")
    try:
        return form.read(data)
    except Misshapen as error:
        raise _bad(name, f"has another shape than was asked for ({error})") from error


def _bad(name: str, problem: str, option: str = "") -> BadOutput:
    advice = f"Raise its option '{option}'." if option else "Another model may answer better."
    return BadOutput(f"The answer of '{name}' {problem}.", advice, provider=name, status=200)


def _refused(name: str, said: Said) -> Refused:
    words = " ".join((said.text or said.reason).split())[:_QUOTE_CHARS]
    return Refused(
        f"'{name}' refused to answer: {words.rstrip('.') or 'it does not say why'}.",
        "The same words will be refused again; say it differently.",
        provider=name,
        status=200,
    )


def key_text(key: SecretStr | str) -> str:
    """A key as it is sent."""
    return key.get_secret_value() if isinstance(key, SecretStr) else key


def shown(picture: Picture, side: int) -> bytes:
    """A picture as a model is shown it: a JPEG of at most `side` pixels, without its marks."""
    bgr = cv2.cvtColor(np.asarray(reduced(picture.rgb, side)), cv2.COLOR_RGB2BGR)
    written, encoded = cv2.imencode(".jpg", bgr, _JPEG)
    if not written:
        raise ValueError(f"{picture!r} cannot be written as JPEG")
    return encoded.tobytes()


def tokens_of(question: Question, tokens_a_picture: int) -> int:
    """About how many tokens a question is, rather too many than too few."""
    letters = len(question.instructions) + len(question.material)
    return letters // 3 + 500 + tokens_a_picture * len(question.pictures)
