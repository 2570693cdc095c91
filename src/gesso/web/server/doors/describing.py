"""What the doors add to the description of the API: tokens, scopes, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from gesso.web.server.doors.scopes import is_open, needed
from gesso.web.server.problems import MEDIA_TYPE, Problem

Described = dict[str, Any]

EXAMPLES = Path(__file__).with_name("examples.json")
"""What was sent and answered once, by operation; `tools/examples.py` writes it."""
JSON = "application/json"
_REF = "#/components/schemas/Problem"
_DOORS = {
    "400": "What was asked cannot be.",
    "401": "The token is missing or wrong.",
    "403": "The token does not reach so far, or a page of another site asks.",
    "404": "There is no such thing.",
    "409": "It does not go with how the studio is set up, or with how things stand.",
    "421": "The server is not known under this name.",
    "422": "A parameter is not what it may be.",
    "429": "Too many calls; Retry-After says when to call again.",
    "503": "Too many are waiting; Retry-After says when to call again.",
}
_OF_BODIES = {
    "408": "What was sent did not arrive in time.",
    "413": "What was sent is too large.",
}
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def describe(app: FastAPI, *, tips_cost: bool = False) -> None:
    """Complete the description that an application gives of itself.

    Args:
        app: the application.
        tips_cost: a model words the tips of studies, which then take another scope.
    """
    plain = app.openapi

    def openapi() -> Described:
        if app.openapi_schema is None:
            app.openapi_schema = completed(plain(), tips_cost=tips_cost)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way of doing it


def completed(described: Described, *, tips_cost: bool = False) -> Described:
    """A description with tokens, scopes, and every answer of the doors."""
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    described["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "See `gesso tokens`."}
    }
    described["servers"] = [{"url": "/", "description": "Version 1; also under /api/v1."}]
    for method, path, operation in operations(described):
        if not is_open(path):
            operation["security"] = [{"token": []}]
            operation["x-gesso-scope"] = needed(method, path, tips_cost=tips_cost)
        _complete(method, operation)
        _exemplify(operation, examples().get(operation["operationId"], {}))
    return described


@cache
def examples() -> Described:
    """A true example of each side of each operation that is JSON: "request", "response"."""
    found: Described = json.loads(EXAMPLES.read_text("utf-8")) if EXAMPLES.exists() else {}
    return found


def operations(described: Described) -> Iterator[tuple[str, str, Described]]:
    """Every operation: its method in capitals, its path, what is said of it."""
    for path, item in described.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def _complete(method: str, operation: Described) -> None:
    answers = operation.setdefault("responses", {})
    usual = _DOORS | (_OF_BODIES if method in ("POST", "PUT", "PATCH", "DELETE") else {})
    if method == "GET" and "application/json" in answers.get("200", {}).get("content", {}):
        usual = {"304": "What If-None-Match names still stands."} | usual
    for status, words in usual.items():
        answers.setdefault(status, {"description": words})
    for status, answer in answers.items():
        if status >= "400" and _tells_a_problem(answer):
            answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": _REF}}}


def _exemplify(operation: Described, kept: Described) -> None:
    sent = operation.get("requestBody", {}).get("content", {})
    if "request" in kept and JSON in sent:
        sent[JSON] = sent[JSON] | {"example": kept["request"]}
    for status, answer in operation["responses"].items():
        told = answer.get("content", {})
        if "response" in kept and status < "300" and JSON in told:
            told[JSON] = told[JSON] | {"example": kept["response"]}


def _tells_a_problem(answer: Described) -> bool:
    shapes = [one.get("schema", {}).get("$ref", "") for one in answer.get("content", {}).values()]
    return not shapes or any(shape in (_REF, f"{_REF[:-7]}HTTPValidationError") for shape in shapes)
