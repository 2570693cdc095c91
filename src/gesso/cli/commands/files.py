"""Files that the commands of this verb read: pictures, prompts, evaluations."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gesso.core.errors import InputError
from gesso.core.records.codec import from_plain
from gesso.core.records.judgements import Evaluation
from gesso.core.records.prompts import Prompt

MOST_JSON_BYTES = 4_000_000
MOST_PICTURE_BYTES = 1_024_000_000


def read_data(path: Path, most: int = MOST_PICTURE_BYTES) -> bytes:
    """The bytes of a file; "-" is stdin.

    Raises:
        InputError: it cannot be read, or is too large to be what it should be.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read(most)
    try:
        if path.exists() and not path.is_file():
            raise InputError(
                f"'{path}' is a folder or a device, not a file.", "Name the file itself."
            )
        if path.stat().st_size > most:
            raise InputError(
                f"'{path}' is larger than {most // 1_000_000:,} MB.", "Is it the right file?"
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be read: {(error.strerror or str(error)).lower()}.",
            "Name a file that is there and readable.",
        ) from error


def read_prompt(path: Path) -> Prompt:
    """A prompt from JSON: a prompt alone, or under "prompt" as in a batch's results.

    Raises:
        InputError: it is no JSON, or holds no prompt.
    """
    content = _read_json(path)
    if isinstance(content, dict) and isinstance(content.get("prompt"), dict):
        content = content["prompt"]
    return from_plain(Prompt, content)


def read_evaluation(path: Path) -> Evaluation:
    """An evaluation from JSON: one alone, or that of the winner of a batch's round.

    Raises:
        InputError: it is no JSON, or holds no evaluation.
    """
    content = _read_json(path)
    if isinstance(content, dict) and "takes" in content:
        content = _winners(content)
    return from_plain(Evaluation, content)


def _winners(content: dict[str, Any]) -> Any:
    """The evaluation of the picture that won a round; None where there is none."""
    compared, takes = content.get("comparison"), content["takes"]
    winner = compared.get("winner", 0) if isinstance(compared, dict) else 0
    listed = takes if isinstance(takes, list) else []
    own = [take for take in listed if isinstance(take, dict) and take.get("slot") == winner]
    return own[0].get("evaluation") if own else None


def _read_json(path: Path) -> Any:
    try:
        return json.loads(read_data(path, MOST_JSON_BYTES))
    except RecursionError as error:
        raise InputError(
            f"'{path}' is nested deeper than any file of gesso's.", "Is it the right file?"
        ) from error
    except ValueError as error:
        raise InputError(
            f"'{path}' is not JSON: {error}.", "Write it with --json, and name that file."
        ) from error
