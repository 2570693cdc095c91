"""Developing that dies or hangs where a picture's name says so: for engines to survive."""

from __future__ import annotations

import os
import time

from gesso.core.pixels.darkroom import Job, develop_job
from gesso.core.pixels.derived.develop import Developed


def develop_or_fall(job: Job) -> Developed:
    """Develop a picture, unless its number is 3 (the worker dies) or 5 (it hangs)."""
    if job.name == "3.png":
        os._exit(17)
    if job.name == "5.png":
        time.sleep(600)
    return develop_job(job)
