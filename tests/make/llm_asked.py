"""What was asked of a model behind a stub, whichever wire it came over."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.stubs.stub import Request


@dataclass(frozen=True)
class Asked:
    """One question as it was sent.

    Attributes:
        instructions: our own words.
        material: the JSON object that it works on.
        pictures: (height, width, 3) uint8 each, in their order.
        parameters: temperature, seed and what else was wished.
    """

    instructions: str
    material: dict[str, Any]
    pictures: tuple[NDArray[np.uint8], ...]
    parameters: dict[str, Any]


def asked(body: dict[str, Any]) -> Asked:
    """Read the body of a request to Gemini or to an OpenAI-compatible server."""
    if "contents" in body:
        parts = body["contents"][0]["parts"]
        texts = [part["text"] for part in parts if "text" in part]
        data = [part["inlineData"]["data"] for part in parts if "inlineData" in part]
        (told,) = (part["text"] for part in body["systemInstruction"]["parts"])
        parameters = body.get("generationConfig", {})
    else:
        told, content = (message["content"] for message in body["messages"][:2])
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        texts = [part["text"] for part in parts if part["type"] == "text"]
        data = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        parameters = body
    (words,) = texts
    return Asked(told, json.loads(words), tuple(_decoded(one) for one in data), parameters)


def all_asked(requests: list[Request]) -> list[Asked]:
    """Everything that models were asked, in its order."""
    return [asked(request.body) for request in requests if request.method == "POST"]


def _decoded(data: str) -> NDArray[np.uint8]:
    # Google's SDK writes the alphabet that is safe in addresses.
    plain = data.rpartition(",")[2].replace("-", "+").replace("_", "/")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(plain))))
