"""The stubs of the tests, for the scripts of this folder: local servers that speak each wire.

The scripts are started as files, so the repository's root is not on Python's path; this is the one
place that puts it there.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))

from tests.stubs.fal_stub import FalStub, Job
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.hostile_urls import HOSTILE, INSIDE
from tests.stubs.openai_stub import OpenAIStub
from tests.stubs.stub import KEY, QUIET_S, Request, Sent, Stub
from tests.stubs.web_stub import Leading, Page, Seen, WebStub

__all__ = [
    "HOSTILE",
    "INSIDE",
    "KEY",
    "QUIET_S",
    "FalStub",
    "GeminiStub",
    "Job",
    "Leading",
    "OpenAIStub",
    "Page",
    "Request",
    "Seen",
    "Sent",
    "Stub",
    "WebStub",
    "of_tests",
]


def of_tests(module: str) -> Any:
    """A module of the tests by its name below `tests`: what they hold things to."""
    return importlib.import_module(f"tests.{module}")
