"""Everything that other programs and sites read."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from gesso.web.answers.house import House
from gesso.web.interop.images import image_routes

INTEROP: tuple[Callable[[House], APIRouter], ...] = (image_routes,)
