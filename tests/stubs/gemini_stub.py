"""Gemini's wire: generateContent for texts and pictures, and the list of models.

Both API versions are taken, as are both spellings that the SDK uses (inlineData / inline_data,
mimeType / mime_type). Faults:

    429, 429once      RESOURCE_EXHAUSTED per minute, with a retryDelay (QUIET_S)
    429header(once)   the same wish in a Retry-After header
    quota             RESOURCE_EXHAUSTED per day        402     no credit
    auth, forbidden   401, 403, which repeat the key    badkey  400 API_KEY_INVALID
    400, 404          our request is wrong              500, 500once, 503, 504
    refuse            blocked prompt: no candidates     refuseanswer  finishReason SAFETY
    truncated         finishReason MAX_TOKENS           empty   a candidate without parts
    nocandidates      nobody answered, nobody says why
    continuation      half an answer with a token for the other half, as the SDK asks by itself
    badjson(once)     no JSON                           wrongshape(once)  JSON of another shape
    fenced            JSON in prose and a fence
    noimage           words instead of a picture        badimage  bytes that are no picture
    slow, hangup      no answer                         webpage   an HTML page with status 200
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from .stub import QUIET_S, SLOW_S, HangUp, Request, Sent, Stub, b64, picture_bytes

# Tokens of one picture: in (a tile), and out at 1K, 2K and 4K, as Google's pricing page says.
_TOKENS_IN = 258
_TOKENS_OUT = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520}
# The pro model bills a picture of 2K as one of 1K (ai.google.dev/gemini-api/docs/pricing).
_PRO_TOKENS_OUT = {"512": 1120, "1K": 1120, "2K": 1120, "4K": 2000}
_SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}

_STATUS = {
    "auth": (401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    "forbidden": (403, "PERMISSION_DENIED", "Permission denied for this project."),
    "400": (400, "INVALID_ARGUMENT", "Invalid value at 'generation_config'."),
    "402": (402, "FAILED_PRECONDITION", "Prepaid credit is used up."),
    "404": (404, "NOT_FOUND", "The model is not found for API version v1."),
    "500": (500, "INTERNAL", "An internal error has occurred."),
    "503": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "504": (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
_GOOGLE = "type.googleapis.com/google.rpc."


class GeminiStub(Stub):
    """Google's Gemini API."""

    prices: ClassVar = {
        "gemini-3.8-flash": (0.75, 3.75, 0.0),
        "gemini-3.5-flash-lite": (0.3, 2.5, 0.0),
        "gemini-3.1-flash-image": (0.5, 3.0, 60.0),
        "gemini-3.1-flash-lite-image": (0.25, 1.5, 30.0),
        "gemini-3-pro-image": (2.0, 12.0, 120.0),
        "gemini-nano-banana-2.1": (1.5, 7.5, 30.0),
    }
    faults = (
        *("429", "429once", "429header", "429headeronce", "quota", "402"),
        *("auth", "forbidden", "badkey", "400", "404", "500", "500once", "503", "504"),
        *("refuse", "refuseanswer", "truncated", "empty", "nocandidates", "continuation"),
        *("badjson", "badjsononce", "wrongshape", "wrongshapeonce", "fenced"),
        *("noimage", "badimage", "slow", "hangup", "webpage"),
    )

    def model_of(self, method: str, path: str, body: dict[str, Any]) -> str:
        return path.partition("/models/")[2].partition(":")[0]

    def reply(self, request: Request) -> Sent:
        if not request.headers.get("x-goog-api-key"):
            return _failure(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        if request.method == "GET" and request.path.endswith("/models"):
            return self._listed()
        if request.method != "POST" or not request.path.endswith(":generateContent"):
            return _failure(404, "NOT_FOUND", f"{request.path} is not here.")
        return self._failed(request) or self._generated(request)

    def _listed(self) -> Sent:
        ids = self.models or list(self.prices)
        rows = [
            {"name": f"models/{id_}", "supportedGenerationMethods": ["generateContent"]}
            for id_ in ids
        ]
        return Sent(body={"models": rows})

    def _failed(self, request: Request) -> Sent | None:
        fault = request.fault
        if fault in _STATUS:
            status, name, words = _STATUS[fault]
            echo = f" Key: {request.headers['x-goog-api-key']}." if status in (401, 403) else ""
            return _failure(status, name, words + echo)
        if fault == "slow":
            self.wait(SLOW_S)
            raise HangUp
        if fault == "hangup":
            raise HangUp
        if fault == "webpage":
            return Sent(raw=b"<!doctype html><title>Hello</title>", media_type="text/html")
        if fault == "badkey":
            info = {"@type": f"{_GOOGLE}ErrorInfo", "reason": "API_KEY_INVALID"}
            words = "API key not valid. Please pass a valid API key."
            return _failure(400, "INVALID_ARGUMENT", words, [info])
        if fault == "429header":
            headers = {"Retry-After": f"{QUIET_S}"}
            return _failure(429, "RESOURCE_EXHAUSTED", "Slow down.", headers=headers)
        if fault in ("429", "quota"):
            return _exhausted(per="Minute" if fault == "429" else "Day")
        return None

    def _generated(self, request: Request) -> Sent:
        body, tokens_in = request.body, _tokens_of(request.body)
        if request.fault == "refuse":
            self.bill(request.model, tokens_in, 0)
            feedback = {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": []}
            return Sent(
                body={
                    "promptFeedback": feedback,
                    "usageMetadata": {
                        "promptTokenCount": tokens_in,
                        "totalTokenCount": tokens_in,
                    },
                    "modelVersion": request.model,
                }
            )
        config = body.get("generationConfig", {})
        wants_picture = "IMAGE" in config.get("responseModalities", [])
        if wants_picture and request.fault != "noimage":
            return self._painted(request, config, tokens_in)
        return self._answered(request, config, tokens_in)

    def _answered(self, request: Request, config: dict[str, Any], tokens_in: int) -> Sent:
        schema = config.get("responseJsonSchema") or config.get("responseSchema")
        text = self.said(request.body, schema)
        text = {
            "badjson": "I would rather paint than write JSON.",
            "wrongshape": '{"unasked": [1, 2, 3]}',
            "fenced": f"Here it is:\n```json\n{text}\n```\nI hope that it helps.",
            "truncated": text[: len(text) // 2],
            "continuation": _half(text, rest="continuationToken" in request.body),
            "noimage": "I describe the picture instead: a bridge, a moon.",
        }.get(request.fault, text)
        tokens_out = math.ceil(len(text) / 4)
        parts = [{"text": text}]
        reason = {"truncated": "MAX_TOKENS", "refuseanswer": "SAFETY"}.get(request.fault, "STOP")
        if request.fault in ("empty", "refuseanswer", "nocandidates"):
            parts, tokens_out = [], 0
        self.bill(request.model, tokens_in, tokens_out)
        return Sent(body=_candidate(request, parts, reason, tokens_in, tokens_out))

    def _painted(self, request: Request, config: dict[str, Any], tokens_in: int) -> Sent:
        wanted = config.get("imageConfig", {})
        size = wanted.get("imageSize", "1K")
        if size not in _SIDES:
            return _failure(400, "INVALID_ARGUMENT", f"Unknown image size {size}.")
        width, height = _sides(wanted.get("aspectRatio", "1:1"), _SIDES[size])
        words = f"{request.body.get('contents')}{len(self.calls)}"
        data = picture_bytes(width, height, words)
        if request.fault == "badimage":
            data = b"these bytes are no picture"
        parts: list[dict[str, Any]] = [
            {"text": "Here is your picture."},
            {"inlineData": {"mimeType": "image/png", "data": b64(data)}},
        ]
        table = _PRO_TOKENS_OUT if "-pro-" in request.model else _TOKENS_OUT
        tokens_out, reason = table[size], "STOP"
        if request.fault in ("refuseanswer", "empty", "nocandidates"):
            parts, tokens_out = [], 0
            reason = "IMAGE_SAFETY" if request.fault == "refuseanswer" else "STOP"
        self.bill(request.model, tokens_in, tokens_out, image=True)
        return Sent(body=_candidate(request, parts, reason, tokens_in, tokens_out, image=True))


def _candidate(
    request: Request,
    parts: list[dict[str, Any]],
    reason: str,
    tokens_in: int,
    tokens_out: int,
    *,
    image: bool = False,
) -> dict[str, Any]:
    content: dict[str, Any] = {"role": "model"}
    if parts:
        content["parts"] = parts
    goes_on = request.fault == "continuation" and "continuationToken" not in request.body
    usage: dict[str, Any] = {
        "promptTokenCount": tokens_in,
        "candidatesTokenCount": tokens_out,
        "totalTokenCount": tokens_in + tokens_out,
    }
    if image:
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": tokens_out}]
    candidate: dict[str, Any] = {"content": content, "finishReason": reason, "index": 0}
    if goes_on:
        candidate |= {"finishReason": "CONTINUATION", "continuationToken": b64(b"go on")}
    return {
        "candidates": [] if request.fault == "nocandidates" else [candidate],
        "usageMetadata": usage,
        "modelVersion": request.model,
        "responseId": f"stub-{abs(hash(request.content)):x}",
    }


def _half(text: str, *, rest: bool) -> str:
    middle = len(text) // 2
    return text[middle:] if rest else text[:middle]


def _exhausted(per: str) -> Sent:
    violation = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
        "quotaId": f"GenerateRequestsPer{per}PerProjectPerModel",
    }
    details: list[dict[str, Any]] = [
        {"@type": f"{_GOOGLE}QuotaFailure", "violations": [violation]},
        {"@type": f"{_GOOGLE}RetryInfo", "retryDelay": f"{QUIET_S}s"},
    ]
    words = "You exceeded your current quota, please check your plan and billing details."
    return _failure(429, "RESOURCE_EXHAUSTED", words, details)


def _failure(
    status: int,
    name: str,
    words: str,
    details: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Sent:
    error: dict[str, Any] = {"code": status, "message": words, "status": name}
    if details:
        error["details"] = details
    return Sent(status, {"error": error}, headers or {})


def _tokens_of(body: dict[str, Any]) -> int:
    tokens = 0
    for content in [*body.get("contents", []), body.get("systemInstruction") or {}]:
        for part in content.get("parts", []):
            is_picture = "inlineData" in part or "inline_data" in part
            tokens += _TOKENS_IN if is_picture else math.ceil(len(part.get("text", "")) / 4)
    return tokens


def _sides(ratio: str, side: int) -> tuple[int, int]:
    """Width and height of about side², multiples of 16, as the service rounds them."""
    across, _, down = ratio.partition(":")
    root = math.sqrt(int(across) / int(down))
    return round(side * root / 16) * 16, round(side / root / 16) * 16


def serve(answer: Any = None, latency_s: float = 0.0) -> GeminiStub:
    """Start a stub; it is to be closed, or used as a context manager."""
    return GeminiStub(answer, latency_s)
