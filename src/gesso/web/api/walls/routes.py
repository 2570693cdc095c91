"""The routes of walls and sets; they stand before those of single works."""

from __future__ import annotations

from gesso.web.api.walls.sets import set_routes
from gesso.web.api.walls.walls import outline_routes, wall_routes

WALLS = (wall_routes, outline_routes, set_routes)
