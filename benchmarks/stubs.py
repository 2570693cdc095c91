"""The stubs of the tests, for the scripts of this folder: local servers that speak each wire.

The scripts are started as files, so the repository's root is not on Python's path; this is the one
place that puts it there.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from tests.stubs.fal_stub import FalStub, Job
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenAIStub
from tests.stubs.stub import KEY, QUIET_S, Request, Sent, Stub

__all__ = [
    "KEY",
    "QUIET_S",
    "FalStub",
    "GeminiStub",
    "Job",
    "OpenAIStub",
    "Request",
    "Sent",
    "Stub",
]
