"""What calls that bring a picture have in common: what can be wrong, and how it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gesso.web.server.problems import Problem

FAULTS_OF_PICTURES: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "No picture, or a wish that cannot be."},
    401: {"model": Problem, "description": "The token is missing or wrong."},
    408: {"model": Problem, "description": "What was sent did not arrive in time."},
    413: {"model": Problem, "description": "The picture is too large."},
    415: {"model": Problem, "description": "The bytes are no picture that is accepted."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
    429: {"model": Problem, "description": "Too many calls of one address."},
    503: {"model": Problem, "description": "Too many calls are waiting."},
}


def body_of_pictures(json: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """How a picture is sent, for OpenAPI: as the body, or as the field `picture` of a form.

    Args:
        json: the schema of a body that is JSON, where one may be sent instead.
    """
    picture = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["picture"], "properties": {"picture": picture}}
    content: dict[str, Any] = {
        "application/octet-stream": {"schema": picture},
        "multipart/form-data": {"schema": form},
    }
    if json is not None:
        content = {"application/json": {"schema": dict(json)}} | content
    return {"requestBody": {"required": True, "content": content}}
