"""The OpenAI wire: chat completions, image generations and edits, and the list of models.

Faults:

    429, 429once      rate_limit_exceeded with Retry-After (QUIET_S); 429ms(once) with
                      retry-after-ms; 429bare(once) without either
    quota             insufficient_quota, also a 429        402     no credit
    auth, forbidden   401, 403, which repeat the key        400, 404, 422
    500, 500once, 503, 503after (with Retry-After), 409, 408
    moderated         400 moderation_blocked                refuse  message.refusal is set
    filtered          finish_reason content_filter
    truncated         finish_reason length                  empty   no content
    nochoices         nobody answered
    badjson(once)     no JSON                               wrongshape(once)
    fenced            JSON in prose and a fence
    noschema          400 for json_schema                   nojsonmode  400 for every format
    noformat          takes a format and does not heed it: a fence with a trailing comma
    notemperature     400 where temperature is sent         noseed  400 where seed is sent
    oldlimit          400 for max_completion_tokens: an older server
    url               pictures by address                   badurl  an address that is not there
    noimage, badimage
    slow, hangup, webpage
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, ClassVar

from .stub import QUIET_S, SLOW_S, HangUp, Request, Sent, Stub, b64, picture_bytes

# One picture: tokens in at low detail, and out at medium quality for a square of 1024.
_TOKENS_IN = 85
_TOKENS_OUT = {"low": 272, "medium": 1056, "high": 4160}
_TOKENS_OUT_OF_2 = {"low": 196, "medium": 439, "high": 1756}
"""Of the models from gpt-image-2 on, as the book of models has them."""
_SIZE = re.compile(r"(\d+)x(\d+)")

_STATUS: dict[str, tuple[int, str, str, str]] = {
    "auth": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "forbidden": (403, "invalid_request_error", "forbidden", "Your project has no access."),
    "400": (400, "invalid_request_error", "invalid_value", "Invalid value for a field."),
    "402": (402, "billing_error", "billing_hard_limit_reached", "No credit is left."),
    "404": (404, "invalid_request_error", "model_not_found", "The model does not exist."),
    "408": (408, "server_error", "timeout", "The request took too long to arrive."),
    "409": (409, "server_error", "conflict", "The request met another one."),
    "422": (422, "invalid_request_error", "unprocessable", "The request cannot be processed."),
    "429bare": (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your quota."),
    "500": (500, "server_error", "server_error", "The server had an error."),
    "503": (503, "server_error", "overloaded", "The engine is overloaded."),
    "moderated": (
        400,
        "image_generation_user_error",
        "moderation_blocked",
        "Your request was rejected by the safety system.",
    ),
}


class OpenAIStub(Stub):
    """OpenAI, or a server that speaks as it does.

    Attributes:
        asks_for_key: whether a request without a key is refused; Ollama and others do not.
    """

    prices: ClassVar = {
        "gpt-6-luna": (0.1, 0.5, 0.0),
        "gpt-6.1-terra": (1.0, 5.0, 0.0),
        "gpt-5.4-mini": (0.75, 4.5, 0.0),
        "gpt-image-2.5-flare": (5.0, 30.0, 30.0),
        "gpt-image-2.5-sunburst": (5.0, 30.0, 30.0),
        "gpt-image-2": (5.0, 30.0, 30.0),
        "gpt-image-1-mini": (2.0, 8.0, 8.0),
    }
    faults = (
        *("429", "429once", "429ms", "429msonce", "429bare", "429bareonce", "quota", "402"),
        *("auth", "forbidden", "400", "404", "408", "409", "422", "500", "500once", "503"),
        *("503after", "moderated", "refuse", "filtered", "truncated", "empty", "nochoices"),
        *("badjson", "badjsononce", "wrongshape", "wrongshapeonce", "fenced"),
        *("noschema", "nojsonmode", "noformat", "notemperature", "noseed", "oldlimit"),
        *("url", "badurl", "noimage", "badimage", "slow", "hangup", "webpage"),
    )

    asks_for_key = True

    def __init__(self, answer: Any = None, latency_s: float = 0.0) -> None:
        self._files: dict[str, bytes] = {}
        super().__init__(answer, latency_s)

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    def reply(self, request: Request) -> Sent:
        if request.path.startswith("/files/"):
            return self._file(request.path)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.asks_for_key and not key:
            return _failure(401, "invalid_request_error", None, "You didn't provide an API key.")
        if request.method == "GET" and request.path == "/v1/models":
            rows = [
                {"id": id_, "object": "model", "created": 0, "owned_by": "stub"}
                for id_ in self.models or list(self.prices)
            ]
            return Sent(body={"object": "list", "data": rows})
        doors = {
            "/v1/chat/completions": self._chat,
            "/v1/images/generations": self._painted,
            "/v1/images/edits": self._painted,
        }
        if request.method != "POST" or request.path not in doors:
            return _failure(404, "invalid_request_error", None, f"{request.path} is not here.")
        sent = self._failed(request) or doors[request.path](request)
        number = len(self.requests)
        return Sent(
            sent.status,
            sent.body,
            {"x-request-id": f"req-stub-{number}", **sent.headers},
            sent.raw,
            sent.media_type,
        )

    def _file(self, path: str) -> Sent:
        if path not in self._files:
            return _failure(404, "invalid_request_error", None, "There is no such file.")
        return Sent(raw=self._files[path], media_type="image/png")

    def _failed(self, request: Request) -> Sent | None:
        fault = request.fault
        if fault in _STATUS:
            status, kind, code, words = _STATUS[fault]
            key = request.headers.get("authorization", "").removeprefix("Bearer ")
            echo = f" Key: {key}." if status in (401, 403) else ""
            return _failure(status, kind, code, words + echo)
        if fault in ("429", "429ms"):
            millis = {"retry-after-ms": str(round(QUIET_S * 1000))}
            wish = {"Retry-After": f"{QUIET_S}"} if fault == "429" else millis
            return _failure(*_STATUS["429bare"], headers=wish)
        if fault == "503after":
            return _failure(*_STATUS["503"], headers={"Retry-After": f"{QUIET_S}"})
        if fault == "slow":
            self.wait(SLOW_S)
            raise HangUp
        if fault == "hangup":
            raise HangUp
        if fault == "webpage":
            return Sent(raw=b"<!doctype html><title>Hello</title>", media_type="text/html")
        return _unwanted(request)

    # Chat ----------------------------------------------------------------------------------

    def _chat(self, request: Request) -> Sent:
        body, fault = request.body, request.fault
        schema = _form_of(body).get("json_schema", {}).get("schema")
        text: str | None = self.said(body, schema)
        refusal = None
        if fault == "refuse":
            text, refusal = None, "I'm sorry, I can't help with that."
        elif fault in ("empty", "filtered"):
            text = ""
        elif text is not None:
            text = _spoilt(text, fault)
        reasons = {"truncated": "length", "filtered": "content_filter"}
        tokens_in, tokens_out = _tokens_of(body), math.ceil(len(text or refusal or "") / 4)
        self.bill(request.model, tokens_in, tokens_out)
        message = {"role": "assistant", "content": text, "refusal": refusal}
        choice = {"index": 0, "message": message, "finish_reason": reasons.get(fault, "stop")}
        return Sent(
            body={
                "id": f"chatcmpl-stub-{len(self.requests)}",
                "object": "chat.completion",
                "created": 0,
                "model": request.model,
                "choices": [] if fault == "nochoices" else [choice],
                "usage": {
                    "prompt_tokens": tokens_in,
                    "completion_tokens": tokens_out,
                    "total_tokens": tokens_in + tokens_out,
                },
            }
        )

    # Pictures ------------------------------------------------------------------------------

    def _painted(self, request: Request) -> Sent:
        body, fault = request.body, request.fault
        wrong = _wrong_order(body)
        if wrong:
            return wrong
        found = _SIZE.fullmatch(str(body.get("size", "auto")))
        width, height = (int(found[1]), int(found[2])) if found else (1024, 1024)
        count, media = int(body.get("n") or 1), str(body.get("output_format") or "png")
        pictures = [
            picture_bytes(width, height, f"{body['prompt']}{len(self.calls)}/{i}", media.upper())
            for i in range(count)
        ]
        if fault == "badimage":
            pictures = [b"these bytes are no picture"] * count
        tokens_in = math.ceil(len(str(body["prompt"])) / 4)
        table = _TOKENS_OUT_OF_2 if request.model.startswith("gpt-image-2") else _TOKENS_OUT
        each = table.get(str(body.get("quality", "medium")), table["medium"])
        tokens_out = each * (0 if fault == "noimage" else count)
        self.bill(request.model, tokens_in, tokens_out, image=True)
        return Sent(
            body={
                "created": 0,
                "data": [] if fault == "noimage" else [self._shown(p, fault) for p in pictures],
                "output_format": media,
                "size": f"{width}x{height}",
                "usage": {
                    "input_tokens": tokens_in,
                    "output_tokens": tokens_out,
                    "total_tokens": tokens_in + tokens_out,
                    "input_tokens_details": {"image_tokens": 0, "text_tokens": tokens_in},
                },
            }
        )

    def _shown(self, picture: bytes, fault: str) -> dict[str, str]:
        if fault not in ("url", "badurl"):
            return {"b64_json": b64(picture)}
        path = f"/files/{len(self._files)}.png"
        if fault == "url":
            self._files[path] = picture
        return {"url": f"{self.address}{path}"}


def _unwanted(request: Request) -> Sent | None:
    """What a server refuses that does not know, or does not take, a parameter."""
    asked = request.body
    kind = _form_of(asked).get("type", "")
    unwanted = {
        "noschema": ("response_format", kind == "json_schema"),
        "nojsonmode": ("response_format", bool(kind)),
        "notemperature": ("temperature", "temperature" in asked),
        "noseed": ("seed", "seed" in asked),
        "oldlimit": ("max_completion_tokens", "max_completion_tokens" in asked),
    }
    name, met = unwanted.get(request.fault, ("", False))
    if not met:
        return None
    words = f"Unsupported parameter: '{name}' is not supported with this model."
    return _failure(400, "invalid_request_error", "unsupported_parameter", words, name)


def _form_of(body: dict[str, Any]) -> dict[str, Any]:
    """The format that an answer is wished in; image doors knew a text of that name."""
    form = body.get("response_format")
    return form if isinstance(form, dict) else {}


def _wrong_order(body: dict[str, Any]) -> Sent | None:
    """What the image doors refuse: their own rules (the SDK's docstrings state them)."""
    kind = "invalid_request_error"
    if "prompt" not in body:
        return _failure(400, kind, "missing_required_parameter", "Missing: 'prompt'.", "prompt")
    gpt = str(body.get("model", "")).startswith("gpt-image")
    if gpt and "response_format" in body:
        words = "Unknown parameter: 'response_format'."
        return _failure(400, kind, "unknown_parameter", words, "response_format")
    found = _SIZE.fullmatch(str(body.get("size", "auto")))
    if gpt and found:
        width, height = int(found[1]), int(found[2])
        if width % 16 or height % 16 or not 1 / 3 <= width / height <= 3:
            words = f"Invalid size '{found[0]}'."
            return _failure(400, kind, "invalid_value", words, "size")
    return None


def _spoilt(text: str, fault: str) -> str:
    comma = json.dumps(json.loads(text))[:-1] + ",}"
    return {
        "badjson": "I would rather paint than write JSON.",
        "wrongshape": '{"unasked": [1, 2, 3]}',
        "fenced": f"Here it is:\n```json\n{text}\n```\nI hope that it helps.",
        "noformat": f"Sure!\n```\n{comma}\n```",
        "truncated": text[: len(text) // 2],
    }.get(fault, text)


def _tokens_of(body: dict[str, Any]) -> int:
    tokens = 0
    for message in body.get("messages", []):
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts:
            is_text = part["type"] == "text"
            tokens += math.ceil(len(part["text"]) / 4) if is_text else _TOKENS_IN
    return tokens


def _failure(
    status: int,
    kind: str,
    code: str | None,
    words: str,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> Sent:
    error = {"message": words, "type": kind, "param": param, "code": code}
    return Sent(status, {"error": error}, headers or {})


def serve(answer: Any = None, latency_s: float = 0.0) -> OpenAIStub:
    """Start a stub; it is to be closed, or used as a context manager."""
    return OpenAIStub(answer, latency_s)
