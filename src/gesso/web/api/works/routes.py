"""Everything that is asked of single works."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from gesso.web.answers.house import House
from gesso.web.api.works.files import file_routes
from gesso.web.api.works.sharing import share_routes
from gesso.web.api.works.works import work_routes

WORKS: tuple[Callable[[House], APIRouter], ...] = (file_routes, share_routes, work_routes)
