"""What can be wrong with any call that has something done or looked up."""

from __future__ import annotations

from typing import Any

from gesso.web.server.problems import Problem

FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "What was asked cannot be."},
    401: {"model": Problem, "description": "The token is missing or wrong."},
    403: {"model": Problem, "description": "The token does not reach so far."},
    408: {"model": Problem, "description": "What was sent did not arrive in time."},
    413: {"model": Problem, "description": "What was sent is too large."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
    429: {"model": Problem, "description": "Too many calls of one address."},
    503: {"model": Problem, "description": "Too much is waiting, or the catalogue is busy."},
}
